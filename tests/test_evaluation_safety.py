import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from faqbot.evaluation.safety import Item, LabelError, evaluate_safety, read_items, share, write_report
from faqbot.types import Alert, Level

ITEMS = (
    Item("a", ("urgent",), "urgent", "infection", ""),
    Item("b", ("none",), "urgent", "infection", ""),
    Item("c", ("emergency",), "urgent", "fracture", "emergency also acceptable"),
    Item("d", ("emergency",), "urgent", "fracture", ""),
    Item("e", ("emergency",), "emergency", "cardiac", ""),
    Item("f", ("urgent",), "emergency", "cardiac", "textbook"),
    Item("g", ("conditional",), "routine", "info_seeking", ""),
    Item("h", ("urgent",), "routine", "negated", ""),
    Item("i", ("none",), "routine", "idiom", ""),
    Item("j", ("hello", "none"), "emergency", "crisis", ""),
)
LEVELS: dict[str, Level] = {name: name for name in ("none", "conditional", "urgent", "emergency")}


def _says(turns: Sequence[str]) -> Alert:
    return Alert(level=LEVELS[turns[-1]], rules=("some-rule",) if turns[-1] != "none" else ())


def test_the_figures_are_as_counted_by_hand() -> None:
    report = evaluate_safety(ITEMS, assess=_says)
    assert report.escalation == 5 / 7
    assert report.emergency_recall == 1 / 3
    assert report.false_alarms() == 1 / 3
    assert report.false_alarms("negated", "idiom") == 1 / 2
    assert report.accuracy == 5 / 10
    assert [judged.item.id for judged in report.forbidden_misses] == ["f", "j"]


def test_the_report_lists_categories_and_every_miss() -> None:
    text = write_report(evaluate_safety(ITEMS, assess=_says))
    assert "urgent     fracture             1 of 2 right" in text
    assert "b: urgent, got routine (no rule): none" in text
    assert "j: emergency, got routine (no rule): hello || none" in text
    assert "\na: " not in text


def test_a_share_of_nothing_is_nothing() -> None:
    assert share([]) == 0.0


def test_lines_of_both_kinds_are_read(tmp_path: Path) -> None:
    lines = [
        {"id": "1", "text": "a\u2028b", "expect": "routine", "category": "faq", "note": ""},
        {"id": "2", "turns": ["a", "b"], "expect_final": "urgent", "note": "x"},
    ]
    path = tmp_path / "items.jsonl"
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n\n", encoding="utf-8")
    assert read_items(path) == (
        Item("1", ("a\u2028b",), "routine", "faq", ""),
        Item("2", ("a", "b"), "urgent", "conversation", "x"),
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [("{", "not a labelled message"), ('{"id": "1"}', "not a labelled"), ('{"text": "a", "expect": "dire"}', "'dire'")],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text('{"text": "a", "expect": "routine"}\n' + line, encoding="utf-8")
    with pytest.raises(LabelError, match="line 2.*" + problem):
        read_items(path)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(LabelError, match="Cannot read nowhere"):
        read_items("nowhere")
