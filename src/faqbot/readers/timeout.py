"""A time limit for reading one file, by the system's timer."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from faqbot.errors import ReadError

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
        raise ReadError(f"more than {seconds:g} seconds to read it. Split the file or leave it out") from None
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
