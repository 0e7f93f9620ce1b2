"""Markdown of a passage or an article as inert HTML, with the answering sentences marked.

markdown-it renders, nh3 removes whatever is not on the list below. Raw HTML stays text, links lead to http and https
only, pictures come from the index. In a passage a heading becomes a bold line: it cannot pose as a part of the page.
"""

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, unquote

from faqbot.errors import need
from faqbot.types import Span
from faqbot.ui.html import clean, escape, web_link, with_language

# Private characters that stand for a tag until the HTML is safe; what documents hold of them is removed first.
_MARK, _MARK_END, _REF, _REF_END = "\ue000", "\ue001", "\ue002", "\ue003"
_PRIVATE = re.compile("[\ue000-\ue003]")
_TEXT_KINDS = ("text", "code_inline", "code_block", "fence", "softbreak", "hardbreak")
_CLOSING = ".!?,;:)]\"'”’%"  # punctuation that belongs to the marked sentence before it
_TAGS = {
    "p", "ul", "ol", "li", "em", "strong", "s", "a", "blockquote", "code", "pre", "hr", "br", "img",
    "table", "thead", "tbody", "tr", "th", "td", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
_ATTRIBUTES = {"p": {"class"}, "ol": {"start"}, "a": {"href"}, "th": {"scope"}, "img": {"src", "alt", "loading"}}
_PICTURE = re.compile(r"[^:?#\\]+\.(?:svg|png|jpe?g|webp)", re.IGNORECASE)
_SCROLL = '<div class="scroll" tabindex="0" role="group" aria-label="{}"><table>'


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a text needs to know of the place it is shown at.

    `document_id` is what pictures are relative to and `root` leads from the page to the server's root. `marks` are
    the source marks with an entry, whose element ids begin with `entry`.
    """

    document_id: str = ""
    root: str = ""
    marks: Collection[str] = ()
    entry: str = ""
    table: str = "Table"


HERE = Surroundings()


def passage_html(text: str, highlights: Iterable[Span] = (), context: str = "", *, place: Surroundings = HERE) -> str:
    """Return the passage as HTML, its context before it, each span of `highlights` (of `text`) inside <mark>."""
    source, offset = _with_context(_PRIVATE.sub(" ", text), context)
    tokens = _parser().parse(source)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "p"
            token.attrs = {"class": "subheading"} if token.type == "heading_open" else {}
    _mark_spans(tokens, source, ((offset + start, offset + end) for start, end in highlights))
    return _rendered(tokens, place)


def article_html(text: str, passage: Span, title: str, *, place: Surroundings = HERE) -> str:
    """Return a document as HTML without the heading that only repeats `title`; the passage starts at #passage.

    Headings follow in order from <h2>, whatever levels the document skips.
    """
    source = _PRIVATE.sub(" ", text)
    tokens = _parser().parse(source)
    _mark_spans(tokens, source, [passage])
    if tokens and tokens[0].type == "heading_open" and tokens[1].content.strip() == title.strip():
        tokens = tokens[3:]
    _order_headings(tokens)
    return _rendered(tokens, place).replace("<mark>", '<mark id="passage">', 1)


def plain_text(text: str) -> str:
    """Return the words of the Markdown without its marks, one space between them."""
    blocks = (_leaves(token.children) if token.children else _leaves([token]) for token in _parser().parse(text))
    return " ".join(" ".join("".join(leaf.content or " " for leaf in block) for block in blocks).split())


def picture_path(source: str, document_id: str) -> str:
    """Return the path below the corpus folder of a picture that a document names, "" for one from anywhere else."""
    path = unquote(source)
    if not _PICTURE.fullmatch(path) or path.startswith("/"):
        return ""
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(document_id), path))
    return "" if joined.startswith("..") else joined


def _with_context(text: str, context: str) -> tuple[str, int]:
    """The Markdown to show, and where `text` begins in it: a table's rows go right under their header."""
    if not context:
        return text, 0
    if not (text.lstrip().startswith("|") and "|" in context):
        return f"{context}\n\n{text}", len(context) + 2
    cells = context.strip().splitlines()[0].strip().strip("|").split("|")
    header = f"|{'|'.join(cells)}|\n{'|---' * len(cells)}|"
    return f"{header}\n{text}", len(header) + 1


@cache
def _parser() -> Any:
    try:
        from markdown_it import MarkdownIt
    except ImportError as error:
        raise need("markdown-it-py", "web", error) from error
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})
    parser.enable(["table", "strikethrough"]).disable(["html_block", "html_inline", "reference"])
    parser.validateLink = lambda url: bool(web_link(url) or picture_path(url, ""))  # type: ignore[method-assign]
    return parser


