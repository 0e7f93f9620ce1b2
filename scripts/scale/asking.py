"""One index, in a process of its own: questions are asked, and how long they took and what memory they took comes out.

asking.py INDEX QUESTIONS KIND prints one line of JSON; KIND is "default", as the index is searched, or "flat".
Cold are the first questions after the index was thrown out of memory, as when the machine has just been started; all
others come after its files were read once, and are in memory as far as they fit.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from faqbot.bot import FaqBot
from faqbot.index import Generation, current_name, layout
from faqbot.index.dense import Dense
from faqbot.index.milvus.generation import MilvusGeneration
from faqbot.index.rows import Rows, load_array
from faqbot.retrieval.retriever import DEFAULT
from faqbot.settings import Settings

COLD = 0.1  # of the questions are the first after a start
CHUNK = 1 << 24
THREADS = 4
RECALL_AT, RECALLED = 50, 50  # passages, and questions for which they are compared


def main() -> None:
    """Open, ask each question once, then from several threads, then look at memory; recall comes last."""
    index, questions, kind = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text("utf-8")), sys.argv[3]
    for path in _files(index):
        _forget(path)
    before = _memory()
    began = time.perf_counter()
    with FaqBot.load(index, settings=replace(Settings(), store_timeout=60)) as bot:
        found: dict[str, Any] = {"load_s": round(time.perf_counter() - began, 2)}
        served, retriever = bot._opened.generation, bot._opened.retriever
        if kind == "flat" and isinstance(served, Generation):
            served._dense = Dense(served._dense._vectors, index, {"kind": "flat"})
        first, half = int(COLD * len(questions)), len(questions) // 2
        found |= _spread("cold", _timed(bot.answer, questions[:first]))
        for path in _files(index):
            _read(path)
        measured, again = questions[first:half], questions[half:]
        found |= _spread("answer", _timed(bot.answer, measured))
        found["answers_s"] = _rate(bot.answer, again)
        asked = [(retriever._encode(question).vector, question) for question in measured]
        found |= _spread("search", _timed(lambda one: _search(served, *one), asked))
        found |= {"encode_p50_ms": _spread("", _timed(retriever._encode_one, measured[:50]))["_p50_ms"]}
        found |= _parts(served, asked)
        found |= {f"{name}_mb": size - before.get(name, 0) for name, size in _memory().items()}
        found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        found |= {"passages": len(served), "vectors": served.manifest.vectors, "search": served.manifest.search}
        if kind != "flat" and served.manifest.search["kind"] != "flat":
            found["recall_at_50"] = _recall(served, index, [vector for vector, _ in asked[:RECALLED]])
    print(json.dumps(found))


def _search(served: Any, vector: Any, text: str) -> None:
    """What an answer asks of a store."""
    served.fetch(served.candidates(vector, text, DEFAULT.candidates).ids)


def _parts(served: Any, asked: Sequence[tuple[Any, str]]) -> dict[str, float]:
    """The two searches alone."""
    dense = _timed(lambda one: _nearest(served, one[0], DEFAULT.candidates), asked)
    words = _timed(lambda one: _sharing(served, one[1]), asked)
    return _spread("dense", dense) | _spread("bm25", words)


def _nearest(served: Any, vector: Any, count: int) -> Sequence[int | str]:
    """The nearest passages: by row of an embedded index, by id on Milvus."""
    if isinstance(served, MilvusGeneration):
        return list(served._search.nearest(vector, count, served._engine.deadline()))
    found: Sequence[int] = served._dense.search(vector, count)[0].tolist()
    return found


def _sharing(served: Any, text: str) -> object:
    if isinstance(served, MilvusGeneration):
        words, _ = served._terms.question(text)
        return served._search.sharing(words, DEFAULT.candidates, served._engine.deadline())
    return served._lexical.search(served._lexical.terms(text), DEFAULT.candidates)


def _recall(served: Any, index: Path, vectors: Sequence[Any]) -> float:
    """The passages that the approximate search finds of the nearest, for vectors of real questions."""
    exact, names = _exact(served, index)
    shares = []
    for vector in vectors:
        right = {names[row] for row in exact.search(vector, RECALL_AT)[0].tolist()}
        shares.append(len(right & set(_nearest(served, vector, RECALL_AT))) / len(right))
    return round(float(np.mean(shares)), 4)


def _exact(served: Any, index: Path) -> tuple[Dense, Sequence[int | str]]:
    """A search that compares all vectors, and what each row is called by the store."""
    if not isinstance(served, MilvusGeneration):
        return Dense(served._dense._vectors, Path(), {"kind": "flat"}), range(len(served))
    ids = load_array(layout.generation_folder(index, served.manifest.id) / layout.IDS)
    vectors = Rows(layout.built_folder(index), layout.VECTORS, checked=True, advice="")
    return Dense(vectors, Path(), {"kind": "flat"}), [f"{number:016x}" for number in ids.tolist()]


def _files(index: Path) -> list[Path]:
    """What questions read of an index, of the generation in use and of a store beside it."""
    folders = (layout.generation_folder(index, current_name(index)), index / "lite")
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def _forget(path: Path) -> None:
    """Let the system put a file out of memory."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _read(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        while file.read(CHUNK):
            pass


def _timed(call: Callable[[Any], object], given: Sequence[Any]) -> list[float]:
    spent = []
    for one in given:
        began = time.perf_counter()
        call(one)
        spent.append(time.perf_counter() - began)
    return spent


def _spread(name: str, seconds: Sequence[float]) -> dict[str, float]:
    p50, p95 = (1000 * np.quantile(seconds, [0.5, 0.95])).round(1).tolist()
    return {f"{name}_p50_ms": p50, f"{name}_p95_ms": p95}


def _rate(call: Callable[[Any], object], given: Sequence[Any]) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(call, given))
    return round(len(given) / (time.perf_counter() - began), 1)


def _memory() -> dict[str, int]:
    """What is resident, in MB: of the process's own, and mapped from files, which the system can take back."""
    lines = Path("/proc/self/smaps_rollup").read_text("ascii").split("\n")
    sizes = {line.split(":")[0]: int(line.split()[1]) // 1024 for line in lines[1:] if line}
    return {"anonymous": sizes["Anonymous"], "mapped": sizes["Rss"] - sizes["Anonymous"]}


if __name__ == "__main__":
    main()
