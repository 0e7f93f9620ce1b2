"""The classifier beside the rules: what it may and may not do, and that it earns its place on writers nobody fitted."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from faqbot.safety import assess
from faqbot.safety.classifier import FEWEST, SIMILAR, features_of, load_classifier
from faqbot.safety.rules_file import load_rules
from faqbot.safety.triage import RETRACTION

UP = ("urgent", "emergency")
HINT = "since last night my left leg has gone its own way and I keep landing on the carpet"
UNREAD = Path(__file__).parent / "data" / "redflags" / "test"


def test_it_raises_to_urgent_and_quotes_nobody() -> None:
    alert = assess([HINT])
    assert (alert.level, alert.rules, alert.matches) == ("urgent", ("similar-messages",), ())
    assert "similar to ones from people who needed urgent help" in alert.message
    assert alert.can_retract


def test_it_stays_until_it_is_taken_back() -> None:
    assert assess([HINT, "which shoes are good for walking?"]).level == "urgent"
    assert assess([HINT, RETRACTION]).level == "none"
    assert assess([HINT, RETRACTION, HINT]).level == "urgent"


def test_where_the_rules_find_more_it_says_nothing() -> None:
    assert "similar-messages" not in assess([HINT, "and I can't pee"]).rules


def test_a_few_words_say_too_little_for_it() -> None:
    short = " ".join(HINT.split()[: FEWEST - 1])
    assert load_classifier().probability(features_of(load_rules(), HINT)) > 0.85
    assert assess([short]).rules != ("similar-messages",)


def test_an_operator_may_switch_it_off(tmp_path: Path) -> None:
    rules = tmp_path / "mine.toml"
    rules.write_text('extends = "back-pain"\n[[disable]]\nrule = "similar-messages"\n')
    assert assess([HINT], rules=rules).level == "none"


def test_rules_that_replace_the_shipped_ones_come_without_it(tmp_path: Path) -> None:
    rules = tmp_path / "mine.toml"
    rules.write_text(
        "[[concept]]\nname = 'flat'\nphrases = '''\nflat tyre\n'''\n[[sign]]\nid = 'flat_tyre'\npatterns = '''\nflat\n'''\n"
        "[[rule]]\nid = 'flat'\ncategory = 'other'\nlevel = 'urgent'\nany_of = '''\nflat_tyre\n'''\nreason = 'Stop.'\n"
        "source = 'us'\npositive_examples = '''\nflat tyre\n'''\n"
    )
    assert SIMILAR not in load_rules(rules).signs
    assert assess([HINT], rules=rules).level == "none"


def _found(path: Path) -> Iterator[tuple[bool, bool, bool]]:
    """For each conversation whether help is needed, whether an alarm is raised, and whether by the rules alone."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        alert = assess(row["turns"])
        up = alert.level in UP
        yield row["expect_final"] in UP, up, up and alert.rules != ("similar-messages",)


@pytest.mark.parametrize("name", ["writers_e.jsonl", "writers_f.jsonl"])
def test_it_earns_its_place_on_messages_that_nobody_fitted(name: str) -> None:
    found = list(_found(UNREAD / name))
    urgent = [row for row in found if row[0]]
    harmless = [row for row in found if not row[0]]
    gain = sum(up - rules for _, up, rules in urgent) / len(urgent)
    cost = sum(up - rules for _, up, rules in harmless) / len(harmless)
    assert gain >= 0.05
    assert cost <= 0.03
    assert sum(up for _, up, _ in urgent) / len(urgent) >= 0.85


REAL_LIMITS = {"back_pain": 0.08, "medical": 0.08, "picked": 0.35}


def _real(shared: Path, name: str) -> list[dict[str, str]]:
    lines = (shared / "eval" / "real" / name).read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line.strip()]


@pytest.mark.parametrize("topic", REAL_LIMITS)
def test_false_alarms_on_real_messages(shared: Path, topic: str) -> None:
    rows = [row for row in _real(shared, "labelled.jsonl") if row["label"] == "n" and row["topic"] == topic]
    levels = [assess([row["text"]]).level for row in rows]
    assert sum(level in UP for level in levels) / len(rows) <= REAL_LIMITS[topic]
    if topic == "back_pain":
        assert levels.count("emergency") / len(rows) <= 0.02


def test_recall_on_real_messages(shared: Path) -> None:
    rows = [row for row in _real(shared, "labelled.jsonl") if row["label"] == "y"]
    assert sum(assess([row["text"]]).level in UP for row in rows) / len(rows) >= 0.94


@pytest.mark.parametrize(("name", "most"), [("medical_unlabelled.jsonl", 0.09), ("feelings_unlabelled.jsonl", 0.08)])
def test_few_alarms_on_unlabelled_real_messages(shared: Path, name: str, most: float) -> None:
    rows = _real(shared, name)
    assert sum(assess([row["text"]]).level in UP for row in rows) / len(rows) <= most


def test_plain_replies_and_questions_to_a_bank_stay_silent(shared: Path) -> None:
    texts = {
        name: [
            line for line in (shared / "eval" / "real" / name).read_text(encoding="utf-8").split("\n") if line.strip()
        ]
        for name in ("plain.txt", "chat.txt")
    }
    assert not [text for text in texts["plain.txt"] if assess([text]).level in UP]
    assert sum(assess([text]).level in UP for text in texts["chat.txt"]) <= 0.001 * len(texts["chat.txt"])
