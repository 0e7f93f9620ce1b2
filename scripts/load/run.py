"""Loads a server on this machine: how long answers take, how many are refused, what memory grows by, how it stops.

python scripts/load/run.py [--seconds 20] [--callers 1,8,32,128] [--grow 20000] [--index index]. Needs locust (PyPI).
Prints the tables of docs/reliability.md; exit code 1 where a question broke, or memory grew by more or a stop took
longer than is promised.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CALLERS = Path(__file__).with_name("callers.py")
GROWTH = 0.05  # of the memory after warm-up
STOP = 5.0  # seconds
WARM = 2000  # questions before memory is looked at
DOORS = {"Rest": "REST", "Page": "page"}


@contextmanager
def serving(index: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The server in a process of its own, with its address."""
    command = [sys.executable, "-m", "faqbot", "serve", "--index", index, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield server, server.stdout.readline().rpartition(" ")[2].strip().rstrip("/")
        finally:
            server.kill()


def load(address: str, door: str, callers: int, *, seconds: int = 0, questions: int = 0) -> dict[str, dict[str, Any]]:
    """What locust counted, by outcome, for a time or until so many questions are answered."""
    told = f"--json --only-summary -L ERROR -u {callers} -r 1000 --stop-timeout 30 -t {seconds or 3600}s"
    command = _locust(address, told, door)
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LOAD_QUESTIONS": str(questions)})
    try:
        rows = json.loads(done.stdout[done.stdout.index("[") :])
    except ValueError:
        sys.exit(f"locust gave no figures: {done.stderr[-2000:]}")
    found = {row["name"]: row for row in rows}
    if "answered" not in found:
        sys.exit(f"Not one question was answered at {address}: {done.stderr[-2000:]}")
    return found


def _locust(address: str, options: str, door: str) -> list[str]:
    """The command that calls one door."""
    return [sys.executable, "-m", "locust", "-f", str(CALLERS), "--headless", *options.split(), "--host", address, door]


def share(row: dict[str, Any], part: float) -> float:
    """A percentile of the response times, in ms."""
    left = part * row["num_requests"]
    for spent, count in sorted((float(spent), count) for spent, count in row["response_times"].items()):
        left -= count
        if left <= 0:
            return spent
    return 0.0


def memory(process: int) -> int:
    """The resident memory of a process in kB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


def table(address: str, seconds: int, callers: list[int]) -> int:
    """Print a row for each door and number of callers; how many questions broke."""
    print(
        "| door | callers | answers a second | p50 | p95 | p99 | refused, told when to come again | errors |\n"
        + "|---" * 8
        + "|"
    )
    broken = 0
    for door, name in DOORS.items():
        for number in callers:
            found = load(address, door, number, seconds=seconds)
            answered, errors = found["answered"], found.get("broken", {}).get("num_requests", 0)
            refused = found.get("refused", {}).get("num_requests", 0)
            rate = answered["num_requests"] / (answered["last_request_timestamp"] - answered["start_time"])
            times = " | ".join(f"{share(answered, part):.0f} ms" for part in (0.5, 0.95, 0.99))
            print(f"| {name} | {number} | {rate:.1f} | {times} | {refused} | {errors} |", flush=True)
            broken += errors
    return broken


def growth(server: int, address: str, questions: int) -> float:
    """The share by which memory grows over so many questions after warm-up, half of them through each door."""
    for door in DOORS:
        load(address, door, 8, questions=WARM // 2)
    before, began = memory(server), time.monotonic()
    answered = sum(load(address, door, 8, questions=questions // 2)["answered"]["num_requests"] for door in DOORS)
    after = memory(server)
    grown = after / before - 1
    spent = time.monotonic() - began
    sizes = f"{before // 1024} MB after warm-up, {after // 1024} MB after {answered:,} further questions"
    print(f"\nMemory: {sizes} in {spent:.0f} s: {grown:+.1%}")
    return grown


def stop(server: subprocess.Popen[str], address: str) -> float:
    """How long a stop takes under load, in seconds."""
    command = _locust(address, "-u 8 -r 100 -t 30s -L CRITICAL", "Rest")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as callers:
        time.sleep(6)
        began = time.monotonic()
        server.send_signal(signal.SIGTERM)
        code = server.wait(60)
        spent = time.monotonic() - began
        callers.terminate()
    print(f"Stop: {spent:.1f} s after SIGTERM with 8 callers, exit code {code}")
    return spent


def main() -> int:
    """All of it, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--callers", default="1,8,32,128")
    parser.add_argument("--grow", type=int, default=20_000)
    parser.add_argument("--index", default="index")
    given = parser.parse_args()
    print(f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    with serving(given.index) as (server, address):
        broken = table(address, given.seconds, [int(number) for number in given.callers.split(",")])
        grown = growth(server.pid, address, given.grow) if given.grow else 0.0
        stopped = stop(server, address)
    return int(broken > 0 or grown > GROWTH or stopped > STOP)


if __name__ == "__main__":
    sys.exit(main())
