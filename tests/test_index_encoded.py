"""What cannot be an index is refused while it is written, with what was found and what was expected."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from faqbot.errors import CorpusError, EncoderError, FaqbotError, IndexMismatchError
from faqbot.index import Contents, EncodedPassage, open_generation, publish
from faqbot.index.derived import spread_questions
from faqbot.index.encoded import Lookup
from faqbot.types import Document
from index_samples import CARD, encoded, passage, sample_contents, sample_encoder

GOOD = encoded(passage(1, "text"), 1)


@pytest.mark.parametrize(
    ("bad", "error", "words"),
    [
        (replace(GOOD, vectors=GOOD.vectors[:, :-1]), IndexMismatchError, r"vectors of shape \(1, 15\).*\(1, 16\)"),
        (replace(GOOD, vectors=GOOD.vectors[:0]), IndexMismatchError, r"vectors of shape \(0, 16\).*\(1, 16\)"),
        (replace(GOOD, vectors=GOOD.vectors.astype("f8")), IndexMismatchError, "type float64, expected .* float32"),
        (replace(GOOD, vectors=GOOD.vectors * np.nan), EncoderError, r"lengths \[nan\], expected 1"),
        (replace(GOOD, vectors=GOOD.vectors * np.float32(2)), EncoderError, r"lengths \[2\.0.*, expected 1"),
        (replace(GOOD, tokens=GOOD.tokens[:, :-1]), IndexMismatchError, r"tokens of shape \(3, 7\).*\(3, 8\)"),
        (replace(GOOD, tokens=GOOD.tokens.astype("f4")), IndexMismatchError, "type float32, expected .* int8"),
        (replace(GOOD, pieces=GOOD.pieces[:-1]), IndexMismatchError, r"tokens of shape \(3, 8\).*\(2, 8\)"),
        (replace(GOOD, keys=(b"short",)), IndexMismatchError, "keys that are not 16 bytes"),
        (replace(GOOD, passage=replace(GOOD.passage, id="x")), CorpusError, "'x' found, expected 16 hexadecimal"),
        (replace(GOOD, passage=replace(GOOD.passage, id="A" * 16)), CorpusError, "expected 16 hexadecimal"),
    ],
)
def test_a_bad_passage_is_refused_and_no_index_made(
    tmp_path: Path, bad: EncodedPassage, error: type[FaqbotError], words: str
) -> None:
    good = encoded(passage(2, "good"), 2)
    with pytest.raises(error, match=words):
        publish(
            tmp_path / "index", Contents([], [good, bad], CARD), encoder_folder=sample_encoder(tmp_path / "encoder")
        )
    assert not (tmp_path / "index" / "CURRENT").exists()


def test_an_id_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="id 0000000000000001 occurs twice"):
        publish(tmp_path / "i", Contents([], [GOOD, GOOD], CARD), encoder_folder=sample_encoder(tmp_path / "e"))


def test_no_passages_and_no_documents_make_an_empty_index(tmp_path: Path) -> None:
    publish(tmp_path / "index", Contents([], [], CARD), encoder_folder=sample_encoder(tmp_path / "encoder"))
    with open_generation(tmp_path / "index") as generation:
        assert (len(generation), len(generation.documents), list(generation.passages())) == (0, 0, [])
        assert generation.candidates(GOOD.vectors[0], "walk", 5).ids == ()
        assert generation.piece_counts.tolist() == [0] * 50
        assert "0000000000000001" not in generation


def test_membership_is_by_id(tmp_path: Path) -> None:
    publish(tmp_path / "index", sample_contents(), encoder_folder=sample_encoder(tmp_path / "encoder"))
    with open_generation(tmp_path / "index") as generation:
        ids = ("0000000000000005", "0000000000000006", "5", "")
        assert [each in generation for each in ids] == [True, False, False, False]


def test_documents_that_share_a_key_are_told_apart() -> None:
    lookup = Lookup(np.array([7, 3, 7], np.uint64), np.array([1, 0, 2]))
    assert (lookup.rows(7), lookup.rows(3), lookup.rows(5)) == ([0, 2], [1], [])
    assert (lookup.row(7), lookup.row(5), lookup.row(-1)) == (0, -1, -1)
    assert lookup.first_rows([3, 7, 5, -1, 2**64 - 1, 7]) == [1, 0, -1, -1, -1, 0]
    assert lookup.first_rows([]) == []
    assert Lookup(np.empty(0, np.uint64), np.empty(0, np.int64)).first_rows([0, -1]) == [-1, -1]


def test_many_documents_are_found_by_id(tmp_path: Path) -> None:
    documents = [Document(f"folder/{number}.md", f"text {number}") for number in range(200)]
    contents = Contents(documents, [GOOD], CARD)
    publish(tmp_path / "index", contents, encoder_folder=sample_encoder(tmp_path / "encoder"))
    with open_generation(tmp_path / "index") as generation:
        assert [generation.document(each.id) for each in documents] == documents


@pytest.mark.parametrize(
    ("count", "most", "expected"),
    [(0, 3, []), (3, 3, [0, 1, 2]), (4, 3, [0, 2]), (9, 3, [0, 4, 8]), (100, 4, [0, 32, 64, 96])],
)
def test_questions_are_spread_over_the_corpus(count: int, most: int, expected: list[int]) -> None:
    passages = [passage(number, "text", question=f"q{number}") for number in range(count)]
    assert spread_questions(passages, most) == [f"q{number}" for number in expected]
    assert spread_questions([passage(0, "no question"), *passages[:1] * 3], most) == [f"q{n}" for n in expected[:1]]
