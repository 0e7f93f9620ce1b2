"""Checks of passages: length, near-duplicates, contradictions, and whether questions find their own answer."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from faqbot.lint.issues import Issue, Limits, Ranker, Severity, name_of, shingles, without_marks, words_of
from faqbot.retrieval.deduplication import differences
from faqbot.retrieval.terms import is_negation
from faqbot.types import Passage

_SHINGLE = 3  # words in a run that two passages may share
_COMMON = 50  # passages; a run or word in more of them is a turn of phrase
_SHORT = 4  # words; a shorter answer is compared together with its question
_RARE = 8  # words of a passage by which its look-alikes are sought


def check_passages(passages: Sequence[Passage], limits: Limits) -> Iterator[Issue]:
    """Yield passages that are too long, and pairs that repeat or contradict each other."""
    for passage in passages:
        count = len(passage.text.split())
        if count > limits.passage_words:
            message = (
                f"a passage of {count} words, at most {limits.passage_words} are quoted well. Split it under headings"
            )
            yield Issue(passage.document_id, name_of(passage), "long-passage", message, "warning")
    contradicting = dict(_contradictions(passages, limits.contradiction_share))
    for (row, other), ways in contradicting.items():
        first, second = passages[row], passages[other]
        where = f'"{name_of(second)}" of {second.document_id}'
        message = f"differs in {', '.join(sorted(ways))} from {where}. Check which is right"
        yield Issue(first.document_id, name_of(first), "contradiction", message, "warning")
    for (row, other), share in _near_duplicates(passages, limits.duplicate_share):
        first, second = passages[row], passages[other]
        if (row, other) not in contradicting and first.document_id != second.document_id:
            message = (
                f'{share:.0%} the same as "{name_of(second)}" of {second.document_id}. Keep one, or say what differs'
            )
            yield Issue(first.document_id, name_of(first), "near-duplicate", message, "warning")


def _near_duplicates(passages: Sequence[Passage], least: float) -> Iterator[tuple[tuple[int, int], float]]:
    """Yield pairs of rows with their resemblance: the share of runs of three words that both have (Broder 1997)."""
    sets = [frozenset(shingles(words_of(passage.text), _SHINGLE)) for passage in passages]
    for (row, other), shared in sorted(_shared_keys(sets).items()):
        share = shared / len(sets[row] | sets[other])
        if share >= least:
            yield (row, other), share


def _contradictions(passages: Sequence[Passage], least: float) -> Iterator[tuple[tuple[int, int], frozenset[str]]]:
    """Yield pairs of rows that say nearly the same and differ in numbers, units, negation, antonyms or medicines.

    Resemblance is the share of words that both have, numbers and negations left out: "opens at 9" is compared with
    "opens at 10", "we deliver" with "we do not deliver".
    """
    texts = [_statement(passage) for passage in passages]
    sets = [frozenset(word for word in words_of(text) if not (word.isdigit() or is_negation(word))) for text in texts]
    holders = Counter(word for words in sets for word in words)
    rare = [frozenset(sorted(words, key=lambda word: (holders[word], word))[:_RARE]) for words in sets]
    for (row, other), shared in sorted(_shared_keys(rare).items()):
        if 2 * shared < min(len(rare[row]), len(rare[other])):
            continue
        if len(sets[row] & sets[other]) >= least * len(sets[row] | sets[other]):
            ways = differences(texts[row], texts[other])
            if ways:
                yield (row, other), ways


def _statement(passage: Passage) -> str:
    """Return what a passage says; a short answer such as "Yes." says it only with its question."""
    text = without_marks(passage.text)
    return text if len(text.split()) >= _SHORT else f"{passage.question} {text}"


def _shared_keys(sets: Sequence[frozenset[object]]) -> Counter[tuple[int, int]]:
    """Count the keys that two sets share, for all pairs that share any but the most common ones."""
    rows: defaultdict[object, list[int]] = defaultdict(list)
    for row, keys in enumerate(sets):
        for key in keys:
            rows[key].append(row)
    return Counter(pair for held in rows.values() if len(held) <= _COMMON for pair in combinations(held, 2))


def check_questions(passages: Sequence[Passage], rank: Ranker | None, limits: Limits) -> Iterator[Issue]:
    """Yield questions that two passages claim and, with `rank`, those whose passage is not the first found.

    Of a question variant it is a warning only, if the first passage answers too: it is of the same document, or it
    says the same (`limits.answer_share`), and the question's own passage is among those found.
    """
    questions = [
        (passage, text) for passage in passages if passage.question for text in (passage.question, *passage.alternates)
    ]
    yield from _duplicate_questions(questions)
    if rank is None:
        return
    known, weights = {passage.id: passage for passage in passages}, word_weights(passages)
    for passage, text in questions:
        ids = list(rank(text))
        if ids[:1] == [passage.id]:
            continue
        first = known.get(ids[0]) if ids else None
        message = f'"{text}": {_rank_text(passage, ids)}; {_first_text(first, ids)}'
        excuse = ""
        if first and text != passage.question and passage.id in ids:
            excuse = _excuse(passage, first, shared_weight(passage, first, weights), limits.answer_share)
        severity: Severity = "warning" if excuse else "error"
        yield Issue(passage.document_id, passage.question, "not-first", message + excuse, severity)


def _duplicate_questions(questions: Iterable[tuple[Passage, str]]) -> Iterator[Issue]:
    owners: dict[tuple[str, ...], Passage] = {}
    for passage, text in questions:
        owner = owners.setdefault(tuple(words_of(text)), passage)
        if owner.id != passage.id:
            message = (
                f'"{text}" is also a question of "{owner.question}" in {owner.document_id}. Only one can come first'
            )
            yield Issue(passage.document_id, passage.question, "duplicate-question", message)


def _excuse(passage: Passage, first: Passage, share: float, least: float) -> str:
    """Return why another passage may come first, or nothing."""
    if first.document_id == passage.document_id:
        return ", on the same page"
    return f", which says {share:.0%} the same" if share >= least else ""


def _rank_text(passage: Passage, ids: Sequence[str]) -> str:
    return f"its answer has rank {ids.index(passage.id) + 1}" if passage.id in ids else "its answer is not found"


def _first_text(first: Passage | None, ids: Sequence[str]) -> str:
    if first is not None:
        return f'first is "{name_of(first)}" of {first.document_id}'
    return f"first is {ids[0]}" if ids else "nothing is found"


def word_weights(passages: Sequence[Passage]) -> Mapping[str, float]:
    """Return the weight of each word: the fewer passages hold it, the more (inverse document frequency)."""
    holders = Counter(word for passage in passages for word in set(words_of(passage.text)))
    return {word: math.log(1 + len(passages) / count) for word, count in holders.items()}


def shared_weight(first: Passage, second: Passage, weights: Mapping[str, float]) -> float:
    """Return the weight of the words that both passages have, as a share of the shorter one's (0 to 1)."""
    words, others = set(words_of(first.text)), set(words_of(second.text))
    least = min(sum(map(weights.__getitem__, words)), sum(map(weights.__getitem__, others)))
    return sum(map(weights.__getitem__, words & others)) / least if least else 0.0
