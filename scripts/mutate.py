"""Mutation testing by hand: small faults are put into a module, one at a time, and the tests of it must notice.

python scripts/mutate.py [--most 100] [--seed 0] [--seconds 1800] [ROOM]...; rooms: splitting, safety, generations,
answering. The faults are those of the literature (DeMillo, Lipton, Sayward 1978; the operators of mutmut): comparisons,
and/or, not, numbers, truth values, conditions, returned values, statements and raises left out. A sample of them, the
same for a seed, is tried in a copy of the checkout; survivors are listed with their line. mutmut runs the whole suite
for each fault and builds its index every time; here a room names its tests, and an index that is there stands for it.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from mutation.faults import Mutant, mutants
from mutation.trying import ROOT, learned, noticed, prepared

ROOMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "safety": (
        tuple(
            f"safety/{name}.py"
            for name in (
                *("conversation", "denial", "asking", "context", "matching", "guided"),
                *("past", "findings", "language", "phrases", "reading", "walking"),
            )
        ),
        tuple(
            f"tests/test_safety{name}.py"
            for name in (
                *("", "_telling", "_words", "_guided", "_past", "_walking"),
                *("_rules", "_classifier", "_cards"),
            )
        ),
    ),
    "splitting": (
        tuple(
            f"splitting/{name}.py"
            for name in ("cutting", "packing", "sections", "units", "statements", "sentences", "sources", "rendering")
        ),
        tuple(f"tests/test_splitting{name}.py" for name in ("", "_packing", "_units", "_sections", "_cutting")),
    ),
    "generations": (
        tuple(f"index/{name}.py" for name in ("publishing", "keeping", "manifest", "opening", "locks", "generation")),
        tuple(
            f"tests/test_index_{name}.py"
            for name in ("keeping", "generation", "damage", "encoders", "faults", "milvus")
        ),
    ),
    "answering": (
        ("answering.py", "messages.py", "doors.py", "guards.py"),
        tuple(
            f"tests/test_{name}.py"
            for name in (
                "doors",
                "guards",
                "guards_asgi",
                "answering",
                "answering_limits",
                "switching",
                "rest",
                "feedback_doors",
            )
        ),
    ),
}


def main() -> int:
    """Each room in turn: the share of faults that were noticed, and the others by line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", choices=[[], *ROOMS], default=list(ROOMS))
    parser.add_argument("--most", type=int, default=100, help="faults tried in a room")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--seconds", type=int, default=1800, help="after which no further fault is tried in a room")
    parser.add_argument("--index", type=Path, default=ROOT / "index")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="faqbot-faults-") as folder:
        place = prepared(Path(folder), given.index.resolve())
        for room in given.rooms:
            paths, tests = ROOMS[room]
            texts = {path: (ROOT / "src" / "faqbot" / path).read_text(encoding="utf-8") for path in paths}
            every = [mutant for path, text in texts.items() for mutant in mutants(path, text)]
            tried = random.Random(given.seed).sample(every, min(given.most, len(every)))
            print(_report(room, _survivors(place, tried, tests, given.seconds), len(every)), flush=True)
    return 0


def _survivors(place: Path, tried: Sequence[Mutant], tests: Sequence[str], seconds: int) -> dict[str, int]:
    """How many faults came to which end; each that nobody noticed is printed."""
    known = learned(place, tests)
    began, ends = time.monotonic(), {"failed": 0, "hangs": 0, "": 0}
    for mutant in tried:
        if time.monotonic() - began > seconds:
            break
        end = noticed(place, mutant, tests, known)
        ends[end] += 1
        if not end:
            print(f"  survived: {mutant.path}:{mutant.line}: {mutant.change}", flush=True)
    return ends


def _report(room: str, ends: dict[str, int], there_are: int) -> str:
    count, seen = sum(ends.values()), ends["failed"] + ends["hangs"]
    share = seen / max(1, count)
    return f"{room}: {seen} of {count} noticed ({share:.0%}; {ends['hangs']} hung), of {there_are} there are"


if __name__ == "__main__":
    sys.exit(main())
