"""The classifier beside the rules: what it makes conditional, that it raises nothing, and where its weights come from."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqbot.safety import assess
from faqbot.safety.classifier import WINDOW, Classifier, Likeness, packaged_classifier, place_features
from faqbot.safety.language import Words, read_words
from faqbot.safety.loading import load_book
from faqbot.safety.phrases import Mention, find_mentions

OWN = Path(__file__).parent / "data" / "redflags"


def _read(text: str) -> tuple[Words, dict[str, list[Mention]]]:
    words = read_words(load_book(), text)
    return words, find_mentions(load_book(), words)


def _judge(text: str, classifier: Classifier | None = None) -> Likeness:
    found = (classifier or packaged_classifier()).judge(*_read(text))
    assert found is not None
    return found


def _features(text: str) -> list[list[str]]:
    return [*place_features(*_read(text))]


def test_features_are_words_pairs_within_a_sentence_questions_and_groups() -> None:
    found = _features("Zebra 7. Zebra sings?")
    assert [[each for each in place if not each.startswith("<")] for place in found] == [
        ["zebra", "^ zebra"],
        ["0", "zebra 0"],
        ["zebra", "^ zebra"],
        ["sings", "zebra sings", "?"],
    ]
    assert "<numb>" in _features("numb")[0]


def test_a_chance_is_the_logistic_of_the_weights_over_the_root_of_how_many_features_there_are() -> None:
    classifier = Classifier((-1.0, 0.0, 0.0), {"zebra": (4.0, 0.0, 0.0)})
    found = _judge("zebra", classifier)  # two features: the word, and that it comes first
    assert found.alarm == pytest.approx(1 / (1 + 2.718281828 ** -(-1 + 4 / 2**0.5)))
    assert (found.emergency, found.crisis) == (0.5, 0.5)


def test_one_alarming_sentence_is_not_drowned_by_a_long_story() -> None:
    story = " ".join(["On monday we painted the fence and had tea with the neighbours, which was nice."] * 6)
    alarming = "Now both legs are numb and I wet myself."
    assert len(story.split()) > 2 * WINDOW
    assert _judge(f"{story} {alarming} {story}").alarm > 0.8
    assert _judge(story).alarm < 0.2


def test_a_message_without_words_is_not_judged() -> None:
    assert packaged_classifier().judge(*_read("...")) is None
    assert assess(["..."]).level == "none"


@given(st.text(max_size=400))
def test_any_text_has_chances_between_nought_and_one(text: str) -> None:
    found = packaged_classifier().judge(*_read(text))
    if found is not None:
        assert 0 <= found.alarm <= 1 and 0 <= found.emergency <= 1 and 0 <= found.crisis <= 1


# What people type between two questions. The classifier called some of these an emergency and others urgent.
PLAIN = (
    "since monday",
    "I don't know",
    "naproxen",
    "I have back pain",
    "yes",
    "no thanks",
    "about two weeks",
    "it comes and goes",
    "left side",
    "in the morning",
    "ibuprofen and paracetamol",
    "I'm 54",
    "not really",
    "what do you mean?",
    "after work mostly",
    "ok I'll try that",
    "the same as yesterday",
    "my lower back",
    "can you help me",
    "walking the dog",
)


@pytest.mark.parametrize("reply", PLAIN)
def test_plain_replies_raise_nothing(reply: str) -> None:
    assert assess([reply]).level == "none"
    assert assess(["my lower back aches when I walk", reply]).level == "none"


def test_what_it_holds_to_be_harmless_is_conditional_but_not_where_a_rule_is_firm(
    tmp_path: Path,
) -> None:
    text = "Picked up a leaflet on pilates at the gym, great for stiff shoulders."
    assert _judge(text).alarm < 0.02
    path = tmp_path / "rules.toml"
    path.write_text(
        '[[words]]\nname = "leaflets"\nphrases = ["leaflet"]\n[[finding]]\nid = "leaflet"\npatterns = ["leaflets"]\n'
        '[[rule]]\nid = "own"\ncategory = "own"\nlevel = "urgent"\nwhen = ["leaflet"]\nreason = "r"\nsource = "s"\n'
        'fires = ["leaflet"]\nfirm = false\n',
        encoding="utf-8",
    )
    assert assess([text], rules=path).level == "conditional"
    path.write_text(path.read_text(encoding="utf-8").replace("firm = false\n", ""), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert assess([text], rules=path).level == "urgent"  # an operator's rules are firm unless they say otherwise


def test_findings_of_several_messages_are_never_made_conditional_by_it() -> None:
    assert _judge("I had breast cancer").alarm < 0.98
    assert assess(["I had breast cancer", "what shoes?", "my back hurts since may"]).level == "urgent"


def test_the_weights_were_fitted_on_the_messages_that_are_here() -> None:
    files = [path for path in sorted(OWN.glob("*.jsonl")) if not path.stem.startswith(("unseen", "multiturn"))]
    lines = sum(1 for path in files for line in path.read_text(encoding="utf-8").split("\n") if line.strip())
    header = (Path(__file__).parents[1] / "src/faqbot/safety/classifier.tsv").read_text(encoding="utf-8").split("\n")[0]
    assert f"Fitted on {lines} messages" in header
