"""Matrix products computed by the calling thread alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# OpenBLAS, which NumPy brings, takes all cores for more multiplications than this, and its threads spin until the
# next product: beside ONNX Runtime and other callers that doubled what a question costs.
SMALL = 262_144


def product(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, d) times (d, m), in pieces too small for threads."""
    right = np.ascontiguousarray(right)
    step = max(1, SMALL // max(1, right.size))
    found = np.empty((len(left), right.shape[1]), np.float32)
    for start in range(0, len(left), step):
        np.matmul(left[start : start + step], right, out=found[start : start + step])
    return found
