"""A PDF goes in, a parsed comes out; the only door to pypdf."""

import io
import re
import time
from typing import Any

from faqbot.errors import ReadError, need
from faqbot.readers.decoding import clean
from faqbot.readers.limits import Limits, readable, refuse_lines, refuse_over
from faqbot.readers.parsed import Metadata, ParsedFile
from faqbot.readers.pdf_text import joined
from faqbot.readers.plaintext import structured

_FEW_WORDS = 5  # on a page on average; with fewer, a PDF with pictures is a scan
_MADE_UP_TITLE = re.compile(
    r"untitled.*|microsoft word - .*|.*\.(?:docx?|pdf|indd|odt|tex|html?)|document\d*", re.IGNORECASE
)
_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)")


def read_pdf(content: bytes, limits: Limits) -> ParsedFile:
    """The text layer, with headings, lists and paragraphs as they can be told from its lines."""
    if b"%PDF-" not in content[:1024]:
        raise ReadError("not a PDF: it does not begin as one")
    with readable("PDF", *_errors()):
        reader = _opened(content, limits)
        pages = _pages(reader, limits)
        scanned = len(" ".join(pages).split()) < _FEW_WORDS * len(pages) and _has_pictures(reader)
        facts = _facts(reader)
    if scanned:
        raise ReadError(f"scanned: pictures of {len(pages)} page(s) without text. Run text recognition (OCR) over it")
    if not any(page.strip() for page in pages):
        raise ReadError("an empty PDF: no text on any page")
    cleaned = [clean(page, limits) for page in pages]
    refuse_lines("\n".join(cleaned), limits)
    return ParsedFile(structured(joined([page.split("\n") for page in cleaned])), facts)


def _opened(content: bytes, limits: Limits) -> Any:
    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(content), strict=False)
    # Many are "encrypted" only against changes, and open with the empty password.
    if reader.is_encrypted and not _opens_without_password(reader):
        raise ReadError("an encrypted PDF. Save it without a password")
    refuse_over(limits.pages, len(reader.pages), "pages")
    return reader


def _opens_without_password(reader: Any) -> bool:
    from pypdf.errors import DependencyError

    try:
        return bool(reader.decrypt(""))
    except DependencyError:  # newer ciphers need a package that faqbot does not
        return False


def _pages(reader: Any, limits: Limits) -> list[str]:
    """The text of each page, for as long as the limits allow."""
    texts: list[str] = []
    started, expanded, characters = time.monotonic(), 0, 0
    for number, page in enumerate(reader.pages, 1):
        contents = page.get_contents()
        expanded += len(contents.get_data()) if contents is not None else 0
        refuse_over(limits.expanded, expanded, "bytes of pages when unpacked")
        texts.append(page.extract_text() if contents is not None else "")
        characters += len(texts[-1])
        refuse_over(limits.characters, characters, "characters")
        if time.monotonic() - started > limits.seconds:
            raise ReadError(f"more than {limits.seconds:g} seconds for {number} pages. Split the file or leave it out")
    return texts


def _has_pictures(reader: Any) -> bool:
    for page in reader.pages:
        objects = _inside(_inside(page, "/Resources"), "/XObject")
        if any(each.get_object().get("/Subtype") == "/Image" for each in objects.values()):
            return True
    return False


def _inside(holder: Any, name: str) -> Any:
    """The dictionary under a name, behind references; an empty one if there is none."""
    found = holder.get(name)
    return found.get_object() if found is not None else {}


def _facts(reader: Any) -> Metadata:
    """What the file says of itself; titles that programs make up are left out."""
    about = reader.metadata or {}
    stated = {name: " ".join(str(about.get(name) or "").split()) for name in ("/Title", "/Author", "/CreationDate")}
    date = _DATE.match(stated["/CreationDate"])
    return Metadata(
        title="" if _MADE_UP_TITLE.fullmatch(stated["/Title"]) else stated["/Title"],
        author=stated["/Author"],
        date="-".join(date.groups()) if date else "",
    )


def _errors() -> tuple[type[Exception], ...]:
    try:
        from pypdf.errors import DependencyError, PyPdfError
    except ImportError as error:
        raise need("pypdf", "build", error) from error
    return PyPdfError, DependencyError
