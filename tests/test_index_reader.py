"""An open index gives back what was published, and finds it by vector and by words."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from faqbot.errors import EncoderError, IndexMismatchError, IndexMissingError
from faqbot.index import Asset, Contents, Index, open_index, publish
from faqbot.types import Document, Pair, Source
from index_samples import (
    DIMENSION,
    ENCODER,
    TEXTS,
    encoded,
    passage,
    sample_contents,
    sample_encoder,
    sample_passages,
    unit_vectors,
)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Index]:
    publish(tmp_path / "index", sample_contents(), encoder_folder=sample_encoder(tmp_path / "encoder"))
    with open_index(tmp_path / "index") as found:
        yield found


def test_a_version_tells_what_it_holds(opened: Index) -> None:
    assert (opened.version.documents, opened.version.passages, len(opened)) == (1, 5, 5)
    assert dict(opened.facts) == {
        "documents": 1, "passages": 5, "vectors": 5, "tokens": 3 + 4 + 5 + 6 + 2, "search": {"kind": "flat"},
    }  # fmt: skip
    assert opened.encoder == ENCODER
    assert opened.version.id.startswith("000001-")
    assert opened.version.fingerprint == "f1"


def test_fetch_gives_passages_tokens_and_pieces_in_the_order_asked(opened: Index) -> None:
    originals = {each.passage.id: each for each in sample_passages()}
    ids = ["0000000000000004", "0000000000000001", "0000000000000004"]
    for stored, wanted in zip(opened.fetch(ids), ids, strict=True):
        assert stored.passage == originals[wanted].passage
        assert stored.tokens.tolist() == originals[wanted].tokens.tolist()
        assert stored.token_ids.tolist() == originals[wanted].token_ids.tolist()


def test_every_field_of_documents_and_passages_survives(tmp_path: Path) -> None:
    source = Source("A study", "https://example.org/a", "A. Author", "2024-02-03", "4")
    full = passage(
        255,
        "line one\nline two\u2028same line \ud800",
        title="Title",
        headings=("H1", "H2"),
        question="Why?",
        alternates=("How come?",),
        context="| a |",
        url="u",
        author="who",
        date="2024",
        sources=(source,),
    )
    document = Document(
        "sub/ü.md",
        "text",
        "t",
        "u",
        "a",
        "2024",
        "2025",
        "CC BY",
        ("tag",),
        (source,),
        (Pair("q", ("q2",), 0, 2, (source,)),),
        ((0, 1), (2, 3)),
    )
    picture = Asset("pictures/ü.svg", "image/svg+xml", b"<svg/>")
    meta = {"config": '{"title": "ü"}', "empty": ""}
    contents = Contents(
        [document], [encoded(full, 3)], ENCODER, {"scale": 2.5}, {"made": "by a test"}, meta, assets=[picture]
    )
    publish(tmp_path, contents, encoder_folder=sample_encoder(tmp_path.parent / "encoder"))
    with open_index(tmp_path) as opened:
        assert opened.fetch(["00000000000000ff"])[0].passage == full
        assert opened.document("sub/ü.md") == document
        assert list(opened.documents()) == [document]
        assert list(opened.passages()) == [full]
        assert opened.questions() == ("Why?",)
        assert opened.calibration == {"scale": 2.5}
        assert opened.source == {"made": "by a test"}
        assert opened.meta == meta
        assert opened.asset("pictures/ü.svg") == picture


def test_candidates_join_the_nearest_and_those_that_share_words(opened: Index) -> None:
    query = unit_vectors(1, 2)[0]  # the vector of passage 2
    found = opened.candidates(query, "Where is the piriformis?", 1)
    assert found.ids == ("0000000000000002", "0000000000000003")
    assert found.dense == pytest.approx([1.0, float(unit_vectors(1, 3)[0] @ query)], abs=1e-6)
    assert found.lexical[0] == 0
    assert found.lexical[1] > 0.5


def test_candidates_are_exact_inner_products_for_every_passage(opened: Index) -> None:
    query = unit_vectors(1, 99)[0]
    found = opened.candidates(query, "", 5)
    expected = {f"{number:016x}": float(unit_vectors(1, number)[0] @ query) for number in range(1, 6)}
    assert list(found.ids) == sorted(expected, key=lambda each: -expected[each])
    assert dict(zip(found.ids, found.dense.tolist(), strict=True)) == pytest.approx(expected, abs=1e-6)
    assert found.lexical.tolist() == [0] * 5


def test_a_passage_ranks_by_the_best_of_its_vectors_and_appears_once(tmp_path: Path) -> None:
    several = encoded(passage(1, "one", alternates=tuple("abcdefgh")), 7)
    other = encoded(passage(2, "two"), 8)
    publish(
        tmp_path, Contents([], [several, other], ENCODER), encoder_folder=sample_encoder(tmp_path.parent / "encoder")
    )
    with open_index(tmp_path) as opened:
        found = opened.candidates(several.vectors[5], "", 2)
        assert found.ids == ("0000000000000001", "0000000000000002")
        assert found.dense[0] == pytest.approx(1)


def test_more_candidates_than_passages_gives_all_of_them(opened: Index) -> None:
    assert len(opened.candidates(unit_vectors(1, 4)[0], "walk", 1000).ids) == len(TEXTS)


def test_words_and_pieces_are_counted(opened: Index) -> None:
    vocabulary = opened.vocabulary
    assert ("piriformis" in vocabulary, "follow-up" in vocabulary, "piri" in vocabulary) == (True, True, False)
    assert (vocabulary["walks"], vocabulary["walk"]) == (2, 1)
    assert list(vocabulary) == sorted(vocabulary)
    counts = np.zeros(50, int)
    for each in sample_passages():
        counts[np.unique(each.token_ids)] += 1
    assert opened.token_counts.tolist() == counts.tolist()
    assert opened.token_counts.dtype == np.int32


def test_many_threads_get_the_same_answers_as_one(opened: Index) -> None:
    queries = unit_vectors(64, 5)
    alone = [opened.candidates(query, "walk back", 3).ids for query in queries]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda query: opened.candidates(query, "walk back", 3).ids, queries)) == alone


def test_what_was_fetched_stays_valid_after_close(opened: Index) -> None:
    stored = opened.fetch(["0000000000000001"])[0]
    opened.close()
    assert stored.tokens.tolist() == next(sample_passages()).tokens.tolist()


@pytest.mark.parametrize(
    ("vector", "error", "words"),
    [
        (np.ones(DIMENSION + 1, np.float32), IndexMismatchError, r"shape \(17,\).*16 numbers"),
        (np.ones((1, DIMENSION), np.float32), IndexMismatchError, r"shape \(1, 16\)"),
        (np.full(DIMENSION, np.nan, np.float32), EncoderError, "no numbers"),
    ],
)
def test_a_vector_that_cannot_be_searched_is_refused(
    opened: Index, vector: np.ndarray, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        opened.candidates(vector, "walk", 3)


def test_meta_of_the_caller_may_not_take_the_names_of_the_index(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="encoder"):
        publish(tmp_path, Contents([], [], ENCODER, meta={"encoder": ""}), encoder_folder=tmp_path)


def test_an_unknown_passage_or_document_is_a_clear_error(opened: Index) -> None:
    with pytest.raises(IndexMismatchError, match="No passage '00000000000000aa'"):
        opened.fetch(["0000000000000001", "00000000000000aa"])
    for unknown in ("", "1", "A" * 16, "000000000000000g"):
        with pytest.raises(IndexMismatchError, match="No passage"):
            opened.fetch([unknown])
    with pytest.raises(IndexMismatchError, match=r"No document 'other\.md'"):
        opened.document("other.md")
    with pytest.raises(IndexMismatchError, match="No picture"):
        opened.asset("other.svg")


def test_no_index_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError) as caught:
        open_index(tmp_path / "index")
    assert str(caught.value) == f"No index at {tmp_path}/index. Run: faqbot build corpus --index {tmp_path}/index"
