"""Work on the documents: one job at a time, each task in a process of its own.

A process can be ended, and takes nothing down if a file is hostile. `run_task` starts `python -m faqbot.admin.tasks`,
which ends when its standard input does: a server that is killed leaves no build behind that publishes what nobody
waits for any more.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from faqbot.errors import FaqbotError
from faqbot.settings import Settings

SECONDS = 120.0  # for reading one file or checking a corpus
PUBLISH_SECONDS = 6 * 3600.0
_STEPS = {
    "reading": "Reading the documents",
    "encoding": "Preparing the search",
    "evaluating, before": "Trying every question as things are",
    "evaluating, after": "Trying every question with the new ones",
}

Progress = Callable[..., None]


@dataclass(slots=True)
class Job:
    """Work under way, or how the last one ended: a publication, or new ways to ask, of the group of that id."""

    running: bool = False
    group: str = ""
    step: str = ""
    done: int = 0
    total: int = 0
    error: str = ""
    notice: str = ""

    def report_progress(self, step: str, done: int, total: int) -> None:
        """Note how far the work is."""
        self.step, self.done, self.total = _STEPS.get(step, step), done, total


class Jobs:
    """Does one job at a time in a thread; `last` is the one under way or done last."""

    def __init__(self) -> None:
        self.last = Job()
        self._lock = threading.Lock()

    def start(self, work: Callable[[Job], str], *, failed: str, group: str = "") -> None:
        """Begin a job, which returns what to tell the owner, unless one is under way. `failed` begins its errors."""
        with self._lock:
            if not self.last.running:
                self.last = Job(running=True, group=group, step="Starting")
                threading.Thread(target=_work, args=(self.last, work, failed), daemon=True).start()


def _work(job: Job, work: Callable[[Job], str], failed: str) -> None:
    try:
        job.notice = work(job)
    except FaqbotError as error:
        job.error = f"{failed}: {error}."
    except OSError as error:
        job.error = f"{failed}: {error.strerror or error}. Check disk and permissions."
    finally:
        if not job.notice and not job.error:
            job.error = f"{failed}: something went wrong on the server. Its log says what."
        job.running = False


class TaskError(FaqbotError):
    """The work could not be done, with the reason in words for the owner."""


def run_task(
    name: str, settings: Settings, *, seconds: float = SECONDS, progress: Progress | None = None, **given: Any
) -> dict[str, Any]:
    """Run one task in a new process and return its result. Raises TaskError."""
    request = json.dumps({"task": name, "settings": asdict(settings), "given": given})
    environment = {key: value for key, value in os.environ.items() if not key.startswith("FAQBOT_")}
    command = [sys.executable, "-m", "faqbot.admin.tasks"]
    with subprocess.Popen(  # noqa: S603 - this program itself
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        timer = _killed_after(process, seconds)
        try:
            return _result(process, request, progress)
        finally:
            timer.cancel()
            process.kill()


def _killed_after(process: subprocess.Popen[str], seconds: float) -> threading.Timer:
    timer = threading.Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    return timer


def _result(process: subprocess.Popen[str], request: str, progress: Progress | None) -> dict[str, Any]:
    assert process.stdin and process.stdout
    try:
        process.stdin.write(f"{request}\n")
        process.stdin.flush()
    except BrokenPipeError:
        pass
    for line in process.stdout:
        message = json.loads(line)
        if "error" in message:
            raise TaskError(message["error"])
        if "result" in message:
            return dict(message["result"])
        if progress:
            progress(*message["progress"])
    raise TaskError("The work was stopped before it ended: it took too long or too much memory. Nothing was changed")
