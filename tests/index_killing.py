"""Kills a process at every write point of an act on an index, and prints what was left: one JSON line for each point.

Usage: index_killing.py WORK ACT STRIDE, where ACT is a key of ACTS and STRIDE leaves points out. It runs by itself, for only a process of one thread may
fork.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import bm25s  # noqa: F401  (loaded once here, not in every child)

from faqbot.index import add_calibration, open_index, publish, rollback, verify
from index_samples import TEXTS, sample_contents, sample_encoder

Step = Callable[[str], None]
OLD, NEW, NEXT = ({"made": name} for name in ("old", "new", "next"))


def build(index: Path, source: dict[str, str], step: Step, *, flat_limit: int = 1000) -> None:
    contents = sample_contents((*TEXTS, f"The {source['made']} one."), source=source, hashed=True)
    publish(index, contents, encoder_folder=index.parent / "encoder", keep=2, flat_limit=flat_limit, step=step)


def nothing(name: str) -> None:
    """No step is of interest."""


def no_preparation(index: Path) -> None:
    """The act is on an index as it is."""


ACTS: dict[str, tuple[Callable[[Path], None], Callable[[Path, Step], object]]] = {
    "build": (no_preparation, lambda index, step: build(index, NEW, step)),
    "first build": (shutil.rmtree, lambda index, step: build(index, NEW, step)),
    "calibrate": (no_preparation, lambda index, step: add_calibration(index, {"a": 1}, step=step)),
    "roll back": (no_preparation, lambda index, step: rollback(index, step=step)),
}


def count_steps(index: Path, act: str) -> list[str]:
    """Run the act to its end; the names of its steps."""
    prepare, run = ACTS[act]
    steps: list[str] = []
    prepare(index)
    run(index, steps.append)
    return steps


def killed_at(index: Path, act: str, number: int) -> None:
    """Run the act in a child that kills itself at one of its steps."""
    prepare, run = ACTS[act]
    prepare(index)
    child = os.fork()
    if child == 0:
        met = iter(range(number + 1))

        def step(name: str) -> None:
            if next(met) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        run(index, step)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"step {number} was not reached"
    assert os.WTERMSIG(status) == signal.SIGKILL


def served(index: Path) -> str:
    """What the index serves, or the error it gives."""
    try:
        with open_index(index) as opened:
            assert list(opened.passages())[-1].text == f"The {opened.source['made']} one."
            return f"{opened.source['made']}{', calibrated' if opened.calibration else ''}"
    except Exception as error:  # noqa: BLE001  (whatever it is, the test is to see it)
        return f"{type(error).__name__}: {error}"


def main(work: Path, act: str, stride: int) -> None:
    """One line for each step, or some and the last: its name, what served after the kill, what the next build made of it."""
    base = work / "base"
    sample_encoder(work / "encoder")
    build(base, {"made": "first"}, nothing)
    build(base, OLD, nothing)
    steps = count_steps(shutil.copytree(base, work / "trial"), act)
    for number in sorted({*range(0, len(steps), stride), len(steps) - 1}):
        name = steps[number]
        index = work / f"at{number}"
        shutil.copytree(base, index)
        killed_at(index, act, number)
        after = served(index)
        build(index, NEXT, nothing)
        print(
            json.dumps(
                {
                    "step": name,
                    "of": len(steps),
                    "switched": "rename CURRENT.new to CURRENT" in steps[:number],
                    "after": after,
                    "next": served(index),
                    "problems": verify(index),
                    "versions": len(list(index.glob("*.json"))),
                    "left": sorted({path.suffix or path.name for path in index.iterdir()}),
                    "encoders": sorted(path.name for path in (index / "encoders").iterdir()),
                }
            )
        )
        shutil.rmtree(index)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
