"""Passages that answer a question, and a way to ask, go in; questions that do not find their own answer come out."""

from collections.abc import Callable, Iterator, Sequence

from faqbot.lint.findings import Bounds, Finding, Severity, name_of
from faqbot.lint.sameness import shared, word_weights
from faqbot.lint.shingles import words_of
from faqbot.types import Passage

Ask = Callable[[str], Sequence[str]]
"""A question goes in; the ids of the passages found for it come out, best first."""


def check_questions(passages: Sequence[Passage], ask: Ask | None, bounds: Bounds) -> Iterator[Finding]:
    """Questions that two passages claim and, if they can be asked, those whose passage is not the first found.

    Of another way to ask it is a warning only, if the first passage answers too: it is of the same page, or it says
    the same (`bounds.same`), and the question's own passage is among those found.
    """
    asked = [
        (passage, way) for passage in passages if passage.question for way in (passage.question, *passage.alternates)
    ]
    yield from _claimed_twice(asked)
    if ask is None:
        return
    known, weights = {passage.id: passage for passage in passages}, word_weights(passages)
    for passage, way in asked:
        ids = list(ask(way))
        if ids[:1] == [passage.id]:
            continue
        first = known.get(ids[0]) if ids else None
        message = f'asked "{way}", {_rank(passage, ids)}; {_first(first, ids)}'
        excuse = ""
        if first and way != passage.question and passage.id in ids:
            excuse = _excuse(passage, first, shared(passage, first, weights), bounds.same)
        severity: Severity = "warning" if excuse else "error"
        yield Finding(passage.document_id, passage.question, "asking", message + excuse, severity)


def _excuse(passage: Passage, first: Passage, share: float, least: float) -> str:
    """Why another passage may come first, or nothing."""
    if first.document_id == passage.document_id:
        return ", on the same page"
    return f", which says {share:.0%} the same" if share >= least else ""


def _rank(passage: Passage, ids: Sequence[str]) -> str:
    return f"its answer has rank {ids.index(passage.id) + 1}" if passage.id in ids else "its answer is not found"


def _first(first: Passage | None, ids: Sequence[str]) -> str:
    if first is not None:
        return f'first is "{name_of(first)}" of {first.document_id}'
    return f"first is {ids[0]}" if ids else "nothing is found"


def _claimed_twice(asked: Sequence[tuple[Passage, str]]) -> Iterator[Finding]:
    owners: dict[tuple[str, ...], Passage] = {}
    for passage, way in asked:
        owner = owners.setdefault(tuple(words_of(way)), passage)
        if owner.id != passage.id:
            message = f'"{way}" also asks "{owner.question}" of {owner.document_id}. Only one can come first'
            yield Finding(passage.document_id, passage.question, "same-question", message)
