"""Rows of a job that hangs end in an error, and those of one that works come through."""

import importlib.util
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from faqbot.errors import EngineError

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="the system has no alarm")


@pytest.fixture
def watching() -> Any:
    """The script as a module."""
    path = Path(__file__).parents[1] / "scripts" / "scale" / "watching.py"
    spec = importlib.util.spec_from_file_location("watching", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_rows_come_through_and_the_alarm_is_off_afterwards(watching: Any) -> None:
    before = signal.getsignal(signal.SIGALRM)
    assert list(watching.watched(iter([1, 2, 3]), 60)) == [1, 2, 3]
    assert signal.alarm(0) == 0
    assert signal.getsignal(signal.SIGALRM) is before


def test_each_row_has_its_own_time_and_one_that_never_comes_is_an_error(watching: Any) -> None:
    def rows() -> Iterator[int]:
        yield 1
        yield 2
        time.sleep(60)

    rows_seen = watching.watched(rows(), 1)
    assert [next(rows_seen), next(rows_seen)] == [1, 2]
    began = time.monotonic()
    with pytest.raises(EngineError, match=r"^No worker has handed over anything for 1 s\. Run the same again"):
        next(rows_seen)
    assert time.monotonic() - began < 30
    assert signal.alarm(0) == 0
