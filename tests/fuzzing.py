"""Runs targets of tests/fuzz_targets.py under atheris for a time, each in a process of its own; prints what was tried and found.

Usage: fuzzing.py SECONDS [TARGET]... An input that breaks a promise is kept in build/fuzz/TARGET/; once it is mended, move it to
tests/data/fuzz/TARGET/, where the tests run it.
"""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

BUILD = Path(__file__).parents[1] / "build" / "fuzz"
SLOW = 20  # seconds for one input, beyond which it counts as found


def fuzz(target: str, seconds: int) -> None:
    """Fuzz one target in this process; libFuzzer ends it."""
    atheris = importlib.import_module("atheris")

    with atheris.instrument_imports(include=["faqbot", "pdfminer", "mammoth", "lxml", "yaml"]):
        import fuzz_targets

    corpus = BUILD / target / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(fuzz_targets.seeds(target)):
        (corpus / f"seed{number}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={SLOW}",
        "-max_len=4096",
        "-rss_limit_mb=4096",
        "-print_final_stats=1",
    ]
    atheris.Setup(
        [sys.argv[0], *options, f"-artifact_prefix={BUILD / target}/", str(corpus)], fuzz_targets.TARGETS[target]
    )
    atheris.Fuzz()


def main(seconds: int, targets: list[str]) -> int:
    """Each target in turn; how many of them were found to break a promise."""
    from fuzz_targets import TARGETS

    broken = 0
    for target in targets or TARGETS:
        command = [sys.executable, __file__, "--one", target, str(seconds)]
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
        runs = re.search(r"stat::number_of_executed_units:\s*(\d+)", done.stderr)
        print(
            f"{target}: {seconds} s, {runs[1] if runs else '?'} inputs, {'BROKEN' if done.returncode else 'sound'}",
            flush=True,
        )
        if done.returncode:
            broken += 1
            print(done.stderr[-3000:])
    return broken


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        fuzz(sys.argv[2], int(sys.argv[3]))
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
