"""Confidences with what was right go in; how well they tell right from wrong, and what is answered, come out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from faqbot.retrieval.calibration import Calibration, Labelled, fit

BINS = 10
FOLDS = 10
Z = 1.96  # for 95 % confidence intervals


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled question: its features (None where it was refused), its kind, and whether rank 1 was right."""

    id: str
    kind: str
    in_scope: bool
    right: bool
    features: Mapping[str, float] | None


@dataclass(frozen=True, slots=True)
class Abstention:
    """Shares of questions refused, each with the ends of its 95 % Wilson interval, and how true confidence is."""

    refused_in_scope: tuple[float, float, float]
    rejected: Mapping[str, tuple[float, float, float]]
    auroc: Mapping[str, float]
    calibration_error: float
    calibration_error_in_scope: float


def measure(cases: Sequence[Case], confidences: Mapping[str, float], refused: Mapping[str, bool]) -> Abstention:
    """Measure given confidences and refusals, both by case id."""
    inside = [case for case in cases if case.in_scope]
    outside = {kind: [case for case in cases if not case.in_scope and case.kind == kind] for kind in _kinds(cases)}
    return Abstention(
        refused_in_scope=wilson([refused[case.id] for case in inside]),
        rejected={kind: wilson([refused[case.id] for case in group]) for kind, group in outside.items()},
        auroc={
            kind: auroc([confidences[case.id] for case in inside], [confidences[case.id] for case in group])
            for kind, group in outside.items()
        },
        calibration_error=_error(cases, confidences),
        calibration_error_in_scope=_error(inside, confidences),
    )


def cross_validated(cases: Sequence[Case], *, folds: int = FOLDS) -> tuple[dict[str, float], dict[str, bool]]:
    """Confidence and refusal of each case by a calibration that was fitted on the other folds only."""
    confidences: dict[str, float] = {}
    refused: dict[str, bool] = {}
    for fold in range(folds):
        calibration = calibrate([case for number, case in enumerate(cases) if number % folds != fold])
        for case in cases[fold::folds]:
            confidences[case.id] = calibration.confidence(case.features or {})
            refused[case.id] = calibration.band(case.features or {}) == "none"
    return confidences, refused


def calibrate(cases: Sequence[Case], *, encoder: str = "") -> Calibration:
    """A calibration fitted on the cases that were not refused as input."""
    return fit(labelled(cases), encoder=encoder)


def labelled(cases: Sequence[Case]) -> list[Labelled]:
    """The cases that were not refused as input, as a calibration is fitted on."""
    return [Labelled(case.features, case.right, case.in_scope) for case in cases if case.features]


def calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = BINS) -> float:
    """Expected calibration error over equally wide bins (Naeini et al. 2015)."""
    values, truths = np.array(confidences), np.array(right, dtype=float)
    places = np.minimum((values * bins).astype(int), bins - 1)
    gaps = [
        abs(values[places == place].mean() - truths[places == place].mean()) * (places == place).mean()
        for place in range(bins)
        if (places == place).any()
    ]
    return float(sum(gaps))


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """The chance that an answerable question is surer than one that is not (ties count half; Mann & Whitney 1947)."""
    first, second = np.array(inside)[:, None], np.array(outside)[None, :]
    return float(((first > second) + 0.5 * (first == second)).mean())


def wilson(marks: Sequence[bool]) -> tuple[float, float, float]:
    """A share with the ends of its 95 % interval (Wilson 1927)."""
    count, share = len(marks), sum(marks) / max(1, len(marks))
    if not count:
        return 0.0, 0.0, 1.0
    middle = (share + Z**2 / (2 * count)) / (1 + Z**2 / count)
    half = Z * math.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2)) / (1 + Z**2 / count)
    return share, max(0.0, middle - half), min(1.0, middle + half)


def _error(cases: Sequence[Case], confidences: Mapping[str, float]) -> float:
    return calibration_error([confidences[case.id] for case in cases], [case.right for case in cases])


def _kinds(cases: Sequence[Case]) -> list[str]:
    return sorted({case.kind for case in cases if not case.in_scope})
