"""Gathering: what waits is computed together, everybody gets their own, and a failure stops nobody else."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from faqbot.retrieval.gathering import MOST, Gathering


class Slow:
    """Upper-cases texts, and holds its first batch until it is released."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.begun, self.release = threading.Event(), threading.Event()

    def __call__(self, texts: Sequence[str]) -> list[str]:
        self.batches.append(list(texts))
        self.begun.set()
        self.release.wait(10)
        if "bad" in texts:
            raise ValueError("bad text")
        return [text.upper() for text in texts]


def start(slow: Slow, gathering: Gathering[str], pool: ThreadPoolExecutor, texts: Sequence[str]) -> list[object]:
    """Ask for "first", and for the other texts while that is under way; what each caller got."""
    first = pool.submit(gathering.one, "first")
    slow.begun.wait(10)
    others = [pool.submit(gathering.one, text) for text in texts]
    while len(gathering._waiting) < len(texts):
        pass
    slow.release.set()
    assert first.result(10) == "FIRST"
    return [other.exception(10) or other.result(10) for other in others]


def test_one_caller_is_served_at_once() -> None:
    slow = Slow()
    slow.release.set()
    gathering = Gathering(slow)
    assert [gathering.one(text) for text in ("a", "b")] == ["A", "B"]
    assert slow.batches == [["a"], ["b"]]


def test_those_who_wait_are_computed_together() -> None:
    slow = Slow()
    texts = [f"t{number}" for number in range(5)]
    with ThreadPoolExecutor(6) as pool:
        assert start(slow, Gathering(slow), pool, texts) == [text.upper() for text in texts]
    assert [len(batch) for batch in slow.batches] == [1, 5]


def test_no_more_than_most_are_computed_together() -> None:
    slow = Slow()
    texts = [f"t{number}" for number in range(MOST + 3)]
    with ThreadPoolExecutor(MOST + 4) as pool:
        assert start(slow, Gathering(slow), pool, texts) == [text.upper() for text in texts]
    assert [len(batch) for batch in slow.batches] == [1, MOST, 3]


def test_a_failure_reaches_those_computed_together_and_nobody_after() -> None:
    slow = Slow()
    gathering = Gathering(slow)
    with ThreadPoolExecutor(3) as pool:
        found = start(slow, gathering, pool, ["bad", "good"])
    assert [str(each) for each in found] == ["bad text", "bad text"]
    assert gathering.one("good") == "GOOD"
    with pytest.raises(ValueError, match="bad text"):
        gathering.one("bad")
