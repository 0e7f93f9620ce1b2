"""The classifier beside the rules: what it adds, what it makes conditional, and that its weights are those of the messages."""

import os
from collections.abc import Sequence
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
WITHOUT = '[[off]]\nrule = "like-crisis"\n[[off]]\nrule = "like-emergency"\n[[off]]\nrule = "like-urgent"\n'


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
    assert _judge(story).finding == ""


def test_a_long_message_must_alarm_by_more_since_it_has_more_chances_to() -> None:
    assert Likeness(0.8, 0.0, 0.0, 1, "").finding == "like_urgent"
    assert Likeness(0.8, 0.0, 0.0, 4, "").finding == ""
    assert Likeness(0.99, 0.99, 0.0, 4, "").finding == "like_emergency"
    assert Likeness(0.99, 0.0, 0.99, 1, "").finding == "like_crisis"


def test_a_message_without_words_is_not_judged() -> None:
    assert packaged_classifier().judge(*_read("...")) is None
    assert assess(["..."]).level == "none"


@given(st.text(max_size=400))
def test_any_text_has_chances_between_nought_and_one_and_quotes_itself(text: str) -> None:
    found = packaged_classifier().judge(*_read(text))
    if found is not None:
        assert 0 <= found.alarm <= 1 and 0 <= found.emergency <= 1 and 0 <= found.crisis <= 1
        assert found.text in text


UNKNOWN_TO_THE_RULES = "lower back bad, and the part of me that would touch a horse's saddle has gone numb"


def test_it_adds_an_alert_where_no_rule_fires_and_an_operator_can_do_without(tmp_path: Path) -> None:
    without = tmp_path / "rules.toml"
    without.write_text(WITHOUT, encoding="utf-8")
    heard = [text for text in _alarming() if assess([text], rules=without).level == "none"]
    assert heard, "every message is known to the rules: name one that is not"
    assert all(assess([text]).level in ("urgent", "emergency") for text in heard)


def _alarming() -> Sequence[str]:
    """Messages with a red flag that the rules did not know when this was written."""
    return (
        "wiped this morning and might as well have been wiping someone else",
        "my trousers feel like they belong to a stranger from the waist to the knees, all down the inside",
        "went to spend a penny and stood there like a lemon, not a drop, brim full",
    )


def test_a_card_that_the_classifier_alone_calls_for_quotes_the_person_and_names_no_disease() -> None:
    text = next(text for text in _alarming() if set(assess([text]).rules) <= {"like-emergency", "like-urgent"})
    alert = assess([text])
    assert alert.categories == ("unclear",)
    assert alert.matches and alert.matches[0] in text
    assert "Nobody can tell from a message what it is." in alert.message


def test_a_rule_that_names_what_it_may_be_speaks_before_the_classifier() -> None:
    alert = assess(["I can't pee and my saddle area is numb"])
    assert "like-emergency" in alert.rules
    assert "unclear" not in alert.categories
    assert "Nobody can tell from a message" not in alert.message


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
