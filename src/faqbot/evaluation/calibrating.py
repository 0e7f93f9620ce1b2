"""Fit a calibration on labelled rankings, with scikit-learn's logistic regression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from faqbot.errors import need
from faqbot.retrieval.calibration import Calibration

if TYPE_CHECKING:
    from numpy.typing import NDArray

PENALTY = 5.0  # of the L2 norm of the weights
REFUSED = 0.02  # of questions that the corpus answers, the share that may be told "I don't have an answer"
ANSWERABLE_WEIGHT = 2.0  # people mostly ask what a corpus is about, test sets ask as much that it is not


@dataclass(frozen=True, slots=True)
class Labelled:
    """The features of one ranking, whether its first passage answers, and whether the corpus answers at all.

    `weight` is what the case counts: a judged real question counts more than one that was written for a test.
    """

    features: Mapping[str, float]
    right: bool
    answerable: bool
    weight: float = 1.0


def fit(cases: Sequence[Labelled], *, encoder: str, refused: float = REFUSED) -> Calibration:
    """Fit on labelled rankings; at most a share `refused` of the answerable ones among them gets no answer."""
    names = tuple(sorted(cases[0].features))
    values = np.array([[case.features[name] for name in names] for case in cases])
    centre, scale = values.mean(axis=0), values.std(axis=0) + 1e-9
    rows = (values - centre) / scale
    answerable = np.array([case.answerable for case in cases])
    right = np.array([case.right for case in cases])
    weights = np.array([case.weight for case in cases])
    scope = _regress(rows, answerable, weights * np.where(answerable, ANSWERABLE_WEIGHT, 1.0))
    calibration = Calibration(
        encoder=encoder,
        features=names,
        centre=tuple(centre.tolist()),
        scale=tuple(scale.tolist()),
        right=_regress(rows[answerable], right[answerable], weights[answerable]),
        answerable=scope,
        none_below=0.0,
    )
    return replace(calibration, none_below=threshold(calibration, cases, refused))


def threshold(calibration: Calibration, cases: Sequence[Labelled], refused: float = REFUSED) -> float:
    """Return the answerability under which at most a share `refused` of the answerable cases falls."""
    chances = sorted(calibration.answerability(case.features) for case in cases if case.answerable)
    return chances[int(len(chances) * refused)] if chances else 0.0


def _regress(rows: NDArray[np.float64], truths: NDArray[np.bool_], weights: NDArray[np.float64]) -> tuple[float, ...]:
    """Weights of the columns of `rows` (n, f) by which the chance of a truth is best told, with the bias last."""
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise need("scikit-learn", "eval", error) from error
    if truths.all() or not truths.any():
        return (*([0.0] * rows.shape[1]), 8.0 if truths.all() else -8.0)
    model = LogisticRegression(C=1 / PENALTY, max_iter=2_000).fit(rows, truths, sample_weight=weights)
    return (*(float(weight) for weight in model.coef_[0]), float(model.intercept_[0]))
