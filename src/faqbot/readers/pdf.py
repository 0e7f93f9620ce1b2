"""PDFs: text runs with their places by pdfminer.six, bounded in time and memory here; form values; what scans say."""

from __future__ import annotations

import io
import logging
import math
import re
import time
import zlib
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from faqbot.errors import ReadError
from faqbot.readers.decoding import clean
from faqbot.readers.limits import LimitError, Limits, out_of_time, readable, refuse_lines, refuse_over
from faqbot.readers.parsed import LeftOut, Metadata, ParsedFile, is_made_up
from faqbot.readers.pdf_layout import Page, Rule, Run
from faqbot.readers.pdf_text import document_text
from faqbot.readers.plaintext import structured
from faqbot.readers.questions import questions_as_headings

_FEW_WORDS = 5  # on a page on average; with fewer, a PDF with pictures is a scan
_MOST_ON_A_PAGE = 100_000  # characters; a printed page has some 5,000
_MOST_RULES = 20_000  # lines drawn on a page
_UNKNOWN = 0.2  # of the characters; a PDF with more has fonts that do not tell its letters
_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_GAP = 0.2  # of the font size; white space as wide as this parts words
_WIDE_GAP = 1.5  # of the font size; white space as wide as this parts columns and cells


def read_pdf(content: bytes, limits: Limits) -> ParsedFile:
    """Return the text layer in reading order, with headings by size and weight, lists, ruled tables and form values.

    Raises ReadError for a scan, an encrypted file, and text whose letters or direction cannot be told.
    """
    if b"%PDF-" not in content[:1024]:
        raise ReadError("not a PDF: it does not begin as one")
    with readable("PDF", *_errors()):
        _allow(limits.expanded)
        document = _opened(content)
        pages, pictures = _pages(document, limits)
        metadata = _metadata(document)
    words = sum(len(run.text.split()) for page in pages for run in page.runs)
    if words < _FEW_WORDS * len(pages) and pictures:
        raise ReadError(f"scanned: pictures of {len(pages)} page(s) without text. Run text recognition (OCR) over it")
    if not words:
        raise ReadError("an empty PDF: no text on any page")
    _refuse_unknown(pages)
    found = document_text(pages)
    text = clean(found.text, limits)
    refuse_lines(text, limits)
    text = clean(found.with_tables(text if found.has_headings else structured(text)), limits)
    text, questions = questions_as_headings(text)
    left_out = tuple(LeftOut(reason, part) for reason, part in found.left_out)
    return ParsedFile(text, metadata, questions=questions, left_out=left_out, extracted=clean(found.extracted, limits))


def _refuse_unknown(pages: list[Page]) -> None:
    letters = sum(len(run.text) for page in pages for run in page.runs)
    unknown = sum(run.text.count("\ufffd") for page in pages for run in page.runs)
    if unknown > _UNKNOWN * letters:
        raise ReadError("its fonts do not tell which letters they show. Export it again, or run text recognition (OCR)")


class _BoundedZlib:
    """What pdfminer unpacks with, which has no limit of its own: one for all streams of a file."""

    error = zlib.error
    left = 0
    most = 0

    def decompress(self, data: bytes) -> bytes:
        unpacker = zlib.decompressobj()
        found = unpacker.decompress(data, self.left + 1)
        self.left -= len(found)
        if self.left < 0:
            raise LimitError(f"more than {self.most:,} bytes of pages when unpacked. Split the file or leave it out")
        if not unpacker.eof:
            raise zlib.error("incomplete or truncated stream")
        return found

    def decompressobj(self) -> Any:
        return zlib.decompressobj()


_ZLIB = _BoundedZlib()


def _allow(expanded: int) -> None:
    """Let the next file unpack to so many bytes."""
    _pdfminer()
    _ZLIB.left = _ZLIB.most = expanded


@cache
def _pdfminer() -> Any:
    from pdfminer import pdftypes

    pdftypes.zlib = _ZLIB
    pdftypes.decompress_corrupted = _decompress_corrupted
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL + 1)
    return pdftypes


def _decompress_corrupted(data: bytes) -> bytes:
    """As much of a damaged stream as can be unpacked, within the same limit."""
    unpacker = zlib.decompressobj()
    parts: list[bytes] = []
    try:
        for at in range(0, len(data), 1024):
            parts.append(unpacker.decompress(data[at : at + 1024], max(_ZLIB.left, 0) + 1))
            _ZLIB.left -= len(parts[-1])
            if _ZLIB.left < 0:
                raise LimitError(
                    f"more than {_ZLIB.most:,} bytes of pages when unpacked. Split the file or leave it out"
                )
    except zlib.error:
        pass
    return b"".join(parts)


def _opened(content: bytes) -> Any:
    from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
    from pdfminer.pdfparser import PDFParser

    try:
        # Many are "encrypted" only against changes, and open with the empty password.
        return PDFDocument(PDFParser(io.BytesIO(content)))
    except (PDFPasswordIncorrect, PDFEncryptionError) as error:
        raise ReadError("an encrypted PDF. Save it without a password") from error


