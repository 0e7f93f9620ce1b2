"""Selective answering: how well confidence tells right from wrong, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from faqbot.errors import need
from faqbot.evaluation.calibrating import Labelled, fit
from faqbot.retrieval.calibration import Calibration, lowered

BINS = 10
FOLDS = 10


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled question: its features (None where it was refused), its kind, and whether rank 1 was right."""

    id: str
    kind: str
    in_scope: bool
    right: bool
    features: Mapping[str, float] | None
    weight: float = 1.0


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
    return [Labelled(case.features, case.right, case.in_scope, case.weight) for case in cases if case.features]


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
    """Return the chance that an answerable question is surer than one that is not (scikit-learn; ties count half)."""
    try:
        from sklearn.metrics import roc_auc_score
    except ImportError as error:
        raise need("scikit-learn", "eval", error) from error
    if not inside or not outside:
        return float("nan")
    return float(roc_auc_score([1] * len(inside) + [0] * len(outside), [*inside, *outside]))


def wilson(marks: Sequence[bool]) -> tuple[float, float, float]:
    """Return a share with the ends of its 95 % interval (Wilson 1927)."""
    if not marks:
        return 0.0, 0.0, 1.0
    try:
        from scipy.stats import binomtest
    except ImportError as error:
        raise need("scipy", "eval", error) from error
    interval = binomtest(sum(marks), len(marks)).proportion_ci(0.95, method="wilson")
    return sum(marks) / len(marks), float(interval.low), float(interval.high)


@dataclass(frozen=True, slots=True)
class LevelRow:
    """Of the answers of one level of certainty: how many, and the share that was right with its 95 % interval."""

    name: str
    count: int
    right: tuple[float, float, float]


def reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = BINS) -> list[LevelRow]:
    """Return the rows of a reliability diagram: equally wide bins of confidence with the share that was right."""
    rows = []
    for place in range(bins):
        low, high = place / bins, (place + 1) / bins
        marks = [ok for value, ok in zip(confidences, right, strict=True) if low <= value < high or value == high == 1]
        if marks:
            rows.append(LevelRow(f"{low:.1f}-{high:.1f}", len(marks), wilson(marks)))
    return rows


def levels(calibration: Calibration, cases: Sequence[Case]) -> list[LevelRow]:
    """Return for each level of certainty how many cases have it and the share whose first passage was right."""
    found: dict[str, list[bool]] = {"very likely": [], "probably": [], "may help": [], "none": []}
    for case in cases:
        missing = case.features.get("reported", 0.0) if case.features else 0.0
        found[lowered(calibration.certainty(case.features or {}), missing > 0)].append(case.right)
    return [LevelRow(name, len(marks), wilson(marks)) for name, marks in found.items()]


def _error(cases: Sequence[Case], confidences: Mapping[str, float]) -> float:
    return calibration_error([confidences[case.id] for case in cases], [case.right for case in cases])


def _kinds(cases: Sequence[Case]) -> list[str]:
    return sorted({case.kind for case in cases if not case.in_scope})
