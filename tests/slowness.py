"""How slow this machine is at the moment, for tests of promises in seconds: nothing goes in, a factor comes out."""

import time

WORK = 0.1  # seconds of processor time


def slowness() -> float:
    """Seconds of the clock for a second of work: 1 where nothing else runs, several on a machine with much else to do."""
    began, worked = time.perf_counter(), time.thread_time()
    while time.thread_time() - worked < WORK:
        pass
    return max(1.0, (time.perf_counter() - began) / WORK)
