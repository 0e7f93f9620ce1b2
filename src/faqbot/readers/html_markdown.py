"""HTML goes in, Markdown comes out; the only door to markdownify and its parser."""

import re

from faqbot.errors import need
from faqbot.readers.limits import Limits, readable, refuse_over

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]{0,15})\b[^<>]*?(/?)>", re.IGNORECASE)
# Elements whose end is often left out, or that have none: they say nothing about nesting.
_LOOSE = frozenset(
    (
        *("p", "li", "td", "th", "tr", "dt", "dd", "option", "thead", "tbody", "tfoot", "colgroup", "html", "body"),
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"),
    )
)
_NO_CONTENT = ("script", "style", "noscript", "template", "iframe", "object", "svg", "head", "form", "nav", "footer")
_BOLD_LINE = re.compile(r"^\*\*([^*\n]{3,100})\*\*$", re.MULTILINE)
_BLANKS = re.compile(r"\n{3,}")
_SPACE_BEFORE_END = re.compile(r"[ \t]+$", re.MULTILINE)


def check_nesting(page: str, limits: Limits) -> None:
    """Raise ReadError for HTML nested so deeply that parsers fail on it."""
    depth = deepest = 0
    for closing, name, alone in _TAG.findall(page):
        if name.casefold() not in _LOOSE and not alone:
            depth = max(0, depth + (-1 if closing else 1))
            deepest = max(deepest, depth)
    refuse_over(limits.tags, deepest, "levels of HTML")


def to_markdown(page: str, *, links: bool = False) -> str:
    """All text of a page with headings, lists and tables, without scripts; links only by their words unless asked."""
    try:
        from bs4 import BeautifulSoup
        from markdownify import MarkdownConverter
    except ImportError as error:
        raise need("markdownify", "build", error) from error
    with readable("HTML"):
        soup = BeautifulSoup(f"<div>{page}</div>", "lxml")
        for element in soup(_NO_CONTENT):
            element.decompose()
        converter = MarkdownConverter(heading_style="ATX", bullets="-", strip=["img"] if links else ["a", "img"])
        text = str(converter.convert_soup(soup))
    return _tidy(text)


def bold_lines_as_headings(text: str) -> str:
    """Paragraphs that are one bold line become headings, where a text has no real ones; its first line the title."""
    if re.search(r"^#{1,6} ", text, re.MULTILINE):
        return text
    return _BOLD_LINE.sub(lambda found: f"{'##' if found.start() else '#'} {found[1]}", text)


def _tidy(text: str) -> str:
    return _BLANKS.sub("\n\n", _SPACE_BEFORE_END.sub("", text)).strip() + "\n"
