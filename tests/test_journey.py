"""From the files to the answer without a way out: what is promised of privacy, seen from outside the processes."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from journey import CHROMIUM, PLANTED

PROGRAM = Path(__file__).with_name("journey.py")
WAYS_IN = ["sh", "-c", 'ip link set lo up && exec "$@"', "sh"]  # in a network of its own, with nothing but loopback
PAGES = {
    "rest.md": "# Rest\n\nLie down for a short while when the back aches. Then walk again.\n",
    "shoes.md": "# Shoes\n\nA thick sole softens each step. A loose shoe tires the foot.\n",
}
ANSWER = "A thick sole softens each step. A loose shoe tires the foot."
# Made empty by torch and Gradio; written by matplotlib, which faqbot does not need and Gradio loads where it is; and
# the encoder that a build keeps for other indexes.
TOLERATED = re.compile(
    r"temporary/(torchinductor_\w+|gradio|gradio/vibe_edit_history)|home/\.(cache|config)(/matplotlib.*|/faqbot.*)?"
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("journey")
    (folder / "corpus").mkdir()
    for name, text in PAGES.items():
        (folder / "corpus" / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, Any]:
    """The journey in a network namespace where the machine allows one, else in the open."""
    alone = ["unshare", "-rn", *WAYS_IN]
    if not shutil.which("unshare") or subprocess.run([*alone, "true"], capture_output=True).returncode:
        alone = []
    command = [*alone, sys.executable, str(PROGRAM), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr[-4000:]
    return dict(json.loads(done.stdout))


def test_everything_works_without_a_way_out(told: dict[str, Any]) -> None:
    if told["interfaces"] != ["lo"]:
        pytest.skip("this machine allows no network namespace (unshare -rn, ip link set lo up)")
    assert told["way_out"] == "Network is unreachable"
    assert told["build"]["code"] == told["ask"]["code"] == told["serve"]["code"] == 0
    by_command_line = json.loads(told["ask"]["out"])
    assert by_command_line["hits"][0]["passage"]["text"] == ANSWER
    assert told["serve"]["rest"] == by_command_line
    assert told["serve"]["rest"]["alert"]["level"] == told["serve"]["assess"]["level"] == "emergency"
    assert told["serve"]["queue"]["hits"] == by_command_line["hits"]
    assert "</html>" in told["serve"]["page"]
    assert ANSWER in told["serve"]["browser"] or not CHROMIUM.exists()


def test_every_wrong_request_is_refused_as_it_should_be(told: dict[str, Any]) -> None:
    assert told["refused"]["code"] == 1
    assert told["serve"]["wrong"] == {name: int(name) for name in ("400", "404", "413", "422", "431")}


@pytest.mark.parametrize("command", ["build", "ask", "refused", "serve"])
def test_no_log_at_its_most_talkative_holds_what_was_asked(told: dict[str, Any], command: str) -> None:
    log = told[command]["log"]
    assert "DEBUG" in log or command == "refused"  # refused before anything was opened
    assert [line for line in log.splitlines() if PLANTED in line.lower()] == []
    for words in ("can't feel", "wet myself", "thick sole"):
        assert words not in log or command == "build"


def test_each_request_is_in_the_log_by_the_id_that_its_caller_got(told: dict[str, Any]) -> None:
    ids = told["serve"]["request_ids"]
    assert len(set(ids)) == len(ids) == 5
    for each in ids:
        assert len(re.findall(rf"faqbot\.http: {each} (GET|POST) /\S* 4\d\d \d", told["serve"]["log"])) == 1


def test_nothing_is_left_behind_but_the_index(told: dict[str, Any], folder: Path) -> None:
    assert [path for path in told["left"] if not TOLERATED.fullmatch(path)] == []
    files = [path for path in told["left"] if (folder / path).is_file()]
    assert [path for path in files if "matplotlib" not in path and not path.startswith("home/.cache/faqbot/")] == []


@pytest.mark.parametrize("command", ["build", "ask", "refused", "serve"])
def test_nothing_is_written_outside_the_index_and_the_temporary_folder(
    told: dict[str, Any], folder: Path, command: str
) -> None:
    if not told["traced"]:
        pytest.skip("no strace here, or it may not look on")
    allowed = tuple(
        str(folder / place) for place in ("index", "temporary")[: 1 if command in {"ask", "refused"} else 2]
    )
    strange = [
        path
        for path in set(written(folder / "traces" / command))
        if not path.startswith((*allowed, "/dev/", "/proc/", "pipe:"))
        and not TOLERATED.fullmatch(str(Path(path)).removeprefix(f"{folder}/"))
    ]
    assert strange == []
    assert any(path.startswith(allowed) for path in written(folder / "traces" / command)) is (
        command in {"build", "serve"}
    )


@pytest.mark.parametrize("command", ["build", "ask", "refused", "serve"])
def test_nobody_but_this_machine_is_spoken_to(told: dict[str, Any], folder: Path, command: str) -> None:
    if not told["traced"]:
        pytest.skip("no strace here, or it may not look on")
    spoken = re.findall(
        r"(?:connect|sendto|sendmsg|sendmmsg)\(.*(?:inet_addr|inet_pton)\(.*", _text(folder / "traces" / command)
    )
    assert [line for line in spoken if '"127.0.0.1"' not in line and '"::1"' not in line] == []


CALL = re.compile(r"\d+ +(\w+)\((.*)\) += (?!-1 |\?)")
OPENED_TO_WRITE = re.compile(r"O_WRONLY|O_RDWR|O_CREAT")
PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')


def written(trace: Path) -> Iterator[str]:
    """Every path that a process made, changed or gave another name, as strace saw it."""
    for name, arguments in CALL.findall(_text(trace)):
        if name.startswith(("connect", "send")) or (
            name in ("open", "openat") and not OPENED_TO_WRITE.search(arguments)
        ):
            continue
        for place, path in PATH.findall(arguments):
            yield str(Path(place) / path)


def _text(trace: Path) -> str:
    return trace.read_text(encoding="utf-8", errors="replace")
