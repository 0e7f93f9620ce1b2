"""The Markdown of a passage -> inert HTML with the answering sentences marked.

Whatever a document says, what comes out has no raw HTML, no images, no scripts, no styles and no form; links lead to
http and https addresses only. A heading becomes a bold line, so that no passage can pose as a part of the page.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from faqbot.errors import need
from faqbot.types import Span
from faqbot.ui.html import clean, escape, web_link

_TEXT_KINDS = ("text", "code_inline", "code_block", "fence", "softbreak", "hardbreak")


def passage_html(text: str, highlights: Iterable[Span] = (), context: str = "") -> str:
    """The passage as HTML, its context before it, each span of `highlights` (of `text`) inside <mark>."""
    source, offset = _with_context(text, context)
    tokens = _parser().parse(source)
    _mark_spans(tokens, source, ((offset + start, offset + end) for start, end in highlights))
    return _rendered(tokens, headings=False)


def article_html(text: str, passage: Span, title: str) -> str:
    """A document as HTML with real headings but the one that only repeats `title`; the passage starts at #passage."""
    tokens = _parser().parse(text)
    _mark_spans(tokens, text, [passage])
    if tokens and tokens[0].type == "heading_open" and tokens[1].content.strip() == title.strip():
        tokens = tokens[3:]
    return _rendered(tokens, headings=True).replace("<mark>", '<mark id="passage">', 1)


def plain_text(text: str) -> str:
    """The words of the Markdown without its marks, one space between them."""
    blocks = (_leaves(token.children) if token.children else _leaves([token]) for token in _parser().parse(text))
    return " ".join(" ".join("".join(leaf.content or " " for leaf in block) for block in blocks).split())


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
    parser.enable(["table", "strikethrough"]).disable(["image", "html_block", "html_inline", "reference"])
    parser.validateLink = lambda url: bool(web_link(url))  # type: ignore[method-assign]
    for kind, rule in _RULES.items():
        parser.add_render_rule(kind, rule)
    return parser


def _rendered(tokens: Sequence[Any], *, headings: bool) -> str:
    return str(_parser().renderer.render(tokens, _parser().options, {"headings": headings}))


def _mark_spans(tokens: Sequence[Any], source: str, spans: Iterable[Span]) -> None:
    """Note on the leaves which of their characters show the spans of `source`."""
    leaves = list(_leaves(tokens))
    for start, end in spans:
        _mark(leaves, _letters(source[start:end]), len(_letters(source[:start])))


def _leaves(tokens: Sequence[Any]) -> Iterator[Any]:
    for token in tokens:
        if token.type in _TEXT_KINDS:
            yield token
        yield from _leaves(token.children or ())


def _letters(source: str) -> str:
    """Only the letters and digits that show: what stays the same whatever marks stand around them."""
    return "".join(char for leaf in _leaves(_parser().parse(source)) for char in leaf.content if char.isalnum())


def _mark(leaves: Sequence[Any], wanted: str, expected: int) -> None:
    """Note on each leaf which of its characters belong to the occurrence of `wanted` nearest to `expected`."""
    places = [(leaf, at) for leaf in leaves for at, char in enumerate(leaf.content) if char.isalnum()]
    shown = "".join(leaf.content[at] for leaf, at in places)
    start = _nearest(shown, wanted, expected)
    if start < 0:
        return
    for leaf, at in places[start : start + len(wanted)]:
        first, last = leaf.meta.get("mark", (at, at))
        leaf.meta["mark"] = (min(first, at), max(last, at))


def _nearest(text: str, wanted: str, expected: int) -> int:
    if not wanted:
        return -1
    after = text.find(wanted, expected)
    before = text.rfind(wanted, 0, expected + len(wanted))
    found = [place for place in (before, after) if place >= 0]
    return min(found, key=lambda place: abs(place - expected), default=-1)


def _marked(token: Any) -> str:
    if "mark" not in token.meta:
        return escape(token.content)
    first, last = token.meta["mark"]
    text, end = token.content, last + 1
    while end < len(text) and text[end] in ".!?,;:)]\"'”’%":  # the punctuation that closes a marked sentence
        end += 1
    return f"{escape(text[:first])}<mark>{escape(text[first:end])}</mark>{escape(text[end:])}"


def _text(_renderer: Any, tokens: Sequence[Any], at: int, *_: Any) -> str:
    return _marked(tokens[at])


def _code(_renderer: Any, tokens: Sequence[Any], at: int, *_: Any) -> str:
    return f"<code>{_marked(tokens[at])}</code>"


def _block(_renderer: Any, tokens: Sequence[Any], at: int, *_: Any) -> str:
    return f"<pre><code>{_marked(tokens[at])}</code></pre>\n"


def _link_open(_renderer: Any, tokens: Sequence[Any], at: int, *_: Any) -> str:
    return (
        f'<a href="{escape(clean(str(tokens[at].attrs.get("href", ""))))}" target="_blank" rel="noopener noreferrer">'
    )


def _heading_open(_renderer: Any, tokens: Sequence[Any], at: int, _options: Any, env: Any) -> str:
    return f"<h{_level(tokens[at])}>" if env["headings"] else '<p class="subheading">'


def _heading_close(_renderer: Any, tokens: Sequence[Any], at: int, _options: Any, env: Any) -> str:
    return f"</h{_level(tokens[at])}>\n" if env["headings"] else "</p>\n"


def _level(token: Any) -> int:
    """One below what the document says: its page has a title of its own."""
    return min(6, int(token.tag[1:]) + 1)


def _list_open(_renderer: Any, tokens: Sequence[Any], at: int, *_: Any) -> str:
    start = tokens[at].attrs.get("start")
    return f'<ol start="{int(start)}">\n' if start is not None else "<ol>\n"


def _table_open(*_: Any) -> str:
    return '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>\n'


def _table_close(*_: Any) -> str:
    return "</table></div>\n"


def _cell_open(_renderer: Any, tokens: Sequence[Any], at: int, *_: Any) -> str:
    # markdown-it aligns cells by a style attribute; a strict policy for styles would refuse it.
    return '<th scope="col">' if tokens[at].type == "th_open" else "<td>"


_RULES = {
    "text": _text,
    "code_inline": _code,
    "code_block": _block,
    "fence": _block,
    "link_open": _link_open,
    "heading_open": _heading_open,
    "heading_close": _heading_close,
    "ordered_list_open": _list_open,
    "table_open": _table_open,
    "table_close": _table_close,
    "th_open": _cell_open,
    "td_open": _cell_open,
}
