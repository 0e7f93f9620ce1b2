"""Nothing is lost in silence: words of a file are in a passage, listed as left out, or reported as lost."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from faqbot.chunking import render_passages, report_word_loss, split
from faqbot.index import check_words, read_all
from faqbot.readers import discover, read_report
from faqbot.types import Document, Pair, Passage
from pdf_samples import column, placed_pdf
from reader_samples import docx_bytes, paragraph, table

TEXT = "Rowing asks the back to bend and stretch at each stroke, which keeps it supple if the legs do most of the work."


def _count(text: str) -> int:
    return len(text.split()) * 3 // 2 + 2


def _warnings(document: Document, passages: Sequence[Passage], extracted: str = "", *left_out: str) -> list[str]:
    found = report_word_loss(document, passages, extracted=extracted, left_out=left_out)
    return [str(warning) for warning in found.warnings]


@pytest.mark.parametrize(("kept", "lost"), [(96, True), (97, True), (98, False), (100, False)])
def test_a_loss_over_two_percent_is_reported(kept: int, lost: bool) -> None:
    words = [f"word{at}" for at in range(100)]
    document = Document("d", " ".join(words[:kept]))
    warnings = _warnings(document, split(document, _count), " ".join(words))
    assert bool(warnings) is lost
    if kept == 96:
        shown = "such as: word96, word97, word98, word99"
        assert warnings == [f"4 of 100 words are in no passage and not listed as left out, {shown}"]


def test_words_that_stand_often_must_be_kept_as_often() -> None:
    document = Document("d", "call 112 now " * 9)
    passages = split(document, _count)
    assert _warnings(document, passages, "call 112 now " * 10)[0].startswith("3 of 30 words")
    assert _warnings(document, passages, "call 112 now " * 10, "call 112 now") == []


def test_text_that_a_passage_lacks_is_reported_whatever_the_reader_kept() -> None:
    document = Document("d", f"# Sports\n\n## Rowing\n\n{TEXT}\n\n## Cycling\n\n{TEXT.upper()}\n", title="Sports")
    passages = split(document, _count)
    assert _warnings(document, passages) == []
    assert _warnings(document, passages[:1])[0].startswith("24 of 49 words")
    assert _warnings(document, ())[0].startswith("48 of 49 words")


def test_headings_questions_and_table_heads_that_passages_carry_are_not_lost() -> None:
    rows = "\n".join(f"| boat {at} | {TEXT} |" for at in range(12))
    text = f"# FAQ\n\n## Is it *safe*?\n\n{TEXT}\n\n## Boats ##\n\n| Name of the boat | What it is for |\n|---|---|\n{rows}\n"
    document = Document("d", text, title="Sports", pairs=(Pair("Is it safe?", (), 26, 26 + len(TEXT)),))
    assert _warnings(document, split(document, _count)) == []


def test_the_build_and_inspect_report_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(FILES["a.csv"].decode(), encoding="utf-8")
    corpus = read_all(discover(tmp_path).files)
    report = corpus.reports["a.csv"]
    assert check_words(corpus, split(report.document, _count)).documents[0].warnings == ()
    checked = check_words(corpus, ()).documents[0]
    left_out = [part.text for part in report.left_out]
    assert checked == report_word_loss(report.document, (), extracted=report.extracted, left_out=left_out)
    assert "words are in no passage" in str(checked.warnings[0])
    assert f"warnings:\n  {checked.warnings[0]}" in render_passages(checked, (), [("column id", "1")])


FILES = {
    "a.txt": f"Rowing Well\n\n{TEXT}\n\n1. Is it bad?\nMostly not.\n\n• slowly\n• gently\n".encode(),
    "a.md": f"---\ntitle: x\n---\n# Rowing\n\n{TEXT}\n\n<details><summary>Is it?</summary>It is.</details>\n\n| a | b |\n|---|---|\n| one | two |\n".encode(),
    "a.html": f"<html><head><title>Rowing</title></head><body><nav>All boats</nav><main><h1>Rowing</h1><p>{TEXT}</p><dl><dt>Is it?</dt><dd>It is.</dd></dl></main><footer>Harbour</footer></body></html>".encode(),
    "a.docx": docx_bytes(
        paragraph("Rowing", style="Heading1") + paragraph(TEXT) + table([["Boat", "For"], ["Skiff", "one"]])
    ),
    "a.pdf": placed_pdf([[*column(60, 700, ["Rowing Well"], size=16), *column(60, 660, [TEXT[:50], TEXT[50:]])]]),
    "a.csv": f'id,question,answer\n1,Is it?,"{TEXT}"\n'.encode(),
    "a.json": f'[{{"question": "Is it?", "answer": "{TEXT}", "tag": "boats"}}]'.encode(),
    "a.yaml": f"- question: Is it?\n  answer: {TEXT}\n".encode(),
}


@pytest.mark.parametrize("name", FILES)
def test_no_format_loses_words(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(FILES[name])
    report = read_report(tmp_path / name, document_id=name)
    assert report.document.warnings == ()
    left_out = [part.text for part in report.left_out]
    assert _warnings(report.document, split(report.document, _count), report.extracted, *left_out) == []
    words = " ".join((report.document.text, *(part.text for part in report.left_out)))
    assert "supple" in words