def _pages(document: Any, limits: Limits) -> tuple[list[Page], bool]:
    """The runs of each page, for as long as the limits allow, and whether there are pictures."""
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdftypes import stream_value

    device = _device_class()()
    deadline = time.monotonic() + limits.seconds
    interpreter = PDFPageInterpreter(PDFResourceManager(), device)
    pages: list[Page] = []
    expanded = characters = 0
    found = []
    for page in PDFPage.create_pages(document):
        found.append(page)
        refuse_over(limits.pages, len(found), "pages")
    for page in found:
        expanded += sum(len(stream_value(stream).get_data()) for stream in page.contents)
        refuse_over(limits.expanded, expanded, "bytes of pages when unpacked")
        interpreter.process_page(page)
        device.here.runs += _form_values(page)
        pages.append(device.here)
        characters += device.characters
        refuse_over(limits.characters, characters, "characters")
        if time.monotonic() > deadline:
            raise out_of_time(limits.seconds)
    return pages, device.pictures > 0


def _form_values(page: Any) -> Iterator[Run]:
    """What was filled in: a page draws its form fields apart from its text."""
    from pdfminer.pdftypes import resolve1
    from pdfminer.utils import decode_text

    for entry in (resolve1(page.annots) or [])[:2000] if page.annots else []:
        widget = resolve1(entry)
        if not isinstance(widget, dict) or getattr(resolve1(widget.get("Subtype")), "name", "") != "Widget":
            continue
        above, value, kind = widget, None, ""
        for _ in range(20):
            value = value if value is not None else resolve1(above.get("V"))
            kind = kind or getattr(resolve1(above.get("FT")), "name", "")
            above = resolve1(above.get("Parent")) or {}
            if not above:
                break
        place = resolve1(widget.get("Rect"))
        if kind == "Btn" or value is None or not isinstance(place, list) or len(place) != 4:
            continue
        values = value if isinstance(value, list) else [value]
        parts = [decode_text(part) for each in values if isinstance(part := resolve1(each), bytes)]
        text = " ".join(" ".join(parts).split())
        left, bottom, right, top = (float(resolve1(number)) for number in place)
        if text:
            size = min(abs(top - bottom), 11.0) or 11.0
            base = min(bottom, top) + max(0.0, (abs(top - bottom) - size) / 2) + 0.2 * size
            start = min(left, right)
            yield Run(text, start, start + 0.5 * size * len(text), base, size, False)


