"""Turns of questions go in on standard input, one JSON line each, and what each took comes out.

{"callers": 8, "questions": [...]} gives {"elapsed": seconds for all, "each": [seconds of one question, ...]}.
"""

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def serve(answer: Callable[[str], object]) -> None:
    """Answer turn after turn until the input ends, each with so many callers at once."""

    def timed(question: str) -> float:
        start = time.perf_counter()
        answer(question)
        return time.perf_counter() - start

    for line in sys.stdin:
        turn = json.loads(line)
        with ThreadPoolExecutor(turn["callers"]) as pool:
            start = time.perf_counter()
            each = list(pool.map(timed, turn["questions"]))
        print(json.dumps({"elapsed": time.perf_counter() - start, "each": each}), flush=True)
