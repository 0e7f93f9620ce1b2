"""Word documents: mammoth's HTML of what a reader sees, after deleted and hidden text is taken out and listed."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.parsers.expat import ExpatError

from faqbot.errors import ReadError
from faqbot.readers.decoding import clean
from faqbot.readers.html import bold_lines_as_headings
from faqbot.readers.html_elements import check_nesting, parse_html
from faqbot.readers.html_markdown import convert
from faqbot.readers.limits import Limits, readable, refuse_over
from faqbot.readers.parsed import LeftOut, Metadata, ParsedFile, is_made_up
from faqbot.readers.questions import questions_as_headings

_OLE = b"\xd0\xcf\x11\xe0"  # Word's older format, and also how an encrypted DOCX is wrapped
_MEMBERS = 5_000
_RATIO = 200  # how much smaller XML gets when compressed; honest documents stay below 50
_CORE = "docProps/core.xml"
_DOCUMENT, _STYLES = "word/document.xml", "word/styles.xml"
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")
_BESIDE = re.compile(r"word/(header|footer|comments)\d*\.xml")
_STATED = re.compile(r"<(dc:title|dc:creator|dcterms:created)[^<>]*>([^<>]*)</")
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_CONTENTS = re.compile(r"TOC ?(?:\d|Heading)|Table ?of ?Contents|Contents ?(?:\d|Heading)", re.IGNORECASE)
_CHOICES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_OFF = ("0", "false", "off")
_MOST_STYLES = 50  # levels of styles that rest on one another
_LONGEST_NAME = 6  # words of a column's name


def read_docx(content: bytes, limits: Limits) -> ParsedFile:
    """Return the text with headings, lists, tables and text boxes, and title and author from the properties."""
    if content.startswith(_OLE):
        raise ReadError("an encrypted document or an old .doc. Save it as DOCX without a password")
    members = _members(content, limits)
    prepared = _Prepared.of(members)
    page = _html(prepared)
    check_nesting(page, limits)
    found = convert(parse_html(page))
    text, questions = questions_as_headings(clean(found.text, limits))
    text = bold_lines_as_headings(text)
    if not text.strip():
        raise ReadError("no text in it, perhaps only pictures. Run text recognition (OCR) over it")
    stated = {
        name: " ".join(value.split())
        for name, value in _STATED.findall(members.get(_CORE, b"").decode("utf-8", "replace"))
    }
    has_title = re.search(r"^# ", text, re.MULTILINE)
    author = stated.get("dc:creator", "")
    made_up = is_made_up(author)
    return ParsedFile(
        text,
        Metadata(
            title="" if has_title or is_made_up(stated.get("dc:title", "")) else stated.get("dc:title", ""),
            author="" if made_up else author,
            date="" if made_up else stated.get("dcterms:created", "")[:10],
        ),
        questions=found.questions | questions,
        left_out=(*prepared.left_out, *found.left_out),
        extracted=prepared.extracted,
    )


def _members(content: bytes, limits: Limits) -> dict[str, bytes]:
    """The parts of the archive but its pictures, each looked at for what it unpacks to and for XML entities."""
    with readable("DOCX", zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        refuse_over(_MEMBERS, len(members), "files in the document")
        refuse_over(limits.expanded, sum(member.file_size for member in members), "bytes when unpacked")
        found: dict[str, bytes] = {}
        for member in members:
            if member.file_size > 1_000_000:
                refuse_over(_RATIO, member.file_size // max(1, member.compress_size), "times its packed size")
            if member.filename.endswith((".xml", ".rels")):
                found[member.filename] = data = archive.read(member)
                head = data.replace(b"\0", b"")
                if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                    raise ReadError(f"{member.filename} defines its own XML entities, which Word never does. Not read")
        return found


@dataclass(slots=True)
class _Prepared:
    """The parts of a document as a reader sees it, how its styles map to headings, and what was taken out."""

    members: dict[str, bytes]
    style_map: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    extracted: str = ""
    hidden_styles: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, members: dict[str, bytes]) -> _Prepared:
        """Go over the parts that hold text."""
        from lxml import etree

        prepared = cls(dict(members))
        with readable("DOCX", etree.LxmlError):
            if _STYLES in members:
                prepared.styles(_tree(members[_STYLES]))
            for name in (_DOCUMENT, *_NOTES):
                if name in members:
                    tree = _tree(members[name])
                    prepared.part(tree)
                    prepared.members[name] = etree.tostring(tree)
            for name, data in members.items():
                beside = _BESIDE.fullmatch(name)
                if beside and (text := _text(_tree(data))):
                    reason = "comment" if beside[1] == "comments" else f"page {beside[1]}"
                    prepared.left_out.append(LeftOut(reason, text))
        return prepared

    def styles(self, tree: Any) -> None:
        """Which styles are headings, by their outline level or by what they rest on, and which hide their text."""
        styles = {style.get(f"{_WORD}styleId"): style for style in tree.iter(f"{_WORD}style")}
        for style_id, style in styles.items():
            name = _value(style, "name")
            level, hidden, above = 0, False, style
            for _ in range(_MOST_STYLES):
                own = _value(above, "name").casefold()
                outline = above.find(f"{_WORD}pPr/{_WORD}outlineLvl")
                if outline is not None and outline.get(f"{_WORD}val", "9").isdigit():
                    level = level or int(outline.get(f"{_WORD}val", "9")) + 1
                if found := re.fullmatch(r"heading ([1-9])", own):
                    level = level or int(found[1])
                hidden = hidden or _is_on(above.find(f"{_WORD}rPr/{_WORD}vanish"))
                below = styles.get(_value(above, "basedOn"))
                if below is None:
                    break
                above = below
            if hidden and style_id:
                self.hidden_styles.add(style_id)
            if 1 <= level <= 6 and style.get(f"{_WORD}type") == "paragraph" and "'" not in name and "\\" not in name:
                self.style_map.append(f"p[style-name='{name}'] => h{level}:fresh")

    def part(self, tree: Any) -> None:
        """Take text boxes out of their drawings, and what was deleted, moved away or hidden out of the text."""
        _text_boxes(tree)
        _known_elements(tree)
        self.extracted += "\n" + _text(tree)
        for tag, reason in (("del", "deleted text"), ("moveFrom", "moved text")):
            for element in list(tree.iter(f"{_WORD}{tag}")):
                if element.getparent() is not None and element.getparent().tag != f"{_WORD}rPr":
                    self.take_out(element, reason)
        for paragraph in list(tree.iter(f"{_WORD}p")):
            style = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
            if style is not None and _CONTENTS.fullmatch(style.get(f"{_WORD}val", "")):
                self.take_out(paragraph, "table of contents")
        for run in list(tree.iter(f"{_WORD}r")):
            if self.is_hidden(run):
                self.take_out(run, "hidden text")
            elif _is_on(run.find(f"{_WORD}rPr/{_WORD}dstrike")):
                self.take_out(run, "struck through")
        for table in tree.iter(f"{_WORD}tbl"):
            _mark_header(table)

    def is_hidden(self, run: Any) -> bool:
        vanish = run.find(f"{_WORD}rPr/{_WORD}vanish")
        if vanish is not None:
            return _is_on(vanish)
        paragraph = next(run.iterancestors(f"{_WORD}p"), None)
        style = run.find(f"{_WORD}rPr/{_WORD}rStyle")
        own = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle") if paragraph is not None else None
        return any(each is not None and each.get(f"{_WORD}val") in self.hidden_styles for each in (style, own))

    def take_out(self, element: Any, reason: str) -> None:
        text = _text(element)
        if text:
            self.left_out.append(LeftOut(reason, text))
        element.getparent().remove(element)


def _tree(data: bytes) -> Any:
    from lxml import etree

    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError as error:
        if "depth" in str(error).casefold():
            raise ReadError("not a readable DOCX: nested too deeply") from error
        raise


def _value(style: Any, tag: str) -> str:
    found = style.find(f"{_WORD}{tag}")
    return found.get(f"{_WORD}val") or "" if found is not None else ""


def _is_on(element: Any) -> bool:
    return element is not None and element.get(f"{_WORD}val", "1").casefold() not in _OFF


def _text(tree: Any) -> str:
    """The text of a part: paragraphs on lines of their own."""
    return "\n".join(
        line for line in (" ".join(part.split()) for part in "".join(_text_parts(tree)).split("\n")) if line
    )


def _text_parts(tree: Any) -> Iterator[str]:
    for element in tree.iter():
        if element.tag in (f"{_WORD}t", f"{_WORD}delText"):
            if element.tag == f"{_WORD}t" or tree.tag == f"{_WORD}del":
                yield element.text or ""
        elif element.tag == f"{_WORD}p":
            yield "\n"
        elif element.tag in (f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr", f"{_WORD}tc"):
            yield " "
        elif element.tag == f"{_WORD}noBreakHyphen":
            yield "-"


def _known_elements(tree: Any) -> None:
    """Put what mammoth passes over into elements that it knows: fields, formulas, page breaks."""
    for formula in list(tree.iter(f"{_MATH}oMath")):
        run = formula.makeelement(f"{_WORD}r", {})
        text = run.makeelement(f"{_WORD}t", {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
        text.text = " ".join("".join(each.text or "" for each in formula.iter(f"{_MATH}t")).split())
        run.append(text)
        _replace(formula, [run])
    for tag in (f"{_MATH}oMathPara", *(f"{_WORD}{name}" for name in ("fldSimple", "customXml", "dir", "bdo"))):
        for element in reversed(list(tree.iter(tag))):
            _replace(element, list(element))
    for line_break in tree.iter(f"{_WORD}br"):
        line_break.attrib.pop(f"{_WORD}type", None)


def _replace(element: Any, others: Sequence[Any]) -> None:
    parent = element.getparent()
    if parent is not None:
        at = parent.index(element)
        parent[at : at + 1] = others


def _text_boxes(tree: Any) -> None:
    """Put the paragraphs of each text box after the paragraph that holds it; of two renderings one is taken."""
    for choice in list(tree.iter(f"{_CHOICES}AlternateContent")):
        if next(choice.iterancestors(f"{_CHOICES}AlternateContent"), None) is None:
            branches = [branch for branch in choice if next(branch.iter(f"{_WORD}txbxContent"), None) is not None]
            for branch in branches[1:]:
                choice.remove(branch)
    for box in list(tree.iter(f"{_WORD}txbxContent")):
        if next(box.iterancestors(f"{_WORD}txbxContent"), None) is not None or box.getparent() is None:
            continue
        holder = next(box.iterancestors(f"{_WORD}p"), None)
        if holder is None or holder.getparent() is None:
            continue
        parent, at = holder.getparent(), holder.getparent().index(holder) + 1
        for paragraph in reversed(list(box)):
            parent.insert(at, paragraph)


def _mark_header(table: Any) -> None:
    """Make the first row of a table its header where the table is formatted so and the row holds only names."""
    rows = table.findall(f"{_WORD}tr")
    if len(rows) < 2 or next(table.iter(f"{_WORD}tblHeader"), None) is not None:
        return
    look = table.find(f"{_WORD}tblPr/{_WORD}tblLook")
    if look is not None and look.get(f"{_WORD}firstRow", "1") in _OFF:
        return
    names = [_text(cell) for cell in rows[0].findall(f"{_WORD}tc")]
    named = all(name and len(name.split()) <= _LONGEST_NAME and name[-1] not in ".;," for name in names)
    if len(names) < 2 or not named or len(set(names)) < len(names) or any(re.search(r"\d", name) for name in names):
        return
    properties = rows[0].find(f"{_WORD}trPr")
    if properties is None:
        properties = rows[0].makeelement(f"{_WORD}trPr", {})
        rows[0].insert(0, properties)
    properties.append(properties.makeelement(f"{_WORD}tblHeader", {}))


def _html(prepared: _Prepared) -> str:
    import mammoth

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in prepared.members.items():
            archive.writestr(name, data)
    packed.seek(0)
    styles = ("p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => p:fresh", *prepared.style_map)
    with readable("DOCX", ExpatError):
        result = mammoth.convert_to_html(
            packed, convert_image=mammoth.images.img_element(_no_image), style_map="\n".join(styles)
        )
    return str(result.value)


def _no_image(_: Any) -> dict[str, str]:
    return {}
