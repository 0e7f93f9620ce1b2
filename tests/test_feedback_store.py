"""One SQLite file: all or none of what is added, many writers, and a clear word for every file that is not ours."""

import json
import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from faqbot.errors import FeedbackError
from faqbot.feedback import DailyCount, FeedbackEntry, read_counts, read_entries, store
from faqbot.feedback.store import ForeignFileError, append

ENTRY = FeedbackEntry(
    "is it ‘safe’?", "unanswered", "0123456789abcdef", "Walking > Safe?", "faq/a.yaml", 0.25, "000001-a", "2026-11-22"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feed back#1?.db"


def test_what_was_added_comes_out_in_order_and_field_by_field(path: Path) -> None:
    other = FeedbackEntry("", "helpful", day="2026-11-23")
    append(path, [ENTRY])
    append(path, [other, ENTRY], [DailyCount("2026-11-22", "none", 2)])
    assert read_entries(path) == (ENTRY, other, ENTRY)
    assert read_entries(path, since="2026-11-23") == (other,)


def test_counts_of_a_day_add_up(path: Path) -> None:
    append(path, [], [DailyCount("2026-11-23", "answer", 1), DailyCount("2026-11-22", "none", 2)])
    append(path, [], [DailyCount("2026-11-23", "answer", 3)])
    assert read_counts(path) == (DailyCount("2026-11-22", "none", 2), DailyCount("2026-11-23", "answer", 4))


def test_the_file_is_for_its_owner_only_and_logs_ahead(path: Path) -> None:
    append(path, [ENTRY])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_columns_are_all_that_is_kept(path: Path) -> None:
    append(path, [ENTRY])
    with closing(sqlite3.connect(path)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(feedback)")]
        assert columns == [
            "id", "day", "question", "verdict", "passage_id", "title", "source", "confidence", "index_version",
        ]  # fmt: skip
        assert [row[1] for row in connection.execute("PRAGMA table_info(daily_counts)")] == ["day", "band", "count"]


def test_one_row_that_cannot_be_keeps_the_others_out(path: Path) -> None:
    with pytest.raises(FeedbackError, match="cannot be written: CHECK constraint failed"):
        append(path, [ENTRY, FeedbackEntry("q", "splendid")], [DailyCount("2026-11-22", "none", 1)])  # type: ignore[arg-type]
    assert read_entries(path) == ()
    assert read_counts(path) == ()


def test_threads_and_processes_write_side_by_side(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from faqbot.feedback import FeedbackEntry; from faqbot.feedback.store import append\n"
        "for n in range(40): append(Path(sys.argv[1]), [FeedbackEntry(f'{sys.argv[2]} {n}', 'helpful', day='2026-11-22')])"
    )
    others = [subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in ("first", "second")]
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda number: append(path, [FeedbackEntry(f"thread {number}", "helpful", day="2026-11-22")]), range(80)
            )
        )
    assert [other.wait(60) for other in others] == [0, 0]
    found = sorted(entry.question for entry in read_entries(path))
    assert found == sorted(
        [f"{name} {n}" for name in ("first", "second") for n in range(40)] + [f"thread {n}" for n in range(80)]
    )


def test_a_file_that_is_deleted_meanwhile_is_begun_anew(path: Path) -> None:
    append(path, [ENTRY, ENTRY])
    path.unlink()
    append(path, [ENTRY])
    assert read_entries(path) == (ENTRY,)


def _newer(path: Path) -> None:
    append(path, [])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 3")


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE patients (name TEXT)")


def _corrupt(path: Path) -> None:
    path.write_bytes(b"no database at all " * 500)


def _cut(path: Path) -> None:
    append(path, [ENTRY] * 200)
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize(
    ("make", "kind", "said"),
    [
        (_newer, ForeignFileError, "has feedback of version 3, made by a newer faqbot; this one knows version 2"),
        (_foreign, ForeignFileError, "is an SQLite file of something else, no feedback. Name another file"),
        (_corrupt, FeedbackError, "cannot be (written|read): file is not a database. Free or mend it, or move it away"),
        (_cut, FeedbackError, "malformed|not a database"),
        (Path.mkdir, FeedbackError, "unable to open database file|No feedback file at"),
    ],
)
def test_a_file_that_is_not_ours_is_named_and_not_touched(
    path: Path, make: Callable[[Path], None], kind: type[FeedbackError], said: str
) -> None:
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(kind, match=said) as raised:
        append(path, [FeedbackEntry("planted zebra", "helpful")])
    assert "zebra" not in str(raised.value)
    assert (path.read_bytes() if path.is_file() else b"") == before
    with pytest.raises(kind, match=said):
        read_entries(path)


def test_a_file_that_is_not_there_says_how_to_get_one(path: Path) -> None:
    with pytest.raises(FeedbackError, match="Run: faqbot serve --feedback"):
        read_entries(path)
    path.touch()
    assert read_entries(path) == ()


def test_a_file_locked_by_another_is_given_up_in_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BUSY_TIMEOUT", 0.05)
    append(path, [ENTRY])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(FeedbackError, match="database is locked"):
            append(path, [ENTRY])
        assert len(read_entries(path)) == 1  # a reader does not wait
    append(path, [ENTRY])
    assert len(read_entries(path)) == 2


def test_a_file_grows_to_its_limit_and_no_further(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(path, [ENTRY])
    monkeypatch.setattr(store, "MAX_BYTES", 100)
    with pytest.raises(FeedbackError, match=r"has more than 100 bytes\. Move it away: a new one is begun"):
        append(path, [ENTRY])


def test_a_full_disk_loses_nothing_that_was_there(path: Path) -> None:
    """A limit on the size of files (RLIMIT_FSIZE) stops the process as a full disk would."""
    append(path, [ENTRY])
    code = (
        "import resource, signal, sys; from pathlib import Path; from faqbot.feedback import FeedbackEntry\n"
        "from faqbot.feedback.store import append; from faqbot.errors import FeedbackError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (24_000, 24_000))\n"
        "try: append(Path(sys.argv[1]), [FeedbackEntry('zebra ' * 300, 'helpful', day='2026-11-22')] * 100)\n"
        "except FeedbackError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert "cannot be written: " in done.stdout
    assert "zebra" not in done.stdout
    assert read_entries(path) == (ENTRY,)
    append(path, [ENTRY])
    assert json.dumps([entry.question for entry in read_entries(path)]) == json.dumps([ENTRY.question] * 2)


def test_what_the_docs_say_deletes_what_is_old(path: Path) -> None:
    docs = (Path(__file__).parents[1] / "docs" / "feedback.md").read_text(encoding="utf-8")
    (command,) = re.findall(r'^sqlite3 feedback\.db "(.*)"$', docs, re.MULTILINE)
    append(
        path,
        [replace(ENTRY, day="2026-08-31"), ENTRY],
        [DailyCount("2026-08-31", "none", 1), DailyCount("2026-11-22", "none", 2)],
    )
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(command)
    assert read_entries(path) == (ENTRY,)
    assert read_counts(path) == (DailyCount("2026-11-22", "none", 2),)
    append(path, [ENTRY])
    assert len(read_entries(path)) == 2
