"""A Word document goes in, a parsed comes out; the only door to mammoth."""

import io
import re
import zipfile
from typing import Any
from xml.parsers.expat import ExpatError

from faqbot.errors import ReadError, need
from faqbot.readers.decoding import clean
from faqbot.readers.html_markdown import bold_lines_as_headings, check_nesting, to_markdown
from faqbot.readers.limits import Limits, readable, refuse_over
from faqbot.readers.parsed import Metadata, ParsedFile

_OLE = b"\xd0\xcf\x11\xe0"  # Word's older format, and also how an encrypted DOCX is wrapped
_MEMBERS = 5_000
_RATIO = 200  # how much smaller XML gets when compressed; honest documents stay below 50
_CORE = "docProps/core.xml"
_STATED = re.compile(r"<(dc:title|dc:creator|dcterms:created)[^<>]*>([^<>]*)</")


def read_docx(content: bytes, limits: Limits) -> ParsedFile:
    """The text with headings, lists and tables, and title and author from the document's properties."""
    if content.startswith(_OLE):
        raise ReadError("an encrypted document or an old .doc. Save it as DOCX without a password")
    core = _checked(content, limits)
    page = _html(content)
    check_nesting(page, limits)
    text = bold_lines_as_headings(clean(to_markdown(page), limits))
    if not text.strip():
        raise ReadError("no text in it, perhaps only pictures. Run text recognition (OCR) over it")
    stated = {name: " ".join(value.split()) for name, value in _STATED.findall(core)}
    has_title = re.search(r"^# ", text, re.MULTILINE)
    return ParsedFile(
        text,
        Metadata(
            title="" if has_title else stated.get("dc:title", ""),
            author=stated.get("dc:creator", ""),
            date=stated.get("dcterms:created", "")[:10],
        ),
    )


def _checked(content: bytes, limits: Limits) -> str:
    """The core properties, after a look at every member: what it unpacks to and whether its XML defines entities."""
    with readable("DOCX", zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        refuse_over(_MEMBERS, len(members), "files in the document")
        refuse_over(limits.expanded, sum(member.file_size for member in members), "bytes when unpacked")
        for member in members:
            _check_member(archive, member)
        return archive.read(_CORE).decode("utf-8", "replace") if _CORE in archive.namelist() else ""


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    if member.file_size > 1_000_000:
        refuse_over(_RATIO, member.file_size // max(1, member.compress_size), "times its packed size")
    if member.filename.endswith((".xml", ".rels")):
        head = archive.read(member).replace(b"\0", b"")
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise ReadError(f"{member.filename} defines its own XML entities, which Word never does. Not read")


def _html(content: bytes) -> str:
    try:
        import mammoth
    except ImportError as error:
        raise need("mammoth", "build", error) from error
    with readable("DOCX", ExpatError):
        result = mammoth.convert_to_html(io.BytesIO(content), convert_image=mammoth.images.img_element(_no_image))
    return str(result.value)


def _no_image(_: Any) -> dict[str, str]:
    return {}
