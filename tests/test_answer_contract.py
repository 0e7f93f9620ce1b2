"""The public API and the JSON form of an answer, which other programs rely on."""

import dataclasses
import subprocess
import sys

import pytest

import faqbot
from faqbot.types import CERTAINTY_TEXT, Alert, Answer
from web_samples import answer

PUBLIC = {"FaqBot", "Answer", "Alert", "Hit", "Passage", "Document", "Settings", "build_index", "assess"}


def test_every_public_name_can_be_imported_from_the_package() -> None:
    assert set(faqbot.__all__) == PUBLIC
    assert all(getattr(faqbot, name).__name__ in (name, "build") for name in PUBLIC)
    with pytest.raises(AttributeError, match="no attribute 'Bot'"):
        _ = faqbot.Bot


def test_importing_the_package_loads_none_of_its_modules() -> None:
    code = "import sys, faqbot; print([name for name in sys.modules if name.startswith('faqbot.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_json_has_every_field_of_an_answer() -> None:
    form = answer(certainty="very likely", unmatched=("beer",), note="Ask.", choices=("A?", "B?")).to_dict()
    assert {field.name for field in dataclasses.fields(Answer)} <= form.keys()
    assert form["certainty_text"] == "This very likely answers your question."
    assert (form["unmatched"], form["note"], form["choices"], form["reply"]) == (["beer"], "Ask.", ["A?", "B?"], "")
    assert form["hits"][0]["also"][0]["document_id"] == "shoes.md"
    assert form["hits"][0]["passage"]["path"] == "documents/living/walking.md?start=40&end=118#passage"


def test_parts_are_whole_answers_in_json() -> None:
    form = answer(parts=(answer(question="a?"), answer(question="b?"))).to_dict()
    assert [part["question"] for part in form["parts"]] == ["a?", "b?"]
    assert form["parts"][0].keys() == form.keys()


def test_a_reply_counts_as_answered_though_nothing_was_found() -> None:
    replied = Answer("thanks", "none", 0.0, (), Alert(), reply="You are welcome.")
    assert replied.answered
    assert not Answer("thanks", "none", 0.0, (), Alert()).answered
    assert (replied.to_dict()["answered"], replied.to_dict()["certainty_text"]) == (True, "")


@pytest.mark.parametrize("certainty", CERTAINTY_TEXT)
def test_each_certainty_has_its_sentence(certainty: str) -> None:
    assert answer(certainty=certainty).certainty_text == dict(CERTAINTY_TEXT)[certainty]  # type: ignore[index]