@cache
def _device_class() -> type[Any]:
    from pdfminer.pdfdevice import PDFTextDevice
    from pdfminer.pdffont import PDFUnicodeNotDefined
    from pdfminer.pdfinterp import PDFResourceManager

    class RunDevice(PDFTextDevice):  # type: ignore[misc]
        """Takes down text as runs with their place, a run for each stretch without wide white space.

        pdfminer's own devices make an object of every character, which takes ten times as long.
        """

        def __init__(self) -> None:
            super().__init__(PDFResourceManager())
            self.here = Page()
            self.characters = self.pictures = 0
            self.letters: dict[Any, dict[int, tuple[str, float]]] = {}

        def begin_page(self, page: Any, ctm: Any) -> None:
            left, bottom, right, top = page.mediabox
            turned = page.rotate in (90, 270)
            self.here = Page(
                width=top - bottom if turned else right - left, height=right - left if turned else top - bottom
            )
            self.characters = 0
            self.set_ctm(ctm)

        def end_page(self, page: Any) -> None:
            pass

        def begin_figure(self, name: Any, bbox: Any, matrix: Any) -> None:
            pass

        def end_figure(self, name: Any) -> None:
            pass

        def render_image(self, name: Any, stream: Any) -> None:
            self.pictures += 1

        def render_string(self, state: Any, seq: Any, ncs: Any, graphics: Any) -> None:
            font, size = state.font, state.fontsize
            matrix = _times(state.matrix, self.ctm)
            known = self.letters.setdefault(font, {})
            scaling = state.scaling * 0.01
            space = state.charspace * scaling
            word_space = 0 if font.is_multibyte() else state.wordspace * scaling
            unit = 0.001 * size * scaling
            x, y = state.linematrix
            parts: list[str] = []
            start = end = x
            for each in seq:
                if isinstance(each, int | float):
                    x -= each * unit
                    continue
                if not isinstance(each, bytes):
                    continue
                codes = list(font.decode(each))
                self.characters += len(codes)
                refuse_over(_MOST_ON_A_PAGE, self.characters, "characters on one page")
                for code in codes:
                    letter = known.get(code)
                    if letter is None:
                        letter = known[code] = (_letter(font, code), font.char_width(code))
                    text, width = letter
                    gap = x - end if parts else 0.0
                    if parts and abs(gap) > _GAP * abs(size):
                        if gap > _WIDE_GAP * abs(size) or gap < -2 * _GAP * abs(size):
                            self.put("".join(parts), start, end, y, matrix, state)
                            parts = []
                        elif not parts[-1].isspace() and not text.isspace():
                            parts.append(" ")
                    if not parts:
                        start = x
                    parts.append(text)
                    x += width * size * scaling
                    end = x
                    x += space
                    if code == 32:
                        x += word_space
            if parts:
                self.put("".join(parts), start, end, y, matrix, state)
            state.linematrix = (x, y)

        def put(self, text: str, start: float, end: float, y: float, matrix: Any, state: Any) -> None:
            """Add a run in the place where the page shows it."""
            if not text.strip():
                return
            bare = text.lstrip(" ")
            a, b, c, d, e, f = matrix
            y += state.rise
            x0, y0 = a * start + c * y + e, b * start + d * y + f
            x1, y1 = a * end + c * y + e, b * end + d * y + f
            size = abs(state.fontsize) * math.hypot(c, d)
            turn = round(math.degrees(math.atan2(y1 - y0, x1 - x0))) % 360 if (x1, y1) != (x0, y0) else 0
            length = math.hypot(x1 - x0, y1 - y0)
            per = length / max(len(text), 1)
            x0 += per * (len(text) - len(bare)) if turn == 0 else 0
            names = (getattr(state.font, name, "") for name in ("fontname", "basefont"))
            bold = any(isinstance(name, str) and _BOLD.search(name) for name in names)
            kept = bare.rstrip() + (" " if bare[-1].isspace() else "")  # which the next run may begin right after
            self.here.runs.append(Run(kept, x0, x1, y0, max(size, 0.1), bold, turn, y1))

        def paint_path(self, graphics: Any, stroke: bool, fill: bool, evenodd: bool, path: Any) -> None:
            if not (stroke or fill) or len(self.here.rules) > _MOST_RULES or len(path) > 200:
                return
            if any(step[0] == "c" for step in path):
                self.dot(path)
            points: list[tuple[float, float]] = []
            for step in path:
                if step[0] == "h":
                    if points:
                        points.append(points[0])
                elif step[0] in ("m", "l"):
                    if step[0] == "m":
                        self.lines(points, stroke)
                        points = []
                    a, b, c, d, e, f = self.ctm
                    points.append((a * step[1] + c * step[2] + e, b * step[1] + d * step[2] + f))
                else:
                    return
            self.lines(points, stroke)

        def dot(self, path: Any) -> None:
            """A small round mark, as browsers draw the bullets of lists."""
            a, b, c, d, e, f = self.ctm
            pairs = [step[at : at + 2] for step in path for at in range(1, len(step) - 1, 2)]
            x = [a * x + c * y + e for x, y in pairs]
            y = [b * x + d * y + f for x, y in pairs]
            if 1 < max(x) - min(x) < 8 and 1 < max(y) - min(y) < 8 and len(self.here.dots) < _MOST_RULES:
                self.here.dots.append(Rule(min(x), min(y), max(x), max(y)))

        def lines(self, points: list[tuple[float, float]], stroke: bool) -> None:
            """Horizontal and vertical lines of a path; a thin filled rectangle is one too."""
            if len(points) < 2:
                return
            left, right = min(x for x, _ in points), max(x for x, _ in points)
            bottom, top = min(y for _, y in points), max(y for _, y in points)
            if min(right - left, top - bottom) < 2.5:
                if max(right - left, top - bottom) > 5:
                    self.here.rules.append(Rule(left, bottom, right, top))
            elif stroke:
                for (x0, y0), (x1, y1) in pairwise(points):
                    if abs(x0 - x1) < 1 or abs(y0 - y1) < 1:
                        self.here.rules.append(Rule(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))

    def _letter(font: Any, code: int) -> str:
        try:
            text = font.to_unichr(code)
        except PDFUnicodeNotDefined:
            return "\ufffd"
        return str(text).replace("\0", "")

    return RunDevice


def _times(one: Any, two: Any) -> tuple[float, float, float, float, float, float]:
    """The product of two matrices as PDF writes them."""
    a1, b1, c1, d1, e1, f1 = one
    a0, b0, c0, d0, e0, f0 = two
    return (
        a0 * a1 + c0 * b1,
        b0 * a1 + d0 * b1,
        a0 * c1 + c0 * d1,
        b0 * c1 + d0 * d1,
        a0 * e1 + c0 * f1 + e0,
        b0 * e1 + d0 * f1 + f0,
    )


def _metadata(document: Any) -> Metadata:
    """What the file says of itself; titles and authors that programs make up are left out."""
    from pdfminer.pdftypes import resolve1
    from pdfminer.utils import decode_text

    about: dict[str, Any] = {}
    for info in document.info:
        about |= info
    stated = {}
    for name in ("Title", "Author", "CreationDate"):
        value = resolve1(about.get(name))
        stated[name] = " ".join(decode_text(value).split()) if isinstance(value, bytes) else ""
    date = _DATE.match(stated["CreationDate"])
    author = "" if is_made_up(stated["Author"]) else stated["Author"]
    return Metadata(
        title="" if is_made_up(stated["Title"]) else stated["Title"],
        author=author,
        date="-".join(date.groups()) if date else "",
    )


def _errors() -> tuple[type[Exception], ...]:
    _pdfminer()
    from pdfminer.psexceptions import PSException

    return (PSException,)
