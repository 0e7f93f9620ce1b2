"""HTML to Markdown: headings, lists, tables and every way in which pages mark a question and its answer."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from faqbot.errors import need
from faqbot.markdown import is_question
from faqbot.markdown import plain as plain_text
from faqbot.readers.limits import Limits, readable, refuse_over
from faqbot.readers.parsed import LeftOut
from faqbot.readers.postprocess import is_notice
from faqbot.readers.tables import markdown_table, question_table

if TYPE_CHECKING:
    from lxml.html import HtmlElement

BREAK = "\ue000"  # a block of its own: here a part ends, unless a heading follows
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]{0,15})\b[^<>]*?(/?)>", re.IGNORECASE)
# Elements whose end is often left out, or that have none: they say nothing about nesting.
_LOOSE = frozenset(
    (
        *("p", "li", "td", "th", "tr", "dt", "dd", "option", "thead", "tbody", "tfoot", "colgroup", "html", "body"),
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"),
    )
)
NOT_TEXT = frozenset(
    ("script", "style", "template", "svg", "head", "object", "iframe", "canvas", "audio", "video", "math")
)
_UNSEEN = frozenset(("script", "style", "template", "head"))
_APART = frozenset(("br", "button", "option", "select", "textarea", "label", "svg"))
_CONTROLS = frozenset(("select", "textarea", "datalist", "input", "button", "progress", "meter"))
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup"),
        *(
            "hr",
            "html",
            "legend",
            "li",
            "main",
            "menu",
            "nav",
            "ol",
            "p",
            "pre",
            "section",
            "summary",
            "table",
            "tbody",
        ),
        *("td", "tfoot", "th", "thead", "tr", "ul", "noscript", "caption"),
    )
)
_STRONG, _EMPHASIS = frozenset(("b", "strong")), frozenset(("i", "em", "cite", "dfn"))
_STRUCK = frozenset(("s", "del", "strike"))
_HEADING = re.compile(r"h[1-6]$")
_ASKING_CLASS = re.compile(
    r"(?:^|[\s_-])(?:question|faq[_-]?q|faq[_-]?(?:title|heading)|accordion[_-]?(?:title|header|heading|trigger|button)|toggle[_-]?title)"
    r"(?:[\s_-]|$)",
    re.IGNORECASE,
)
_CONTAINER_CLASS = re.compile(
    r"(?:^|[\s_-])(?:list|items?|wrap(?:per)?|container|group|section|block)(?:[\s_-]|$)", re.IGNORECASE
)
_UNSEEN_CLASS = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-reader-text|icon|chevron)(?:\s|$)", re.IGNORECASE
)
_LONGEST_QUESTION = 40  # words
_MOST_COLUMNS = 100  # of a table
_MOST_MADE = 10_000  # cells that stand for others, where these are fewer; a table that asks for more is not spread
_SPACE = re.compile(r"\s+")
_SPECIAL = re.compile(r"(?<!\\)([*`])|<(?=[A-Za-z/!])")
_LINE_START = re.compile(r"^(?=#{1,6}\s|>|[-+]\s|\d{1,3}[.)]\s|={3,}\s*$|-{3,}\s*$|```|~~~)", re.MULTILINE)
_MARKUP = re.compile(
    r"<\s*/?\s*[a-zA-Z][a-zA-Z0-9]{0,15}(?:\s[^<>]*)?/?>|&(?:[a-zA-Z]{2,12}|#\d{2,6}|#x[0-9a-fA-F]{2,6});"
)
_BLANKS = re.compile(r"\n{3,}")
_RAISED = str.maketrans("0123456789+-\u2212", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_LABELS = ("question", "title", "label", "heading", "header", "summary", "name")  # of web components


def has_markup(text: str) -> bool:
    """Return whether a text holds HTML tags or entities."""
    return bool(_MARKUP.search(text))


def check_nesting(page: str, limits: Limits) -> None:
    """Raise ReadError for HTML nested so deeply that parsers fail on it."""
    depth = deepest = 0
    for closing, name, alone in _TAG.findall(page):
        if name.casefold() not in _LOOSE and not alone:
            depth = max(0, depth + (-1 if closing else 1))
            deepest = max(deepest, depth)
    refuse_over(limits.tags, deepest, "levels of HTML")


def parse_html(page: str) -> HtmlElement:
    """Return the tree of a page or of a piece of one."""
    try:
        from lxml import etree
        from lxml.html import HTMLParser, document_fromstring
    except ImportError as error:
        raise need("lxml", "build", error) from error
    page = page.replace("\0", "")
    with readable("HTML", etree.LxmlError):
        parser = HTMLParser(remove_pis=True)
        try:
            return document_fromstring(page, parser=parser)
        except etree.ParserError:  # nothing but comments or ends of elements
            return document_fromstring(f"<div>{page}</div>", parser=parser)


def fragment_to_markdown(piece: str) -> str:
    """Return a short piece of HTML, such as a table's cell, as Markdown."""
    if "<" not in piece:
        return html.unescape(piece)
    return convert(parse_html(f"<div>{piece}</div>")).text.strip()


