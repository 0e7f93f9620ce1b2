"""Passages in order go in; groups of those that say the same come out, so that one thing said often fills one place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from faqbot.index.contents import Stored

ALIKE = 0.93  # cosine of two passages' mean token vectors from which they say the same


def fold(stored: Sequence[Stored], alike: float = ALIKE) -> list[list[int]]:
    """Groups of places in `stored`: each passage joins the first earlier one that it is alike, or opens a group."""
    if not stored:
        return []
    means = np.stack([one.tokens.sum(axis=0, dtype=np.int32) for one in stored]).astype(np.float32)
    means /= np.linalg.norm(means, axis=1, keepdims=True) + 1e-9
    similar = means @ means.T
    groups: list[list[int]] = []
    for place in range(len(stored)):
        group = next((group for group in groups if similar[group[0], place] >= alike), None)
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    return groups
