"""Mutation testing by hand: small faults are put into a module, one at a time, and the tests of it must notice.

python scripts/mutate.py [--most 40] [--seconds 600] [ROOM]...; rooms: splitting, safety, generations, answering.
The faults are those of the literature (DeMillo, Lipton, Sayward 1978; the operators of mutmut): comparisons, and/or,
not, numbers, truth values, conditions, returned values, statements and raises left out. A sample of them, the same on
every run, is tried in a copy of the checkout; survivors are listed with their line. mutmut runs the whole suite for
each fault and builds its index every time; here a room names its tests, and an index that is there stands for it.
"""

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILDING = "    build(corpus, index, settings=Settings())\n"
WIDER = {"generations": ("test_index_faults.py", "test_index_milvus.py")}  # slow tests, for what the others let pass
ROOMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "splitting": (
        tuple(
            f"splitting/{name}.py" for name in ("cutting", "packing", "sections", "units", "statements", "sentences")
        ),
        ("test_splitting.py",),
    ),
    "safety": (
        tuple(f"safety/{name}.py" for name in ("conversation", "denial", "asking", "context", "matching", "guided")),
        ("test_safety.py", "test_safety_guided.py", "test_safety_rules.py"),
    ),
    "generations": (
        tuple(f"index/{name}.py" for name in ("publishing", "keeping", "manifest", "opening", "locks", "generation")),
        ("test_index_keeping.py", "test_index_generation.py", "test_index_damage.py"),
    ),
    "answering": (("answering.py", "doors.py", "guards.py"), ("test_doors.py", "test_guards.py", "test_answering.py")),
}
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Break: ast.Continue,
    ast.Continue: ast.Break,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one fault: its path in the package, the line, what was done there, and the whole new text."""

    path: str
    line: int
    change: str
    text: str


def mutants(path: str) -> Iterator[Mutant]:
    """Every fault that can be put into a module."""
    tree = ast.parse((ROOT / "src" / "faqbot" / path).read_text(encoding="utf-8"))
    count = sum(1 for _ in _sites(tree))
    for number in range(count):
        changed = copy.deepcopy(tree)
        parent, name, place, node = next(site for at, site in enumerate(_sites(changed)) if at == number)
        new, change = _faulty(node)
        if place is None:
            setattr(parent, name, new)
        else:
            getattr(parent, name)[place] = new
        line = getattr(node, "lineno", getattr(parent, "lineno", 0))
        yield Mutant(path, line, change, ast.unparse(ast.fix_missing_locations(changed)))


def _sites(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Where a fault can go: the node, and by which field of its parent it is reached."""
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if name in ("annotation", "returns", "decorator_list"):
                continue
            for place, node in enumerate(value) if isinstance(value, list) else ((None, value),):
                if isinstance(node, ast.AST) and _faulty(node)[1]:
                    yield parent, name, place, node


def _faulty(node: ast.AST) -> tuple[ast.AST, str]:
    """The node with a fault, and its name; an empty name where none is known."""
    if type(node) in SWAPS:
        other = SWAPS[type(node)]
        return other(), f"{type(node).__name__} -> {other.__name__}"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return node.operand, "not left out"
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return ast.Constant(not node.value), f"{node.value} -> {not node.value}"
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return ast.Constant(node.value + 1), f"{node.value} -> {node.value + 1}"
    if isinstance(node, ast.Raise):
        return ast.Pass(), "raise left out"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return ast.Pass(), f"left out: {ast.unparse(node)[:60]}"
    if isinstance(node, ast.If):
        turned = ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        return turned, f"turned: if {ast.unparse(node.test)[:60]}"
    if isinstance(node, ast.Return) and node.value is not None:
        return ast.Return(ast.Constant(None)), f"return None for {ast.unparse(node.value)[:60]}"
    return node, ""


def prepared(folder: Path, index: Path) -> Path:
    """A copy of the checkout in which tests take an index that is there instead of building one."""
    for name in ("src", "tests", "corpus", "docs", "pyproject.toml"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    conftest = folder / "tests" / "conftest.py"
    text = conftest.read_text(encoding="utf-8")
    if BUILDING not in text:
        sys.exit(f"{conftest} builds its index in another way than this script knows. Change BUILDING")
    taken = f"    import shutil\n\n    shutil.copytree({str(index)!r}, index)\n"
    conftest.write_text(text.replace(BUILDING, taken), encoding="utf-8")
    return folder


def noticed(folder: Path, mutant: Mutant, tests: tuple[str, ...]) -> bool:
    """Whether the tests fail with the fault in; one that hangs is noticed too."""
    path = folder / "src" / "faqbot" / mutant.path
    sound = path.read_text(encoding="utf-8")
    path.write_text(mutant.text, encoding="utf-8")
    try:
        return _fails(folder, tests)
    finally:
        path.write_text(sound, encoding="utf-8")


def _fails(folder: Path, tests: tuple[str, ...]) -> bool:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        *(f"tests/{name}" for name in tests),
    ]
    environment = os.environ | {
        "PYTHONPATH": str(folder / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HF_HUB_OFFLINE": "1",
    }
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=300)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def main() -> int:
    """Each room in turn: the share of faults that were noticed, and the others by line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", choices=[[], *ROOMS], default=list(ROOMS))
    parser.add_argument("--most", type=int, default=40, help="faults tried in a room")
    parser.add_argument("--seconds", type=int, default=600, help="after which no further fault is tried in a room")
    parser.add_argument("--index", type=Path, default=ROOT / "index")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="faqbot-mutants-") as folder:
        place = prepared(Path(folder), given.index.resolve())
        for room in given.rooms:
            modules, tests = ROOMS[room]
            if _fails(place, tests):
                sys.exit(f"The tests of {room} fail without any fault. Mend them first")
            every = [mutant for path in modules for mutant in mutants(path)]
            tried = random.Random(0).sample(every, min(given.most, len(every)))
            _report(room, place, tried, tests, len(every), given.seconds)
    return 0


def _report(room: str, place: Path, tried: list[Mutant], tests: tuple[str, ...], there_are: int, seconds: int) -> None:
    began, killed, survived = time.monotonic(), 0, []
    for mutant in tried:
        if time.monotonic() - began > seconds:
            break
        if noticed(place, mutant, tests) or (room in WIDER and noticed(place, mutant, WIDER[room])):
            killed += 1
        else:
            survived.append(mutant)
            print(f"  survived: {mutant.path}:{mutant.line}: {mutant.change}", flush=True)
    count = killed + len(survived)
    print(f"{room}: {killed} of {count} noticed ({killed / max(1, count):.0%}), of {there_are} there are", flush=True)


if __name__ == "__main__":
    sys.exit(main())
