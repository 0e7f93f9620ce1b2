"""A copy of the checkout and a fault go in; whether a room's tests notice comes out.

Each run is a fork of this process, which has pytest and the heavy packages loaded and faqbot not: a fault costs about a
second and not ten. The tests that reached the line come first, the quick ones before the slow, and the first failure
ends the run.
"""

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import faiss  # loaded once for all forks
import hypothesis
import numpy as np
import pytest
import rapidfuzz.distance
import tokenizers

from mutation.faults import Mutant

PRELOADED = (faiss, np, rapidfuzz.distance, tokenizers)
ROOT = Path(__file__).parents[2]
# What the suite builds once; here an index that is there stands for it, however the fixtures come to build theirs.
BUILDING = "build(corpus, index"
TAKEN = """

def build(corpus, index, **settings):
    shutil.copytree({index!r}, index, dirs_exist_ok=True)


def _export(index):
    pass
"""
# Of a busy machine a slow run would count as a fault that was noticed.
TIMED = ("time_grows", "is_fast", "quick", "seconds")
LOADED = "-Wignore::pytest.PytestAssertRewriteWarning"  # of hypothesis, which is there before pytest
OUTPUT = "output"
_MOST_MEMORY = 8 << 30  # bytes
_LEAST_SECONDS, _TIMES_SLOWER = 60.0, 8.0


@dataclass(frozen=True, slots=True)
class Known:
    """What a run without any fault told: which tests reached a line, and how long each test took."""

    reached: dict[tuple[str, int], frozenset[str]]
    seconds: dict[str, float]

    @property
    def limit(self) -> float:
        """The seconds after which a run counts as hanging."""
        return max(_LEAST_SECONDS, _TIMES_SLOWER * sum(self.seconds.values()))


class _Chosen:
    """The tests in the order in which they are most likely to fail soon."""

    def __init__(self, first: frozenset[str], seconds: dict[str, float]) -> None:
        self.first = first
        self.seconds = seconds

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if not any(word in item.name for word in TIMED)]
        items.sort(key=lambda item: (item.nodeid not in self.first, self.seconds.get(item.nodeid, 0.0)))


class _Timed:
    """Notes how long each test takes, its fixtures included."""

    def __init__(self, report: Path) -> None:
        self.report = report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        began = time.perf_counter()
        done = yield
        with self.report.open("a", encoding="utf-8") as file:
            file.write(f"{time.perf_counter() - began}\t{item.nodeid}\n")
        return done


def prepared(folder: Path, index: Path) -> Path:
    """A copy of the checkout in which tests take an index that is there instead of building one."""
    for name in ("src", "tests", "corpus", "docs", "examples", "README.md", "pyproject.toml"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    conftest = folder / "tests" / "conftest.py"
    text = conftest.read_text(encoding="utf-8")
    if BUILDING not in text:
        sys.exit(f"{conftest} builds its index in another way than this script knows. Change BUILDING")
    conftest.write_text(text + TAKEN.format(index=str(index)), encoding="utf-8")
    hypothesis.settings.register_profile("faults", derandomize=True, database=None, deadline=None)
    hypothesis.settings.load_profile("faults")
    return folder


def learned(folder: Path, tests: Sequence[str]) -> Known:
    """Runs the tests without a fault. Exits where they fail."""
    report = folder / "seconds"
    report.unlink(missing_ok=True)
    watched = ("--cov=src/faqbot", "--cov-context=test", "--cov-report=")
    plugins = [_Chosen(frozenset(), {}), _Timed(report)]
    if _forked(lambda: _pytest(folder, (*tests, *watched), plugins), folder / OUTPUT, 3600):
        shown = "\n".join((folder / OUTPUT).read_text(encoding="utf-8").splitlines()[-20:])
        sys.exit(f"{shown}\nThe tests {' '.join(tests)} fail without any fault. Mend them first")
    rows = (line.split("\t", 1) for line in report.read_text(encoding="utf-8").splitlines())
    return Known(_reached(folder), {test: float(seconds) for seconds, test in rows})


def _reached(folder: Path) -> dict[tuple[str, int], frozenset[str]]:
    """Which tests reached a line, by the file that pytest-cov left."""
    command = [sys.executable, "-m", "coverage", "json", "--show-contexts", "-q", "-o", "reached.json"]
    subprocess.run(command, cwd=folder, check=True)
    files = json.loads((folder / "reached.json").read_text(encoding="utf-8"))["files"]
    return {
        (path.removeprefix("src/faqbot/"), int(line)): frozenset(name.partition("|")[0] for name in names if name)
        for path, file in files.items()
        for line, names in file["contexts"].items()
    }


def noticed(folder: Path, mutant: Mutant, tests: Sequence[str], known: Known) -> str:
    """By what the tests notice the fault: "failed", "hangs"; or "" where they do not."""
    path = folder / "src" / "faqbot" / mutant.path
    sound = path.read_text(encoding="utf-8")
    path.write_text(mutant.text, encoding="utf-8")
    first = known.reached.get((mutant.path, mutant.line), frozenset())
    try:
        code = _forked(lambda: _pytest(folder, tests, [_Chosen(first, known.seconds)]), folder / OUTPUT, known.limit)
    finally:
        path.write_text(sound, encoding="utf-8")
    return "hangs" if code is None else "failed" if code else ""


def _pytest(folder: Path, arguments: Sequence[str], plugins: list[object]) -> int:
    os.chdir(folder)
    os.environ |= {"PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1", "HF_HUB_OFFLINE": "1"}
    sys.dont_write_bytecode = True
    sys.path[0] = str(folder / "src")  # not this folder, in which a script is called coverage.py
    options = ["-x", "-q", "-p", "no:cacheprovider", f"--basetemp={folder / 'tmp'}", LOADED]
    return int(pytest.main([*options, *arguments], plugins=plugins))


def _forked(work: Callable[[], int], output_file: Path, limit: float) -> int | None:
    """The exit code of `work` in a process group of its own; None where it took longer than `limit` seconds."""
    child = os.fork()
    if not child:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))  # a loop without end fills no machine
        output = os.open(output_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(output, stream)
        code = 1
        try:
            code = work()
        finally:
            sys.stdout.flush()
            os._exit(code)
    try:
        return _waited(child, time.monotonic() + limit)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # what the tests left running too


def _waited(child: int, until: float) -> int | None:
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None
