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

from faqbot.serving import FINISH, address_of, configured, listen

log = logging.getLogger(__name__)

_LAST = FINISH + 0.9  # seconds from being told to stop: who then still runs is killed


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
    """Uvicorn's own, but that says when one was started again, and does not wait for ever for one to end."""

    def keep_subprocess_alive(self) -> None:
        """Start again those that died, and those that have not answered for five seconds."""
        before = [process.pid for process in self.processes]
        super().keep_subprocess_alive()
        for pid, process in zip(before, self.processes, strict=True):
            if process.pid != pid:
                log.warning("Process %s died or hung and was started again as %s", pid, process.pid)

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
