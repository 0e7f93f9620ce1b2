"""Pages as trees of elements: parsing, their text, and which of them are blocks, questions, toggles and cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from faqbot.readers.limits import Limits, readable, refuse_over

if TYPE_CHECKING:
    from lxml.html import HtmlElement

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
UNSEEN = frozenset(("script", "style", "template", "head"))
_APART = frozenset(("br", "button", "option", "select", "textarea", "label", "svg"))
CONTROLS = frozenset(("select", "textarea", "datalist", "input", "button", "progress", "meter"))
BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup"),
        *("hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table"),
        *("tbody", "td", "tfoot", "th", "thead", "tr", "ul", "noscript", "caption"),
    )
)
_ASKING_CLASS = re.compile(
    r"(?:^|[\s_-])(?:question|faq[_-]?q|faq[_-]?(?:title|heading)|accordion[_-]?(?:title|header|heading|trigger|button)|toggle[_-]?title)"
    r"(?:[\s_-]|$)",
    re.IGNORECASE,
)
_CONTAINER_CLASS = re.compile(
    r"(?:^|[\s_-])(?:list|items?|wrap(?:per)?|container|group|section|block)(?:[\s_-]|$)", re.IGNORECASE
)
UNSEEN_CLASS = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-reader-text|icon|chevron)(?:\s|$)", re.IGNORECASE
)
MOST_COLUMNS = 100  # of a table
MOST_MADE = 10_000  # cells that stand for others, where these are fewer; a table that asks for more is not spread
_MARKUP = re.compile(
    r"<\s*/?\s*[a-zA-Z][a-zA-Z0-9]{0,15}(?:\s[^<>]*)?/?>|&(?:[a-zA-Z]{2,12}|#\d{2,6}|#x[0-9a-fA-F]{2,6});"
)


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
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    page = page.replace("\0", "")
    with readable("HTML", etree.LxmlError):
        parser = HTMLParser(remove_pis=True)
        try:
            return document_fromstring(page, parser=parser)
        except etree.ParserError:  # nothing but comments or ends of elements
            return document_fromstring(f"<div>{page}</div>", parser=parser)


def text_of(element: HtmlElement) -> str:
    """Return all text in an element on one line, but scripts and styles; words are apart where blocks are."""
    return " ".join("".join(_texts(element)).split())


def _texts(element: HtmlElement) -> Iterator[str]:
    """Pieces of text in document order, without recursion."""
    from lxml import etree

    skip: HtmlElement | None = None
    for event, each in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        known = event in ("start", "end") and (each.tag in BLOCKS or each.tag in _APART or is_component(each))
        apart = " " if known else ""
        if event == "start" and skip is None:
            if each.tag in UNSEEN:
                skip = each
            else:
                yield f"{apart}{each.text or ''}"
        elif event == "end" and each is skip:
            skip = None
        if event != "start" and skip is None and each is not element:
            yield f"{apart}{each.tail or ''}"


def definition_groups(element: HtmlElement) -> Iterator[tuple[list[HtmlElement], list[HtmlElement]]]:
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


def elements(element: HtmlElement) -> Iterator[HtmlElement]:
    """Yield an element and all in it, without comments."""
    return (each for each in element.iter() if isinstance(each.tag, str))


def _definitions(element: HtmlElement) -> Iterator[HtmlElement]:
    """Terms and definitions of a list, also those in a div around each group."""
    for child in element:
        if child.tag in ("dt", "dd"):
            yield child
        elif child.tag == "div":
            yield from _definitions(child)


def cells_of(row: HtmlElement) -> list[HtmlElement]:
    """Return the cells of a table's row."""
    return [cell for cell in row if cell.tag in ("td", "th")]


def span_of(cell: HtmlElement, name: str) -> int:
    """Return a cell's colspan or rowspan, 1 where none is stated that can be read."""
    value = cell.get(name, "1").strip()
    return max(int(value), 1) if value.isdigit() and len(value) < 6 else 1


def may_spread(rows: Sequence[HtmlElement]) -> bool:
    """Whether cells may stand in all rows and columns that they span: an honest table makes few cells more by it."""
    cells = [(down, cell) for down, row in enumerate(rows) for cell in cells_of(row)]
    made = sum(
        min(span_of(cell, "colspan"), MOST_COLUMNS) * min(span_of(cell, "rowspan"), len(rows) - down)
        for down, cell in cells
    )
    return made - len(cells) <= max(MOST_MADE, len(cells))


def is_component(element: HtmlElement) -> bool:
    """Whether an element is one of a page's own, or goes into one."""
    return "-" in element.tag or element.get("slot") is not None


def class_of(element: HtmlElement) -> str:
    """Return the names of an element's classes."""
    return f"{element.get('class', '')}"


def is_toggle(element: HtmlElement) -> bool:
    """Whether an element opens and shuts something, as the questions of an accordion do."""
    button = element.tag == "button" or element.get("role") in ("button", "tab")
    return element.get("aria-expanded") is not None and (
        button or element.tag in ("a", "summary", "div", "h2", "h3", "h4", "span", "li", "p", "dt")
    )


def is_asking(element: HtmlElement) -> bool:
    """Whether the page says that an element is a question: by microdata or by its class."""
    if element.get("itemprop") == "name" and any(
        "Question" in (each.get("itemtype") or "") for each in element.iterancestors()
    ):
        first = next((each for each in element.iterancestors() if each.get("itemtype")), None)
        return first is not None and first.get("itemtype", "").rstrip("/").endswith("Question")
    name = class_of(element)
    return (
        bool(name)
        and element.tag in ("div", "p", "span", "li", "a", "strong", "label", "h2", "h3", "h4", "h5", "h6")
        and bool(_ASKING_CLASS.search(name))
        and not _CONTAINER_CLASS.search(name)
    )


def target_of(element: HtmlElement) -> str:
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
