"""HTML to Markdown: headings, lists, tables and every way in which pages mark a question and its answer."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from faqbot.markdown import is_question
from faqbot.markdown import plain as plain_text
from faqbot.readers.html_elements import (
    BLOCKS,
    CONTROLS,
    MOST_COLUMNS,
    MOST_MADE,
    NOT_TEXT,
    UNSEEN,
    UNSEEN_CLASS,
    cells_of,
    class_of,
    definition_groups,
    elements,
    is_asking,
    is_component,
    is_toggle,
    may_spread,
    parse_html,
    span_of,
    target_of,
    text_of,
)
from faqbot.readers.limits import readable
from faqbot.readers.parsed import LeftOut
from faqbot.readers.postprocess import is_notice
from faqbot.readers.tables import markdown_table, question_table

if TYPE_CHECKING:
    from lxml.html import HtmlElement

BREAK = "\ue000"  # a block of its own: here a part ends, unless a heading follows
_STRONG, _EMPHASIS = frozenset(("b", "strong")), frozenset(("i", "em", "cite", "dfn"))
_LISTS = frozenset(("ul", "ol", "menu"))
_STRUCK = frozenset(("s", "del", "strike"))
_HEADING = re.compile(r"h[1-6]$")
_LONGEST_QUESTION = 40  # words
_SPACE = re.compile(r"\s+")
_SPECIAL = re.compile(r"(?<!\\)([*`])|<(?=[A-Za-z/!])")
_LINE_START = re.compile(r"^(?=#{1,6}\s|>|[-+]\s|\d{1,3}[.)]\s|={3,}\s*$|-{3,}\s*$|```|~~~)", re.MULTILINE)
_BLANKS = re.compile(r"\n{3,}")
_RAISED = str.maketrans("0123456789+-\u2212", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_LABELS = ("question", "title", "label", "heading", "header", "summary", "name")  # of web components


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
        ids = {element.get("id"): element for element in elements(root) if element.get("id")}
        for element in elements(root):
            if element.tag in BLOCKS or is_component(element):
                parent = element.getparent()
                while parent is not None and parent not in self.blocky:
                    self.blocky.add(parent)
                    parent = parent.getparent()
            target = target_of(element)
            panel = ids.get(target) if target else None
            if (
                panel is not None
                and panel is not element
                and panel is not root
                and panel not in element.iterancestors()
            ):
                self.panels.setdefault(panel, element)
                self.openers.add(element)
        for panel in (each for each in elements(root) if each.get("role") == "tabpanel"):
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
            element.tag in BLOCKS
            or is_component(element)
            or element in self.blocky
            or element in self.panels
            or element in self.openers
            or is_toggle(element)
            or is_asking(element)
        )

    def block(self, element: HtmlElement) -> list[str]:
        """The blocks of an element that stands on lines of its own."""
        tag = element.tag
        if tag in NOT_TEXT or tag in ("noscript", "dialog") or element.get("role") in ("dialog", "alertdialog"):
            if tag not in UNSEEN:
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
        if is_toggle(element):
            label = self.plain(element)
            if is_notice(label) or not label:
                self.drop("control", label)
                return []
            return [self.question(label)]
        if is_asking(element):
            text = self.plain(element)
            if (
                text
                and len(text.split()) <= _LONGEST_QUESTION
                and (is_question(text) or "itemprop" in element.attrib or "uestion" in class_of(element))
            ):
                return [self.question(text)]
        label = next((value for name in _LABELS if (value := element.get(name))), "") if "-" in tag else ""
        if is_question(label):
            return [self.question(" ".join(label.split())), *self.answer(element), BREAK]
        if tag in _LISTS:
            return self.items(element, ordered=tag == "ol")
        handler: Callable[[HtmlElement], list[str]] = getattr(self, f"_{tag}", self.children)
        return handler(element)

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
            return self.block(element)
        tabbed = tab and not is_question(label)
        heading = self.head(self.level + 1, label) if tabbed else self.question(label)
        return [heading, *self.answer(element), BREAK]

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
        asking = is_asking(element) or any(map(is_toggle, elements(element)))
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
        asking = any(is_question(self.plain(term)) or any(map(is_toggle, elements(term))) for term in terms)
        found: list[str] = []
        for names, definitions in definition_groups(element):
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

    def items(self, element: HtmlElement, *, ordered: bool) -> list[str]:
        """The items of a list as one block; items that hold headings or questions as blocks of their own."""
        start = int(element.get("start", "1")) if element.get("start", "1").isdigit() else 1
        lines: list[str] = []
        found: list[str] = []
        for number, child in enumerate((each for each in element if isinstance(each.tag, str)), start):
            if child.tag in NOT_TEXT:
                continue
            asking = is_toggle(child) or child in self.panels or is_asking(child)
            inner = self.children(child) if child.tag == "li" and not asking else self.block(child)
            if not inner:
                continue
            if any(part.startswith("#") or part == BREAK for part in inner):
                found += ["\n".join(lines)] if lines else []
                lines = []
                found += inner
                continue
            text = _item_text(inner)
            if child.tag in _LISTS:
                lines.append("  " + text.replace("\n", "\n  "))
                continue
            marker = f"{number}. " if ordered else "- "
            lines.append(marker + re.sub(r"\n(?=[^\n])", "\n" + " " * len(marker), text))
        found += ["\n".join(lines)] if lines else ([BREAK] if found else [])
        loose = _text(element.text).strip() + " ".join(_text(child.tail).strip() for child in element).strip()
        return [*found, loose] if loose else found

    def _blockquote(self, element: HtmlElement) -> list[str]:
        inner = "\n\n".join(part for part in self.answer(element) if part != BREAK)
        return ["\n".join(f"> {line}".rstrip() for line in inner.split("\n"))] if inner else []

    def _pre(self, element: HtmlElement) -> list[str]:
        text = element.text_content().strip("\n")
        if not text.strip():
            return []
        return [_line([_text(text)]) if "```" in text else f"```\n{text}\n```"]

    def _table(self, element: HtmlElement) -> list[str]:
        rows = [row for row in element.iter("tr") if next(row.iterancestors("table"), None) is element]
        caption = next((each for each in element if each.tag == "caption"), None)
        found = [text] if caption is not None and (text := self.plain(caption)) else []
        inside = {"table", "h1", "h2", "h3", "h4", "h5", "h6", "details", "dl"}
        if element.get("role") in ("presentation", "none") or any(
            each.tag in inside for row in rows for each in elements(row)
        ):
            return found + [block for row in rows for cell in cells_of(row) for block in self.children(cell)]
        grid, whole = self.grid(rows)
        if not grid:
            return found
        if max(map(len, grid)) == 1:
            return found + [row[0] for row in grid if row[0]]
        filled = sum(bool(cell) for row in grid for cell in row)
        if len(grid) * len(grid[0]) > max(MOST_MADE, 4 * filled):  # next to nothing but empty cells
            return found + [", ".join(filter(None, row)) for row in grid]
        cells = cells_of(rows[0])
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
        spread = may_spread(rows)
        for down, row in enumerate(rows):
            across = 0
            for cell in cells_of(row):
                while (down, across) in filled and across < MOST_COLUMNS:
                    across += 1
                text = "\n\n".join(part for part in self.answer(cell) if part != BREAK)
                if across >= MOST_COLUMNS:  # no honest table; its text goes into the last column
                    last = (down, MOST_COLUMNS - 1)
                    filled[last] = f"{filled.get(last, '')} {text}".strip()
                    continue
                wide, high = (span_of(cell, "colspan"), span_of(cell, "rowspan")) if spread else (1, 1)
                for below in range(min(high, len(rows) - down)):
                    for beside in range(min(wide, MOST_COLUMNS - across)):
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
            return _text(" ".join((element.get("alt") or "").split()))
        if tag in NOT_TEXT or tag == "noscript":
            if tag not in UNSEEN:
                self.drop(f"<{tag}>", text_of(element))
            return ""
        if tag in CONTROLS and not is_toggle(element):
            self.drop("control", text_of(element))
            return ""
        if element.get("aria-hidden") == "true" and len(text_of(element)) <= 3:
            self.drop("icon", text_of(element))
            return ""
        if UNSEEN_CLASS.search(class_of(element)) and any(map(is_toggle, element.iterancestors())):
            self.drop("label for screen readers", text_of(element))
            return ""
        if tag in _STRUCK:
            self.drop("struck through", text_of(element))
            return ""
        text = self.inside(element)
        if tag == "sup":
            return raised(text)
        if tag in BLOCKS:
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
    """The blocks of a list item: a nested list right below its text, paragraphs, tables and code with a gap."""
    if any("\n" in part and part.startswith(("|", "```")) for part in inner):
        return "\n\n".join(inner)
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