@dataclass(slots=True)
class Converted:
    """The Markdown of a tree, the headings in it that are marked as questions, and what was left out."""

    text: str
    questions: frozenset[str]
    left_out: tuple[LeftOut, ...]


def convert(root: HtmlElement, *, links: bool = False, level: int = 1) -> Converted:
    """Return the text of a tree as Markdown; `level` is that of the heading above it, links are words unless asked."""
    converter = _Converter(links=links, level=level)
    converter.prepare(root)
    with readable("HTML"):
        blocks = converter.children(root)
    return Converted(joined(blocks), frozenset(converter.questions), tuple(converter.left_out))


def joined(blocks: Sequence[str]) -> str:
    """Blocks with blank lines between; a break is a rule where running text follows text."""
    kept: list[str] = []
    for at, block in enumerate(blocks):
        if block == BREAK:
            following = next((each for each in blocks[at + 1 :] if each != BREAK), "#")
            if kept and kept[-1] != "---" and not following.startswith(("#", "---")):
                kept.append("---")
        elif block.strip():
            kept.append(block)
    return _BLANKS.sub("\n\n", "\n\n".join(kept)).strip() + "\n"


@dataclass(slots=True)
class _Converter:
    links: bool
    level: int
    questions: set[str] = field(default_factory=set)
    left_out: list[LeftOut] = field(default_factory=list)
    panels: dict[Any, Any] = field(default_factory=dict)  # what opens: the element that asks
    openers: set[Any] = field(default_factory=set)
    blocky: set[Any] = field(default_factory=set)
    skipped: set[Any] = field(default_factory=set)
    answering: int = 0  # inside an answer, headings are bold lines

    def prepare(self, root: HtmlElement) -> None:
        """Find the elements that hold blocks, and the panels that buttons open."""
        ids = {
            element.get("id"): element for element in root.iter() if isinstance(element.tag, str) and element.get("id")
        }
        for element in root.iter():
            if not isinstance(element.tag, str):
                continue
            if element.tag in _BLOCKS or _is_component(element):
                parent = element.getparent()
                while parent is not None and parent not in self.blocky:
                    self.blocky.add(parent)
                    parent = parent.getparent()
            target = _target(element)
            panel = ids.get(target) if target else None
            if (
                panel is not None
                and panel is not element
                and panel is not root
                and panel not in element.iterancestors()
            ):
                self.panels.setdefault(panel, element)
                self.openers.add(element)
        for panel in (each for each in root.iter() if isinstance(each.tag, str) and each.get("role") == "tabpanel"):
            label = ids.get((panel.get("aria-labelledby") or "").split(" ")[0])
            if panel not in self.panels and label is not None:
                self.panels[panel] = label
                self.openers.add(label)

    # blocks

    def children(self, element: HtmlElement) -> list[str]:
        """The blocks of what is inside an element."""
        found: list[str] = []
        run = [_text(element.text)]

        def flush() -> None:
            text = _line(run)
            if text:
                found.append(text)
            run.clear()

        for child in element:
            if isinstance(child.tag, str) and child not in self.skipped:
                if self.is_block(child):
                    flush()
                    found += self.block(child)
                else:
                    run.append(self.inline(child))
            elif "Comment" in type(child).__name__ and (child.text or "").strip() and len(child.text) < 2000:
                self.drop("comment", child.text)
            run.append(_text(child.tail))
        flush()
        return found

    def is_block(self, element: HtmlElement) -> bool:
        """Whether an element stands on lines of its own."""
        return (
            element.tag in _BLOCKS
            or _is_component(element)
            or element in self.blocky
            or element in self.panels
            or element in self.openers
            or _is_toggle(element)
            or _is_asking(element)
        )

    def block(self, element: HtmlElement) -> list[str]:
        """The blocks of an element that stands on lines of its own."""
        tag = element.tag
        if tag in NOT_TEXT or tag in ("noscript", "dialog") or element.get("role") in ("dialog", "alertdialog"):
            if tag not in ("script", "style", "template", "head"):
                self.drop(f"<{tag}>", text_of(element))
            return []
        if element in self.panels:
            return self.panel(element)
        if self.opens_panel(element):
            return []
        if tag == "nav" or element.get("role") == "navigation":
            self.drop("navigation", text_of(element))
            return []
        if _HEADING.match(tag):
            return self.heading(element, int(tag[1]))
        if _is_toggle(element):
            label = self.plain(element)
            if is_notice(label) or not label:
                self.drop("control", label)
                return []
            return [self.question(label)]
        if _is_asking(element):
            text = self.plain(element)
            if (
                text
                and len(text.split()) <= _LONGEST_QUESTION
                and (is_question(text) or "itemprop" in element.attrib or "uestion" in _class(element))
            ):
                return [self.question(text)]
        label = next((value for name in _LABELS if (value := element.get(name))), "") if "-" in tag else ""
        if is_question(label):
            return [self.question(" ".join(label.split())), *self.answer(element), BREAK]
        handler = getattr(self, f"_{tag}", None)
        if handler is not None:
            return list(handler(element))
        return self.children(element)

    def opens_panel(self, element: HtmlElement) -> bool:
        """Whether an element is no more than what opens a panel, whose own place has its label."""
        if element in self.openers or not self.openers:
            return element in self.openers
        inner = [each for each in element.iter() if each in self.openers]
        return len(inner) == 1 and text_of(inner[0]) == text_of(element)

    def panel(self, element: HtmlElement) -> list[str]:
        """What a button opens: an answer under the button's text."""
        opener = self.panels.pop(element)
        label = self.plain(opener)
        tab = opener.get("role") == "tab" or element.get("role") == "tabpanel"
        if not label or is_notice(label):
            self.drop("control", label)
            return [*self.block(element)]
        if tab and not is_question(label):
            heading = self.head(self.level + 1, label)
            return [heading, *self.answer(element), BREAK]
        return [self.question(label), *self.answer(element), BREAK]

    def answer(self, element: HtmlElement) -> list[str]:
        """The blocks of an answer, in which headings are bold lines."""
        self.answering += 1
        found = self.children(element)
        self.answering -= 1
        return found

    def question(self, text: str) -> str:
        """A heading that is a question, below the headings of the page."""
        if self.answering:
            return f"**{text}**"
        self.questions.add(plain_text(text))
        return f"{'#' * min(self.level + 1, 6)} {text}"

    def head(self, level: int, text: str) -> str:
        return f"**{text}**" if self.answering else f"{'#' * min(level, 6)} {text}"

    def heading(self, element: HtmlElement, level: int) -> list[str]:
        text = self.plain(element)
        if not text:
            return []
        asking = _is_asking(element) or any(_is_toggle(each) for each in element.iter() if isinstance(each.tag, str))
        if asking and not is_notice(text) and not self.answering:
            self.questions.add(plain_text(text))
        elif not self.answering and not is_question(text):
            self.level = level
        return [self.head(level, text)]

    def plain(self, element: HtmlElement) -> str:
        """The text of an element on one line, without emphasis."""
        return " ".join(re.sub(r"(?<!\\)\*+", "", self.inside(element)).split())

    def drop(self, reason: str, text: str) -> None:
        flat = " ".join((text or "").split())
        if flat:
            self.left_out.append(LeftOut(reason, flat))

    def _p(self, element: HtmlElement) -> list[str]:
        return self.children(element)

    def _br(self, element: HtmlElement) -> list[str]:
        return []

    def _hr(self, element: HtmlElement) -> list[str]:
        return [BREAK if self.answering else "---"]

    def _details(self, element: HtmlElement) -> list[str]:
        summary = next((child for child in element if child.tag == "summary"), None)
        label = self.plain(summary) if summary is not None else ""
        if summary is not None:
            self.skipped.add(summary)
        if not label or is_notice(label):
            self.drop("control", label)
            return self.children(element)
        if any(child.tag == "details" for child in element.iterdescendants()):  # a group of questions
            level, self.level = self.level, self.level + 1
            found = [self.head(self.level, label), *self.children(element), BREAK]
            self.level = level
            return found
        return [self.question(label), *self.answer(element), BREAK]

    def _summary(self, element: HtmlElement) -> list[str]:
        label = self.plain(element)
        return [self.question(label)] if label else []

    def _dl(self, element: HtmlElement) -> list[str]:
        terms = list(element.iter("dt"))
        asking = any(is_question(self.plain(term)) or any(map(_is_toggle, _elements(term))) for term in terms)
        found: list[str] = []
        for names, definitions in _groups(element):
            labels = [label for name in names if (label := self.plain(name))]
            self.panels = {panel: opener for panel, opener in self.panels.items() if panel not in definitions}
            if asking:
                answers = [block for each in definitions for block in self.answer(each)]
                for label in labels:
                    found += [self.question(label), *answers]
                found += [] if labels else answers
                continue
            inner = [self.children(each) for each in definitions]
            if labels and inner and all(len(blocks) == 1 and "\n" not in blocks[0] for blocks in inner):
                found.append(f"- **{', '.join(labels)}**: {'; '.join(blocks[0] for blocks in inner)}")
            else:
                found += [f"**{', '.join(labels)}**"] if labels else []
                found += [block for blocks in inner for block in blocks]
        return [*_tight(found), BREAK] if asking else _tight(found)

    def _ul(self, element: HtmlElement) -> list[str]:
        return self.items(element, ordered=False)

    def _menu(self, element: HtmlElement) -> list[str]:
        return self.items(element, ordered=False)

    def _ol(self, element: HtmlElement) -> list[str]:
        return self.items(element, ordered=True)

    def items(self, element: HtmlElement, *, ordered: bool) -> list[str]:
        """The items of a list as one block; items that hold headings or questions as blocks of their own."""
        start = int(element.get("start", "1")) if element.get("start", "1").isdigit() else 1
        lines: list[str] = []
        found: list[str] = []
        for number, child in enumerate((each for each in element if isinstance(each.tag, str)), start):
            if child.tag in NOT_TEXT:
                continue
            inner = (
                self.block(child)
                if child.tag in ("ul", "ol", "menu")
                else (
                    self.children(child)
                    if child.tag == "li"
                    and not _is_toggle(child)
                    and child not in self.panels
                    and not _is_asking(child)
                    else self.block(child)
                )
            )
            if not inner:
                continue
            if any(part.startswith("#") or part == BREAK for part in inner):
                found += ["\n".join(lines)] if lines else []
                lines = []
                found += inner
                continue
            marker = f"{number}. " if ordered else "- "
            indent = " " * len(marker)
            text = (
                "\n\n".join(inner)
                if any("\n" in part and part.startswith(("|", "```")) for part in inner)
                else _item_text(inner)
            )
            body = re.sub(r"\n(?=[^\n])", f"\n{indent}", text)
            lines.append(body if child.tag in ("ul", "ol", "menu") else f"{marker}{body}")
            if child.tag in ("ul", "ol", "menu"):
                lines[-1] = "  " + text.replace("\n", "\n  ")
        found += ["\n".join(lines)] if lines else ([BREAK] if found else [])
        loose = _text(element.text).strip() + " ".join(_text(child.tail).strip() for child in element).strip()
        return [*found, loose] if loose else found

    def _blockquote(self, element: HtmlElement) -> list[str]:
        inner = "\n\n".join(part for part in self.answer(element) if part != BREAK)
        return ["\n".join(f"> {line}".rstrip() for line in inner.split("\n"))] if inner else []

    def _pre(self, element: HtmlElement) -> list[str]:
        text = element.text_content().strip("\n")
        return (
            [f"```\n{text}\n```"]
            if text.strip() and "```" not in text
            else ([_line([_text(text)])] if text.strip() else [])
        )

    def _table(self, element: HtmlElement) -> list[str]:
        rows = [row for row in element.iter("tr") if _owner(row, "table") is element]
        caption = next((each for each in element if each.tag == "caption"), None)
        found = [text] if caption is not None and (text := self.plain(caption)) else []
        inside = {"table", "h1", "h2", "h3", "h4", "h5", "h6", "details", "dl"}
        if element.get("role") in ("presentation", "none") or any(
            each.tag in inside for row in rows for each in row.iter() if isinstance(each.tag, str)
        ):
            return found + [block for row in rows for cell in _cells(row) for block in self.children(cell)]
        grid, whole = self.grid(rows)
        if not grid:
            return found
        if max(map(len, grid)) == 1:
            return found + [row[0] for row in grid if row[0]]
        filled = sum(bool(cell) for row in grid for cell in row)
        if len(grid) * len(grid[0]) > max(_MOST_MADE, 4 * filled):  # next to nothing but empty cells
            return found + [", ".join(filter(None, row)) for row in grid]
        cells = _cells(rows[0])
        header = all(cell.tag == "th" for cell in cells) or rows[0].getparent().tag == "thead"
        table = question_table(whole)
        if table is not None:
            for question, answer in table.pairs:
                found += [self.question(" ".join(question.split())), answer]
            for name, text in table.left_out:
                self.drop(f"column {name}", text)
            return [*found, BREAK]
        rows_shown = grid if header else [tuple("" for _ in grid[0]), *grid]
        return [*found, markdown_table(rows_shown)]

    def grid(self, rows: Sequence[HtmlElement]) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
        """The texts of a table's cells in rows of equal width, each on one line and with its own paragraphs.

        A cell over several rows stands in each of them, one over several columns in the first.
        """
        filled: dict[tuple[int, int], str] = {}
        spread = _spread(rows)
        for down, row in enumerate(rows):
            across = 0
            for cell in _cells(row):
                while (down, across) in filled and across < _MOST_COLUMNS:
                    across += 1
                text = "\n\n".join(part for part in self.answer(cell) if part != BREAK)
                if across >= _MOST_COLUMNS:  # no honest table; its text goes into the last column
                    last = (down, _MOST_COLUMNS - 1)
                    filled[last] = f"{filled.get(last, '')} {text}".strip()
                    continue
                wide, high = (_span(cell, "colspan"), _span(cell, "rowspan")) if spread else (1, 1)
                for below in range(min(high, len(rows) - down)):
                    for beside in range(min(wide, _MOST_COLUMNS - across)):
                        filled[down + below, across + beside] = text if beside == 0 else ""
                across += wide
        columns = sorted({across for (_, across), text in filled.items() if text})
        whole = [tuple(filled.get((down, across), "") for across in columns) for down in range(len(rows))]
        whole = [row for row in whole if any(row)]
        return [tuple(" ".join(cell.split()) for cell in row) for row in whole], whole

    # inline

    def inside(self, element: HtmlElement) -> str:
        """The running text of an element and all in it."""
        parts = [_text(element.text)]
        for child in element:
            if isinstance(child.tag, str):
                parts.append(self.inline(child))
            parts.append(_text(child.tail))
        return "".join(parts)

    def inline(self, element: HtmlElement) -> str:
        """An element within running text."""
        tag = element.tag
        if tag == "br":
            return "\n"
        if tag == "img":
            alt = " ".join((element.get("alt") or "").split())
            return _text(alt)
        if tag in NOT_TEXT or tag == "noscript":
            if tag not in ("script", "style", "template", "head"):
                self.drop(f"<{tag}>", text_of(element))
            return ""
        if tag in _CONTROLS and not _is_toggle(element):
            self.drop("control", text_of(element))
            return ""
        if element.get("aria-hidden") == "true" and len(text_of(element)) <= 3:
            self.drop("icon", text_of(element))
            return ""
        if _UNSEEN_CLASS.search(_class(element)) and any(map(_is_toggle, element.iterancestors())):
            self.drop("label for screen readers", text_of(element))
            return ""
        if tag in _STRUCK:
            self.drop("struck through", text_of(element))
            return ""
        text = self.inside(element)
        if tag == "sup":
            return raised(text)
        if tag in _BLOCKS:
            return f" {text} "
        if tag in _STRONG or tag in _EMPHASIS:
            return _marked(text, "**" if tag in _STRONG else "*")
        if tag == "code" and "`" not in text and text.strip():
            return f"`{html.unescape(text.strip())}`".replace("\\", "")
        href = (element.get("href") or "").strip()
        if (
            tag == "a"
            and self.links
            and href.startswith("http")
            and text.strip()
            and ")" not in href
            and " " not in href
        ):
            return f"[{' '.join(text.split())}]({href})"
        return text


