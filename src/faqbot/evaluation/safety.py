"""Evaluate the safety rules on labelled messages: recall, false alarms by kind, and every miss.

A line is {"id", "text", "expect", "category", "note"} or, for a conversation, {"id", "turns", "expect_final", "note"};
`expect` is routine, urgent or emergency. A conditional card counts as routine. A note that says "emergency also
acceptable" or "urgent also acceptable" makes both levels right.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from faqbot.errors import FaqbotError
from faqbot.safety import assess
from faqbot.types import Alert

ROUTINE, URGENT, EMERGENCY = "routine", "urgent", "emergency"
_NEVER_MISSED = ("textbook", "explicit", "named in")
Assess = Callable[[Sequence[str]], Alert]


class LabelError(FaqbotError):
    """A line of a file of labelled messages that cannot be used; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Item:
    """One labelled message or conversation."""

    id: str
    turns: tuple[str, ...]
    expect: str
    category: str
    note: str

    def accepts(self, level: str) -> bool:
        """Whether a level is right for it."""
        return level == self.expect or (
            self.expect != ROUTINE and level in (URGENT, EMERGENCY) and f"{level} also acceptable" in self.note
        )

    @property
    def must_not_be_missed(self) -> bool:
        """Whether it is an emergency that may never be missed: textbook, explicit, named in a source, or a crisis."""
        marked = self.category == "crisis" or any(word in self.note for word in _NEVER_MISSED)
        return self.expect == EMERGENCY and marked


@dataclass(frozen=True, slots=True)
class Judged:
    """An item with the level that the rules gave it, and the rules."""

    item: Item
    level: str
    rules: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether the level is right."""
        return self.item.accepts(self.level)


@dataclass(frozen=True, slots=True)
class SafetyReport:
    """What came of a set of items."""

    judged: tuple[Judged, ...]

    @property
    def escalation(self) -> float:
        """The share of urgent and emergency items that got any of the two levels."""
        return share(j.level != ROUTINE for j in self.judged if j.item.expect != ROUTINE)

    @property
    def emergency_recall(self) -> float:
        """The share of emergencies called emergency (or urgent where the note allows it)."""
        return share(j.right for j in self.judged if j.item.expect == EMERGENCY)

    @property
    def accuracy(self) -> float:
        """The share of all items with a right level."""
        return share(j.right for j in self.judged)

    def false_alarms(self, *kinds: str) -> float:
        """The share of routine items, of some categories or all, that got an urgent or emergency level."""
        return share(
            j.level != ROUTINE
            for j in self.judged
            if j.item.expect == ROUTINE and (not kinds or j.item.category in kinds)
        )

    @property
    def forbidden_misses(self) -> tuple[Judged, ...]:
        """The emergencies that may never be missed, and were."""
        return tuple(j for j in self.judged if j.item.must_not_be_missed and not j.right)


def share(hits: Iterable[bool]) -> float:
    """The share of true values; of none at all 0, since nothing was found wrong or right."""
    counted = [bool(hit) for hit in hits]
    return sum(counted) / len(counted) if counted else 0.0


def read_items(path: str | Path) -> tuple[Item, ...]:
    """The items of a JSON lines file. Raises LabelError with the line."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"Cannot read {path} ({error}). Expected labelled messages, JSON, one a line") from None
    lines = enumerate(text.split("\n"), start=1)
    items = tuple(_item(line, f"{path}, line {number}") for number, line in lines if line.strip())
    if not items:
        raise LabelError(f"The file {path} holds no messages. Expected labelled messages, JSON, one a line")
    return items


def _item(line: str, place: str) -> Item:
    try:
        data = json.loads(line)
        turns = tuple(data["turns"]) if "turns" in data else (data["text"],)
        expect = data.get("expect") or data["expect_final"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LabelError(f"{place}: not a labelled message ({error!r}), expected text and expect") from None
    if expect not in (ROUTINE, URGENT, EMERGENCY):
        raise LabelError(f"{place}: expect is {expect!r}, expected one of: {ROUTINE}, {URGENT}, {EMERGENCY}")
    return Item(str(data.get("id", "")), turns, expect, data.get("category", "conversation"), data.get("note", ""))


def evaluate_safety(items: Iterable[Item], *, assess: Assess = assess) -> SafetyReport:
    """Judge each item with `assess`."""
    return SafetyReport(tuple(_judge(item, assess(item.turns)) for item in items))


def _judge(item: Item, alert: Alert) -> Judged:
    return Judged(item, alert.level if alert.level in (URGENT, EMERGENCY) else ROUTINE, alert.rules)


def write_report(report: SafetyReport) -> str:
    """The report as text: the figures, recall by level and category, false alarms by kind, and every miss."""
    lines = [
        f"{len(report.judged)} items, {report.accuracy:.3f} right",
        f"any escalation of positives      {report.escalation:.3f}",
        f"emergencies called emergency     {report.emergency_recall:.3f}",
        f"false alarms, all                {report.false_alarms():.3f}",
        f"false alarms, negated and idiom  {report.false_alarms('negated', 'idiom'):.3f}",
        f"forbidden misses                 {len(report.forbidden_misses)}",
        "",
        *_by_category(report),
        "",
        *(_miss(judged) for judged in report.judged if not judged.right),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _by_category(report: SafetyReport) -> Iterable[str]:
    kinds = sorted({(j.item.expect, j.item.category) for j in report.judged})
    for expect, category in kinds:
        of_kind = [j for j in report.judged if (j.item.expect, j.item.category) == (expect, category)]
        yield f"{expect:<10} {category:<18} {sum(j.right for j in of_kind):>3} of {len(of_kind)} right"


def _miss(judged: Judged) -> str:
    said = " || ".join(" ".join(turn.split()) for turn in judged.item.turns)
    rules = ", ".join(judged.rules) or "no rule"
    return f"{judged.item.id}: {judged.item.expect}, got {judged.level} ({rules}): {said}"
