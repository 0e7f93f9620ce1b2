"""What a caller does, for locust (https://locust.io): asks a question no other has asked, and waits when told to.

Run by scripts/load/run.py; alone: locust -f scripts/load/callers.py --host http://127.0.0.1:7860 Rest
"""

import importlib
import itertools
import json
import os
import random
import time
from pathlib import Path
from typing import Any

locust: Any = importlib.import_module("locust")  # not among faqbot's own packages, as its gevent is not
gevent: Any = importlib.import_module("gevent")
ROOT = Path(__file__).parents[2]
LINES = (ROOT / "tests" / "data" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
QUESTIONS = [json.loads(line)["question"] for line in LINES]
ANSWERED, REFUSED, BROKEN = "answered", "refused", "broken"
_number, _asked = itertools.count(random.randrange(1_000_000)), itertools.count()
_MOST = int(os.environ.get("LOAD_QUESTIONS", "0"))


def next_question() -> str:
    """A question with a number in it, so that no cache of questions knows it."""
    number = next(_number)
    return f"{QUESTIONS[number % len(QUESTIONS)].rstrip('?')}, since {number} steps?"


class Caller(locust.FastHttpUser):  # type: ignore[misc]
    """Asks without a pause. A refusal that says when to come again is no error, and is heeded."""

    abstract = True
    network_timeout = connection_timeout = 60.0

    def leave_when_enough(self) -> None:
        """End once as many questions were asked as LOAD_QUESTIONS says; the first to notice ends the others."""
        number = next(_asked) - _MOST
        if _MOST and number >= 0:
            if number == 0:
                gevent.spawn_later(1, self.environment.runner.quit)
            raise locust.exception.StopUser

    def note(self, outcome: str, began: float, error: str = "") -> None:
        """Count one question with its outcome and how long it took."""
        self.environment.events.request.fire(
            request_type="question",
            name=outcome,
            response_time=1000 * (time.perf_counter() - began),
            response_length=0,
            exception=RuntimeError(error) if outcome == BROKEN else None,
            context={},
        )


class Rest(Caller):
    """Asks over REST."""

    @locust.task  # type: ignore[untyped-decorator]
    def ask(self) -> None:
        """One question."""
        self.leave_when_enough()
        began = time.perf_counter()
        with self.client.post(
            "/api/answer", json={"question": next_question()}, name="call", catch_response=True
        ) as reply:
            told = _outcome(reply.status_code, reply.headers or {})
            reply.success()
            if told == ANSWERED and reply.json()["version"] != 1:
                told = BROKEN
            self.note(told, began, f"status {reply.status_code}")
        _heed(told, reply.headers)


class Page(Caller):
    """Asks as the page does: joins its queue, then reads the events until the answer is there."""

    @locust.task  # type: ignore[untyped-decorator]
    def ask(self) -> None:
        """One question."""
        self.leave_when_enough()
        began = time.perf_counter()
        data = {"data": [next_question(), []]}
        with self.client.post("/gradio_api/call/ask", json=data, name="call", catch_response=True) as reply:
            told = _outcome(reply.status_code, reply.headers or {})
            reply.success()
        if told == ANSWERED:
            with self.client.get(
                f"/gradio_api/call/ask/{reply.json()['event_id']}", name="call", catch_response=True
            ) as events:
                whole = events.status_code == 200 and "event: complete" in (events.text or "")
                events.success()
            told = ANSWERED if whole else BROKEN
        self.note(told, began, f"status {reply.status_code}")
        _heed(told, reply.headers)


def _outcome(status: int, headers: dict[str, str]) -> str:
    if status == 200:
        return ANSWERED
    return REFUSED if status in (429, 503) and headers.get("retry-after") else BROKEN


def _heed(told: str, headers: dict[str, str]) -> None:
    if told == REFUSED:
        time.sleep(float(headers["retry-after"]))