def raised(text: str) -> str:
    """Digits above the line as such, since 10 to the power of 3 is not 103; "a" and "st" as they are."""
    return text.translate(_RAISED) if re.fullmatch(r"\s*[-+\u2212]?\d{1,3}\s*", text) else text


def text_of(element: HtmlElement) -> str:
    """Return all text in an element on one line, but scripts and styles; words are apart where blocks are."""
    return " ".join("".join(_texts(element)).split())


def _texts(element: HtmlElement) -> Iterator[str]:
    """Pieces of text in document order, without recursion."""
    from lxml import etree

    skip: HtmlElement | None = None
    for event, each in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        known = event in ("start", "end") and (each.tag in _BLOCKS or each.tag in _APART or _is_component(each))
        apart = " " if known else ""
        if event == "start" and skip is None:
            if each.tag in _UNSEEN:
                skip = each
            else:
                yield f"{apart}{each.text or ''}"
        elif event == "end" and each is skip:
            skip = None
        if event != "start" and skip is None and each is not element:
            yield f"{apart}{each.tail or ''}"


def _text(text: str | None) -> str:
    """Characters of a text node, those that would be Markdown escaped."""
    if not text:
        return ""
    return _SPECIAL.sub(lambda found: "\\" + found[0], _SPACE.sub(" ", text))


