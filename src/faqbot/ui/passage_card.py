"""A Hit -> an evidence card: the passage word for word, where it comes from, why it was chosen, who else says it."""

from urllib.parse import quote

from faqbot.types import Hit, Passage, Source
from faqbot.ui.html import escape, joined, link, quoted_link, web_link
from faqbot.ui.markdown_html import passage_html, plain_text

_TEASER = 90
_SOURCES_SHOWN = 3


def evidence_card(hit: Hit, *, label: str) -> str:
    """The card of one passage; `label` says in words what it is to the question."""
    passage = hit.passage
    return joined(
        (
            f'<article class="card" data-passage="{escape(passage.id)}" data-document="{escape(passage.document_id)}" '
            f'data-url="{escape(web_link(passage.url))}">',
            f'<p class="tag">{escape(label)}</p>',
            _title(passage),
            f'<blockquote class="quote">{passage_html(passage.text, hit.highlights, passage.context)}</blockquote>',
            _origin(hit),
            _references(passage.sources),
            _why(hit.matched),
            _also(hit.duplicates),
            _actions(),
            "</article>",
        )
    )


def folded_card(hit: Hit, *, label: str) -> str:
    """The card under its title, to be opened."""
    passage = hit.passage
    start = " – ".join(_cells(plain_text(passage.text)))[:_TEASER]
    teaser = start.rsplit(" ", 1)[0] + " …" if len(start) == _TEASER else start
    return (
        f'<details class="other"><summary><span class="other-title">{escape(_name(passage))}</span> '
        f'<span class="teaser">{escape(teaser)}</span></summary>{evidence_card(hit, label=label)}</details>'
    )


def document_link(passage: Passage) -> str:
    """Where this server shows the passage in its whole article."""
    return f"documents/{quote(passage.document_id)}?start={passage.start}&end={passage.end}#passage"


def quoted_words(hit: Hit) -> str:
    """The words a source is opened at: the first answering sentence, or the passage's beginning."""
    text = hit.passage.text
    start, end = hit.highlights[0] if hit.highlights else (0, min(len(text), 120))
    return max(_cells(plain_text(text[start:end])), key=len, default="")


def _cells(words: str) -> list[str]:
    """The words of each cell of a table's row; of other text, all of them."""
    return [cell.strip() for cell in words.split("|") if cell.strip()]


def _title(passage: Passage) -> str:
    return f'<h3 class="card-title">{escape(_name(passage))}</h3>'


def _name(passage: Passage) -> str:
    return passage.question or (passage.headings[-1] if passage.headings else passage.title or passage.document_id)


def _path(passage: Passage) -> str:
    steps = [passage.title or passage.document_id, *passage.headings]
    steps = [step for at, step in enumerate(steps) if step and step not in steps[:at] and step != passage.question]
    return '<span class="step" aria-hidden="true"> › </span>'.join(f"<span>{escape(step)}</span>" for step in steps)


def _origin(hit: Hit) -> str:
    """Title and heading path, author and date where known, and the two ways to the source."""
    passage = hit.passage
    written = " · ".join(escape(part) for part in (passage.author, passage.date) if part)
    address = quoted_link(passage.url, quoted_words(hit))
    outside = (
        f'<a class="out" href="{escape(address)}" target="_blank" rel="noopener noreferrer">Open the original source'
        f'<span class="host"> ({escape(_host(passage.url))})</span></a>'
    )
    return joined(
        (
            '<footer class="origin">',
            f'<p class="path"><span class="hidden">From: </span>{_path(passage)}</p>',
            f'<p class="written">{written}</p>' if written else "",
            f'<p class="ways"><a class="in" href="{escape(document_link(passage))}" target="_blank" rel="noopener">'
            f"Read it in the whole article</a>{outside if address else ''}</p>",
            "</footer>",
        )
    )


def _host(url: str) -> str:
    return web_link(url).split("//", 1)[-1].split("/", 1)[0].rpartition("@")[2].removeprefix("www.")


def _references(sources: tuple[Source, ...]) -> str:
    if not sources:
        return ""
    lines = "".join(f"<li>{_reference(source)}</li>" for source in sources)
    heading = "Source" if len(sources) == 1 else "Sources"
    if len(sources) <= _SOURCES_SHOWN:
        return f'<div class="also"><h4>{heading} of this passage</h4><ul>{lines}</ul></div>'
    return (
        f'<details class="more"><summary>{heading} of this passage ({len(sources)})</summary><ul>{lines}</ul></details>'
    )


def _reference(source: Source) -> str:
    mark = f"[{escape(source.mark)}] " if source.mark else ""
    rest = "".join(f", {escape(part)}" for part in (source.author, source.date) if part)
    return mark + link(source.title or source.url, source.url) + rest


def _why(matched: tuple[tuple[str, str], ...]) -> str:
    """The words of the question beside the words of the passage that met them, each pair once."""
    pairs = {(mine.casefold(), theirs.casefold()): (mine, theirs) for mine, theirs in matched}
    if not pairs:
        return ""
    lines = "".join(f"<li>{_pair(mine, theirs)}</li>" for mine, theirs in pairs.values())
    return f'<details class="more"><summary>Why this passage</summary><ul class="pairs">{lines}</ul></details>'


def _pair(mine: str, theirs: str) -> str:
    if mine.casefold() == theirs.casefold():
        return f"<q>{escape(mine)}</q> is in the passage"
    return f"your <q>{escape(mine)}</q> met <q>{escape(theirs)}</q>"


def _also(others: tuple[Passage, ...]) -> str:
    if not others:
        return ""
    lines = "".join(f"<li>{_other(passage)}</li>" for passage in others)
    return f'<div class="also"><h4>Other sources that say the same</h4><ul>{lines}</ul></div>'


def _other(passage: Passage) -> str:
    inside = f'<a href="{escape(document_link(passage))}" target="_blank" rel="noopener">{_path(passage)}</a>'
    outside = quoted_link(passage.url, quoted_words(Hit(passage, 0)))
    return inside + (f" ({link(_host(passage.url), outside)})" if outside else "")


def _actions() -> str:
    names = (("copy", "Copy"), ("print", "Print"), ("keep", "Add to my visit summary"))
    buttons = "".join(f'<button type="button" data-do="{name}">{label}</button>' for name, label in names)
    return f'<p class="actions">{buttons}</p>'
