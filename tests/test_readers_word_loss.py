"""Nothing is lost in silence: words of a file are in a passage, listed as left out, or reported as lost."""

from pathlib import Path

import pytest

from faqbot.chunking import render_passages, split, word_loss
from faqbot.readers import read_report
from faqbot.readers.word_loss import loss_warning
from faqbot.types import Document
from pdf_samples import column, placed_pdf
from reader_samples import docx_bytes, paragraph, table

TEXT = "Rowing asks the back to bend and stretch at each stroke, which keeps it supple if the legs do most of the work."


def _count(text: str) -> int:
    return len(text.split()) * 3 // 2 + 2


@pytest.mark.parametrize(("kept", "lost"), [(96, True), (97, True), (98, False), (100, False)])
def test_a_loss_over_two_percent_is_reported(kept: int, lost: bool) -> None:
    words = [f"word{at}" for at in range(100)]
    warning = loss_warning(" ".join(words), [" ".join(words[:kept])])
    assert bool(warning) is lost
    if kept == 96:
        assert (
            warning
            == "4 of 100 words are in no passage and not listed as left out, such as: word96, word97, word98, word99"
        )


def test_words_that_stand_often_must_be_kept_as_often() -> None:
    assert loss_warning("call 112 now " * 10, ["call 112 now " * 9]).startswith("3 of 30 words")
    assert loss_warning("call 112 now " * 10, ["call 112 now " * 9, "call 112 now"]) == ""


def test_the_share_of_a_documents_words_in_no_passage() -> None:
    document = Document("d", f"# Sports\n\n{TEXT}\n\n{TEXT}\n", title="Sports")
    passages = split(document, _count)
    assert word_loss(document, passages) == 0.0
    assert word_loss(document, passages[:0]) == pytest.approx(46 / 47)


def test_inspect_shows_what_was_left_out_and_what_was_lost() -> None:
    document = Document("d", f"{TEXT}\n")
    shown = render_passages(document, (), [("navigation", "Home Boats")])
    assert "left out of the document:\n  navigation: Home Boats" in shown
    assert "warnings:\n  100% of the document's words are in no passage" in shown


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
    assert word_loss(report.document, split(report.document, _count)) == 0.0
    words = " ".join((report.document.text, *(part.text for part in report.left_out)))
    assert "supple" in words
