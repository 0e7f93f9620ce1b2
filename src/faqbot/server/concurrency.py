"""Concurrency limit: a bounded number of threads, a bounded queue before them, and an error at once beyond both."""

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from faqbot.errors import FaqbotError

Result = TypeVar("Result")

RETRY_AFTER = 1  # seconds


class BusyError(FaqbotError):
    """More requests are waiting than the server queues."""


class ConcurrencyLimit:
    """Runs calls in up to `running` threads at once, queues `queued` more, and refuses the rest."""

    def __init__(self, running: int, queued: int) -> None:
        self.limiter = CapacityLimiter(running)
        self.capacity = running + queued
        self.admitted = 0

    async def run(self, call: Callable[[], Result]) -> Result:
        """Return what the call returns. Raises BusyError where the queue is full."""
        if self.admitted >= self.capacity:
            raise BusyError("Too many people are asking right now. Send the request again in a moment.")
        self.admitted += 1  # counted here: a task enters the limiter's own queue only at its next turn
        try:
            return await to_thread.run_sync(call, limiter=self.limiter)
        finally:
            self.admitted -= 1
