"""Questions with their vectors go in; groups of those that ask the same come out, the largest first.

Average linkage (Sokal and Michener 1958, UPGMA) over cosine similarity, by nearest-neighbour chains (Murtagh 1983, A
survey of recent advances in hierarchical clustering algorithms): the same groups as the plain algorithm's in the square
of the number of questions instead of its cube. Nothing but numpy is needed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from faqbot.errors import FeedbackError
from faqbot.feedback.models import Entry, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIMILAR = 0.65  # mean cosine between two groups from which they are one; measured in docs/page.md
MOST = 5_000  # different questions; a matrix of all pairs is then 100 MB


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that ask much the same: `wordings` are all different, the one nearest to the others first.

    `id` is made from the wordings, so that a group that has changed since it was looked at has another one.
    """

    id: str
    wordings: tuple[str, ...]
    count: int
    verdicts: dict[Verdict, int]
    days: tuple[str, ...]

    @property
    def name(self) -> str:
        """The wording that stands for the others."""
        return self.wordings[0]


def different(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Each wording once, whatever its letter case and spaces, in order. Raises FeedbackError for too many."""
    found: dict[str, str] = {}
    for entry in entries:
        if entry.question.strip():
            found.setdefault(_folded(entry.question), entry.question)
    if len(found) > MOST:
        raise FeedbackError(
            f"Found {len(found):,} different questions, at most {MOST:,} can be grouped. Take a later --since"
        )
    return tuple(found.values())


def group(
    entries: Sequence[Entry], wordings: Sequence[str], vectors: NDArray[np.float32], *, similar: float = SIMILAR
) -> tuple[Group, ...]:
    """Groups of `different(entries)`, whose (n, d) vectors have length 1; the largest first, then by name."""
    said: dict[str, list[Entry]] = {}
    for entry in entries:
        said.setdefault(_folded(entry.question), []).append(entry)
    groups = [_described(members, wordings, vectors, said) for members in clusters(vectors, similar)]
    return tuple(sorted(groups, key=lambda each: (-each.count, each.name)))


def clusters(vectors: NDArray[np.float32], similar: float) -> list[list[int]]:
    """Rows of (n, d) vectors of length 1, by group: two are one while their mean cosine is `similar` or more."""
    count = len(vectors)
    closeness = (vectors @ vectors.T).astype(np.float32)
    np.fill_diagonal(closeness, -np.inf)
    sizes = np.ones(count)
    members = [[row] for row in range(count)]
    alive = dict.fromkeys(range(count))
    chain: list[int] = []
    while alive:
        chain = chain or [next(iter(alive))]
        last = chain[-1]
        nearest = int(closeness[last].argmax())
        if len(chain) > 1 and closeness[last, chain[-2]] >= closeness[last, nearest]:
            nearest = chain[-2]
        if closeness[last, nearest] < similar:
            # Nothing is near enough to it now, and by average linkage nothing can come nearer by merging.
            del alive[last]
            closeness[last, :] = closeness[:, last] = -np.inf
            chain.pop()
        elif len(chain) > 1 and nearest == chain[-2]:
            _merge(closeness, sizes, last, nearest)
            members[nearest] += _taken(members, last)
            del alive[last]
            del chain[-2:]
        else:
            chain.append(nearest)
    return [sorted(rows) for rows in members if rows]


def _taken(members: list[list[int]], row: int) -> list[int]:
    taken, members[row] = members[row], []
    return taken


def _merge(closeness: NDArray[np.float32], sizes: NDArray[np.float64], gone: int, kept: int) -> None:
    """Put one group into another: the mean over all pairs is the mean of both rows, weighted by size."""
    total = sizes[gone] + sizes[kept]
    row = (sizes[gone] * closeness[gone] + sizes[kept] * closeness[kept]) / total
    row[[gone, kept]] = -np.inf
    closeness[kept, :] = closeness[:, kept] = row
    closeness[gone, :] = closeness[:, gone] = -np.inf
    sizes[kept] = total


def _described(
    members: Sequence[int], wordings: Sequence[str], vectors: NDArray[np.float32], said: dict[str, list[Entry]]
) -> Group:
    rows = vectors[list(members)]
    order = np.argsort(-(rows @ rows.sum(axis=0)), kind="stable")
    ordered = tuple(wordings[members[place]] for place in order)
    entries = [entry for wording in ordered for entry in said[_folded(wording)]]
    digest = hashlib.sha256("\0".join(sorted(map(_folded, ordered))).encode()).hexdigest()
    verdicts = Counter(entry.verdict for entry in entries)
    days = sorted({entry.day for entry in entries})
    return Group(digest[:8], ordered, len(entries), dict(sorted(verdicts.items())), tuple(days))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
