"""How a document was read and cut, as text for a person."""

from collections.abc import Sequence

from faqbot.markdown import word_count
from faqbot.types import Document, Passage, Source


def render_passages(document: Document, passages: Sequence[Passage], left_out: Sequence[tuple[str, str]] = ()) -> str:
    """Return what a document says about itself, each passage with what it carries, and what is in none of them.

    `left_out` are reasons with text of the file that is not in the document's text.
    """
    parts = [_head(document, passages), *(_passage(number, passage) for number, passage in enumerate(passages, 1))]
    if document.boilerplate:
        lines = (f"  {start}-{end}  {_line(document.text[start:end])}" for start, end in document.boilerplate)
        parts.append("\n".join(("left out of passages:", *lines)))
    if left_out:
        parts.append("\n".join(("left out of the document:", *(f"  {why}: {_line(text)}" for why, text in left_out))))
    notes = [f"  {warning}" for warning in document.warnings]
    if notes:
        parts.append("\n".join(("warnings:", *notes)))
    return "\n\n".join(parts) + "\n"


def _head(document: Document, passages: Sequence[Passage]) -> str:
    words = [word_count(passage.text) for passage in passages]
    mean = f", {sum(words) / len(words):.0f} words on average, {max(words)} at most" if words else ""
    facts = {name: getattr(document, name) for name in ("title", "url", "author", "date", "reviewed", "licence")}
    facts["tags"] = ", ".join(document.tags)
    counts = f"{len(passages)} passages{mean}; {len(document.pairs)} question-answer pairs"
    sources = [f"  source {_source(source)}" for source in document.sources]
    return "\n".join(
        (document.id, *(f"  {name}: {value}" for name, value in facts.items() if value), *sources, f"  {counts}")
    )


def _passage(number: int, passage: Passage) -> str:
    """The passage under a line with its place; what is only embedded with it is marked with a colon."""
    about = {
        "headings": " > ".join(passage.headings),
        "question": passage.question,
        "alternates": " / ".join(passage.alternates),
        "context": passage.context.replace("\n", " / "),
        "sources": "; ".join(_source(source) for source in passage.sources if source.mark or source.url),
    }
    place = f"--- {number}  {passage.start}-{passage.end}  {word_count(passage.text)} words"
    return "\n".join((place, *(f"{name}: {value}" for name, value in about.items() if value), passage.text))


def _source(source: Source) -> str:
    mark = f"[{source.mark}]" if source.mark else ""
    return " ".join(part for part in (mark, source.title, source.author, source.date, source.url) if part)


def _line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 100 else f"{flat[:99]}…"
