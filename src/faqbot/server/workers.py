"""Several processes on one address: uvicorn's own supervisor, and what it lacks.

Added: a stop that ends everything in five seconds even while a process hangs, and processes that end with their parent.
"""

import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing import connection, parent_process

from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from faqbot.server.app import GRACE_SECONDS, address_of, listen, uvicorn_config

__all__ = ["STARTUP_FAILURE", "end_with_parent", "run"]

_KILL_SECONDS = GRACE_SECONDS + 0.6  # from the signal to stop: a process that still runs is killed
_HANG_SECONDS = 6  # without an answer, from which a process that has started hangs
_POLL_SECONDS = 0.1  # between two looks at whether to stop


def run(
    make_app: Callable[[], FastAPI], host: str, port: int, workers: int, *, announce: Callable[[str], None]
) -> bool:
    """Serve until SIGTERM or SIGINT, each process with the app that the factory makes; any takes any connection.

    `make_app` must be picklable. Returns False where a process could not start. Raises SettingsError where the address
    cannot be had.
    """
    with listen(host, port) as listener:
        announce(address_of(listener, host))
        supervisor = _Supervisor(uvicorn_config(make_app, workers), [listener])
        supervisor.run()
    return all(process.exitcode != STARTUP_FAILURE for process in supervisor.processes)


class _Supervisor(Multiprocess):
    """Uvicorn's supervisor, with stops that no process holds up."""

    def init_processes(self) -> None:
        """Start the processes, and let signals stop them at once, not at the next look at the queue of signals."""
        self._started: set[int | None] = set()  # the ids of processes that have finished their start
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.should_exit.set())
        super().init_processes()

    def keep_subprocess_alive(self) -> None:
        """Kill processes that hang, then start again those that are gone."""
        for process in self.processes:
            if self._hangs(process):
                process.process.kill()
                process.process.join()
        if not self._stopping():
            super().keep_subprocess_alive()

    def join_all(self) -> None:
        """Wait for requests under way, then kill what still runs."""
        deadline = time.monotonic() + _KILL_SECONDS
        for process in self.processes:
            process.process.join(max(deadline - time.monotonic(), 0))
            process.process.kill()
            process.process.join()

    def _hangs(self, process: Process) -> bool:
        """Whether a process answers no ping in time. Uvicorn's own check cannot be broken off by a signal."""
        started = process.pid in self._started  # one that still imports its packages may take longer
        patience = _HANG_SECONDS if started else self.config.timeout_worker_healthcheck
        deadline = time.monotonic() + patience
        try:
            process.parent_conn.send(b"ping")
            while not self._stopping():
                if process.parent_conn.poll(_POLL_SECONDS):
                    if process.parent_conn.recv():  # whether it has finished its start
                        self._started.add(process.pid)
                    break
                if time.monotonic() >= deadline:
                    return True
        except (OSError, EOFError):  # it died, which the supervisor sees itself
            pass
        return False

    def _stopping(self) -> bool:
        return bool(self.signal_queue) or self.should_exit.is_set()


def end_with_parent() -> None:
    """In a process of `run`: stop as for SIGTERM when the parent is gone, which a killed one cannot say."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    connection.wait([sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
