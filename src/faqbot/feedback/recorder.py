"""Records feedback for a server: redacts it and writes it in the background, so that no answer waits."""

import logging
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from faqbot.errors import FeedbackError
from faqbot.feedback.models import DailyCount, FeedbackEntry, feedback_entry
from faqbot.feedback.redaction import redact
from faqbot.feedback.store import ForeignFileError, append
from faqbot.types import Answer

logger = logging.getLogger(__name__)

MAX_PENDING = 1_000  # answers waiting to be written; further ones are not recorded


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


class FeedbackRecorder:
    """Writes the feedback of one server; safe for many threads, and beside other processes on the same file."""

    def __init__(self, path: Path, *, today: Callable[[], str] = _today) -> None:
        """Open the file, or make it.

        Raises FeedbackError for a file of another faqbot or of something else, and where there can be no file. One
        that cannot be written now is a line in the log: questions must be answered all the same.
        """
        self.path = path
        self._today = today
        self._pending: deque[tuple[Answer, str]] = deque()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="faqbot-feedback")
        self._failing = ""
        if path.is_dir() or not path.parent.is_dir():
            found = "a folder" if path.is_dir() else "in a folder that is not there"
            raise FeedbackError(f"{path} is {found}, expected a file for feedback. Name one: --feedback FILE")
        try:
            append(path, ())
        except ForeignFileError:
            raise
        except FeedbackError as error:
            self._failed(error)

    def save(self, entry: FeedbackEntry) -> None:
        """Write an entry without personal data. Raises FeedbackError where it cannot be written."""
        try:
            append(self.path, [self._redacted(entry)])
        except FeedbackError as error:
            self._failed(error)
            raise
        self._failing = ""

    def record_answer(self, answer: Answer, index_version: str) -> None:
        """Count an answer soon, and keep its question if it had none; returns at once and raises nothing.

        The words of somebody in an emergency are never kept: they were answered by the advice.
        """
        if len(self._pending) >= MAX_PENDING:
            self._failed(FeedbackError(f"{self.path} is written too slowly for what is asked"))
            return
        self._pending.append((answer, index_version))
        try:
            self._writer.submit(self._write_pending)
        except RuntimeError:  # the process is ending, and an answer under way must get out all the same
            self._failed(FeedbackError(f"{self.path} is written no more: the server stops"))

    def flush(self) -> None:
        """Wait until everything recorded has been written."""
        done: Future[None] = self._writer.submit(self._write_pending)
        done.result()

    def _write_pending(self) -> None:
        """Write everything pending in one transaction."""
        taken = [self._pending.popleft() for _ in range(len(self._pending))]
        if not taken:
            return
        day = self._today()
        counts = [DailyCount(day, band, count) for band, count in Counter(answer.band for answer, _ in taken).items()]
        entries = [
            self._redacted(_unanswered(answer, index_version))
            for answer, index_version in taken
            if not answer.answered and answer.alert.level != "emergency"
        ]
        try:
            append(self.path, entries, counts)
            self._failing = ""
        except FeedbackError as error:
            self._failed(error)

    def _redacted(self, entry: FeedbackEntry) -> FeedbackEntry:
        return replace(entry, question=redact(entry.question), day=self._today())

    def _failed(self, error: FeedbackError) -> None:
        """Log what is wrong once, not for every question."""
        if str(error) != self._failing:
            self._failing = str(error)
            logger.warning("Feedback is not kept: %s", error)


def _unanswered(answer: Answer, index_version: str) -> FeedbackEntry:
    """The entry of a question without an answer, with the nearest passage."""
    nearest = answer.hits[0].passage if answer.hits else None
    return feedback_entry(
        answer.question, "unanswered", nearest, confidence=answer.confidence, index_version=index_version
    )
