"""Token embeddings made small: PCA to (t, p) rows of length 1, and int8."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from faqbot.encoders.products import product
from faqbot.errors import EncoderError

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILE = "projection.npy"
# An int8 step is 1/SCALE. Rows have length 1 and p entries, so hardly one reaches the 127/SCALE where it is clipped.
SCALE = 254.0
FEW_ROWS = 20_000  # below this the main axes of a corpus are not known well enough to drop the others


@dataclass(frozen=True, slots=True)
class Projection:
    """Centring and the first principal axes of an encoder's token vectors (PCA; Jolliffe 2002).

    `matrix` is (d, p); `offset` (p,) is the centre already rotated. Fixed for an encoder: every generation of an
    index uses the same one.
    """

    matrix: NDArray[np.float32]
    offset: NDArray[np.float32]

    def apply(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """(t, d) token vectors to (t, p) rows of length 1."""
        turned = product(unit_rows(rows), self.matrix) - self.offset
        return unit_rows(turned)

    def save(self, folder: Path) -> None:
        """Write the projection to `folder`/projection.npy."""
        np.save(folder / FILE, np.vstack([self.matrix, self.offset]), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Projection:
        """Read `folder`/projection.npy. Raises EncoderError where it is missing or damaged."""
        try:
            rows = np.load(folder / FILE, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise EncoderError(f"{folder / FILE} cannot be read ({error}). Run: faqbot build") from error
        return cls(matrix=rows[:-1].astype(np.float32), offset=rows[-1].astype(np.float32))

    @classmethod
    def none(cls, dimension: int) -> Projection:
        """The one that leaves rows as they are."""
        return cls(np.eye(dimension, dtype=np.float32), np.zeros(dimension, dtype=np.float32))

    @classmethod
    def fit(cls, rows: NDArray[np.float32], dimension: int) -> Projection:
        """Fit on (n, d) token vectors, kept to `dimension` axes; with few rows all axes are kept, only centred."""
        rows = unit_rows(rows)
        centre = rows.mean(axis=0)
        if len(rows) < FEW_ROWS or rows.shape[1] <= dimension:
            matrix = np.eye(rows.shape[1], dtype=np.float32)
        else:
            scatter = np.cov(rows - centre, rowvar=False)
            matrix = np.linalg.eigh(scatter)[1][:, ::-1][:, :dimension].astype(np.float32)
        return cls(matrix=matrix, offset=(centre @ matrix).astype(np.float32))


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to length 1; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths == 0, 1.0, lengths)).astype(np.float32)


def to_int8(rows: NDArray[np.float32]) -> NDArray[np.int8]:
    """Rows of length 1 as int8, in steps of 1/SCALE."""
    steps: NDArray[np.int8] = np.clip(np.rint(rows * SCALE), -127, 127).astype(np.int8)
    return steps
