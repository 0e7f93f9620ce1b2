"""When to ask an engine that failed again: outcomes go in, the seconds to wait come out (Nygard, Release It!, 2007)."""

import threading
import time
from collections.abc import Callable

FIRST_PAUSE = 0.5  # seconds
LONGEST_PAUSE = 15.0


class Circuit:
    """Open after a failure, for a pause that doubles; then one call may try, and its outcome decides."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._pause, self._until, self._trying = 0.0, 0.0, False

    def wait(self) -> float:
        """Seconds until a call may be made; 0: make it now, and report its outcome."""
        with self._lock:
            now = self._clock()
            if not self._pause:
                return 0.0
            if now < self._until or self._trying:
                return max(self._until - now, FIRST_PAUSE)
            self._trying = True
            return 0.0

    def succeeded(self) -> None:
        """The engine answered."""
        with self._lock:
            self._pause, self._trying = 0.0, False

    def failed(self) -> None:
        """The engine did not answer; calls that were under way together count once."""
        with self._lock:
            if self._pause and not self._trying:
                return
            self._pause = min(2 * self._pause, LONGEST_PAUSE) or FIRST_PAUSE
            self._until, self._trying = self._clock() + self._pause, False
