"""Compares faqbot with the plain script and the bare minimum, side by side in one run: prints a Markdown table.

Each round runs every contestant once, so that whatever else the machine does meets all of them; medians and ratios of
medians are printed. A ratio is faqbot's figure through the other's.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from corpora import Bench, distinct, edit_one, export_passages, perturbed
from running import HERE, PYTHON, Run, Server, run

from faqbot.encoders.model_files import find_model
from faqbot.index import open_index
from faqbot.settings import Settings

ROOT = HERE.parents[1]
QUESTION = "Why does my back hurt when I walk?"
CALLERS = (1, 4, 8, 32)
FLOORS = {
    "cold start": "<= 0.12 (stretch 0.09)",
    "peak memory": "<= 0.45 (stretch 0.38)",
    "warm p50": "<= 0.7 (stretch 0.4)",
    "8 callers": ">= 1.5 (stretch 3)",
    "build": ">= 1.3 with AMX or fast bf16 (stretch 2.5), >= 0.95 elsewhere",
    "rebuild": "<= 0.08 (stretch 0.03)",
    "bare": "<= 1.5 (stretch 1.2)",
}

Row = tuple[str, str, str, str, str]


def main() -> None:
    """Build both corpora and print what was measured, part by part."""
    options = _options()
    environment = {"MODEL": find_model(Settings().model), "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_machine()}, load {os.getloadavg()[0]:.1f}\n")
    print("| | faqbot | other | ratio | floor |\n|---|---|---|---|---|", flush=True)
    shipped = Bench("shipped", ROOT / "corpus", options.folder / "shipped", options.folder / "shipped-plain")
    copies = Bench("2,000 passages", *(options.folder / name for name in ("copies", "copies-index", "copies-plain")))
    for bench in (shipped, copies):
        if bench is copies:
            with open_index(shipped.index) as opened:
                perturbed(list(opened.passages()), copies.corpus)
        for name, *cells in _rows(bench, environment, options):
            print("|", " | ".join([f"{bench.name}: {name}", *cells]), "|", flush=True)


def _rows(bench: Bench, environment: dict[str, str], options: argparse.Namespace) -> Iterator[Row]:
    yield from _builds(bench, environment, options.builds)
    yield from _cold(bench, environment, options.rounds)
    yield from _warm(bench, environment, options.rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="rounds of starts and of questions")
    parser.add_argument("--builds", type=int, default=2, help="rounds of builds after the first, a minute each")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "bench", help="where indexes are made")
    return parser.parse_args()


def _build(corpus: Path, index: Path) -> list[object]:
    return [PYTHON, "-m", "faqbot", "build", corpus, "--index", index, "--quiet"]


def _cold(bench: Bench, environment: dict[str, str], rounds: int) -> Iterator[Row]:
    commands: dict[str, list[object]] = {
        "ours": [PYTHON, "-m", "faqbot", "ask", QUESTION, "--index", bench.index],
        "plain": [PYTHON, HERE / "plain.py", "ask", bench.plain, QUESTION],
        "bare": [PYTHON, HERE / "bare.py", "ask", bench.plain, _encoder(bench), QUESTION],
    }
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(run(command, environment))
    for other in ("plain", "bare"):
        floor = FLOORS if other == "plain" else {}
        for label, unit, key in (
            ("cold start to first answer", "s", "wall"),
            ("the same, processor time", "s", "processor"),
            ("peak memory of it", "MB", "memory"),
        ):
            ours, theirs = ([float(getattr(each, key)) for each in runs[name]] for name in ("ours", other))
            mark = "cold start" if key == "wall" else "peak memory" if key == "memory" else ""
            yield _row(f"{label}, against {other}", unit, ours, theirs, floor.get(mark, ""))


def _warm(bench: Bench, environment: dict[str, str], rounds: int) -> Iterator[Row]:
    questions = distinct(_questions())
    with (
        Server([PYTHON, HERE / "ours.py", bench.index], environment) as ours,
        Server([PYTHON, HERE / "plain.py", "serve", bench.plain], environment) as plain,
        Server([PYTHON, HERE / "bare.py", "serve", bench.plain, _encoder(bench)], environment) as bare,
    ):
        servers = {"ours": ours, "plain": plain, "bare": bare}
        for server in servers.values():
            server.turn(list(islice(questions, 10)), 1)
        for callers in CALLERS:
            p50: dict[str, list[float]] = {name: [] for name in servers}
            rate: dict[str, list[float]] = {name: [] for name in servers}
            for _ in range(rounds):
                asked = list(islice(questions, 24 if callers < 32 else 64))
                for name, server in servers.items():
                    took = server.turn(asked, callers)
                    p50[name].append(1000 * statistics.median(took["each"]))
                    rate[name].append(len(asked) / took["elapsed"])
            if callers == 1:
                yield _row("warm query p50, against plain", "ms", p50["ours"], p50["plain"], FLOORS["warm p50"])
                yield _row("warm query p50, against bare", "ms", p50["ours"], p50["bare"], FLOORS["bare"])
            floor = FLOORS["8 callers"] if callers == 8 else ""
            yield _row(f"questions a second, {callers} callers, against plain", "", rate["ours"], rate["plain"], floor)
            yield _row(f"questions a second, {callers} callers, against bare", "", rate["ours"], rate["bare"], "")
        yield _row("peak memory serving, against plain", "MB", [ours.memory()], [plain.memory()], "")


def _builds(bench: Bench, environment: dict[str, str], rounds: int) -> Iterator[Row]:
    """Clean builds, each without an index to begin with, and rebuilds of the copies after an edit of one of them.

    The first finds no encoder that was exported before, as on a new machine; the others find the one it kept.
    """
    kept = bench.index.with_name("kept-encoders")
    environment = environment | {"FAQBOT_ENCODER_CACHE": str(kept)}
    shutil.rmtree(kept, ignore_errors=True)
    clean, plain, again = ([] for _ in range(3))
    for number in range(rounds + 1):
        shutil.rmtree(bench.index, ignore_errors=True)
        clean.append(run(_build(bench.corpus, bench.index), environment).wall)
        passages, vectors = export_passages(bench)
        plain.append(run([PYTHON, HERE / "plain.py", "build", bench.plain], environment).wall)
        if bench.name != "shipped":
            edit_one(bench.corpus, number)
            again.append(run(_build(bench.corpus, bench.index), environment).wall)
    theirs = [passages / each for each in plain]
    first, later = ([passages / each for each in times] for times in (clean[:1], clean[1:]))
    floor = FLOORS["build"]
    yield _row(f"first build on a machine, passages a second ({passages} passages)", "", first, theirs, floor)
    yield _row("clean build with the encoder that was kept, passages a second", "", later, theirs, floor)
    rates = [vectors / each for each in clean[1:]]
    yield _row(f"the same, vectors a second (faqbot makes {vectors})", "", rates, theirs, "")
    if again:
        yield _row(
            "rebuild after editing 1 of 100 documents, against a clean build", "s", again, clean[1:], FLOORS["rebuild"]
        )


def _encoder(bench: Bench) -> Path:
    with open_index(bench.index) as opened:
        return opened.encoder_folder


def _questions() -> list[str]:
    lines = (ROOT / "tests" / "data" / "questions.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line)["question"] for line in lines if line.strip()]


def _row(name: str, unit: str, ours: Sequence[float], other: Sequence[float], floor: str) -> Row:
    mine, theirs = statistics.median(ours), statistics.median(other)
    return (name, _figure(mine, unit), _figure(theirs, unit), f"{mine / theirs:.3f}", floor)


def _figure(value: float, unit: str) -> str:
    return f"{value:.0f} {unit}".strip() if value >= 100 else f"{value:.3g} {unit}".strip()


def _machine() -> str:
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), ""
    )
    return f"{os.cpu_count()} x {model or platform.machine()}, Python {platform.python_version()}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").split("\n") if Path(path).is_file() else []


if __name__ == "__main__":
    main()
