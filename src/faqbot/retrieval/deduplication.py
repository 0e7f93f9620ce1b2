"""Passages in order go in; groups of those that say the same come out, so that one thing said often fills one place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from faqbot.retrieval.token_layout import Prepared

ALIKE = 0.93  # cosine of two passages' mean token vectors from which they say the same


def fold(passages: Sequence[Prepared], alike: float = ALIKE) -> list[list[int]]:
    """Groups of places in `passages`: each joins the first earlier one that it is alike, or opens a group."""
    if not passages:
        return []
    means = np.stack([one.mean for one in passages])
    close = (means @ means.T >= alike).tolist()
    groups: list[list[int]] = []
    for place in range(len(passages)):
        group = next((group for group in groups if close[group[0]][place]), None)
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    return groups
