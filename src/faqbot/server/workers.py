"""What makes an app -> several processes that serve it on one address; one that dies or hangs is started again."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing import connection, parent_process

from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from faqbot.server.app import FINISH, address_of, configured, listen

log = logging.getLogger(__name__)

_LAST = FINISH + 0.6  # seconds from being told to stop: who then still runs is killed
_SLICE = 0.1  # seconds between two looks at whether to stop


def run(
    make_app: Callable[[], FastAPI], host: str, port: int, workers: int, *, announce: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or SIGINT, each process with the app that it makes; any of them takes any connection.

    `make_app` travels to them and must be picklable. SIGHUP replaces them one by one. Raises SettingsError where the
    address cannot be had.
    """
    with listen(host, port) as listener:
        announce(address_of(listener, host))
        _Workers(configured(make_app, workers), [listener]).run()


class _Workers(Multiprocess):
    """Uvicorn's own, but that says when one was started again, and lets none that hangs hold up a stop."""

    def init_processes(self) -> None:
        """Start them, ready to be told to stop: at once, not at the next look at what has come."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.should_exit.set())
        super().init_processes()

    def keep_subprocess_alive(self) -> None:
        """Start again those that died, and those that have not answered for five seconds."""
        before = [process.pid for process in self.processes]
        for process in self.processes:
            if self._hangs(process):
                process.process.kill()
                process.process.join()
        if not self._told():
            super().keep_subprocess_alive()
        for pid, process in zip(before, self.processes, strict=True):
            if process.pid != pid:
                log.warning("Process %s died or hung and was started again as %s", pid, process.pid)

    def _hangs(self, process: Process) -> bool:
        """Whether a process says nothing for five seconds; one that died does not hang, none once a signal came."""
        ends = time.monotonic() + self.config.timeout_worker_healthcheck
        try:
            process.parent_conn.send(b"ping")
            while not self._told():
                if process.parent_conn.poll(_SLICE):
                    process.parent_conn.recv()
                    break
                if time.monotonic() >= ends:
                    return True
        except (OSError, EOFError):
            pass
        return False

    def _told(self) -> bool:
        """Whether a signal has come: it goes first."""
        return bool(self.signal_queue) or self.should_exit.is_set()

    def join_all(self) -> None:
        """Wait for those that finish what they do, then end the rest."""
        ends = time.monotonic() + _LAST
        for process in self.processes:
            process.process.join(max(ends - time.monotonic(), 0))
            process.process.kill()
            process.process.join()


def end_with_parent() -> None:
    """In a process of `run`: stop as for SIGTERM when the one that started it is gone, and could not say so."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    connection.wait([sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
