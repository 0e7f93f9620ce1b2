import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faqbot.safety import AnswerError
from faqbot.types import Passage
from faqbot.visit_summary import (
    LONGEST_QUOTE,
    MOST_MESSAGES,
    MOST_PASSAGES,
    QUESTIONS_TO_ASK,
    summarise,
    write_html,
    write_markdown,
)

ANSWERS = {
    "where": "low back",
    "since": "monday",
    "worse": "hills",
    "better": "rest",
    "fever": "no",
    "night": "not sure",
}


def _passage(number: int, **fields: str) -> Passage:
    return Passage(id=str(number), document_id=f"doc{number}.md", text="t", start=0, end=1, **fields)  # type: ignore[arg-type]


def test_the_page_as_markdown() -> None:
    visit = summarise(
        ["my back aches on hills"], answers=ANSWERS, passages=[_passage(1, title="Hills", url="https://example.org/h")]
    )
    assert write_markdown(visit) == (
        "# Summary for my visit\n\n"
        "This page gives general information and cannot examine you. If it might be an emergency, call your local"
        " emergency number now: 112, 911 or 999.\n\n"
        "**See a doctor or call a medical advice line today**\n\n"
        "Because you answered: “Is the pain constant, also at rest, or does it wake you every night? Not sure”.\n\n"
        "Back pain that is constant, wakes you at night or is not eased by rest needs to be checked today.\n\n"
        "Ask for an urgent appointment today, also at a weekend. If you cannot get one, go to an urgent care clinic.\n\n"
        "Call your local emergency number (112, 911 or 999) if you get worse, feel very ill, lose feeling between your"
        " legs, cannot pee or cannot hold it, or your legs get weak.\n\n"
        "## The pain\n\n- Where: low back\n- Since: monday\n- Worse with: hills\n- Better with: rest\n\n"
        "## In my own words\n\n- my back aches on hills\n\n"
        "## What I answered\n\n"
        "- Do you have a high temperature, shivering or chills? no\n"
        "- Is the pain constant, also at rest, or does it wake you every night? not sure\n\n"
        "## Questions to ask\n\n" + "\n".join(f"- {text}" for text in QUESTIONS_TO_ASK) + "\n\n"
        "## What I have read\n\n- Hills: https\\://example.org/h\n"
    )


def test_the_higher_of_conversation_and_check_stands_on_the_page() -> None:
    assert summarise(["my groin is numb"], answers={"fever": "yes"}).alert.level == "emergency"
    assert summarise(["back ache"], answers={"chest": "yes"}).alert.level == "emergency"
    assert summarise(["fever and back ache"]).alert.level == "urgent"
    assert summarise([]).alert.level == "none"


def test_the_page_stays_one() -> None:
    visit = summarise(["word " * 500] * 30, passages=[_passage(n) for n in range(20)])
    assert (len(visit.words), len(visit.read)) == (MOST_MESSAGES, MOST_PASSAGES)
    assert all(len(text) <= LONGEST_QUOTE and text.endswith("…") for text in visit.words)


def test_the_last_messages_are_quoted_in_order() -> None:
    messages = [f"message {number}" for number in range(12)]
    assert summarise(messages).words == tuple(messages[-MOST_MESSAGES:])


def test_a_passage_is_named_by_what_it_answers_and_only_once() -> None:
    passages = [_passage(1, question="How far?"), _passage(1, question="How far?"), _passage(2, title="Shoes")]
    assert [(r.title, r.source) for r in summarise([], passages=passages).read] == [
        ("How far?", "doc1.md"),
        ("Shoes", "doc2.md"),
    ]


def test_marks_of_html_and_markdown_stay_text() -> None:
    visit = summarise(["<script>alert(1)</script> **bold** [a](javascript:b) # no"], answers={"where": "1. <b>"})
    page, sheet = write_html(visit), write_markdown(visit)
    assert "<script" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\\<script\\>alert(1)\\</script\\> \\*\\*bold\\*\\* \\[a\\](javascript:b) \\# no" in sheet
    assert "1\\. \\<b\\>" in sheet


@given(st.text(max_size=120))
@settings(max_examples=60, deadline=None)
def test_whatever_is_written_the_page_keeps_its_own_tags(text: str) -> None:
    page = write_html(summarise([text], answers={"where": text}, passages=[_passage(1, title=text)]))
    plain = write_html(summarise(["x"], answers={"where": "x"}, passages=[_passage(1, title="x")]))
    tags = set(re.findall(r"<[^>]*>", page))
    assert tags <= set(re.findall(r"<[^>]*>", plain)) | {'<section class="alert">'}
    flat = " ".join(text.split())
    assert not flat or html.escape(flat) in page


def test_the_page_loads_nothing() -> None:
    page = write_html(summarise(["my groin is numb"], passages=[_passage(1, url="https://example.org")]))
    assert not re.search(r"\b(src|href|url\()", page)


def test_an_unknown_answer_is_refused() -> None:
    with pytest.raises(AnswerError):
        summarise([], answers={"fever": "perhaps"})
