"""Calls -> their results from a bounded number of threads; beyond what may wait, a refusal at once."""

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from faqbot.errors import FaqbotError

Result = TypeVar("Result")


class BusyError(FaqbotError):
    """More requests are waiting than the server takes."""


class Turnstile:
    """Runs a call in one of `running` threads, lets `waiting` more wait for a place, and refuses the rest."""

    def __init__(self, running: int, waiting: int) -> None:
        self.limiter = CapacityLimiter(running)
        self.places = running + waiting
        self.inside = 0

    async def run(self, call: Callable[[], Result]) -> Result:
        """What the call gives; raises BusyError instead of letting a caller wait for a time-out."""
        if self.inside >= self.places:
            raise BusyError("Too many people are asking right now. Send the request again in a moment.")
        self.inside += 1
        try:
            return await to_thread.run_sync(call, limiter=self.limiter)
        finally:
            self.inside -= 1
