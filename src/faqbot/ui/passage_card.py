"""A passage as a card: its words, where they come from, what they rest on, and why they were chosen."""

import re
from collections.abc import Iterable
from urllib.parse import quote

from faqbot.texts import Texts
from faqbot.types import Hit, Passage, Source
from faqbot.ui.html import escape, host, joined, link, quoted_link, shown_date, web_link, words
from faqbot.ui.markdown_html import Surroundings, passage_html, plain_text
from faqbot.ui.options import View

_TEASER = 90
_SOURCES_OPEN = 3
_MARK = re.compile(r"(?:\s*\[\w{1,12}\])+")  # of a source; it does not stand in the source itself


def evidence_card(hit: Hit, view: View, *, label: str) -> str:
    """Return the card of one passage; `label` says in words what it is to the question."""
    passage, entry = hit.passage, _entry(hit.passage, view)
    place = Surroundings(
        document_id=passage.document_id,
        marks={source.mark for source in passage.sources if source.mark},
        entry=entry,
        table=view.texts.table,
    )
    return joined(
        f'<article class="card" data-passage="{escape(passage.id)}" data-document="{escape(passage.document_id)}" '
        f'data-url="{escape(web_link(passage.url))}">',
        f'<p class="tag">{escape(label)}</p>',
        f'<h3 class="card-title">{words(passage.name)}</h3>',
        f'<blockquote class="quote">{passage_html(passage.text, hit.highlights, passage.context, place=place)}'
        "</blockquote>",
        _origin(hit, view),
        _sources(passage.sources, entry, view),
        _why(hit.matched, view),
        _duplicates(hit.duplicates, view),
        _actions(view),
        "</article>",
    )


def folded_card(hit: Hit, view: View, *, label: str) -> str:
    """Return the card under its title, to be opened."""
    start = " – ".join(_cells(plain_text(hit.passage.text)))[:_TEASER]
    teaser = start.rsplit(" ", 1)[0] + " …" if len(start) == _TEASER else start
    return (
        f'<details class="other"><summary><span class="other-title">{words(hit.passage.name)}</span> '
        f'<span class="teaser">{words(teaser)}</span></summary>{evidence_card(hit, view, label=label)}</details>'
    )


def document_link(passage: Passage) -> str:
    """Return where this server shows the passage in its article; it holds as long as the passage's words do."""
    return f"documents/{quote(passage.document_id)}?passage={quote(passage.id)}#passage"


def answering_words(hit: Hit) -> str:
    """Return the first sentence that answers, or the passage's beginning, as plain text."""
    text = hit.passage.text
    start, end = hit.highlights[0] if hit.highlights else (0, min(len(text), 120))
    return max(_cells(_MARK.sub("", plain_text(text[start:end]))), key=len, default="")


def source_list(sources: Iterable[Source], entry: str) -> str:
    """Return the sources as a list; each with a mark can be led to by `entry` and its mark."""
    return f"<ul>{''.join(f'<li{_target(source, entry)}>{_source(source)}</li>' for source in sources)}</ul>"


def _target(source: Source, entry: str) -> str:
    return f' id="{escape(entry + source.mark)}" tabindex="-1"' if source.mark.isalnum() else ""


def _source(source: Source) -> str:
    """Mark, title as a link, publisher or author, date, and the host it leads to."""
    mark = f'<span class="mark">[{escape(source.mark)}]</span> ' if source.mark else ""
    rest = [words(source.author), shown_date(source.date)]
    address = f' <span class="host">({escape(host(source.url))})</span>' if web_link(source.url) else ""
    return mark + ", ".join(part for part in (link(source.title or source.url, source.url), *rest) if part) + address


def written_by(author: str, date: str, reviewed: str, texts: Texts) -> list[str]:
    """Return author, date and last review as HTML, those that are known."""
    review = escape(texts.reviewed).replace("{date}", shown_date(reviewed)) if reviewed else ""
    return [part for part in (words(author), shown_date(date), review) if part]


def _cells(text: str) -> list[str]:
    """The words of each cell of a table's row; of other text, all of them."""
    return [cell.strip() for cell in text.split("|") if cell.strip()]


