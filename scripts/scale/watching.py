"""Rows that come from elsewhere go in, the same come out, or an error once none has come for long."""

import signal
from collections.abc import Iterable, Iterator
from typing import Any

from faqbot.errors import EngineError

LIMIT = 300  # seconds; a worker needs a few for what it hands over at a time, and up to 60 to start


def watched(rows: Iterable[Any], limit: int = LIMIT) -> Iterator[Any]:
    """The rows, in the main thread. Raises EngineError where the next one takes longer than `limit` seconds."""

    def stalled(*_: object) -> None:
        raise EngineError(
            f"No worker has handed over anything for {limit} s. Run the same again: it goes on from there"
        )

    earlier = signal.signal(signal.SIGALRM, stalled)
    try:
        signal.alarm(limit)
        for row in rows:
            signal.alarm(limit)
            yield row
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, earlier)
