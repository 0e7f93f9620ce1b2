"""Search by meaning agrees with plain inner products: exactly when flat, nearly when approximate."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from faqbot.errors import IndexDamagedError, IndexWriteError
from faqbot.index import Contents, EncodedPassage, Index, open_index, publish
from faqbot.index.vectors import VectorIndex, search_exactly, write_vectors
from index_samples import ENCODER, passage, sample_encoder, unit_vectors

PASSAGES = 4000


def clustered(seed: int) -> NDArray[np.float32]:
    """Vectors around 40 centres, as texts on some topics have."""
    centres = unit_vectors(40, seed)[np.random.default_rng(seed).integers(0, 40, PASSAGES)]
    near = centres + 0.15 * np.random.default_rng(seed + 1).normal(size=centres.shape)
    lengths: NDArray[np.float64] = np.linalg.norm(near, axis=1, keepdims=True)
    return (near / lengths).astype(np.float32)


VECTORS, OTHERS = clustered(1), clustered(1)[::-1] * np.float32(-1)


def vectors_of(number: int) -> NDArray[np.float32]:
    """One vector each, every tenth passage two, for an alternate question."""
    return np.array([VECTORS[number], OTHERS[number]][: 1 + (number % 10 == 0)])


def contents() -> Contents:
    """The passages 0, 1, 2 ... with their vectors."""
    tokens, token_ids = np.zeros((0, ENCODER.token_dimension), np.int8), np.zeros(0, np.int32)
    passages = (
        EncodedPassage(
            passage(number, f"text {number}", alternates=("other",) if number % 10 == 0 else ()),
            vectors_of(number),
            tokens,
            token_ids,
        )
        for number in range(PASSAGES)
    )
    return Contents([], passages, ENCODER)


def expected(query: NDArray[np.float32], k: int) -> list[str]:
    best = [max(vectors_of(number) @ query) for number in range(PASSAGES)]
    return [f"{number:016x}" for number in sorted(range(PASSAGES), key=lambda number: -best[number])[:k]]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dense")
    encoder = sample_encoder(folder / "encoder")
    publish(folder / "flat", contents(), encoder_folder=encoder)
    publish(folder / "lists", contents(), encoder_folder=encoder, flat_limit=1000)
    return folder


@pytest.fixture(scope="module")
def flat(work: Path) -> Iterator[Index]:
    with open_index(work / "flat") as opened:
        yield opened


@pytest.fixture(scope="module")
def lists(work: Path) -> Iterator[Index]:
    with open_index(work / "lists") as opened:
        yield opened


@pytest.mark.parametrize("k", [1, 10, 50, 700])
def test_flat_search_is_exact(flat: Index, k: int) -> None:
    assert flat.facts["search"] == {"kind": "flat"}
    for query in unit_vectors(10, 77):
        assert list(flat.candidates(query, "", k).ids) == expected(query, k)


def test_approximate_search_records_its_recall_and_keeps_it(lists: Index) -> None:
    search = lists.facts["search"]
    assert (search["kind"], search["lists"], search["sample"]) == ("ivf", 112, 200)
    assert search["recall_at_50"] >= 0.98
    queries = VECTORS[::80] + 0.1 * unit_vectors(50, 5)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    found = [np.isin(expected(query, 50), lists.candidates(query, "", 50).ids).mean() for query in queries]
    assert np.mean(found) >= 0.97


def test_the_recall_that_is_promised_holds_for_questions_between_heaps_of_passages(tmp_path: Path) -> None:
    random, dimension = np.random.default_rng(0), 48
    middles = random.normal(size=(40, dimension))
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    vectors = np.repeat(middles, 200, axis=0) + 0.05 * random.normal(size=(8000, dimension))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    queries = middles[random.integers(40, size=100)] + middles[random.integers(40, size=100)]
    queries = (queries / np.linalg.norm(queries, axis=1, keepdims=True)).astype(np.float32)
    search = write_vectors(tmp_path / "a.faiss", [vectors[:5000], vectors[5000:]], 8000, dimension, flat_limit=1000)
    lists = VectorIndex(tmp_path / "a.faiss", probes=search["probes"])
    right = search_exactly(vectors, queries, 50)
    found = [np.isin(each, lists.search(query, 100)[0]).mean() for each, query in zip(right, queries, strict=True)]
    assert search["recall_at_50"] >= 0.98
    assert np.mean(found) >= 0.98


def test_approximate_search_gives_exact_scores_in_exact_order(lists: Index) -> None:
    query = VECTORS[1234]
    found = lists.candidates(query, "", 20)
    assert found.ids[0] == f"{1234:016x}"
    assert found.dense.tolist() == sorted(found.dense.tolist(), reverse=True)
    rows = [int(each, 16) for each in found.ids]
    exact = [max(vectors_of(row) @ query) for row in rows]
    assert found.dense == pytest.approx(exact, abs=1e-6)


def test_a_passage_with_two_vectors_appears_once(lists: Index, flat: Index) -> None:
    for opened in (lists, flat):
        for query in (VECTORS[1230], OTHERS[1230]):
            ids = opened.candidates(query, "", 30).ids
            assert len(set(ids)) == 30
            assert ids[0] == f"{1230:016x}"


def test_asking_for_everything_gives_what_the_probed_lists_hold(lists: Index, flat: Index) -> None:
    assert len(flat.candidates(VECTORS[0], "", 10 * PASSAGES).ids) == PASSAGES
    assert 50 < len(lists.candidates(VECTORS[0], "", 10 * PASSAGES).ids) <= PASSAGES


def test_a_damaged_ivf_file_is_refused_before_faiss_reads_it(work: Path, tmp_path: Path) -> None:
    index = shutil.copytree(work / "lists", tmp_path / "lists")
    path = index / "000001.faiss"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(IndexDamagedError, match=r"000001\.faiss is damaged.*Run: faqbot build"):
        open_index(index, hash_limit=0)


def test_a_damaged_vector_is_refused_when_approximate_search_reads_it(work: Path, tmp_path: Path) -> None:
    index = shutil.copytree(work / "lists", tmp_path / "lists")
    path = index / "000001.db"
    content = bytearray(path.read_bytes())
    content[content.index(VECTORS[4].tobytes()) + 5] ^= 1
    path.write_bytes(content)
    with open_index(index, hash_limit=0, connections=1) as opened:
        opened.candidates(VECTORS[2000], "", 5)
        with pytest.raises(IndexDamagedError, match="row 4 of embeddings is not what was written"):
            opened.candidates(VECTORS[4], "", 5)


def test_a_vector_file_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(IndexWriteError, match=r"Cannot write .*a\.faiss: .*No such file or directory"):
        write_vectors(tmp_path / "none" / "a.faiss", [], 0, 8)
