"""Structure found in text that was scraped from health articles."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqbot.chunking import report_word_loss, split
from faqbot.markdown import plain
from faqbot.readers import Limits, read, read_report
from faqbot.readers.lines import Line, is_heading
from faqbot.readers.parsed import byline, find_date, is_biography
from faqbot.readers.plaintext import read_plain, structured
from faqbot.readers.tables import table_rows
from faqbot.types import Document

ARTICLE = """Sore Calves on Long Walks | The Walking Page
Mar 3, 2023 | 6 min read

By Ann Lee

Ann Lee is a physiotherapist from Leeds. Twelve years of clinical practice.

Calves get sore when a walk is longer than the muscle is used to[1]. It is rarely serious.

Common Reasons Behind It

Some reasons are met again and again. Here are the main ones:

Tired Muscles

The calf lifts the heel at every step and gets tired first.

Flat Shoes

A flat sole stretches the calf more than it is used to.

What You Can Do About Sore Calves at Home and Outside

  • Rest: Two days are mostly enough.
  • Stretch: Lean on a wall and keep the heel
    on the floor.
      • Hold for ten seconds.

You may also do the following

1. Walk on grass.
2. Walk slowly.

Reason Typical Feeling What Helps
Tired Muscle Dull ache in both legs. Rest and warmth.
Blocked Vessel Cramp at the same distance. See a doctor soon.

Frequently Asked Questions

1. Is it dangerous?
Mostly not. See a doctor if one calf is swollen.

2. How long does it last?
A few days.

Share this article on Facebook

[1] https://example.org/calves
[2] Lee A. Walking and the calf. 2020. https://example.org/lee