def _line(run: Sequence[str]) -> str:
    """Running text as lines: those of the page's own breaks, with white space as it reads."""
    lines = (" ".join(part.split()) for part in "".join(run).split("\n"))
    text = "  \n".join(line for line in lines if line)
    text = re.sub(r"(?<=\S)\*\*\*\*(?=\S)", "", text)
    return _LINE_START.sub(lambda found: "\\", text) if _LINE_START.search(text) else text


def _marked(text: str, mark: str) -> str:
    """Text with emphasis marks right at its words, line by line."""
    parts = []
    for part in text.split("\n"):
        bare = part.strip()
        if not bare or bare.startswith("*"):
            parts.append(part)
            continue
        at = part.index(bare)
        parts.append(f"{part[:at]}{mark}{bare}{mark}{part[at + len(bare) :]}")
    return "\n".join(parts)


def _item_text(inner: Sequence[str]) -> str:
    """The blocks of a list item: a nested list right below its text, paragraphs with a gap."""
    text = inner[0]
    for part in inner[1:]:
        text += ("\n" if re.match(r"(?:- |\d+\. )", part) else "\n\n") + part
    return text


def _tight(blocks: list[str]) -> list[str]:
    """Neighbouring items of definitions as one list."""
    found: list[str] = []
    for block in blocks:
        if found and block.startswith("- **") and found[-1].startswith("- **"):
            found[-1] += f"\n{block}"
        else:
            found.append(block)
    return found


