"""Checks of the profile "articles": front matter, source marks and reading ease of Markdown and YAML files.

These are the rules that the corpus of this project keeps. They hold for a corpus whose files state them, or where
`--profile articles` asks for them; other corpora need no front matter.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import PurePosixPath

from faqbot.lint.issues import MARKS, Issue, Limits, Profile, place_of, without_marks
from faqbot.markdown import blocks, plain
from faqbot.types import Document, Source

_FRONT_MATTER = "front matter"
_ARTICLES = frozenset((".md", ".markdown", ".yaml", ".yml"))
_SENTENCE_END = re.compile(r"(?<=[.!?:;])[\"')\]*]*\s+")
_SAMPLE = 100  # words; the formula is made for samples of about this length


def profile_of(documents: Sequence[Document]) -> Profile:
    """Return "articles" if at least half of the Markdown and YAML files state a licence or a review date."""
    articles = [document for document in documents if _is_article(document)]
    stated = sum(bool(document.licence or document.reviewed) for document in articles)
    return "articles" if articles and 2 * stated >= len(articles) else "plain"


def check_articles(documents: Sequence[Document], limits: Limits, today: date) -> Iterator[Issue]:
    """Yield issues of front matter, marks and reading ease of articles and FAQ files."""
    for document in documents:
        if _is_article(document):
            yield from _check_front_matter(document, limits, today)
            yield from _check_marks(document)
            yield from _check_reading_ease(document, limits)


def _is_article(document: Document) -> bool:
    return PurePosixPath(document.id).suffix.casefold() in _ARTICLES


def _check_front_matter(document: Document, limits: Limits, today: date) -> Iterator[Issue]:
    """Check title, sources, licence, and a review date that is not missing, in the future or too old."""
    for rule, message in _missing(document):
        yield Issue(document.id, _FRONT_MATTER, rule, message)
    message = _review(document.reviewed, limits.review_days, today)
    if message:
        yield Issue(document.id, _FRONT_MATTER, "reviewed", message)


def _missing(document: Document) -> Iterator[tuple[str, str]]:
    if document.title in ("", PurePosixPath(document.id).stem):
        yield "title", "no title. Add the line title: ..."
    if not (document.sources or any(pair.sources for pair in document.pairs)):
        yield "sources", "no sources. Name at least one below sources:"
    if any(not (source.title or source.url) for source in document.sources):
        yield "sources", "a source has neither title nor url. Add one of them"
    if not document.licence:
        yield "licence", "no licence. Add a line such as licence: CC BY 4.0"


def _review(reviewed: str, allowed: int, today: date) -> str:
    """Return what is wrong with a review date; empty if nothing is."""
    if not reviewed:
        return "no review date. Add a line such as reviewed: 2026-11-22"
    try:
        day = date.fromisoformat(reviewed)
    except ValueError:
        return f"reviewed is {reviewed!r}, expected a date such as 2026-11-22"
    days = (today - day).days
    if days < 0:
        return f"reviewed is {reviewed}, which is in the future"
    if days > allowed:
        return f"reviewed {days} days ago, at most {allowed} are allowed. Read the page against its sources again"
    return ""


def _check_marks(document: Document) -> Iterator[Issue]:
    """Check that every mark names one source, that every source is named by a mark, and that no two share one."""
    given = Counter(source.mark for source in _sources(document) if source.mark)
    for mark, times in given.items():
        if times > 1:
            yield Issue(document.id, _FRONT_MATTER, "mark", f"{times} sources have the mark {mark}. Give each its own")
    used = [(mark, found.start()) for found in MARKS.finditer(document.text) for mark in _split(found[1])]
    for mark, at in used:
        if mark not in given:
            message = f"[{mark}] names no source. Marks: {', '.join(given) or 'none'}"
            yield Issue(document.id, place_of(document, at), "mark", message)
    for mark in sorted(given.keys() - {mark for mark, _ in used}):
        message = f"no sentence carries the mark [{mark}]. Use it or leave the source out"
        yield Issue(document.id, _FRONT_MATTER, "unused-source", message, "warning")


def _split(marks: str) -> list[str]:
    return re.split(r"\s*[,;]\s*", marks)


def _sources(document: Document) -> Iterator[Source]:
    yield from document.sources
    for pair in document.pairs:
        yield from pair.sources


def _check_reading_ease(document: Document, limits: Limits) -> Iterator[Issue]:
    """Warn of a page above the school grade that is allowed; pages of under 100 words are not judged."""
    sentences = _sentences(document.text)
    words = [word for sentence in sentences for word in sentence.split() if any(map(str.isalnum, word))]
    if len(words) < _SAMPLE:
        return
    letters = sum(map(str.isalnum, "".join(words)))
    grade = coleman_liau(letters=letters, words=len(words), sentences=len(sentences))
    if grade > limits.school_grade:
        message = f"reads at school grade {grade:.1f}, at most {limits.school_grade:g} is wanted. Use shorter words"
        yield Issue(document.id, document.title, "reading-ease", message, "warning")


def coleman_liau(*, letters: int, words: int, sentences: int) -> float:
    """Return the US school grade that a text asks for (Coleman & Liau 1975, J. Applied Psychology 60(2), 283-284)."""
    return 0.0588 * (100 * letters / words) - 0.296 * (100 * sentences / words) - 15.8


def _sentences(text: str) -> list[str]:
    """Return the sentences of paragraphs and list items; headings, tables and marks count for nothing."""
    texts = (plain(without_marks(text[b.start : b.end])) for b in blocks(text) if b.kind in ("paragraph", "item"))
    parts = (part for block in texts for part in _SENTENCE_END.split(block))
    return [part for part in parts if any(map(str.isalnum, part))]
