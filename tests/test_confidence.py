"""Confidence from features: fitted, bounded, stored, and in words."""

import numpy as np
import pytest

from faqbot.errors import IndexDamagedError
from faqbot.evaluation.calibrating import Labelled, fit
from faqbot.evaluation.selective import (
    Case,
    auroc,
    calibrate,
    calibration_error,
    cross_validated,
    levels,
    measure,
    reliability,
    wilson,
)
from faqbot.retrieval.calibration import Calibration, lowered, shipped


def labelled(seed: int = 5, count: int = 400) -> list[Labelled]:
    """Rankings whose first passage is right with the chance that their one telling feature says."""
    random = np.random.default_rng(seed)
    cases = []
    for value in random.uniform(-3, 3, count):
        chance = 1 / (1 + np.exp(-2 * value))
        right = bool(random.random() < chance)
        cases.append(Labelled({"late": float(value), "noise": float(random.normal())}, right, right or value > -1))
    return cases


def test_the_fit_recovers_how_sure_the_feature_is() -> None:
    calibration = fit(labelled(), encoder="e")
    for value in (-2.0, 0.0, 2.0):
        expected = 1 / (1 + np.exp(-2 * value))
        assert calibration.confidence({"late": value, "noise": 0.0}) == pytest.approx(expected, abs=0.12)


def test_at_most_the_share_that_was_asked_for_is_refused_of_what_it_was_fitted_on() -> None:
    cases = labelled()
    calibration = fit(cases, encoder="e", refused=0.04)
    refused = [calibration.band(case.features) == "none" for case in cases if case.answerable]
    assert sum(refused) / len(refused) <= 0.04


def test_nothing_found_is_no_answer() -> None:
    calibration = fit(labelled(), encoder="e")
    assert calibration.confidence({}) == 0.0
    assert calibration.band({}) == "none"


def test_a_calibration_survives_json_and_a_damaged_one_says_what_to_run() -> None:
    calibration = fit(labelled(), encoder="e")
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
    cases = [
        Case(str(number), "far" if not one.answerable else "faq", one.answerable, one.right, one.features)
        for number, one in enumerate(labelled())
    ]
    confidences, refused = cross_validated(cases)
    without = calibrate([case for number, case in enumerate(cases) if number % 10 != 3])
    assert confidences["3"] == without.confidence(cases[3].features or {})
    found = measure(cases, confidences, refused)
    assert found.calibration_error < 0.08
    assert found.auroc["far"] > 0.9


def test_a_level_is_lowered_where_words_are_missing() -> None:
    assert [lowered(level, missing=True) for level in ("very likely", "probably", "may help", "none")] == [
        "probably", "may help", "may help", "none",
    ]  # fmt: skip
    assert lowered("very likely", missing=False) == "very likely"


def test_reliability_rows_are_bins_with_the_share_that_was_right() -> None:
    rows = reliability([0.05, 0.92, 0.95, 1.0], [False, True, True, False])
    assert [(row.name, row.count, round(row.right[0], 2)) for row in rows] == [
        ("0.0-0.1", 1, 0.0),
        ("0.9-1.0", 3, 0.67),
    ]


def test_levels_count_what_each_promises() -> None:
    calibration = fit(labelled(), encoder="e")
    cases = [
        Case(str(number), "faq", one.answerable, one.right, {**one.features, "reported": 0.0})
        for number, one in enumerate(labelled(seed=6))
    ]
    rows = {row.name: row for row in levels(calibration, cases)}
    assert sum(row.count for row in rows.values()) == len(cases)
    assert rows["very likely"].right[0] > rows["probably"].right[0] > rows["may help"].right[0] > rows["none"].right[0]
