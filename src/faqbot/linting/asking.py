"""Passages that answer a question, and a way to ask, go in; questions that do not find their own answer come out."""

from collections.abc import Callable, Iterator, Sequence

from faqbot.linting.findings import Finding, name_of
from faqbot.linting.shingles import words_of
from faqbot.types import Passage

Ask = Callable[[str], Sequence[str]]
"""A question goes in; the ids of the passages found for it come out, best first."""


def check_questions(passages: Sequence[Passage], ask: Ask | None) -> Iterator[Finding]:
    """Questions that two passages claim and, if they can be asked, those whose passage is not the first found."""
    asked = [
        (passage, way) for passage in passages if passage.question for way in (passage.question, *passage.alternates)
    ]
    yield from _claimed_twice(asked)
    if ask is None:
        return
    names = {passage.id: f'"{name_of(passage)}" of {passage.document_id}' for passage in passages}
    for passage, way in asked:
        ids = list(ask(way))
        if ids[:1] != [passage.id]:
            first = f"first is {names.get(ids[0], ids[0])}" if ids else "nothing is found"
            rank = (
                f"its answer has rank {ids.index(passage.id) + 1}" if passage.id in ids else "its answer is not found"
            )
            yield Finding(passage.document_id, passage.question, "asking", f'asked "{way}", {rank}; {first}')


def _claimed_twice(asked: Sequence[tuple[Passage, str]]) -> Iterator[Finding]:
    owners: dict[tuple[str, ...], Passage] = {}
    for passage, way in asked:
        owner = owners.setdefault(tuple(words_of(way)), passage)
        if owner.id != passage.id:
            message = f'"{way}" also asks "{owner.question}" of {owner.document_id}. Only one can come first'
            yield Finding(passage.document_id, passage.question, "same-question", message)
