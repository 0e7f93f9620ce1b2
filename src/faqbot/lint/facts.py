"""What documents state about themselves goes in; what is missing, unreadable or out of date comes out."""

from collections.abc import Iterator, Sequence
from datetime import date

from faqbot.lint.findings import Bounds, Finding
from faqbot.types import Document

_PLACE = "front matter"


def check_facts(documents: Sequence[Document], bounds: Bounds, today: date) -> Iterator[Finding]:
    """Title, sources, licence and a review date that is neither missing, nor in the future, nor too old."""
    for document in documents:
        for rule, message in _missing(document):
            yield Finding(document.id, _PLACE, rule, message)
        message = _review(document.reviewed, bounds.age, today)
        if message:
            yield Finding(document.id, _PLACE, "reviewed", message)


def _missing(document: Document) -> Iterator[tuple[str, str]]:
    stem = document.id.rpartition("/")[2].rpartition(".")[0]
    if document.title in ("", stem):
        yield "title", "no title. Add the line title: ..."
    if not (document.sources or any(pair.sources for pair in document.pairs)):
        yield "sources", "no sources. Name at least one below sources:"
    if any(not (source.title or source.url) for source in document.sources):
        yield "sources", "a source has neither title nor url. Add one of them"
    if not document.licence:
        yield "licence", "no licence. Add a line such as licence: CC BY 4.0"


def _review(reviewed: str, age: int, today: date) -> str:
    """What is wrong with a review date; empty if nothing is."""
    if not reviewed:
        return "no review date. Add a line such as reviewed: 2026-11-22"
    try:
        day = date.fromisoformat(reviewed)
    except ValueError:
        return f"reviewed is {reviewed!r}, expected a date such as 2026-11-22"
    days = (today - day).days
    if days < 0:
        return f"reviewed is {reviewed}, which is in the future"
    if days > age:
        return f"reviewed {days} days ago, at most {age} are allowed. Read the page against its sources again"
    return ""
