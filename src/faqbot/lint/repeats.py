"""Passages go in; those that are too long, and those that say what another page says, come out."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from faqbot.lint.findings import Bounds, Finding, name_of
from faqbot.lint.shingles import runs, words_of
from faqbot.types import Passage

_SHINGLE = 3  # words in a run that two passages may share
_COMMON = 50  # passages; a run in more of them is a turn of phrase


def check_repeats(passages: Sequence[Passage], bounds: Bounds) -> Iterator[Finding]:
    """Passages above the length that is allowed, and pairs of different pages that resemble each other.

    Resemblance is the share of runs of three words that both have: Broder 1997, On the resemblance and
    containment of documents.
    """
    for passage in passages:
        count = len(passage.text.split())
        if count > bounds.words:
            message = f"a passage of {count} words, at most {bounds.words} are quoted well. Split it under headings"
            yield Finding(passage.document_id, name_of(passage), "long-passage", message, "warning")
    yield from _alike(passages, bounds.alike)


def _alike(passages: Sequence[Passage], least: float) -> Iterator[Finding]:
    shingles = [frozenset(runs(words_of(passage.text), _SHINGLE)) for passage in passages]
    holders: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for row, runs_of_row in enumerate(shingles):
        for run in runs_of_row:
            holders[run].append(row)
    common = Counter(
        (row, other)
        for rows in holders.values()
        if len(rows) <= _COMMON
        for at, row in enumerate(rows)
        for other in rows[at + 1 :]
    )
    for (row, other), shared in sorted(common.items()):
        first, second = passages[row], passages[other]
        share = shared / len(shingles[row] | shingles[other])
        if share >= least and first.document_id != second.document_id:
            message = (
                f'{share:.0%} the same as "{name_of(second)}" of {second.document_id}. Keep one, or say what differs'
            )
            yield Finding(first.document_id, name_of(first), "near-duplicate", message, "warning")