@cache
def _sanitizer() -> Callable[[str], str]:
    try:
        import nh3
    except ImportError as error:
        raise need("nh3", "web", error) from error
    cleaner = nh3.Cleaner(
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https"},
        set_tag_attribute_values={"a": {"target": "_blank"}},
        link_rel="noopener noreferrer",
    )
    return cleaner.clean


def _rendered(tokens: Sequence[Any], place: Surroundings) -> str:
    _prepare(tokens, place)
    html = clean(_sanitizer()(_parser().renderer.render(tokens, _parser().options, {})))
    html = with_language(html.replace(_MARK, "<mark>").replace(_MARK_END, "</mark>"))
    html = re.sub(
        f"{_REF}([^{_REF_END}]*){_REF_END}",
        lambda found: f'<a class="ref" href="#{place.entry}{found[1]}" role="doc-noteref">[{found[1]}]</a>',
        html,
    )
    return html.replace("<table>", _SCROLL.format(escape(place.table))).replace("</table>", "</table></div>")


def _prepare(tokens: Sequence[Any], place: Surroundings) -> None:
    """Give cells their scope, pictures their address and source marks their link; other attributes are left out."""
    inside_link = False
    for token in tokens:
        if token.type in ("th_open", "td_open"):
            token.attrs = {"scope": "col"} if token.type == "th_open" else {}
        elif token.type == "link_open":
            inside_link = True
            token.attrs = {"href": web_link(str(token.attrs.get("href", "")))}
        elif token.type == "link_close":
            inside_link = False
        elif token.type == "image":
            _prepare_image(token, place)
        elif token.type == "text" and place.marks and not inside_link:
            token.content = _with_references(token.content, place.marks)
        _prepare(token.children or () if token.type != "image" else (), place)


def _prepare_image(token: Any, place: Surroundings) -> None:
    """A picture of the index is loaded when it is shown; of any other only its text alternative is left."""
    path = picture_path(str(token.attrs.get("src", "")), place.document_id)
    if path:
        token.attrs = {"src": f"{place.root}pictures/{quote(path)}", "alt": "", "loading": "lazy"}
    else:
        token.type, token.tag = "text", ""
        token.content = clean(token.content)


def _with_references(text: str, marks: Collection[str]) -> str:
    """The text with each [mark] that has an entry between the private characters for a link."""

    def linked(found: re.Match[str]) -> str:
        before, mark, after = found.groups()
        return f"{before}{_REF}{mark}{_REF_END}{after}" if mark in marks else found.group()

    return re.sub(rf"\[({_MARK}?)(\w{{1,12}})({_MARK_END}?)\]", linked, text)


def _order_headings(tokens: Sequence[Any]) -> None:
    """Renumber headings so that none skips a level, beginning with <h2> below the page's title."""
    above: list[int] = []
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1:])
            while above and above[-1] >= level:
                above.pop()
            above.append(level)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, len(above) + 1)}"


def _mark_spans(tokens: Sequence[Any], source: str, spans: Iterable[Span]) -> None:
    """Put the characters for <mark> around the parts of the leaves that show the spans of `source`."""
    leaves = list(_leaves(tokens))
    marked: dict[int, tuple[Any, int, int]] = {}
    for start, end in spans:
        for leaf, at in _places(leaves, _letters(source[start:end]), len(_letters(source[:start]))):
            _, first, last = marked.get(id(leaf), (leaf, at, at))
            marked[id(leaf)] = (leaf, min(first, at), max(last, at))
    for leaf, first, last in marked.values():
        text, end = leaf.content, last + 1
        while end < len(text) and text[end] in _CLOSING:
            end += 1
        leaf.content = f"{text[:first]}{_MARK}{text[first:end]}{_MARK_END}{text[end:]}"


def _leaves(tokens: Sequence[Any]) -> Iterator[Any]:
    for token in tokens:
        if token.type in _TEXT_KINDS:
            yield token
        if token.type != "image":
            yield from _leaves(token.children or ())


def _letters(source: str) -> str:
    """Only the letters and digits that show: what stays the same whatever marks stand around them."""
    return "".join(char for leaf in _leaves(_parser().parse(source)) for char in leaf.content if char.isalnum())


def _places(leaves: Sequence[Any], wanted: str, expected: int) -> Iterator[tuple[Any, int]]:
    """The leaf and the place in it of each character of the occurrence of `wanted` nearest to `expected`."""
    places = [(leaf, at) for leaf in leaves for at, char in enumerate(leaf.content) if char.isalnum()]
    shown = "".join(leaf.content[at] for leaf, at in places)
    after = shown.find(wanted, expected) if wanted else -1
    before = shown.rfind(wanted, 0, expected + len(wanted)) if wanted else -1
    found = [place for place in (before, after) if place >= 0]
    start = min(found, key=lambda place: abs(place - expected), default=0)
    yield from places[start : start + len(wanted)] if found else ()
