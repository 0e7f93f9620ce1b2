"""A server's inbox: what it keeps and what not, and that nothing that is wrong with the file is anybody else's trouble."""

import logging
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from faqbot.errors import FeedbackError
from faqbot.feedback import DailyCount, FeedbackEntry, FeedbackRecorder, read_counts, read_entries, store
from faqbot.feedback import recorder as recording
from faqbot.feedback.store import ForeignFileError, append
from faqbot.types import Alert
from web_samples import EMERGENCY, PACING, answer

DAY = "2026-11-22"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feedback.db"


@pytest.fixture
def recorder(path: Path) -> FeedbackRecorder:
    return FeedbackRecorder(path, today=lambda: DAY)


def test_a_verdict_is_kept_without_personal_data(recorder: FeedbackRecorder, path: Path) -> None:
    recorder.save(
        FeedbackEntry("my name is Jane, is it safe? jane@example.org", "not_helpful", "id", "T", "a.md", 0.5, "g")
    )
    kept = FeedbackEntry("my name is [name], is it safe? [e-mail]", "not_helpful", "id", "T", "a.md", 0.5, "g", DAY)
    assert read_entries(path) == (kept,)
    with path.open("rb") as file:
        assert b"Jane" not in file.read()


def test_an_unanswered_question_is_kept_with_the_nearest_passage_and_an_answered_one_is_counted(
    recorder: FeedbackRecorder, path: Path
) -> None:
    recorder.record_answer(
        answer(question="call me on 07700 900123: yoga?", band="none", confidence=0.123456), "000001-a"
    )
    recorder.record_answer(answer(question="an answered one"), "000001-a")
    recorder.record_answer(answer(question="nothing found", band="none", hits=(), confidence=0.0), "000001-a")
    recorder.flush()
    assert read_entries(path) == (
        FeedbackEntry(
            "call me on [phone]: yoga?", "unanswered", PACING.id, "Walking again > How do I start walking again?",
            "living/walking.md", 0.1235, "000001-a", DAY,
        ),
        FeedbackEntry("nothing found", "unanswered", index_version="000001-a", day=DAY),
    )  # fmt: skip
    assert read_counts(path) == (DailyCount(DAY, "answer", 1), DailyCount(DAY, "none", 2))


def test_the_words_of_an_emergency_are_never_kept(recorder: FeedbackRecorder, path: Path) -> None:
    recorder.record_answer(answer(question="I can't feel my legs", band="none", alert=EMERGENCY), "g")
    recorder.record_answer(answer(question="fever", band="none", alert=replace(EMERGENCY, level="urgent")), "g")
    recorder.record_answer(answer(question="none", band="none", alert=Alert()), "g")
    recorder.flush()
    assert [entry.question for entry in read_entries(path)] == ["fever", "none"]
    assert read_counts(path) == (DailyCount(DAY, "none", 3),)


def test_notes_are_written_together_and_nobody_waits_for_them(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder, go_on, written = FeedbackRecorder(path, today=lambda: DAY), threading.Event(), []

    def slowly(*arguments: object) -> None:
        assert go_on.wait(10)
        written.append(len(arguments[1]))  # type: ignore[arg-type]
        append(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(recording, "append", slowly)
    started = time.perf_counter()
    for number in range(200):
        recorder.record_answer(answer(question=f"q{number}", band="none"), "g")
    assert time.perf_counter() - started < 1
    go_on.set()
    recorder.flush()
    assert len(read_entries(path)) == 200
    assert len(written) <= 3


def test_what_comes_faster_than_it_can_be_written_is_let_go(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    recorder, go_on = FeedbackRecorder(path, today=lambda: DAY), threading.Event()
    monkeypatch.setattr(recording, "MAX_PENDING", 5)

    def later(*arguments: object) -> None:
        assert go_on.wait(10)
        append(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(recording, "append", later)
    for _ in range(20):
        recorder.record_answer(answer(band="none"), "g")
    go_on.set()
    recorder.flush()
    assert 5 <= len(read_entries(path)) <= 6
    assert [record.getMessage() for record in caplog.records] == [
        f"Feedback is not kept: {path} is written too slowly for what is asked"
    ]


def test_an_answer_that_comes_while_the_server_stops_is_not_held_up(
    recorder: FeedbackRecorder, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recorder._writer.shutdown()
    recorder.record_answer(answer(question="planted", band="none"), "g")
    assert "is written no more: the server stops" in caplog.text
    assert "planted" not in caplog.text


def _break(path: Path) -> None:
    path.write_bytes(b"zebra no database " * 200)


def _lock(path: Path) -> sqlite3.Connection:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


def test_a_broken_file_is_one_line_in_the_log_without_the_words(
    path: Path, recorder: FeedbackRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    _break(path)
    for _ in range(3):
        recorder.record_answer(answer(question="planted stripes", band="none"), "g")
        recorder.flush()
        with pytest.raises(FeedbackError, match="file is not a database"):
            recorder.save(FeedbackEntry("planted stripes", "helpful"))
    assert len(caplog.records) == 1
    assert "stripes" not in caplog.text
    path.unlink()
    recorder.save(FeedbackEntry("mended", "helpful"))
    assert [entry.question for entry in read_entries(path)] == ["mended"]
    _break(path)
    recorder.record_answer(answer(band="none"), "g")
    recorder.flush()
    assert len(caplog.records) == 2


def test_a_locked_file_delays_no_answer(
    path: Path, recorder: FeedbackRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BUSY_TIMEOUT", 1.0)
    with closing(_lock(path)):
        started = time.perf_counter()
        recorder.record_answer(answer(band="none"), "g")
        assert time.perf_counter() - started < store.BUSY_TIMEOUT
        recorder.flush()
    assert read_entries(path) == ()


def test_a_server_starts_beside_a_file_it_cannot_write_but_not_beside_one_it_must_not(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _break(path)
    FeedbackRecorder(path)
    assert caplog.text.count("Feedback is not kept:") == 1
    path.unlink()
    append(path, [])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 9")
    with pytest.raises(ForeignFileError, match="version 9, made by a newer faqbot"):
        FeedbackRecorder(path)


@pytest.mark.parametrize(("name", "said"), [("", "is a folder"), ("none/feedback.db", "in a folder that is not there")])
def test_a_place_that_can_hold_no_file_is_refused(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(FeedbackError, match=said):
        FeedbackRecorder(tmp_path / name)


def test_nothing_but_failures_is_logged(recorder: FeedbackRecorder, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    recorder.record_answer(answer(question="planted", band="none"), "g")
    recorder.save(FeedbackEntry("planted", "helpful"))
    recorder.flush()
    assert caplog.records == []