Leave a Comment
"""


def _read(tmp_path: Path, text: str, name: str = "page.txt") -> Document:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read(path, document_id=name)


def _headings(text: str) -> list[str]:
    return [line for line in structured(text).split("\n") if line.startswith("#")]


def test_short_lines_become_headings_and_announced_ones_parts() -> None:
    assert _headings(ARTICLE) == [
        "# Sore Calves on Long Walks",
        "## Common Reasons Behind It",
        "### Tired Muscles",
        "### Flat Shoes",
        "## What You Can Do About Sore Calves at Home and Outside",
        "## Frequently Asked Questions",
        "### Is it dangerous?",
        "### How long does it last?",
    ]


def test_bullets_keep_their_depth_and_are_unwrapped() -> None:
    assert (
        "- Rest: Two days are mostly enough.\n"
        "- Stretch: Lean on a wall and keep the heel on the floor.\n"
        "   - Hold for ten seconds.\n\nYou may also do the following\n\n1. Walk on grass.\n2. Walk slowly."
    ) in structured(ARTICLE)


def test_a_table_that_lost_its_columns_gets_them_back() -> None:
    assert (
        "| Reason | Typical Feeling | What Helps |\n| --- | --- | --- |\n"
        "| Tired Muscle | Dull ache in both legs. | Rest and warmth. |\n"
        "| Blocked Vessel | Cramp at the same distance. | See a doctor soon. |"
    ) in structured(ARTICLE)


def test_facts_stand_in_the_document_and_not_in_its_answers(tmp_path: Path) -> None:
    document = _read(tmp_path, ARTICLE)
    assert (document.title, document.author, document.date) == ("Sore Calves on Long Walks", "Ann Lee", "2023-03-03")
    assert [(source.mark, source.title, source.url) for source in document.sources] == [
        ("1", "", "https://example.org/calves"),
        ("2", "Lee A. Walking and the calf. 2020", "https://example.org/lee"),
    ]
    removed = [document.text[start:end] for start, end in document.boilerplate]
    assert removed[0] == "Mar 3, 2023 | 6 min read"
    assert removed[1] == "Share this article on Facebook"
    assert removed[-1].endswith("Leave a Comment\n")


def test_numbered_questions_are_pairs_with_the_lines_below_them(tmp_path: Path) -> None:
    document = _read(tmp_path, ARTICLE)
    assert [(pair.question, document.text[pair.start : pair.end]) for pair in document.pairs] == [
        ("Is it dangerous?", "Mostly not. See a doctor if one calf is swollen."),
        ("How long does it last?", "A few days."),
    ]


@pytest.mark.parametrize(
    ("text", "title", "pairs"),
    [
        ("नाव चलाना\n\nक्या मैं नाव चला सकता हूँ?\nहाँ। धीरे से।\n\nक्या यह ठंडा है?\nनहीं।\n", "नाव चलाना", ["हाँ। धीरे से।", "नहीं।"]),
        ("ボート\n\nQ．漕いでもいいですか？\nA．はい。\n\nQ．寒いですか？\nA．いいえ。\n", "ボート", ["はい。", "いいえ。"]),
        ("划船\n\n问：可以划船吗？\n答：可以。\n\n问：冷吗？\n答：不冷。\n", "划船", ["可以。", "不冷。"]),
        ("التجديف\n\nهل يمكنني التجديف؟\nنعم، بلطف.\n\nهل هو بارد؟\nلا.\n", "التجديف", ["نعم، بلطف.", "لا."]),
        ("พายเรือ\n\nฉันพายเรือได้ไหม?\nได้ ช้าๆ\n\nหนาวไหม?\nไม่\n", "พายเรือ", ["ได้ ช้าๆ", "ไม่"]),
    ],
)  # fmt: skip
def test_titles_and_questions_in_scripts_without_capital_letters(
    tmp_path: Path, text: str, title: str, pairs: list[str]
) -> None:
    document = _read(tmp_path, text)
    assert document.title == title
    assert [document.text[pair.start : pair.end] for pair in document.pairs] == pairs


def test_wrapped_lines_of_chinese_are_a_paragraph_and_no_headings(tmp_path: Path) -> None:
    lines = [
        "划船对背部有好处，因为腿部完成大部分工作，而且",
        "水面平静的时候几乎没有冲击。开始时请慢慢地划，不要",
        "超过十分钟，并且找一个朋友一起去。",
    ]
    (tmp_path / "a.txt").write_text("\n".join(lines), encoding="utf-8")
    report = read_report(tmp_path / "a.txt", document_id="a.txt")
    passages = split(report.document, len)
    assert report_word_loss(report.document, passages, extracted=report.extracted).warnings == ()
    document = _read(tmp_path, "划船\n\n" + "\n".join(lines) + "\n\n" + "\n".join(lines) + "\n")
    assert document.text == f"# 划船\n\n{''.join(lines)}\n\n{''.join(lines)}\n"


def test_an_email_has_its_subject_as_title_and_quotes_what_it_answers(tmp_path: Path) -> None:
    head = "From: Ines Moor <ines@quay.example>\nTo: Bo\nDate: Tue, 6 May 2031 09:12\nSubject: Re: Boats\n\n"
    document = _read(
        tmp_path, f"{head}Dear Bo,\n\nYes.\n\nBo wrote:\n> May I row on the\n> lake today?\n>\n> Bo\n\n> 5 km\n"
    )
    assert (document.title, document.author, document.date) == ("Boats", "Ines Moor", "2031-05-06")
    assert document.text.endswith("Bo wrote:\n\n> May I row on the\n> lake today?\n>\n> Bo\n\n\\> 5 km\n")


def test_wrongly_decoded_text_with_control_characters_is_repaired(tmp_path: Path) -> None:
    assert _read(tmp_path, "Bo said â€œnoâ€\x9d in the cafÃ©â€¦\n").text == "Bo said “no” in the café…\n"


def test_text_under_one_markdown_title_is_markdown(tmp_path: Path) -> None:
    assert _read(tmp_path, "# Boats\n\n**Row** slowly.\n").title == "Boats"


def test_a_biography_stays_with_its_byline_and_apart_from_the_article(tmp_path: Path) -> None:
    text = _read(tmp_path, ARTICLE).text
    assert (
        "By Ann Lee\n\nAnn Lee is a physiotherapist from Leeds. Twelve years of clinical practice.\n\n---\n\n" in text
    )


def test_questions_after_q_and_answers_after_a(tmp_path: Path) -> None:
    document = _read(
        tmp_path, "Walking Questions\n\nQ: Is grass better?\nA: Yes, it is softer.\n\nQ. And sand?\nA. No.\n"
    )
    assert [(pair.question, document.text[pair.start : pair.end]) for pair in document.pairs] == [
        ("Is grass better?", "Yes, it is softer."),
        ("And sand?", "No."),
    ]


@pytest.mark.parametrize(("asked", "told"), [("Q1) ", "A1) "), ("[Q] ", "[A] "), ("Q - ", "A - ")])
def test_labels_of_questions_and_answers(tmp_path: Path, asked: str, told: str) -> None:
    document = _read(tmp_path, f"{asked}May I row?\n{told}Yes.\n\n{asked}May I ski?\n{told}On tracks.\n")
    found = [(pair.question, document.text[pair.start : pair.end]) for pair in document.pairs]
    assert found == [("May I row?", "Yes."), ("May I ski?", "On tracks.")]


def test_a_numbered_question_may_be_answered_by_a_list(tmp_path: Path) -> None:
    document = _read(tmp_path, "Calves\n\n1. What helps?\n• Rest\n• Ice\n\n2. Is it bad?\nNo.\n")
    assert [document.text[pair.start : pair.end] for pair in document.pairs] == ["- Rest\n- Ice", "No."]


def test_a_heading_after_running_text_is_no_title(tmp_path: Path) -> None:
    document = _read(
        tmp_path, f"{'Walking is good for most people. ' * 8}\n\nSpinal Stenosis\n\nIt narrows the canal.\n"
    )
    assert document.title == "page"
    assert "\n## Spinal Stenosis\n" in document.text


def test_text_after_the_last_numbered_answer_is_no_part_of_it(tmp_path: Path) -> None:
    document = _read(tmp_path, "Calves\n\n1. Is it bad?\nNo.\n\nWalking is good for most people who like it.\n")
    assert [document.text[pair.start : pair.end] for pair in document.pairs] == ["No."]
    assert "No.\n\n---\n\nWalking is good" in document.text


def test_a_question_that_only_announces_its_parts_is_no_pair(tmp_path: Path) -> None:
    text = (
        "Calves\n\nWhy do they ache?\n\nThere are three reasons:\n\nTired Muscles\n\nThey tire first of all muscles.\n"
    )
    assert _read(tmp_path, text).pairs == ()


def test_a_wider_gap_than_usual_is_a_boundary() -> None:
    text = "Calves\n\nOne thing.\n\nTwo things.\n\n\n\nQuite another thing.\n"
    assert "Two things.\n\n---\n\nQuite another thing." in structured(text)


def test_numbered_short_lines_before_text_are_headings_without_their_number() -> None:
    text = "Walking Well\n\nHow to Begin\n\n1. Go Slowly\n\nBegin with ten minutes a day.\n\n2. Rest Often\n\nSit down when you like.\n"
    assert _headings(text) == ["# Walking Well", "## How to Begin", "### Go Slowly", "### Rest Often"]


def test_wrapped_lines_are_one_paragraph_and_sentences_on_lines_of_their_own_are_not() -> None:
    wrapped = "Walking every day keeps the muscles of the back\nand of the legs strong, which helps the spine."
    assert structured(wrapped) == wrapped.replace("\n", " ") + "\n"
    assert structured("Walk more.\nSit less.\n") == "Walk more.\n\nSit less.\n"


def test_text_that_is_markdown_already_is_taken_as_it_is() -> None:
    text = "# Calves\n\nThey ache.\n\n## Why\n\n* tired\n"
    assert read_plain(text, Limits()).text == text


UNSPACED = """Back pain on walks
Page last reviewed: 5 October 2023
Next review due: 5 October 2026
Back pain on walks is common and usually gets better within weeks.
How to ease it yourself
Stay active, because resting for a long time makes it worse.
use an ice pack for twenty minutes
walk a little each day
Don't
do not stay in bed for long
Immediate action required: Call 999 if you have back pain and:
you cannot pee
your legs are numb
"""


def test_text_that_lost_its_blank_lines_and_bullets(tmp_path: Path) -> None:
    document = _read(tmp_path, UNSPACED)
    assert (document.title, document.reviewed) == ("Back pain on walks", "2023-10-05")
    assert [document.text[start:end] for start, end in document.boilerplate] == UNSPACED.split("\n")[1:3]
    assert document.text.endswith(
        "## How to ease it yourself\n\nStay active, because resting for a long time makes it worse.\n\n"
        "- use an ice pack for twenty minutes\n- walk a little each day\n\n## Don't\n\ndo not stay in bed for long\n\n"
        "---\n\nImmediate action required: Call 999 if you have back pain and:\n\n- you cannot pee\n- your legs are numb\n"
    )


def test_underlined_lines_are_headings_and_lose_their_line() -> None:
    text = "BACK PAIN ON WALKS\n==================\n\nIt is common.\n\nWhen is it bad?\n---------------\n\nRarely.\n"
    assert structured(text) == "# BACK PAIN ON WALKS\n\nIt is common.\n\n## When is it bad?\n\nRarely.\n"


def test_a_question_right_above_its_text_is_a_heading() -> None:
    answer = "Try a shorter walk on grass first, and see somebody if it still hurts after two weeks."
    assert structured(f"Walks\n\nWalk.\n\nWhat should I do next?\n{answer}\n").endswith(
        f"## What should I do next?\n\n{answer}\n"
    )


@pytest.mark.parametrize("line", ["# not a heading", "> 5 km", "+ more", "<b>bold</b>", "```", "[note]: see below"])
def test_lines_that_look_like_markdown_are_only_text(line: str) -> None:
    assert structured(f"Some words come first, as a sentence.\n\n{line} and so on.\n").split("\n\n")[1].startswith("\\")


@pytest.mark.parametrize(
    ("line", "following", "expected"),
    [
        ("Spinal Stenosis", "It narrows the canal.", True),
        ("Possible exercises", "First of all, lie down.", True),
        ("Symptoms to Watch For", "Look out for these.", True),
        ("Is walking good?", "Yes.", True),
        ("Treatment Options:", "Rest.", True),
        ("In summary:", "Walk.", False),
        ("It hurts when walking.", "So stop.", False),
        ("and this goes on", "Text.", False),
        ("You might also notice the following", "Numbness.", False),
        ("These Symptoms Include", "Numbness.", False),
        ("This is a line of text without an end mark that goes on for longer than any heading", "Text.", False),
    ],
)
def test_what_is_a_heading(line: str, following: str, expected: bool) -> None:
    assert is_heading(line, Line(following, gap=1)) is expected


def test_the_last_line_is_no_heading() -> None:
    assert not is_heading("Spinal Stenosis", None)


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        (
            "Condition Main Symptoms During Walking Treatment Approaches",
            ("Condition", "Main Symptoms During Walking", "Treatment Approaches"),
        ),
        (
            "Exercise Type Impact on Back Pain Benefits & Risks",
            ("Exercise Type", "Impact on Back Pain", "Benefits & Risks"),
        ),
        ("Cause How It Feels What Helps", ("Cause", "How It Feels", "What Helps")),
    ],
)
def test_flattened_headers_are_cut_where_a_column_begins(header: str, cells: tuple[str, ...]) -> None:
    rows = ["Tired Muscle Dull ache in legs. Rest and warmth.", "Worn Joint Stiff in the morning. Gentle movement."]
    found = table_rows([header, *rows])
    assert found and found[0] == cells
    assert found[1] == ("Tired Muscle", "Dull ache in legs.", "Rest and warmth.")


def test_tabs_bars_and_wide_gaps_separate_columns() -> None:
    expected = [("Dose", "When"), ("one", "morning"), ("two", "night")]
    for separator in ("\t", " | ", "     "):
        assert table_rows([f"{one}{separator}{two}" for one, two in expected]) == expected


@pytest.mark.parametrize(
    "lines",
    [
        ["Mind the Gap", "when a train comes in, and hold", "the rail on the stairs that go", "down to it."],
        ["No Dogs Inside", "Leave yours at the door. They", "will be looked after well. Ask", "the porter."],
        ["Smoking   is   not   wanted", "anywhere   in   the   house", "or   in   the   garden"],
    ],
)
def test_wrapped_lines_below_words_in_capitals_are_no_table(lines: list[str]) -> None:
    assert table_rows(lines) is None


def test_prose_is_no_table() -> None:
    assert table_rows(["Walking Is Good", "It keeps you fit. It is free.", "nothing else is needed for it"]) is None
    assert table_rows(["Some words", "and others"]) is None


@pytest.mark.parametrize(
    ("line", "author", "date", "reviewed"),
    [
        ("Written By Dr. Ann Lee", "Dr. Ann Lee", "", ""),
        ("By Ann Lee, MD | April 5, 2024 | 7 min read", "Ann Lee, MD", "2024-04-05", ""),
        ("Published on 5 April 2024", "", "2024-04-05", ""),
        ("Last updated: 2024-04-05", "", "2024-04-05", ""),
        ("Medically reviewed by Ben Ode, DPT on Apr 5, 2024", "", "", "2024-04-05"),
        ("Last reviewed April 2024", "", "", "2024-04"),
        ("Ann Lee, physiotherapist", "Ann Lee, physiotherapist", "", ""),
        ("7 min read", "", "", ""),
        ("Posted on March 4, 2022 by admin | 12 Comments", "", "2022-03-04", ""),
        ("Next review due: 5 October 2026", "", "", ""),
    ],
)
def test_bylines(line: str, author: str, date: str, reviewed: str) -> None:
    facts = byline(line)
    assert facts and (facts.author, facts.date, facts.reviewed) == (author, date, reviewed)


@pytest.mark.parametrize(
    "line",
    ["Walk for 10 minutes", "By walking every day", "10 minutes", "Since May 2020 I walk", "Who wrote this?", ""],
)
def test_what_is_no_byline(line: str) -> None:
    assert byline(line) is None


def test_a_lead_that_addresses_the_reader_is_no_biography() -> None:
    assert is_biography("MD, PhD. Pain specialist from Porto.")
    assert not is_biography("Your doctor is a specialist whom you should ask first.")


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Apr 15, 2024", "2024-04-15"),
        ("15th April 2024", "2024-04-15"),
        ("2024-13-01", ""),
        ("03/04/2024", ""),
        ("Sept. 2021", "2021-09"),
    ],
)
def test_dates_are_iso_where_they_can_be_read(text: str, date: str) -> None:
    assert find_date(text) == date


TOKENS = (
    "Pain walking Shoes: rest. and? (legs) a. b) 1. 2) - • Table Cause # > *x* _y_ | --- [1] Is it? e.g. Dr. No. Yes."
)
WORDS = st.sampled_from((*TOKENS.split(), "alberta.ca", "https://a.b/c?d=e", "   "))
LINES = st.lists(st.lists(WORDS, max_size=8).map(" ".join), max_size=25)


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalpha())


@given(LINES)
def test_no_word_of_a_text_is_lost_or_changed(lines: list[str]) -> None:
    # A title loses the name of its site after a bar; so there is a title here before anything else.
    text = "\n".join(["Walking With Sore Calves", "", *lines, "", "The end of it."])
    assert _letters(structured(text)) == _letters(text)


@given(st.text(max_size=300))
def test_any_text_has_a_structure(text: str) -> None:
    assert isinstance(plain(structured(text)), str)
