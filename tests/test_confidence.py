"""Confidence from features: fitted, bounded, stored, and in words."""

import numpy as np
import pytest

from faqbot.errors import IndexDamagedError
from faqbot.evaluation.selective import (
    Case,
    auroc,
    calibrate,
    calibration_error,
    cross_validated,
    levels,
    measure,
    wilson,
)
from faqbot.retrieval.calibration import Calibration, lowered, shipped
from faqbot.types import Certainty


def labelled(seed: int = 5, count: int = 400) -> list[Case]:
    """Rankings whose first passage is right with the chance that their one telling feature says."""
    random = np.random.default_rng(seed)
    cases = []
    for number, value in enumerate(random.uniform(-3, 3, count)):
        chance = 1 / (1 + np.exp(-2 * value))
        right = bool(random.random() < chance)
        features = {"late": float(value), "noise": float(random.normal()), "reported": 0.0}
        answerable = right or bool(value > -1)
        cases.append(Case(str(number), "faq" if answerable else "far", answerable, right, features))
    return cases


def test_the_fit_recovers_how_sure_the_feature_is() -> None:
    calibration = calibrate(labelled(), encoder="e")
    for value in (-2.0, 0.0, 2.0):
        expected = 1 / (1 + np.exp(-2 * value))
        assert calibration.confidence({"late": value, "noise": 0.0, "reported": 0.0}) == pytest.approx(
            expected, abs=0.12
        )


def test_at_most_the_share_that_was_asked_for_is_refused_of_what_it_was_fitted_on() -> None:
    cases = labelled()
    calibration = calibrate(cases, encoder="e", refused=0.04)
    refused = [calibration.band(case.features) == "none" for case in cases if case.in_scope]
    assert sum(refused) / len(refused) <= 0.04


def test_nothing_found_is_no_answer() -> None:
    calibration = calibrate(labelled(), encoder="e")
    assert calibration.confidence({}) == 0.0
    assert calibration.band({}) == "none"


def test_a_calibration_survives_json_and_a_damaged_one_says_what_to_run() -> None:
    calibration = calibrate(labelled(), encoder="e")
    assert Calibration.from_dict(calibration.to_dict()) == calibration
    with pytest.raises(IndexDamagedError, match="faqbot calibrate"):
        Calibration.from_dict({"features": ()})


def test_the_shipped_calibration_says_what_it_was_fitted_on() -> None:
    assert shipped().encoder == "2627088977c22349"
    assert 0 < shipped().none_below < shipped().answer_from


def test_an_interval_of_a_share_is_wilsons() -> None:
    share, low, high = wilson([True] * 8 + [False] * 2)
    assert (share, round(low, 3), round(high, 3)) == (0.8, 0.490, 0.943)
    assert wilson([]) == (0.0, 0.0, 1.0)


def test_calibration_error_and_auroc_by_hand() -> None:
    assert calibration_error([0.95, 0.95, 0.05, 0.05], [True, False, False, False]) == pytest.approx(0.25)
    assert auroc([0.9, 0.5], [0.5, 0.1]) == pytest.approx(0.875)


def test_cross_validation_never_judges_with_a_calibration_that_saw_the_case() -> None:
    cases = labelled()
    confidences, refused = cross_validated(cases)
    without = calibrate([case for number, case in enumerate(cases) if number % 10 != 3])
    assert confidences["3"] == without.confidence(cases[3].features)
    found = measure(cases, confidences, refused)
    assert found.calibration_error < 0.08
    assert found.auroc["far"] > 0.9


@pytest.mark.parametrize(("features", "missing"), [({}, True), ({"opposed": 1.0}, False)])
def test_a_level_is_lowered_where_words_are_missing_or_the_passage_says_the_opposite(
    features: dict[str, float], missing: bool
) -> None:
    levels: tuple[Certainty, ...] = ("very likely", "probably", "may help", "none")
    found = [lowered(level, features, missing=missing) for level in levels]
    assert found == ["probably", "may help", "may help", "none"]


def test_a_level_stays_where_nothing_is_missing() -> None:
    assert lowered("very likely", {"opposed": 0.0}, missing=False) == "very likely"


def test_levels_count_what_each_promises() -> None:
    cases = labelled(seed=6)
    found = levels(calibrate(labelled(), encoder="e"), cases)
    assert sum(map(len, found.values())) == len(cases)
    shares = [sum(right) / len(right) for right in found.values()]
    assert list(found) == ["very likely", "probably", "may help", "none"]
    assert shares == sorted(shares, reverse=True)
