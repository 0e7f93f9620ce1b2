"""The feedback file: an append-only SQLite database of entries and daily counts.

Each call opens the file anew: a file that was moved away, deleted or freed of a full disk is then simply the next one,
and any number of threads and processes may write. Write-ahead logging lets readers and a writer go on side by side.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from faqbot.errors import FeedbackError
from faqbot.feedback.models import DailyCount, FeedbackEntry

APPLICATION = 0x66617162  # "faqb", by which a file is known for ours
SCHEMA = 2
BUSY_TIMEOUT = 2.0  # seconds to wait for another writer
MAX_BYTES = 256 << 20  # about a million rows: whoever may ask may fill a disk

_TABLES = (
    """CREATE TABLE feedback (
        id INTEGER PRIMARY KEY, day TEXT NOT NULL, question TEXT NOT NULL,
        verdict TEXT NOT NULL CHECK (verdict IN ('helpful', 'not_helpful', 'did_not_answer', 'unanswered')),
        passage_id TEXT NOT NULL, title TEXT NOT NULL, source TEXT NOT NULL,
        confidence REAL NOT NULL, index_version TEXT NOT NULL)""",
    """CREATE TABLE daily_counts (
        day TEXT NOT NULL, band TEXT NOT NULL CHECK (band IN ('answer', 'related', 'none')),
        count INTEGER NOT NULL, PRIMARY KEY (day, band)) WITHOUT ROWID""",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {SCHEMA}",
)
_COLUMNS = ("day", "question", "verdict", "passage_id", "title", "source", "confidence", "index_version")


class ForeignFileError(FeedbackError):
    """A file that must not be written to: of another faqbot, or of something else altogether."""


def append(path: Path, entries: Sequence[FeedbackEntry], counts: Sequence[DailyCount] = ()) -> None:
    """Add rows and counts, all or none; makes the file where there is none, for its owner's eyes only.

    Raises ForeignFileError, or FeedbackError where the file cannot be written.
    """
    with _writing(path) as connection:
        connection.executemany(
            f"INSERT INTO feedback ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})",  # noqa: S608
            [tuple(getattr(entry, name) for name in _COLUMNS) for entry in entries],
        )
        connection.executemany(
            "INSERT INTO daily_counts VALUES (?, ?, ?) "
            "ON CONFLICT (day, band) DO UPDATE SET count = count + excluded.count",
            [(each.day, each.band, each.count) for each in counts],
        )


def read_entries(path: Path, *, since: str = "") -> tuple[FeedbackEntry, ...]:
    """Return every entry from the day `since` on, oldest first. Raises FeedbackError where no file can be read."""
    rows = _read(path, f"SELECT {', '.join(_COLUMNS)} FROM feedback WHERE day >= ? ORDER BY id", since)  # noqa: S608
    return tuple(FeedbackEntry(**dict(zip(_COLUMNS, row, strict=True))) for row in rows)


def read_counts(path: Path) -> tuple[DailyCount, ...]:
    """Return the counts, by day. Raises FeedbackError where there is no file that can be read."""
    return tuple(
        DailyCount(*row) for row in _read(path, "SELECT day, band, count FROM daily_counts ORDER BY day, band")
    )


def _read(path: Path, query: str, *values: str) -> list[tuple[Any, ...]]:
    if not path.is_file():
        raise FeedbackError(f"No feedback file at {path}. Run: faqbot serve --feedback {path}")
    with _reported(path, "read"), closing(_connected(f"{path.resolve().as_uri()}?mode=ro")) as connection:
        if _version(path, connection) == 0:
            return []  # made, and nothing written yet
        return connection.execute(query, values).fetchall()


@contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    """A transaction that is whole when the block ends, or never was."""
    with _reported(path, "written"):
        _make(path)
        if path.stat().st_size > MAX_BYTES:
            raise FeedbackError(f"{path} has more than {MAX_BYTES:,} bytes. Move it away: a new one is begun")
        with closing(_connected(path.resolve().as_uri())) as connection:
            _version(path, connection)  # before anything of a file that is not ours is changed
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            try:
                if _version(path, connection) == 0:
                    for statement in _TABLES:
                        connection.execute(statement)
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()


def _make(path: Path) -> None:
    """An empty file that only its owner may read, where there is none; SQLite would let everybody read it.

    It is made under another name: to close a file that SQLite has open in this process drops SQLite's locks on it
    (https://www.sqlite.org/howtocorrupt.html, 2.2), and rows of other threads are lost.
    """
    if path.exists():
        return
    descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(descriptor)
    try:
        with suppress(FileExistsError):
            os.link(aside, path)
    finally:
        Path(aside).unlink()


def _connected(address: str) -> sqlite3.Connection:
    return sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT, isolation_level=None)


def _version(path: Path, connection: sqlite3.Connection) -> int:
    """The schema of the file, 0 for one that is empty; raises ForeignFileError for one that is not ours."""
    # One statement sees one state of the file; between two, another process may have made the tables.
    application, version, tables = connection.execute(
        "SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version), "
        "(SELECT count(*) FROM sqlite_master)"
    ).fetchone()
    if application == APPLICATION and tables and version != SCHEMA:
        made = "a newer" if version > SCHEMA else "an older"
        raise ForeignFileError(
            f"{path} has feedback of version {version}, made by {made} faqbot; this one knows version {SCHEMA}. "
            "Name another file, or use that version"
        )
    if application != APPLICATION and (tables or application):
        raise ForeignFileError(f"{path} is an SQLite file of something else, no feedback. Name another file")
    return int(version) if tables else 0


@contextmanager
def _reported(path: Path, done: str) -> Iterator[None]:
    """What goes wrong with the file as FeedbackError; none of it holds what is written."""
    try:
        yield
    except OSError as error:
        raise FeedbackError(
            f"{path} cannot be {done}: {error.strerror}. Free or mend it, or name another file"
        ) from None
    except sqlite3.Error as error:
        raise FeedbackError(f"{path} cannot be {done}: {error}. Free or mend it, or move it away") from None
