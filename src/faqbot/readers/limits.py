"""Bounds for untrusted files in size and time, and the errors of parsers turned into ReadError."""

import signal
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from faqbot.errors import ReadError


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for untrusted files, far above any honest health article.

    `bytes` is the file itself, `expanded` what an archive or compressed stream may unpack to (bytes), `characters`
    the text that comes out, `lines` its lines, `line` one of them (characters), `pages` those of a PDF, `rows`
    question-answer rows, `nesting` levels of JSON or YAML, `nodes` values of one, `tags` levels of HTML, `seconds` the
    time for one file.
    """

    bytes: int = 30_000_000
    expanded: int = 100_000_000
    characters: int = 3_000_000
    lines: int = 50_000
    line: int = 1_000_000
    pages: int = 2_000
    rows: int = 20_000
    nesting: int = 40
    nodes: int = 500_000
    tags: int = 200
    seconds: float = 60.0


class LimitError(ReadError):
    """A file asks more of its reader than the limits allow: it is refused as a whole."""


def refuse_over(limit: int, found: int, what: str) -> None:
    """Raise LimitError if there is more of something than a limit allows."""
    if found > limit:
        raise LimitError(f"{found:,} {what}, at most {limit:,} are read. Split the file or leave it out")


def refuse_lines(text: str, limits: Limits) -> None:
    """Raise ReadError for text with more lines, or longer ones, than the finding of structure is made for."""
    lines = [line for line in text.split("\n") if line]
    refuse_over(limits.lines, len(lines), "lines")
    refuse_over(limits.line, max(map(len, lines), default=0), "characters in one line")


# Parsers of binary formats trust their input in places, so that a damaged file shows as nearly any of these.
_SIGNS: tuple[type[Exception], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


@contextmanager
def readable(kind: str, *errors: type[Exception]) -> Iterator[None]:
    """Turn what a parser raises inside the block, its own `errors` among them, into "not a readable <kind>"."""
    try:
        yield
    except RecursionError as error:
        raise ReadError(f"not a readable {kind}: nested too deeply") from error
    except (*_SIGNS, *errors) as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise ReadError(f"not a readable {kind}: {reason}") from error


def out_of_time(seconds: float) -> ReadError:
    """Return the error for a file that took more time than allowed."""
    return ReadError(f"more than {seconds:g} seconds to read it. Split the file or leave it out")


AGAIN = 1.0  # seconds to the next try: what is raised in a callback or a finaliser, Python itself swallows


class _Over(BaseException):
    """The time is over; not an Exception, lest a library take it for one of its own."""


@contextmanager
def ended_after(seconds: float) -> Iterator[None]:
    """Raise ReadError in what runs within once the time is over.

    It takes a timer of the system, which only the main thread of a process has, which Windows lacks, and which may be
    somebody else's already; without it nothing is ended here. Code in C is ended when it gets back to Python.
    """
    if seconds <= 0 or not _has_timer():
        yield
        return
    running = True

    def ring(number: int, frame: FrameType | None) -> None:
        if running:
            raise _Over

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    except _Over:
        running = False
        raise out_of_time(seconds) from None
    finally:
        running = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _has_timer() -> bool:
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        and signal.getitimer(signal.ITIMER_REAL)[0] == 0
    )