def _groups(element: HtmlElement) -> Iterator[tuple[list[HtmlElement], list[HtmlElement]]]:
    """The terms that stand together, with the definitions below them."""
    names: list[HtmlElement] = []
    definitions: list[HtmlElement] = []
    for child in _definitions(element):
        if child.tag == "dt" and definitions:
            yield names, definitions
            names, definitions = [], []
        (names if child.tag == "dt" else definitions).append(child)
    if names or definitions:
        yield names, definitions


def _elements(element: HtmlElement) -> Iterator[HtmlElement]:
    return (each for each in element.iter() if isinstance(each.tag, str))


def _definitions(element: HtmlElement) -> Iterator[HtmlElement]:
    """Terms and definitions of a list, also those in a div around each group."""
    for child in element:
        if child.tag in ("dt", "dd"):
            yield child
        elif child.tag == "div":
            yield from _definitions(child)


def _owner(element: HtmlElement, tag: str) -> HtmlElement | None:
    return next(iter(element.iterancestors(tag)), None)


def _cells(row: HtmlElement) -> list[HtmlElement]:
    return [cell for cell in row if cell.tag in ("td", "th")]


def _span(cell: HtmlElement, name: str) -> int:
    value = cell.get(name, "1").strip()
    return max(int(value), 1) if value.isdigit() and len(value) < 6 else 1


