"""Features of a ranking go in, one calibrated number and a band come out.

Logistic regression (Platt 1999: scores to probabilities) with a ridge penalty, fitted by iteratively reweighted
least squares on questions that are labelled as answered right or wrong.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from faqbot.errors import IndexDamagedError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from faqbot.types import Band

SHIPPED = "calibration.json"
RIDGE = 1.0
STEPS = 50
REFUSED = 0.05  # of questions that the corpus answers, the share that may be told "I don't have an answer"


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted map from features to the chance that the first passage is right.

    `weights` are for features in units of `scale` around `centre`. Below `none_below` nothing is offered as an
    answer; from `answer_from` on it is called one. `encoder` is the fingerprint it is valid for; `figures` are what
    was measured when it was fitted.
    """

    encoder: str
    features: tuple[str, ...]
    centre: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    none_below: float
    answer_from: float
    figures: dict[str, Any] = field(default_factory=dict)

    def confidence(self, features: Mapping[str, float]) -> float:
        """The chance, 0 to 1, that the first passage answers; 0 where nothing was found."""
        if not features:
            return 0.0
        values = (np.array([features[name] for name in self.features]) - self.centre) / self.scale
        return float(1 / (1 + np.exp(-(values @ np.array(self.weights) + self.bias))))

    def band(self, confidence: float) -> Band:
        """The same in words: an answer, something related, or none."""
        if confidence < self.none_below:
            return "none"
        return "answer" if confidence >= self.answer_from else "related"

    def to_dict(self) -> dict[str, Any]:
        """As JSON, for the index."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Calibration:
        """From JSON. Raises IndexDamagedError where a part is missing."""
        try:
            lists = {name: tuple(data[name]) for name in ("features", "centre", "scale", "weights")}
            rest = {name: data[name] for name in ("encoder", "bias", "none_below", "answer_from")}
            return cls(**lists, **rest, figures=dict(data.get("figures", {})))
        except (KeyError, TypeError) as error:
            raise IndexDamagedError(f"The calibration lacks {error}. Run: faqbot calibrate QUESTIONS") from error


def shipped() -> Calibration:
    """The calibration that comes with faqbot, valid for the bundled model only."""
    return Calibration.from_dict(json.loads(files("faqbot").joinpath(SHIPPED).read_text(encoding="utf-8")))


def fit(rows: Sequence[Mapping[str, float]], right: Sequence[bool], *, encoder: str) -> Calibration:
    """Fit on the features of rankings and whether the first passage was right. Bands come from `with_bands`."""
    names = tuple(sorted(rows[0]))
    values = np.array([[row[name] for name in names] for row in rows])
    centre, scale = values.mean(axis=0), values.std(axis=0) + 1e-9
    weights = _regress(np.column_stack([(values - centre) / scale, np.ones(len(values))]), np.array(right, dtype=float))
    return Calibration(
        encoder=encoder,
        features=names,
        centre=tuple(centre.tolist()),
        scale=tuple(scale.tolist()),
        weights=tuple(weights[:-1].tolist()),
        bias=float(weights[-1]),
        none_below=0.0,
        answer_from=0.5,
    )


def none_below(confidences: Sequence[float], refused: float = REFUSED) -> float:
    """The threshold under which at most a share `refused` of answerable questions falls."""
    ordered = sorted(confidences)
    return float(ordered[min(int(len(ordered) * refused), len(ordered) - 1)])


def _regress(values: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    weights = np.zeros(values.shape[1])
    penalty = np.full(values.shape[1], RIDGE)
    penalty[-1] = 0.0
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(values @ weights, -30, 30)))
        slope = values.T @ (right - chance) - penalty * weights
        curve = (values * (chance * (1 - chance) + 1e-6)[:, None]).T @ values + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-8:
            break
    return weights
