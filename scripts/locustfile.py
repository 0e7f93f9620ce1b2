"""Load test: callers that ask over REST or through the page's queue, each question a new one.

locust -f scripts/locustfile.py --headless -u 8 -r 100 -t 30s --host http://127.0.0.1:7860 [Rest|Page]
A 503 with Retry-After is counted as a refusal, not as a failure, and heeded.
"""

import importlib
import itertools
import json
import random
import time
from pathlib import Path
from typing import Any

locust: Any = importlib.import_module("locust")  # not among faqbot's own dependencies
LINES = (Path(__file__).parents[1] / "tests/data/questions.jsonl").read_text(encoding="utf-8").splitlines()
QUESTIONS = [json.loads(line)["question"] for line in LINES]
_numbers = itertools.count(random.randrange(1_000_000))


def next_question() -> str:
    """Return a question with a number in it, so that no cache knows it."""
    number = next(_numbers)
    return f"{QUESTIONS[number % len(QUESTIONS)].rstrip('?')}, since {number} steps?"


class Rest(locust.FastHttpUser):  # type: ignore[misc]
    """Asks over REST."""

    @locust.task  # type: ignore[untyped-decorator]
    def ask(self) -> None:
        """Ask one question."""
        with self.client.post("/api/answer", json={"question": next_question()}, catch_response=True) as response:
            heed_refusal(response)


class Page(locust.FastHttpUser):  # type: ignore[misc]
    """Asks as the page does: joins the queue, then reads the events of the answer."""

    @locust.task  # type: ignore[untyped-decorator]
    def ask(self) -> None:
        """Ask one question."""
        data = {"data": [next_question(), []]}
        with self.client.post("/gradio_api/call/ask", json=data, name="join", catch_response=True) as response:
            if heed_refusal(response) or response.status_code != 200:
                return
            event = response.json()["event_id"]
        with self.client.get(f"/gradio_api/call/ask/{event}", name="events", catch_response=True) as response:
            if "event: complete" not in (response.text or ""):
                response.failure("no answer")


def heed_refusal(response: Any) -> bool:
    """Wait as long as a full server asks for; return whether it refused."""
    seconds = (response.headers or {}).get("retry-after")
    if response.status_code != 503 or not seconds:
        return False
    response.success()
    time.sleep(float(seconds))
    return True