def _spread(rows: Sequence[HtmlElement]) -> bool:
    """Whether cells may stand in all rows and columns that they span: an honest table makes few cells more by it."""
    cells = [(down, cell) for down, row in enumerate(rows) for cell in _cells(row)]
    made = sum(
        min(_span(cell, "colspan"), _MOST_COLUMNS) * min(_span(cell, "rowspan"), len(rows) - down)
        for down, cell in cells
    )
    return made - len(cells) <= max(_MOST_MADE, len(cells))


def _is_component(element: HtmlElement) -> bool:
    """Whether an element is one of a page's own, or goes into one."""
    return "-" in element.tag or element.get("slot") is not None


def _class(element: HtmlElement) -> str:
    return f"{element.get('class', '')}"


def _is_toggle(element: HtmlElement) -> bool:
    """Whether an element opens and shuts something, as the questions of an accordion do."""
    button = element.tag == "button" or element.get("role") in ("button", "tab")
    return element.get("aria-expanded") is not None and (
        button or element.tag in ("a", "summary", "div", "h2", "h3", "h4", "span", "li", "p", "dt")
    )


def _is_asking(element: HtmlElement) -> bool:
    """Whether the page says that an element is a question: by microdata or by its class."""
    if element.get("itemprop") == "name" and any(
        "Question" in (each.get("itemtype") or "") for each in element.iterancestors()
    ):
        first = next((each for each in element.iterancestors() if each.get("itemtype")), None)
        return first is not None and first.get("itemtype", "").rstrip("/").endswith("Question")
    name = _class(element)
    return (
        bool(name)
        and element.tag in ("div", "p", "span", "li", "a", "strong", "label", "h2", "h3", "h4", "h5", "h6")
        and bool(_ASKING_CLASS.search(name))
        and not _CONTAINER_CLASS.search(name)
    )


def _target(element: HtmlElement) -> str:
    """The id of what an element opens."""
    toggles = (
        element.get("aria-expanded") is not None
        or element.get("role") == "tab"
        or element.get("data-toggle")
        or element.get("data-bs-toggle")
    )
    if not toggles:
        return ""
    for name in ("aria-controls", "data-bs-target", "data-target", "href"):
        value = (element.get(name) or "").strip()
        if name == "aria-controls" and value:
            return value.split(" ")[0]
        if value.startswith("#") and len(value) > 1:
            return value[1:]
    return ""
