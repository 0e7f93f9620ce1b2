"""Rows and records come back as they were appended, checked one by one where the file was not hashed."""

import mmap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqbot.errors import IndexDamagedError, IndexWriteError
from faqbot.index.records import Records, decode_document, decode_passage, encode
from faqbot.index.rows import Rows, RowsWriter, npy_header
from faqbot.index.writing import Writer
from faqbot.types import Document, Pair, Passage, Source
from index_samples import memory_folder

TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=20)
SOURCES = st.lists(st.builds(Source, TEXT, TEXT, TEXT, TEXT, TEXT), max_size=2).map(tuple)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
SPAN = st.tuples(st.integers(0, 99), st.integers(0, 99))
PAIRS = st.lists(st.builds(Pair, TEXT, TEXTS, st.integers(), st.integers(), SOURCES), max_size=2).map(tuple)
PASSAGES = st.builds(
    Passage, TEXT, TEXT, TEXT, st.integers(), st.integers(), TEXT, TEXTS, TEXT, TEXTS, TEXT, TEXT, TEXT, TEXT, SOURCES
)
DOCUMENTS = st.builds(
    Document, *[TEXT] * 8, TEXTS, sources=SOURCES, pairs=PAIRS, boilerplate=st.lists(SPAN, max_size=2).map(tuple)
)


@given(PASSAGES, DOCUMENTS)
def test_passages_and_documents_survive_as_one_line_each(passage: Passage, document: Document) -> None:
    assert decode_passage(encode(passage)) == passage
    assert decode_document(encode(document)) == document
    assert encode(passage).count(b"\n") == encode(document).count(b"\n") == 1


@given(st.lists(st.integers(0, 5), max_size=8), st.sampled_from(["i1", "i4", "f4"]), st.sampled_from([0, 1, 3]))
def test_rows_of_any_length_come_back(lengths: list[int], kind: str, width: int) -> None:
    rng = np.random.default_rng(len(lengths))
    rows = [rng.integers(-9, 9, (length, width) if width else length).astype(kind) for length in lengths]
    with memory_folder() as folder:
        with RowsWriter(Writer(), folder, "some.npy", kind, width) as written:
            for row in rows:
                written.append(row)
        plain = np.load(folder / "some.npy", allow_pickle=False)
        assert plain.shape == ((sum(lengths), width) if width else (sum(lengths),))
        for checked in (True, False):
            found = Rows(folder, "some.npy", checked=checked, advice="")
            assert len(found) == len(rows)
            assert all(np.array_equal(found[number], row) for number, row in enumerate(rows))
            assert found.data.dtype == kind


@given(st.sampled_from(["i1", "i8", "f4", "u8"]), st.lists(st.integers(0, 10**12), min_size=1, max_size=2))
def test_a_header_is_of_one_length_and_numpy_reads_it(kind: str, shape: list[int]) -> None:
    header = npy_header(np.dtype(kind), tuple(shape))
    assert len(header) == 128
    assert eval(header[10:]) == {"descr": np.dtype(kind).str, "fortran_order": False, "shape": tuple(shape)}


def test_a_damaged_row_is_refused_and_the_others_are_not(tmp_path: Path) -> None:
    with RowsWriter(Writer(), tmp_path, "some.jsonl", np.uint8) as written:
        for line in (b"one\n", b"two\n", b""):
            written.append(line)
    (tmp_path / "some.jsonl").write_bytes(b"one\ntwO\n")
    rows = Rows(tmp_path, "some.jsonl", checked=False, advice="Do something")
    assert [rows[0].tobytes(), rows[2].tobytes()] == [b"one\n", b""]
    for _ in range(2):
        with pytest.raises(IndexDamagedError) as caught:
            rows[1]
        assert str(caught.value) == f"{tmp_path}/some.jsonl is damaged: row 1 is not what was written. Do something"


@pytest.mark.skipif(
    not hasattr(mmap, "MADV_WILLNEED") or mmap.PAGESIZE != 4096, reason="the system cannot be told what is needed"
)
def test_rows_that_are_expected_are_the_pages_that_they_touch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with RowsWriter(Writer(), tmp_path, "some.npy", "f4", 1024) as written:
        for length in (1, 0, 3, 2):
            written.append(np.ones((length, 1024), "f4"))
    asked: list[tuple[int, int]] = []

    class Watched(mmap.mmap):
        def madvise(self, option: int, start: int = 0, length: int = 0) -> None:
            assert option == mmap.MADV_WILLNEED
            super().madvise(option, start, length)
            asked.append((start // 4096, start + length))

    monkeypatch.setattr("faqbot.index.rows.mmap.mmap", Watched)
    rows = Rows(tmp_path, "some.npy", checked=False, advice="")
    rows.expect(np.array([3, 1, 0]))
    assert asked == [(4, 128 + 6 * 4096), (0, 128 + 4096)]
    asked.clear()
    assert rows.take(np.array([2]))[0].shape == (3, 1024)
    assert len(asked) == 1
    Rows(tmp_path, "some.npy", checked=True, advice="").expect(np.array([0]))
    assert len(asked) == 1


def test_nothing_is_expected_of_rows_without_content(tmp_path: Path) -> None:
    for name in ("some.npy", "some.jsonl"):
        with RowsWriter(Writer(), tmp_path, name, np.uint8) as written:
            written.append(b"")
        rows = Rows(tmp_path, name, checked=False, advice="")
        rows.expect(np.array([0, 0]))
        assert rows[0].size == 0


def test_records_are_a_sequence(tmp_path: Path) -> None:
    made = [Passage(str(number), "d", "t", 0, 1) for number in range(5)]
    with RowsWriter(Writer(), tmp_path, "passages.jsonl", np.uint8) as written:
        for each in made:
            written.append(encode(each))
    records = Records(Rows(tmp_path, "passages.jsonl", checked=True, advice=""), decode_passage)
    assert (list(records), records[-1], records[1:3], len(records)) == (made, made[4], made[1:3], 5)
    with pytest.raises(IndexError):
        records[5]


def test_a_link_to_another_disk_is_a_copy(tmp_path: Path) -> None:
    with memory_folder() as memory:
        if memory.stat().st_dev == tmp_path.stat().st_dev:
            pytest.skip("there is one disk only")
        (memory / "some").write_bytes(b"content")
        writer = Writer()
        writer.link(memory / "some", tmp_path / "some")
        writer.flush()
    assert (tmp_path / "some").read_bytes() == b"content"


def test_a_folder_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(
        IndexWriteError, match=r"Cannot write .*none/some\.npy: No such file or directory\. The index in"
    ):
        Writer().write(tmp_path / "none" / "some.npy", b"")
