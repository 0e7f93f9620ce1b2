"""Markdown and its dialects: what is there for a program is left out and listed, the rest reads as text."""

from collections.abc import Callable
from pathlib import Path

import pytest

from faqbot.chunking import report_word_loss, split
from faqbot.readers import ReadReport, read, read_report
from faqbot.types import ReadWarning

Reader = Callable[[str], ReadReport]
SHARED = Path(__file__).parents[2] / "shared" / "cases"


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Reads text as a Markdown file."""

    def _read(text: str) -> ReadReport:
        path = tmp_path / "a.md"
        path.write_text(text, encoding="utf-8")
        return read_report(path, document_id="a.md")

    return _read


def _pairs(report: ReadReport) -> list[tuple[str, str]]:
    document = report.document
    return [(pair.question, document.text[pair.start : pair.end]) for pair in document.pairs]


PAIRS = [("May I row?", "Yes, gently."), ("May I ski?", "On flat tracks.")]


@pytest.mark.parametrize(
    "text",
    [
        "**May I row?**\n\nYes, gently.\n\n**May I ski?**\n\nOn flat tracks.\n",
        "**Q: May I row?**\n\nA: Yes, gently.\n\n**Q: May I ski?**\n\nA: On flat tracks.\n",
        "Q: May I row?\nA: Yes, gently.\n\nQ: May I ski?\nA: On flat tracks.\n",
        "**Q1.** May I row?\n**A1.** Yes, gently.\n\n**Q2.** May I ski?\n**A2.** On flat tracks.\n",
        "__May I row?__ Yes, gently.\n\n__May I ski?__\nOn flat tracks.\n",
        "- **May I row?** Yes, gently.\n- **May I ski?**\n  On flat tracks.\n",
        "1. Q: May I row?\n   A: Yes, gently.\n2. Q: May I ski?\n   A: On flat tracks.\n",
        "*May I row?*\n\nYes, gently.\n\n*May I ski?*\n\nOn flat tracks.\n",
        "May I row?\n\nYes, gently.\n\nMay I ski?\n\nOn flat tracks.\n",
        "| Question | Answer |\n|---|---|\n| May I row? | Yes, gently. |\n| May I ski? | On flat tracks. |\n",
        "## Q: May I row?\n\n**A:** Yes, gently.\n\n## Q: May I ski?\n\nA: On flat tracks.\n",
        "<details>\n<summary>May I row?</summary>\n\nYes, gently.\n\n</details>\n\n<details><summary><b>May I ski?</b></summary>On flat tracks.</details>\n",
        "<dl><dt>May I row?</dt><dd>Yes, gently.</dd>\n<dt>May I ski?</dt><dd>On flat tracks.</dd></dl>\n",
        "<h3>May I row?</h3>\n<p>Yes, gently.</p>\n<h3>May I ski?</h3>\n<p>On flat tracks.</p>\n",
        '{{< details title="May I row?" >}}\nYes, gently.\n{{< /details >}}\n{{% accordion "May I ski?" %}}\nOn flat tracks.\n{{% /accordion %}}\n',
        '<Accordion title="May I row?">\n\nYes, gently.\n\n</Accordion>\n\n<FaqItem question="May I ski?">\n\nOn flat tracks.\n\n</FaqItem>\n',
        '??? question "May I row?"\n    Yes, gently.\n\n??? question "May I ski?"\n    On flat tracks.\n',
        "::: details May I row?\nYes, gently.\n:::\n\n::: details May I ski?\nOn flat tracks.\n:::\n",
        "1. May I row?\n\n   Yes, gently.\n\n2. May I ski?\n\n   On flat tracks.\n",
        "1. May I row?\nYes, gently.\n\n2. May I ski?\nOn flat tracks.\n",
        "[Q] May I row?\n[A] Yes, gently.\n\n[Q] May I ski?\n[A] On flat tracks.\n",
        "Q - May I row?\nA - Yes, gently.\n\nQ - May I ski?\nA - On flat tracks.\n",
        "Q1) May I row?\nA1) Yes, gently.\n\nQ2) May I ski?\nA2) On flat tracks.\n",
        "May I row?\n: Yes, gently.\n\nMay I ski?\n\n:   On flat tracks.\n",
        "> May I row?\n\nYes, gently.\n\n> May I ski?\n\nOn flat tracks.\n",
        "May I row?\n----------\nYes, gently.\n\nMay I ski?\n---\n\nOn flat tracks.\n",
        "<dl>\n<dt>May I row?</dt>\n<dd>Yes, gently.</dd>\n\n<dt>May I ski?</dt>\n<dd>On flat tracks.</dd>\n</dl>\n",
        '[toggle title="May I row?"]\nYes, gently.\n[/toggle]\n[toggle title="May I ski?"]\nOn flat tracks.\n[/toggle]\n',
    ],
)
def test_every_way_of_marking_a_question_makes_a_pair(reader: Reader, text: str) -> None:
    report = reader(f"# Sports\n\n{text}")
    assert _pairs(report) == PAIRS
    assert report.document.warnings == ()


def _lost(report: ReadReport) -> tuple[ReadWarning, ...]:
    passages = split(report.document, lambda text: len(text.split()) * 3 // 2 + 2)
    left_out = [part.text for part in report.left_out]
    return report_word_loss(report.document, passages, extracted=report.extracted, left_out=left_out).warnings


@pytest.mark.parametrize(
    "after", ["Ring us.", '!!! note "Ring us"\n    On Mondays.', "::: {.plain}\nRing us.\n:::", "**Boats**\n: Ours."]
)
@pytest.mark.parametrize("question", ["::: details May I row?\nYes, gently.\n:::", "May I row?\n: Yes, gently."])
def test_an_answer_ends_where_its_container_does(reader: Reader, question: str, after: str) -> None:
    report = reader(f"# Sports\n\n{question}\n\n{after}\n")
    assert _pairs(report) == [("May I row?", "Yes, gently.")]
    assert _lost(report) == ()


@pytest.mark.parametrize("gap", ["\n\n", "  \n", "\n"])
def test_a_bold_line_among_bold_questions_begins_a_section(reader: Reader, gap: str) -> None:
    report = reader(f"# Sports\n\n**May I row?**{gap}Yes, gently.\n\n**Fees**{gap}Ten a month.\n")
    assert _pairs(report) == [("May I row?", "Yes, gently.")]
    assert report.document.text.endswith("## Fees\n\nTen a month.\n")


def test_lists_of_questions_for_the_reader_to_ask_are_no_pairs(reader: Reader) -> None:
    text = "# Sports\n\nAsk your coach:\n\n- May I row?\n  And how long?\n- May I ski?\n- Which boat is best?\n"
    assert _pairs(reader(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Row <b>sl</b>ow<sub>ly</sub> at 10<sup>3</sup> m.\n\n<script>let boat = 'skiff on the lake';</script>\n",
        '![A boat](boat.png "a title of it") and <img src="b.png" alt="two oars">.\n',
        "1. one thing\n2. two things\n\n> 3. three of them\n",
        ':::tip Hold low\nThe oars.\n:::\n\n??? note "Is it cold?"\n    It is.\n',
    ],
)
def test_markup_is_not_counted_as_lost_words(reader: Reader, text: str) -> None:
    assert _lost(reader(text)) == ()


def test_a_component_within_a_sentence_leaves_the_sentence_whole(reader: Reader) -> None:
    report = reader('Row <Term id="slow">slowly</Term> at <Hint>first</Hint>.\n\n<Hint>\nHold low.\n</Hint>\n')
    assert report.document.text == "Row slowly at first.\n\nHold low.\n"


def test_a_table_of_html_goes_on_after_a_blank_line(reader: Reader) -> None:
    rows = "<table>\n<tr><th>Boat</th><th>For</th></tr>\n\n<tr><td>Skiff</td><td>one</td></tr>\n\n</table>\n\nRow.\n"
    assert reader(rows).document.text == "| Boat | For |\n| --- | --- |\n| Skiff | one |\n\nRow.\n"


def test_keys_of_front_matter_that_are_not_read_are_listed(reader: Reader) -> None:
    report = reader("---\ntitle: Rowing: a guide\nlayout: page\nfaqs:\n- q: May I row?\n  a: Yes.\n---\nRow slowly.\n")
    assert report.document.title == "Rowing: a guide"
    assert [(part.reason, part.text) for part in report.left_out] == [("front matter faqs", "May I row? / Yes.")]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("# 运动\n\n## 可以划船吗？\n\n可以，慢慢来。\n", "可以划船吗？"),
        ("# رياضة\n\n## هل يمكنني التجديف؟\n\nنعم، بلطف.\n", "هل يمكنني التجديف؟"),
        ("# Σπορ\n\n**Μπορώ να κωπηλατώ;**\n\nΝαι.\n".replace(";", "\u037e"), "Μπορώ να κωπηλατώ\u037e"),
        ("# 運動\n\n**漕いでもいいですか？**\n\nはい。\n", "漕いでもいいですか？"),
    ],
)
def test_question_marks_of_other_scripts(reader: Reader, text: str, question: str) -> None:
    assert [pair.question for pair in reader(text).document.pairs] == [question]


@pytest.mark.parametrize(
    ("text", "kept", "left_out"),
    [
        ("import A from '@site/a';\nimport {B} from \"b\"\n\nRow slowly.\n", "Row slowly.", [("MDX", "import A from '@site/a';"), ("MDX", 'import {B} from "b"')]),
        ("export const meta = {\n  a: 1\n}\n\nRow slowly.\n", "Row slowly.", [("MDX", "export const meta = { a: 1 }")]),
        ("Row{/* not yet */} slowly.<!-- ask Ann -->\n", "Row slowly.", [("comment", "ask Ann"), ("comment", "not yet")]),
        ("{{< youtube id=abc >}}\n\nRow slowly.\n", "Row slowly.", [("shortcode", "{{< youtube id=abc >}}")]),
        ("{% include note.html %}\n\nRow slowly.\n", "Row slowly.", [("template tag", "{% include note.html %}")]),
        ("[TOC]\n\nRow slowly.\n", "Row slowly.", [("table of contents", "[TOC]")]),
        ("## Rowing {#rowing}\n\nRow slowly.\n", "## Rowing\n\nRow slowly.", [("attribute", "{#rowing}")]),
        ("Row [slowly][s].\n\n[s]: https://a.b/c \"Slow\"\n", "Row slowly.", [("link address", '[s]: https://a.b/c "Slow"')]),
        ("<Chart data={{a: [1, 2]}} />\n\nRow slowly.\n", "Row slowly.", [("component", "<Chart data={{a: [1, 2]}} />")]),
        ("Row ![[boat.png]]slowly.\n", "Row slowly.", [("embedded file", "![[boat.png]]")]),
    ],
)  # fmt: skip
def test_what_only_a_program_reads_is_left_out_and_listed(
    reader: Reader, text: str, kept: str, left_out: list[tuple[str, str]]
) -> None:
    report = reader(text)
    assert report.document.text.strip() == kept
    assert [(part.reason, part.text) for part in report.left_out] == left_out
    assert report.document.warnings == ()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Row.\n\n![A person in a boat](boat.png \"Boat\")\n\nSki.\n", "Row.\n\nA person in a boat\n\nSki.\n"),
        ("[![Build](b.svg)](https://a.b) Row.\n", "[Build](https://a.b) Row.\n"),
        ('{{< figure src="a.png" alt="A person in a boat" >}}\n', "A person in a boat\n"),
        ("Row<br>slowly &amp; <b>gently</b>, H<sub>2</sub>O, 5 &lt; 6.\n", "Row  \nslowly &amp; **gently**, H2O, 5 &lt; 6.\n"),
        (":::tip Mind the oars\nHold them low.\n:::\n", "**Mind the oars**\n\nHold them low.\n"),
        (":::warning\n\nHold them low.\n\n:::\n", "**Warning**\n\nHold them low.\n"),
        ('!!! danger "Cold water"\n    Wear a vest.\n\nRow.\n', "**Cold water**\n\nWear a vest.\n\nRow.\n"),
        ("> [!NOTE]\n> Wear a vest.\n", "> **Note**\n>\n> Wear a vest.\n"),
        ("See [[boats|our boats]] and [[skis]].\n", "See our boats and skis.\n"),
        ("<table><tr><th>Boat</th><th>For</th></tr><tr><td>Skiff</td><td>one</td></tr></table>\n", "| Boat | For |\n| --- | --- |\n| Skiff | one |\n"),
        ("```html\n<b>{{< code >}}</b>\n```\n\nUse `<br>` and `![a](b)`.\n", "```html\n<b>{{< code >}}</b>\n```\n\nUse `<br>` and `![a](b)`.\n"),
    ],
)  # fmt: skip
def test_dialects_read_as_text(reader: Reader, text: str, kept: str) -> None:
    assert reader(text).document.text == kept


def test_a_picture_that_lies_beside_the_document_stays_for_the_page_to_show(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "boat.svg").write_text("<svg/>", encoding="utf-8")
    text = "Row.\n\n![A person in a boat](pictures/boat.svg)\n"
    assert reader(text).document.text == text
    assert reader(text.replace("boat.svg", "../boat.svg")).document.text == "Row.\n\nA person in a boat\n"


def test_a_heading_without_text_is_listed_and_a_question_without_an_answer_is_named(reader: Reader) -> None:
    document = reader("# Sports\n\n## May I row?\n\n## May I ski?\n\nYes.\n\n## Boats\n").document
    assert [document.text[start:end] for start, end in document.boilerplate] == ["## May I row?", "## Boats"]
    assert [str(warning) for warning in document.warnings] == ["a question without an answer: “May I row?”"]


def test_toml_front_matter(reader: Reader) -> None:
    text = '+++\ntitle = "Rowing"\ndate = 2031-04-05\ntags = ["boats"]\ndraft = false\n[params]\nx = 1\n+++\n\nRow slowly.\n'
    document = reader(text).document
    assert (document.title, document.date, document.tags) == ("Rowing", "2031-04-05", ("boats",))
    assert document.text.strip() == "Row slowly."


def test_other_ways_to_ask_under_variants_in_front_matter(reader: Reader) -> None:
    document = reader(
        '---\nvariants:\n  "May I row?": [rowing ok, is rowing bad]\n---\n# Sports\n\n## May I row?\n\nYes.\n'
    ).document
    assert document.pairs[0].alternates == ("rowing ok", "is rowing bad")


def test_mojibake_is_repaired_where_it_is_certain(reader: Reader) -> None:
    assert reader("The cafÃ© isnâ€™t far, ZÃ¼rich.\n").document.text == "The café isn’t far, Zürich.\n"
    assert reader("SÃO PAULO and Âge stay.\n").document.text == "SÃO PAULO and Âge stay.\n"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared cases are not beside the checkout")
@pytest.mark.parametrize(("name", "pairs"), [("bold-q-long.md", 8), ("details.md", 3), ("zh.md", 1), ("mdx.md", 0)])
def test_shared_cases(name: str, pairs: int) -> None:
    document = read(SHARED / name, document_id=name)
    assert len(document.pairs) == pairs
    assert document.warnings == ()
    for mark in ("import ", "<Tab", "</", ":::", "!!!", "<summary", "555-0100", "[!"):
        assert mark not in document.text
