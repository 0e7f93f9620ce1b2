"""Both stores at growing sizes: an index goes in, a line of JSON comes out for each size and store, and a table.

    nice python scripts/scale/grow.py --index index --sizes 2000 100000 --stores embedded lists flat milvus-lite

embedded is what a build makes by itself, lists the same with inverted lists however few vectors there are, flat the
same with all vectors compared however many there are, milvus-lite a store in the process that asks.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

from copies import copies

from faqbot.index import Contents, Generation, keeper_of, open_generation, publish
from faqbot.index.dense import FLAT_LIMIT

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
STORES = ("embedded", "lists", "flat", "milvus-lite")
QUESTIONS = 220
LARGE, FEWER = 200_000, 5  # from so many passages on a flat search, which takes seconds, is asked so many times fewer
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
    "answers_s": "answers/s",
    "recall_at_50": "recall@50",
    "anonymous_mb": "own MB",
    "mapped_mb": "mapped MB",
    "bytes_a_passage": "bytes a passage",
}


def main() -> None:
    """Build and ask each size in each store, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, default=Path("index"), help="an embedded index to copy passages of")
    parser.add_argument("--sizes", type=int, nargs="+", default=[2_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--stores", choices=STORES, nargs="+", default=list(STORES))
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "scale", help="where indexes are made")
    parser.add_argument("--figures", type=Path, default=ROOT / "build" / "scale.jsonl", help="where figures go")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for size in given.sizes:
        for store in given.stores:
            found = measured(given.index, given.folder, store, size)
            with given.figures.open("a", encoding="utf-8") as file:
                file.write(json.dumps(found) + "\n")
        shutil.rmtree(given.folder / "index", ignore_errors=True)
    print(table([json.loads(line) for line in given.figures.read_text("utf-8").split("\n") if line]))


def measured(source: Path, parent: Path, store: str, size: int) -> dict[str, Any]:
    """The figures of one size in one store; flat takes over what embedded has built."""
    folder, questions = parent / "index", parent / "questions.json"
    asked = _questions()[: QUESTIONS // FEWER if store == "flat" and size >= LARGE else QUESTIONS]
    questions.write_text(json.dumps(asked), "utf-8")
    found: dict[str, Any] = {"store": store, "load": round(os.getloadavg()[0], 1)}
    if store != "flat" or not (folder / "CURRENT").is_file():
        with open_generation(source) as generation:
            found["build_s"] = _built(generation, folder, store, size)
    found["bytes_a_passage"] = _size(folder) // size
    command: list[str | Path] = [
        sys.executable,
        HERE / "asking.py",
        folder,
        questions,
        "flat" if store == "flat" else "default",
    ]
    return found | dict(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))


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
