"""Figures of grow.py go in as lines of JSON, a picture of query time and memory against corpus size comes out.

python scripts/scale/plot.py docs/scale.jsonl docs/scale.svg        # needs pip install matplotlib
"""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

TIMES = {
    ("embedded", "answer_p50_ms"): "an answer, p50",
    ("embedded", "answer_p95_ms"): "an answer, p95",
    ("embedded", "search_p50_ms"): "its search, p50",
    ("flat", "dense_p50_ms"): "vectors compared one by one, p50",
    ("milvus-lite", "search_p50_ms"): "its search on Milvus Lite, p50",
}
SIZES = {
    ("embedded", "anonymous_mb"): "memory of its own",
    ("embedded", "mapped_mb"): "files mapped and touched",
}


def main() -> None:
    """Two panels side by side, both axes logarithmic."""
    rows = [json.loads(line) for line in Path(sys.argv[1]).read_text("utf-8").split("\n") if line]
    plt.rcParams["svg.fonttype"] = "none"
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    _panel(left, rows, TIMES, "milliseconds")
    _panel(right, rows, SIZES, "MB resident")
    figure.savefig(sys.argv[2], metadata={"Date": None})


def _panel(axes: Axes, rows: list[dict[str, Any]], wanted: dict[tuple[str, str], str], unit: str) -> None:
    for (store, name), label in wanted.items():
        points = sorted((row["passages"], row[name]) for row in rows if row["store"] == store and name in row)
        if points:
            axes.plot(*zip(*points, strict=True), marker="o", label=label)
    axes.set(xscale="log", yscale="log", xlabel="passages", ylabel=unit)
    axes.grid(visible=True, alpha=0.3)
    axes.legend(fontsize="small")


if __name__ == "__main__":
    main()
