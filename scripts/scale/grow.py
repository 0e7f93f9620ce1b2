"""Both stores at growing sizes: indexes are built, then asked in turn; figures and a table come out.

    nice python scripts/scale/grow.py build --index index --sizes 2000 100000 --stores embedded milvus-lite
    nice python scripts/scale/grow.py ask --rounds 3 --figures docs/scale.jsonl

embedded is what a build makes by itself, lists the same with inverted lists however few vectors there are, milvus-lite
a store in the process that asks. An embedded index with lists is also asked as "flat", with all vectors compared.
Building takes hours and no care; asking takes minutes and wants a quiet machine. Every index that there is is asked
once in each round by a process of its own, so that what disturbs the machine disturbs all; what takes seconds a
question (flat, and Milvus Lite where it is large) is asked in the first round only. Figures are medians of rounds.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from copies import copies

from faqbot.index import Contents, Generation, current_name, keeper_of, open_generation, publish
from faqbot.index.dense import FLAT_LIMIT
from faqbot.index.manifest import read_manifest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
STORES = ("embedded", "lists", "milvus-lite")
QUESTIONS = 220
LARGE, FEWER = 50_000, 5  # from so many passages on what is slow is asked so many times fewer, and once
COLUMNS = {
    "passages": "passages",
    "store": "store",
    "build_s": "build s",
    "load_s": "load s",
    "search_p50_ms": "search p50 ms",
    "search_p95_ms": "p95",
    "dense_p50_ms": "of it dense",
    "bm25_p50_ms": "of it BM25",
    "answer_p50_ms": "answer p50 ms",
    "answer_p95_ms": "p95 ",
    "cold_p50_ms": "cold p50 ms",
    "cold_p95_ms": "p95  ",
    "answers_s": "answers/s",
    "recall_at_50": "recall@50",
    "anonymous_mb": "own MB",
    "mapped_mb": "mapped MB",
    "bytes_a_passage": "bytes a passage",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """An index and how it is asked: as its store is, or "flat"."""

    folder: Path
    size: int
    store: str

    @property
    def slow(self) -> bool:
        """Whether a question may take seconds."""
        return self.size >= LARGE and self.store in ("flat", "milvus-lite")


def main() -> None:
    """Build what there is not yet, or ask what there is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "scale", help="where indexes are")
    steps = parser.add_subparsers(dest="step", required=True)
    making = steps.add_parser("build", help="build indexes")
    making.add_argument("--index", type=Path, default=Path("index"), help="an embedded index to copy passages of")
    making.add_argument("--sizes", type=int, nargs="+", default=[2_000, 10_000, 100_000, 1_000_000])
    making.add_argument("--stores", choices=STORES, nargs="+", default=list(STORES))
    asking = steps.add_parser("ask", help="ask the indexes there are")
    asking.add_argument("--rounds", type=int, default=3)
    asking.add_argument("--figures", type=Path, default=ROOT / "build" / "scale.jsonl", help="where figures go")
    given = parser.parse_args()
    if given.step == "build":
        for size in given.sizes:
            for store in given.stores:
                build(given.index, given.folder / f"{size}-{store}", store, size)
        return
    figures = ask(given.folder, given.rounds)
    given.figures.write_text("".join(json.dumps(row) + "\n" for row in figures), "utf-8")
    print(table(figures))


def build(source: Path, folder: Path, store: str, size: int) -> None:
    """An index of copies, unless it is there; beside it lies how long it took."""
    took = folder.with_suffix(".json")
    if took.is_file():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open_generation(source) as generation:
        seconds = _built(generation, folder, store, size)
    took.write_text(json.dumps({"build_s": seconds}), "utf-8")
    print(f"{folder.name}: {seconds} s", flush=True)


def ask(parent: Path, rounds: int) -> list[dict[str, Any]]:
    """The figures of every index in a folder, the small ones first."""
    asked = sorted(_asked(parent), key=lambda each: (each.size, each.store))
    found: dict[Asked, list[dict[str, Any]]] = {each: [] for each in asked}
    for number in range(rounds):
        for each in asked:
            if number and each.slow:
                continue
            found[each].append(_figures(each, parent / "questions.json"))
            print(f"round {number + 1}, {each.size:,} {each.store}: {found[each][-1]}", file=sys.stderr, flush=True)
    return [_middle(each, rows) for each, rows in found.items()]


def _asked(parent: Path) -> Iterator[Asked]:
    for took in parent.glob("*.json"):
        size, _, store = took.stem.partition("-")
        if size.isdecimal():
            yield Asked(took.with_suffix(""), int(size), store)
            if store == "embedded" and _kind(took.with_suffix("")) == "ivf":
                yield Asked(took.with_suffix(""), int(size), "flat")


def _kind(folder: Path) -> str:
    return str(read_manifest(folder, current_name(folder)).search["kind"])


def _figures(asked: Asked, questions: Path) -> dict[str, Any]:
    texts = _questions()[: QUESTIONS // FEWER if asked.slow else QUESTIONS]
    questions.write_text(json.dumps(texts), "utf-8")
    kind = "flat" if asked.store == "flat" else "default"
    command: list[str | Path] = [sys.executable, HERE / "asking.py", asked.folder, questions, kind]
    load = round(os.getloadavg()[0], 1)
    return {"load": load, **json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)}


def _middle(asked: Asked, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The medians of several rounds, with what does not change from one to the other."""
    numbers = [name for name, value in rows[0].items() if isinstance(value, (int, float))]
    taken: dict[str, Any] = json.loads(asked.folder.with_suffix(".json").read_text("utf-8"))
    fixed = {"store": asked.store, "bytes_a_passage": _size(asked.folder) // asked.size}
    return (
        fixed | taken | rows[0] | {name: median(row[name] for row in rows) for name in numbers} | {"rounds": len(rows)}
    )


def table(figures: list[dict[str, Any]]) -> str:
    """The figures as Markdown."""
    lines = [f"| {' | '.join(COLUMNS.values())} |", f"|{'---|' * len(COLUMNS)}"]
    return "\n".join(lines + [f"| {' | '.join(_cell(row.get(name, '')) for name in COLUMNS)} |" for row in figures])


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, (int, float)) else str(value)


def _built(source: Generation, folder: Path, store: str, size: int) -> float:
    """Seconds that it took to write and seal an index of copies."""
    shutil.rmtree(folder, ignore_errors=True)
    contents = Contents(list(source.documents), copies(source, size), source.encoder)
    keeper = keeper_of(folder, f"milvus-lite:{folder / 'lite'}" if store == "milvus-lite" else "embedded")
    began = time.perf_counter()
    with closing(keeper) if keeper else nullcontext():
        limit = 0 if store == "lists" else FLAT_LIMIT
        publish(folder, contents, encoder_folder=source.encoder_folder, store=keeper, flat_limit=limit)
    return round(time.perf_counter() - began, 1)


def _size(folder: Path) -> int:
    """Bytes on the disk of all that grows with the corpus and that questions need."""
    fixed = {folder / "encoders", folder / "cache"}
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not fixed & {*path.parents})


def _questions() -> list[str]:
    lines = (ROOT / "tests" / "data" / "questions.jsonl").read_text("utf-8").split("\n")
    return [json.loads(line)["question"] for line in lines if line.strip()]


if __name__ == "__main__":
    main()
