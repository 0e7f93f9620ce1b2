"""The red-flag messages themselves: well formed, distinct, and not a copy of the development set."""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations, product
from pathlib import Path

import pytest
from rapidfuzz import fuzz

DATA = Path(__file__).parent / "data" / "redflags"
DEVELOPMENT = Path(__file__).parents[1].parent / "shared" / "eval" / "redflags"
MESSAGES = {"train/open.jsonl": ("o-", 340), "dev/heldout.jsonl": ("h-", 180)}
FRESH = {
    **{f"train/fresh_{letter}.jsonl": (f"{letter}-", 200) for letter in "abcdef"},
    **{f"dev/fresh_{letter}.jsonl": (f"{letter}-", 200) for letter in "giklqrstvwx"},
    "dev/fresh_y.jsonl": ("y-", 50),
    **{f"test/unseen_{letter}.jsonl": (f"{letter}-", 200) for letter in "nop"},
}
CONVERSATIONS = {"dev/multiturn_open.jsonl": ("om-", 45), "test/multiturn_heldout.jsonl": ("hm-", 25)}
# Messages and conversations of the second edition's writers: id prefix and least number by file.
WRITERS = {
    **{f"train/writers_{letter}.jsonl": (f"w{letter}-", 400) for letter in "abcd"},
    "train/ordinary.jsonl": ("or-", 100),
    "dev/writers_e.jsonl": ("we-", 140),
    "dev/writers_f.jsonl": ("wf-", 170),
    "test/writers_e.jsonl": ("wg-", 140),
    "test/writers_f.jsonl": ("wh-", 170),
    "test/writers_g.jsonl": ("wi-", 240),
    **{f"dev/everyday_{letter}.jsonl": (f"v{letter}-", 200) for letter in "abd"},
    "test/everyday_c.jsonl": ("vc-", 300),
}
POSITIVE = {
    *("cauda_equina", "infection", "malignancy", "cord_compression", "fracture", "vascular", "cardiac"),
    *("dvt_pe_limb", "visceral", "pregnancy", "child", "crisis", "medication", "neuro_deficit"),
}
HARMLESS = {
    *("faq", "info_seeking", "negated", "idiom", "benign_use", "past_or_family", "animal_object", "out_of_scope"),
}
LEVELS = {"routine", "urgent", "emergency"}
TOO_NEAR = 85  # rapidfuzz ratio, 0 to 100: above it two messages are one message reworded
OTHER_LEVEL = {"emergency also acceptable": "urgent", "urgent also acceptable": "emergency"}


def rows(path: Path) -> list[dict[str, object]]:
    """Each line of a JSON Lines file; split on newlines only, since splitlines() would cut a message at U+2028."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def plain(text: object) -> str:
    """A message in one spelling, so that case and spacing cannot hide a copy."""
    return " ".join(unicodedata.normalize("NFKC", str(text)).casefold().split())


def joined(row: dict[str, object]) -> str:
    """A conversation as one text."""
    turns = row["turns"]
    assert isinstance(turns, list)
    return plain(" / ".join(turns))


def texts(names: Iterable[str], folder: Path = DATA) -> dict[str, str]:
    """Id to text, for message and conversation files alike."""
    every = (row for name in names for row in rows(folder / name))
    return {str(row["id"]): joined(row) if "turns" in row else plain(row["text"]) for row in every}


def too_near(pairs: Iterable[tuple[tuple[str, str], tuple[str, str]]]) -> Iterator[tuple[str, str, int]]:
    """The pairs of ids whose texts are all but the same, with their likeness."""
    for (one, left), (other, right) in pairs:
        if (score := fuzz.ratio(left, right)) > TOO_NEAR:
            yield one, other, round(score)


@pytest.mark.parametrize("name", [*MESSAGES, *FRESH])
def test_messages_have_the_form_of_the_development_set(name: str) -> None:
    prefix, least = (MESSAGES | FRESH)[name]
    found = rows(DATA / name)
    assert len(found) >= least
    for number, row in enumerate(found, 1):
        assert list(row) == ["id", "text", "expect", "category", "note"], row
        assert row["id"] == f"{prefix}{number:03d}"
        assert all(isinstance(value, str) for value in row.values()), row
        assert str(row["text"]).strip() == row["text"] != "", row
        assert row["expect"] in LEVELS, row
        assert row["category"] in (HARMLESS if row["expect"] == "routine" else POSITIVE), row


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_conversations_have_the_form_of_the_development_set(name: str) -> None:
    prefix, least = CONVERSATIONS[name]
    found = rows(DATA / name)
    assert len(found) >= least
    for number, row in enumerate(found, 1):
        assert list(row) == ["id", "turns", "expect_final", "note"], row
        assert row["id"] == f"{prefix}{number:02d}"
        assert row["expect_final"] in LEVELS, row
        assert row["note"] != "", row
        turns = row["turns"]
        assert isinstance(turns, list), row
        assert len(turns) >= 2, row
        assert all(isinstance(turn, str) and turn.strip() == turn != "" for turn in turns), row


@pytest.mark.parametrize("name", WRITERS)
def test_messages_of_the_later_writers_have_one_form(name: str) -> None:
    prefix, least = WRITERS[name]
    found = rows(DATA / name)
    assert len(found) >= least
    for number, row in enumerate(found, 1):
        assert list(row) == ["id", "turns", "expect_final", "note"], row
        assert row["id"] == f"{prefix}{number:03d}"
        assert row["expect_final"] in LEVELS, row
        turns = row["turns"]
        assert isinstance(turns, list) and turns, row
        assert all(isinstance(turn, str) and turn.strip() == turn != "" for turn in turns), row


@pytest.mark.parametrize("name", [*MESSAGES, *FRESH, *CONVERSATIONS, *WRITERS])
def test_a_note_offers_only_the_level_that_is_not_expected(name: str) -> None:
    for row in rows(DATA / name):
        for words, level in OTHER_LEVEL.items():
            if words in str(row["note"]):
                assert row.get("expect", row.get("expect_final")) == level, row


@pytest.mark.parametrize("name", MESSAGES)
def test_positives_and_lookalikes_balance_and_every_category_is_there(name: str) -> None:
    found = rows(DATA / name)
    counts = Counter(str(row["category"]) for row in found)
    assert set(counts) == POSITIVE | HARMLESS
    assert min(counts.values()) >= 4
    assert max(POSITIVE, key=lambda category: counts[category]) == "cauda_equina"
    assert 0.45 <= sum(counts[category] for category in POSITIVE) / len(found) <= 0.55


def test_a_reworded_message_is_noticed() -> None:
    found = {"a": "my left foot is numb today", "b": "my right foot is numb today", "c": "which shoes are best"}
    assert list(too_near(combinations(found.items(), 2))) == [("a", "b", 87)]


@pytest.mark.parametrize("names", [MESSAGES, CONVERSATIONS])
def test_no_message_is_another_one_reworded(names: dict[str, tuple[str, int]]) -> None:
    found = texts(names)
    assert list(too_near(combinations(found.items(), 2))) == []


@pytest.mark.parametrize(
    ("names", "development"),
    [(MESSAGES | FRESH, "redflags_dev.jsonl"), (CONVERSATIONS, "redflags_multiturn_dev.jsonl")],
)
def test_no_message_comes_from_the_development_set(names: dict[str, tuple[str, int]], development: str) -> None:
    if not (DEVELOPMENT / development).exists():
        pytest.skip(f"no development set at {DEVELOPMENT}")
    theirs = texts([development], DEVELOPMENT)
    assert list(too_near(product(texts(names).items(), theirs.items()))) == []
