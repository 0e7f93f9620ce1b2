"""Programs are run and timed: a command goes in, its wall time, processor time and peak memory come out."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

HERE = Path(__file__).parent
PYTHON = sys.executable


@dataclass(frozen=True, slots=True)
class Run:
    """What one process took: seconds by the clock, seconds of processor, and its peak memory in MB."""

    wall: float
    processor: float
    memory: float


def run(command: Sequence[object], environment: Mapping[str, str]) -> Run:
    """Run a command to its end. Raises RuntimeError, with what it wrote, unless it exits with 0 or 3 (no answer)."""
    start = time.perf_counter()
    with subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
    ) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 3}:
        raise RuntimeError(f"{command} ended with {process.returncode}: {said.decode()[-2000:]}")
    return Run(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


class Server(AbstractContextManager["Server"]):
    """A process that answers turns of questions (see serving.py)."""

    def __init__(self, command: Sequence[object], environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )

    def turn(self, questions: Sequence[str], callers: int) -> dict[str, Any]:
        """Ask the questions with so many callers at once."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"callers": callers, "questions": list(questions)}) + "\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def memory(self) -> float:
        """Peak memory so far, in MB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()
