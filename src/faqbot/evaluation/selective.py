"""Selective answering: fit a calibration on labelled questions, and measure what it refuses and how sure it is.

The fit is scikit-learn's logistic regression; retrieval/calibration.py says what the two regressions mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from faqbot.errors import need
from faqbot.evaluation.metrics import Question, first_hit
from faqbot.retrieval.calibration import Calibration, lowered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from faqbot.types import Certainty, Ranking

BINS = 10
FOLDS = 10
PENALTY = 5.0  # of the L2 norm of the weights
REFUSED = 0.02  # of questions that the corpus answers, the share that may be told "I don't have an answer"
ANSWERABLE_WEIGHT = 2.0  # people mostly ask what a corpus is about, test sets ask as much that it is not


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled question: the features of what was found, and whether the first passage answers.

    `features` are empty where it was refused as input, `in_scope` says whether the corpus answers it at all. `weight`
    is what the case counts in a fit: a judged real question counts more than one that was written for a test.
    """

    id: str
    kind: str
    in_scope: bool
    right: bool
    features: Mapping[str, float]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Abstention:
    """Shares of questions refused, each with the ends of its 95 % Wilson interval, and how true confidence is."""

    refused_in_scope: tuple[float, float, float]
    rejected: Mapping[str, tuple[float, float, float]]
    auroc: Mapping[str, float]
    calibration_error: float
    calibration_error_in_scope: float

    def to_dict(self) -> dict[str, Any]:
        """Return what is stored in an index beside a calibration."""
        return {
            "refused_in_scope": self.refused_in_scope,
            "rejected": dict(self.rejected),
            "calibration_error": self.calibration_error,
        }

    def as_text(self) -> str:
        """Return the figures as aligned text, shares with their 95 % intervals."""
        rows = [("answerable, refused", self.refused_in_scope)]
        rows += [(f"{kind} out of scope, rejected", share) for kind, share in self.rejected.items()]
        lines = [f"{name:<26} {share:.3f}  ({low:.3f} to {high:.3f})" for name, (share, low, high) in rows]
        lines += [f"{'AUROC against ' + kind:<26} {value:.3f}" for kind, value in self.auroc.items()]
        lines += [
            f"{'calibration error':<26} {self.calibration_error:.3f}",
            f"{'the same, answerable only':<26} {self.calibration_error_in_scope:.3f}",
        ]
        return "\n".join(lines)


def label(question: Question, ranking: Ranking | None) -> Case:
    """Return a question with gold quotes as a case; `ranking` is None where it was refused as input."""
    passages = [hit.passage for hit in ranking.hits] if ranking else []
    return Case(
        id=question.id,
        kind=question.kind,
        in_scope=bool(question.gold),
        right=first_hit(question, passages) == 1,
        features=dict(ranking.features) if ranking else {},
    )


def calibrate(cases: Sequence[Case], *, encoder: str = "", refused: float = REFUSED) -> Calibration:
    """Fit on the cases that have features; at most a share `refused` of the answerable ones gets no answer."""
    cases = [case for case in cases if case.features]
    names = tuple(sorted(cases[0].features))
    values = np.array([[case.features[name] for name in names] for case in cases])
    centre, scale = values.mean(axis=0), values.std(axis=0) + 1e-9
    rows = (values - centre) / scale
    answerable = np.array([case.in_scope for case in cases])
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


def threshold(calibration: Calibration, cases: Sequence[Case], refused: float = REFUSED) -> float:
    """Return the answerability under which at most a share `refused` of the answerable cases with features falls."""
    chances = sorted(calibration.answerability(case.features) for case in cases if case.in_scope and case.features)
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


def cross_validated(cases: Sequence[Case], *, folds: int = FOLDS) -> tuple[dict[str, float], dict[str, bool]]:
    """Confidence and refusal of each case by a calibration that was fitted on the other folds only."""
    confidences: dict[str, float] = {}
    refused: dict[str, bool] = {}
    for fold in range(folds):
        calibration = calibrate([case for number, case in enumerate(cases) if number % folds != fold])
        for case in cases[fold::folds]:
            confidences[case.id] = calibration.confidence(case.features)
            refused[case.id] = calibration.band(case.features) == "none"
    return confidences, refused


def measure(cases: Sequence[Case], confidences: Mapping[str, float], refused: Mapping[str, bool]) -> Abstention:
    """Measure given confidences and refusals, both by case id."""
    inside = [case for case in cases if case.in_scope]
    kinds = sorted({case.kind for case in cases if not case.in_scope})
    outside = {kind: [case for case in cases if not case.in_scope and case.kind == kind] for kind in kinds}
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


def _error(cases: Sequence[Case], confidences: Mapping[str, float]) -> float:
    return calibration_error([confidences[case.id] for case in cases], [case.right for case in cases])


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


def levels(calibration: Calibration, cases: Sequence[Case]) -> dict[Certainty, list[bool]]:
    """Return for each level of certainty whether the first passage was right, case by case."""
    found: dict[Certainty, list[bool]] = {"very likely": [], "probably": [], "may help": [], "none": []}
    for case in cases:
        missing = case.features.get("reported", 0.0) > 0
        certainty = lowered(calibration.certainty(case.features), case.features, missing=missing)
        found[certainty].append(case.right)
    return found
