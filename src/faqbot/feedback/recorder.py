"""Where a server puts feedback: answers and verdicts go in, redacted rows come out; no answer waits for it."""

import logging
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from faqbot.errors import FeedbackError
from faqbot.feedback.models import Asked, Entry
from faqbot.feedback.redaction import redact
from faqbot.feedback.store import ForeignFileError, append
from faqbot.types import Answer, Passage

logger = logging.getLogger(__name__)

MOST_WAITING = 1_000  # answers whose notes wait to be written; further ones are not noted


def title_of(passage: Passage) -> str:
    """A passage's title with its question or heading, as it is found in the corpus."""
    heading = passage.question or (passage.headings[-1] if passage.headings else "")
    return " > ".join(dict.fromkeys(part for part in (passage.title, heading) if part))


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


class Inbox:
    """The feedback of one server; safe for many threads, beside other processes on the same file."""

    def __init__(self, path: Path, *, today: Callable[[], str] = _today) -> None:
        """Raises FeedbackError for a file of a newer faqbot or of something else, and where there can be no file.

        A file that cannot be written now is a line in the log: questions must be answered all the same.
        """
        self.path = path
        self._today = today
        self._waiting: deque[tuple[Answer, str]] = deque()
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

    def add(self, entry: Entry) -> None:
        """Keep what somebody said, without personal data. Raises FeedbackError where it cannot be kept."""
        try:
            append(self.path, [self._kept(entry)])
        except FeedbackError as error:
            self._failed(error)
            raise
        self._failing = ""

    def note(self, answer: Answer, generation: str) -> None:
        """Count an answer soon, and keep its question if it had none; returns at once and raises nothing.

        The words of somebody in an emergency are never kept: they were answered by the advice.
        """
        if len(self._waiting) >= MOST_WAITING:
            self._failed(FeedbackError(f"{self.path} is written too slowly for what is asked"))
            return
        self._waiting.append((answer, generation))
        try:
            self._writer.submit(self._write_waiting)
        except RuntimeError:  # the process is ending, and an answer under way must get out all the same
            self._failed(FeedbackError(f"{self.path} is written no more: the server stops"))

    def flush(self) -> None:
        """Wait until what was noted has been written."""
        done: Future[None] = self._writer.submit(self._write_waiting)
        done.result()

    def _write_waiting(self) -> None:
        """Write all that waits, together."""
        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if not taken:
            return
        day = self._today()
        asked = [Asked(day, band, count) for band, count in Counter(answer.band for answer, _ in taken).items()]
        entries = [
            self._kept(_unanswered(answer, generation))
            for answer, generation in taken
            if not answer.answered and answer.alert.level != "emergency"
        ]
        try:
            append(self.path, entries, asked)
            self._failing = ""
        except FeedbackError as error:
            self._failed(error)

    def _kept(self, entry: Entry) -> Entry:
        return replace(entry, question=redact(entry.question), day=self._today())

    def _failed(self, error: FeedbackError) -> None:
        """Say once what is wrong, not for every question."""
        if str(error) != self._failing:
            self._failing = str(error)
            logger.warning("Feedback is not kept: %s", error)


def _unanswered(answer: Answer, generation: str) -> Entry:
    """The row of a question without an answer, with the nearest passage there was."""
    nearest = answer.hits[0].passage if answer.hits else None
    return Entry(
        question=answer.question,
        verdict="unanswered",
        passage_id=nearest.id if nearest else "",
        title=title_of(nearest) if nearest else "",
        source=nearest.document_id if nearest else "",
        confidence=round(answer.confidence, 4),
        generation=generation,
    )
