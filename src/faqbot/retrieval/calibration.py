"""Calibration: one probability from the features of a ranking, and how sure it is in words.

Two logistic regressions over the same features (Platt 1999: scores to probabilities): one for the chance that the
corpus answers the question at all, below which no answer is offered, and one for the chance that the first passage
answers if it does. Their product is the confidence. evaluation/selective.py fits them; this module applies them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from importlib.resources import files
from math import exp
from typing import TYPE_CHECKING, Any

from faqbot.errors import IndexDamagedError

if TYPE_CHECKING:
    from faqbot.types import Band, Certainty

SHIPPED = "calibration.json"
PROBABLY_FROM = 0.58
VERY_LIKELY_FROM = 0.90
BANDS: Mapping[Certainty, Band] = {
    "very likely": "answer",
    "probably": "answer",
    "may help": "related",
    "none": "none",
}
MOST_LOGIT = 700.0  # beyond it exp overflows
_REQUIRED = ("encoder", "features", "centre", "scale", "right", "answerable", "none_below")
_VECTORS = ("features", "centre", "scale", "right", "answerable")


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted map from features to confidence, band and certainty.

    `answerable` and `right` (if answerable) are weights of the features, in units of `scale` around `centre`, with
    the bias last. A question that is answerable with a chance under `none_below` gets no answer; from a confidence of
    `answer_from` on it is probably answered, from `very_likely_from` on very likely. `encoder` is the fingerprint this
    is valid for; `figures` are what was measured.
    """

    encoder: str
    features: tuple[str, ...]
    centre: tuple[float, ...]
    scale: tuple[float, ...]
    right: tuple[float, ...]
    answerable: tuple[float, ...]
    none_below: float
    answer_from: float = PROBABLY_FROM
    very_likely_from: float = VERY_LIKELY_FROM
    figures: dict[str, Any] = field(default_factory=dict)

    def confidence(self, features: Mapping[str, float]) -> float:
        """Return the chance, 0 to 1, that the first passage answers; 0 where nothing was found."""
        return self.answerability(features) * self._chance(self.right, features)

    def answerability(self, features: Mapping[str, float]) -> float:
        """Return the chance, 0 to 1, that the corpus answers the question at all."""
        return self._chance(self.answerable, features)

    def band(self, features: Mapping[str, float]) -> Band:
        """Return the band: an answer, something related, or none."""
        return BANDS[self.certainty(features)]

    def certainty(self, features: Mapping[str, float]) -> Certainty:
        """Return how sure the answer is, in words."""
        answerable = self.answerability(features)
        if answerable < self.none_below:
            return "none"
        confidence = answerable * self._chance(self.right, features)
        if confidence < self.answer_from:
            return "may help"
        return "very likely" if confidence >= self.very_likely_from else "probably"

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, for the index."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Calibration:
        """Read the JSON form. Raises IndexDamagedError where a part is missing."""
        try:
            parts: dict[str, Any] = {name: data[name] for name in _REQUIRED}
            parts |= {each.name: data[each.name] for each in fields(cls) if each.name in data}
            parts |= {name: tuple(data[name]) for name in _VECTORS}
            return cls(**parts)
        except (KeyError, TypeError) as error:
            raise IndexDamagedError(f"The calibration lacks {error}. Run: faqbot calibrate QUESTIONS") from error

    def _chance(self, weights: Sequence[float], features: Mapping[str, float]) -> float:
        if not features:
            return 0.0
        parts = zip(self.features, self.centre, self.scale, weights, strict=False)  # the last weight is the bias
        logit = weights[-1] + sum(weight * (features[name] - centre) / scale for name, centre, scale, weight in parts)
        return 1 / (1 + exp(-logit)) if logit > -MOST_LOGIT else 0.0


def lowered(certainty: Certainty, features: Mapping[str, float], *, missing: bool) -> Certainty:
    """Return how sure an answer is: one level less where its first passage is about something else.

    That is where it lacks informative words of the question (`missing`), or speaks only of the opposite (uphill for
    downhill).
    """
    if not (missing or features.get("opposed")) or certainty in ("may help", "none"):
        return certainty
    return "probably" if certainty == "very likely" else "may help"


def shipped() -> Calibration:
    """Return the calibration that comes with faqbot, valid for the bundled model only."""
    return Calibration.from_dict(json.loads(files("faqbot").joinpath(SHIPPED).read_text(encoding="utf-8")))
