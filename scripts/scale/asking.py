"""One index, in a process of its own: questions are asked, and how long they took and what memory they took comes out.

asking.py INDEX QUESTIONS KIND prints one line of JSON; KIND is "default", as the index is searched, or "flat".
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from faqbot.answering import FaqBot
from faqbot.index import Generation
from faqbot.index.dense import Dense
from faqbot.retrieval.retriever import DEFAULT
from faqbot.settings import Settings

WARM = 0.1  # of the questions are asked before any is measured
THREADS = 4
RECALL_AT, RECALLED = 50, 50  # passages, and questions for which they are compared


def main() -> None:
    """Open, ask each question once, then from several threads, then look at memory; recall comes last."""
    index, questions, kind = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text("utf-8")), sys.argv[3]
    before = _memory()
    began = time.perf_counter()
    with FaqBot.load(index, settings=replace(Settings(), store_timeout=60)) as bot:
        found: dict[str, Any] = {"load_s": round(time.perf_counter() - began, 2)}
        served, retriever = bot._opened.generation, bot._opened.retriever
        if kind == "flat" and isinstance(served, Generation):
            served._dense = Dense(served._dense._vectors, index, {"kind": "flat"})
        warm, half = int(WARM * len(questions)), len(questions) // 2
        _timed(bot.answer, questions[:warm])
        measured, again = questions[warm:half], questions[half:]
        found |= _spread("answer", _timed(bot.answer, measured))
        found["answers_s"] = _rate(bot.answer, again)
        asked = [(retriever._encode(question).vector, question) for question in measured]
        found |= _spread("search", _timed(lambda one: _search(served, *one), asked))
        found |= {"encode_p50_ms": _spread("", _timed(retriever._encode_one, measured[:50]))["_p50_ms"]}
        if isinstance(served, Generation):
            found |= _parts(served, asked)
        found |= {f"{name}_mb": size - before.get(name, 0) for name, size in _memory().items()}
        found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        found |= {"passages": len(served), "vectors": served.manifest.vectors, "search": served.manifest.search}
        if isinstance(served, Generation) and served._dense._lists:
            found["recall_at_50"] = _recall(served, [vector for vector, _ in asked[:RECALLED]])
    print(json.dumps(found))


def _search(served: Any, vector: Any, text: str) -> None:
    """What an answer asks of a store."""
    served.fetch(served.candidates(vector, text, DEFAULT.candidates).ids)


def _parts(served: Generation, asked: Sequence[tuple[Any, str]]) -> dict[str, float]:
    """The two searches alone."""
    dense = _timed(lambda one: served._dense.search(one[0], DEFAULT.candidates), asked)
    words = _timed(lambda one: served._lexical.search(served._lexical.terms(one[1]), DEFAULT.candidates), asked)
    return _spread("dense", dense) | _spread("bm25", words)


def _recall(served: Generation, vectors: Sequence[Any]) -> float:
    """The passages that the approximate search finds of the nearest, for vectors of real questions."""
    exact = Dense(served._dense._vectors, Path(), {"kind": "flat"})
    near = [served._dense.search(vector, RECALL_AT) for vector in vectors]
    right = [exact.search(vector, RECALL_AT) for vector in vectors]
    return round(float(np.mean([np.isin(one, found).mean() for one, found in zip(right, near, strict=True)])), 4)


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
