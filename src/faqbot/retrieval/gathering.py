"""Questions of several callers go in one by one, each caller's own result comes out; what waits is computed together.

A short question leaves most of the processor idle while the model's weights pass through it, so that several at once
cost little more than one. Nobody waits for company: a caller who finds nothing under way computes at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Made = TypeVar("Made")
MOST = 32  # texts computed together


class _Job(Generic[Made]):
    """A caller's text. The caller is called when the result is there, or, without one, to compute the next batch."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.called = threading.Event()
        self.made: Future[Made] = Future()


class Gathering(Generic[Made]):
    """Calls a function of many texts for callers who have one each; one call at a time. Serves many threads."""

    def __init__(self, compute: Callable[[Sequence[str]], Sequence[Made]]) -> None:
        self._compute = compute
        self._lock = threading.Lock()
        self._busy = False
        self._waiting: list[_Job[Made]] = []

    def one(self, text: str) -> Made:
        """What the function makes of a text; raises what it raised for the texts computed together."""
        job: _Job[Made] = _Job(text)
        with self._lock:
            self._waiting.append(job)
            if not self._busy:
                self._busy = True
                job.called.set()
        job.called.wait()
        if not job.made.done():
            self._lead()
        return job.made.result()

    def _lead(self) -> None:
        """Compute for all that wait, the caller among them, and call the next one to lead."""
        with self._lock:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        try:
            made = self._compute([job.text for job in batch])
            for job, one in zip(batch, made, strict=True):
                job.made.set_result(one)
        except BaseException as error:  # noqa: BLE001  whatever it is, everyone who waits must hear of it
            for job in batch:
                if not job.made.done():
                    job.made.set_exception(error)
        finally:
            for job in batch:
                job.called.set()
            with self._lock:
                self._busy = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].called.set()
