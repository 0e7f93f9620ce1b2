"""PDFs for the tests of reading, written by hand: text in places, in two fonts, lines, form fields, any script."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """Text at a place, in points from the lower left corner; `turn` is a matrix for turned text."""

    x: float
    y: float
    text: str
    size: float = 10
    bold: bool = False
    turn: str = "1 0 0 1"


@dataclass(frozen=True)
class Rule:
    """A drawn line."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class Field:
    """A form field with its value, which the page's own text does not have."""

    x: float
    y: float
    name: str
    value: str


Item = Text | Rule | Field


def column(x: float, y: float, lines: Sequence[str], *, size: float = 10, bold: bool = False) -> list[Text]:
    """Lines one below the other."""
    return [Text(x, y - 1.2 * size * at, line, size, bold) for at, line in enumerate(lines)]


def words(x: float, y: float, line: str, *, size: float = 10) -> list[Text]:
    """A line whose words are placed one by one."""
    found, at = [], x
    for word in line.split():
        found.append(Text(at, y, word, size))
        at += size * 0.5 * len(word) + 0.28 * size
    return found


def placed_pdf(pages: Sequence[Sequence[Item]], *, info: str = "", width: int = 612, unicode: bool = False) -> bytes:
    """A PDF of pages of items in the order in which they are drawn.

    Letters are half as wide as high. `unicode` writes text of any
    script, its letters in the order given from left to right.
    """
    letters = sorted({letter for page in pages for item in page if isinstance(item, Text) for letter in item.text})
    code = {letter: at + 1 for at, letter in enumerate(letters)}
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", f"<< {info} >>".encode()]
    objects += _unicode_fonts(code, len(objects)) if unicode else [_font("Leaflet"), _font("Leaflet-Bold")]
    fonts = f"<< /F1 {4} 0 R /F2 {5} 0 R >>"
    kids = []
    for page in pages:
        stream = b"\n".join(_drawn(item, code if unicode else None) for item in page if not isinstance(item, Field))
        objects.append(b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream")
        contents = len(objects)
        fields = []
        for item in page:
            if isinstance(item, Field):
                place = f"[{item.x} {item.y} {item.x + 200} {item.y + 14}]"
                objects.append(
                    f"<< /Type /Annot /Subtype /Widget /FT /Tx /T ({item.name}) /V ({item.value}) /Rect {place} >>".encode()
                )
                fields.append(f"{len(objects)} 0 R")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} 792] /Contents {contents} 0 R /Annots [{' '.join(fields)}] "
            f"/Resources << /Font {fonts} >> >>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>".encode()
    return _written(objects)


def _font(name: str) -> bytes:
    widths = " ".join(["500"] * 224)
    return f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding /FirstChar 32 /LastChar 255 /Widths [{widths}] >>".encode()


def _unicode_fonts(code: dict[str, int], before: int) -> list[bytes]:
    """Two names for one font whose codes are told by a map to Unicode."""
    pairs = "\n".join(f"<{at:04X}> <{letter.encode('utf-16-be').hex()}>" for letter, at in code.items())
    table = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{len(code)} beginbfchar\n{pairs}\nendbfchar endcmap end end"
    ).encode()
    first = before + 1
    font = f"<< /Type /Font /Subtype /Type0 /BaseFont /Any /Encoding /Identity-H /DescendantFonts [{first + 2} 0 R] /ToUnicode {first + 3} 0 R >>"
    inner = f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Any /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 500 /FontDescriptor {first + 4} 0 R >>"
    about = "<< /Type /FontDescriptor /FontName /Any /Flags 4 /FontBBox [0 0 500 700] /ItalicAngle 0 /Ascent 700 /Descent 0 /CapHeight 700 /StemV 80 >>"
    return [
        font.encode(),
        font.encode(),
        inner.encode(),
        b"<< /Length %d >>\nstream\n" % len(table) + table + b"\nendstream",
        about.encode(),
    ]


def _drawn(item: Text | Rule, code: dict[str, int] | None) -> bytes:
    if isinstance(item, Rule):
        return f"{item.x0} {item.y0} m {item.x1} {item.y1} l S".encode()
    if code is None:
        shown = b"(" + item.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("cp1252") + b")"
    else:
        shown = b"<" + "".join(f"{code[letter]:04X}" for letter in item.text).encode() + b">"
    font = "F2" if item.bold else "F1"
    return f"BT /{font} {item.size} Tf {item.turn} {item.x:.2f} {item.y:.2f} Tm ".encode() + shown + b" Tj ET"


def _written(objects: Sequence[bytes]) -> bytes:
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer
