"""Features of a ranking go in, one calibrated number and a band come out.

Two logistic regressions over the same features (Platt 1999: scores to probabilities), with a ridge penalty, fitted by
iteratively reweighted least squares on labelled questions: one for the chance that the corpus answers the question at
all, below which no answer is offered, and one for the chance that the first passage is right if it does. Their product
is the confidence.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from faqbot.errors import IndexDamagedError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from faqbot.types import Band, Certainty

SHIPPED = "calibration.json"
RIDGE = 5.0
STEPS = 50
REFUSED = 0.03  # of questions that the corpus answers, the share that may be told "I don't have an answer"
ANSWER_FROM = 0.5
VERY_LIKELY_FROM = 0.8
ANSWERABLE_WEIGHT = 2.0  # people mostly ask what a corpus is about, test sets ask as much that it is not


@dataclass(frozen=True, slots=True)
class Labelled:
    """The features of one ranking, whether its first passage was right, and whether the corpus answers at all."""

    features: Mapping[str, float]
    right: bool
    answerable: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted map from features to confidence and band.

    `answerable` and `right` (if answerable) are weights of the features, in units of `scale` around `centre`, with
    the bias last. A question that is answerable with a chance under `none_below` gets no answer; from a confidence of
    `answer_from` on it gets one. `encoder` is the fingerprint this is valid for; `figures` are what was measured.
    """

    encoder: str
    features: tuple[str, ...]
    centre: tuple[float, ...]
    scale: tuple[float, ...]
    right: tuple[float, ...]
    answerable: tuple[float, ...]
    none_below: float
    answer_from: float = ANSWER_FROM
    figures: dict[str, Any] = field(default_factory=dict)

    def confidence(self, features: Mapping[str, float]) -> float:
        """The chance, 0 to 1, that the first passage answers; 0 where nothing was found."""
        return self.answerability(features) * self._chance(self.right, features)

    def answerability(self, features: Mapping[str, float]) -> float:
        """The chance, 0 to 1, that the corpus answers the question at all."""
        return self._chance(self.answerable, features)

    def band(self, features: Mapping[str, float]) -> Band:
        """The same in words: an answer, something related, or none."""
        if self.answerability(features) < self.none_below:
            return "none"
        return "answer" if self.confidence(features) >= self.answer_from else "related"

    def certainty(self, features: Mapping[str, float]) -> Certainty:
        """Return how sure the answer is, in words."""
        band = self.band(features)
        if band == "answer":
            return "very likely" if self.confidence(features) >= VERY_LIKELY_FROM else "probably"
        return "may help" if band == "related" else "none"

    def to_dict(self) -> dict[str, Any]:
        """As JSON, for the index."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Calibration:
        """From JSON. Raises IndexDamagedError where a part is missing."""
        try:
            parts: dict[str, Any] = {name: data[name] for name in cls.__slots__}
            parts |= {name: tuple(data[name]) for name in ("features", "centre", "scale", "right", "answerable")}
            return cls(**parts)
        except (KeyError, TypeError) as error:
            raise IndexDamagedError(f"The calibration lacks {error}. Run: faqbot calibrate QUESTIONS") from error

    def _chance(self, weights: Sequence[float], features: Mapping[str, float]) -> float:
        if not features:
            return 0.0
        values = (np.array([features[name] for name in self.features]) - self.centre) / self.scale
        return float(1 / (1 + np.exp(-(values @ np.array(weights[:-1]) + weights[-1]))))


def shipped() -> Calibration:
    """The calibration that comes with faqbot, valid for the bundled model only."""
    return Calibration.from_dict(json.loads(files("faqbot").joinpath(SHIPPED).read_text(encoding="utf-8")))


def fit(cases: Sequence[Labelled], *, encoder: str, refused: float = REFUSED) -> Calibration:
    """Fit on labelled rankings; at most a share `refused` of the answerable ones among them gets no answer."""
    names = tuple(sorted(cases[0].features))
    values = np.array([[case.features[name] for name in names] for case in cases])
    centre, scale = values.mean(axis=0), values.std(axis=0) + 1e-9
    rows = np.column_stack([(values - centre) / scale, np.ones(len(values))])
    answerable = np.array([case.answerable for case in cases])
    right = np.array([case.right for case in cases], dtype=float)
    scope = _regress(rows, answerable.astype(float), np.where(answerable, ANSWERABLE_WEIGHT, 1.0))
    calibration = Calibration(
        encoder=encoder,
        features=names,
        centre=tuple(centre.tolist()),
        scale=tuple(scale.tolist()),
        right=tuple(_regress(rows[answerable], right[answerable], np.ones(answerable.sum())).tolist()),
        answerable=tuple(scope.tolist()),
        none_below=0.0,
    )
    return replace(calibration, none_below=threshold(calibration, cases, refused))


def threshold(calibration: Calibration, cases: Sequence[Labelled], refused: float = REFUSED) -> float:
    """The answerability under which at most a share `refused` of the answerable cases falls."""
    chances = sorted(calibration.answerability(case.features) for case in cases if case.answerable)
    return chances[int(len(chances) * refused)] if chances else 0.0


def _regress(
    rows: NDArray[np.float64], truths: NDArray[np.float64], counts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weights of the columns of `rows` by which the chance of a truth is best told; the last column is the bias."""
    weights = np.zeros(rows.shape[1])
    penalty = np.full(rows.shape[1], RIDGE)
    penalty[-1] = 0.0
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (counts * (truths - chance)) - penalty * weights
        curve = (rows * (counts * (chance * (1 - chance) + 1e-6))[:, None]).T @ rows + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-8:
            break
    return weights