def _entry(passage: Passage, view: View) -> str:
    """What the ids of this card's source entries begin with: no other card on the page has the same."""
    kept = "".join(char for char in passage.id if char.isalnum())
    return f"source-{view.key}-{kept}-"


def _path(passage: Passage) -> str:
    steps = [passage.title or passage.document_id, *passage.headings]
    steps = [step for at, step in enumerate(steps) if step and step not in steps[:at] and step != passage.question]
    return '<span class="step" aria-hidden="true"> › </span>'.join(f"<span>{words(step)}</span>" for step in steps)


def _origin(hit: Hit, view: View) -> str:
    """Title and heading path, author, date and last review where known, and the two ways to the source."""
    passage, texts = hit.passage, view.texts
    reviewed = view.reviewed.get(passage.document_id, "")
    written = " · ".join(written_by(passage.author, passage.date, reviewed, texts))
    address = quoted_link(passage.url, answering_words(hit))
    outside = (
        f'<a class="out" href="{escape(address)}" target="_blank" rel="noopener noreferrer">{escape(texts.original)}'
        f'<span class="host"> ({escape(host(passage.url))})</span></a>'
    )
    return joined(
        '<footer class="origin">',
        f'<p class="path"><span class="hidden">{escape(texts.from_)} </span>{_path(passage)}</p>',
        f'<p class="written">{written}</p>' if written else "",
        f'<p class="ways"><a class="in" href="{escape(document_link(passage))}" target="_blank" rel="noopener">'
        f"{escape(texts.whole_article)}</a>{outside if address else ''}</p>",
        "</footer>",
    )


def _sources(sources: tuple[Source, ...], entry: str, view: View) -> str:
    """The entries that the marks in the text lead to."""
    if not sources:
        return ""
    heading = view.texts.source if len(sources) == 1 else view.texts.sources
    entries = source_list(sources, entry)
    if len(sources) <= _SOURCES_OPEN:
        return f'<div class="sources"><h4>{escape(heading)}</h4>{entries}</div>'
    return f'<details class="more sources"><summary>{escape(heading)} ({len(sources)})</summary>{entries}</details>'


def _why(matched: tuple[tuple[str, str], ...], view: View) -> str:
    """The words of the question beside the words of the passage that they matched, each pair once."""
    pairs = {(mine.casefold(), theirs.casefold()): (mine, theirs) for mine, theirs in matched}
    if not pairs:
        return ""
    lines = "".join(f"<li>{_pair(mine, theirs, view)}</li>" for mine, theirs in pairs.values())
    return f'<details class="more"><summary>{escape(view.texts.why)}</summary><ul class="pairs">{lines}</ul></details>'


def _pair(mine: str, theirs: str, view: View) -> str:
    same = mine.casefold() == theirs.casefold()
    return words(view.texts.in_passage.format(word=mine) if same else view.texts.met.format(word=mine, other=theirs))


def _duplicates(others: tuple[Passage, ...], view: View) -> str:
    if not others:
        return ""
    lines = "".join(f"<li>{_other(passage)}</li>" for passage in others)
    return f'<div class="also"><h4>{escape(view.texts.duplicates)}</h4><ul>{lines}</ul></div>'


def _other(passage: Passage) -> str:
    inside = f'<a href="{escape(document_link(passage))}" target="_blank" rel="noopener">{_path(passage)}</a>'
    outside = quoted_link(passage.url, answering_words(Hit(passage, 0)))
    return inside + (f" ({link(host(passage.url), outside)})" if outside else "")


def _actions(view: View) -> str:
    texts = view.texts
    names = (
        ("copy", texts.copy),
        ("link", texts.copy_link),
        ("read", texts.read_aloud),
        ("print", texts.print),
        ("keep", texts.keep if "visit" in view.options.page.tabs else ""),
    )
    buttons = "".join(
        f'<button type="button" data-do="{name}">{escape(label)}</button>' for name, label in names if label
    )
    return f'<p class="actions">{buttons}</p>'
