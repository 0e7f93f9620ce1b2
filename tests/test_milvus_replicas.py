"""Three servers over one Milvus: any of them answers any question, and one that dies takes only what it was doing."""

import os
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from faqbot.building import build
from faqbot.settings import Settings
from milvus_server import Server

pytest.importorskip("pymilvus", reason="needs pip install 'faqbot[milvus]'")
pytest.importorskip("milvus_lite", reason="needs pip install 'faqbot[milvus]'")

REPLICAS = 3
CLIENTS = 4
REQUESTS = 60
KILLED_AFTER = 20


class Replicas:
    """Processes of `faqbot serve`, and a client that goes to the next one where one is gone."""

    def __init__(self, index: Path, store: str, stack: ExitStack) -> None:
        command = [sys.executable, "-m", "faqbot", "serve", "--index", str(index), "--store", store, "--port", "0"]
        self.processes = [
            stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)))
            for _ in range(REPLICAS)
        ]
        for process in self.processes:
            stack.callback(process.kill)
        self.addresses = [self._address(process) for process in self.processes]
        self.seen: Counter[str] = Counter()
        self._done, self.kill_now = 0, threading.Event()

    def ask(self, number: int) -> int:
        """The status of one question; connections that are refused cost a try, those that break count as broken."""
        for attempt in range(REPLICAS):
            address = self.addresses[(number + attempt) % REPLICAS]
            try:
                question = {"question": f"Can I walk {number} minutes with sciatica?"}
                status = httpx.post(f"{address}api/answer", json=question, timeout=60).status_code
            except httpx.ConnectError:
                self.seen["refused"] += 1
                continue
            except httpx.TransportError:
                self.seen["broken"] += 1
                continue
            self.seen[address] += 1
            if sum(self.seen.values()) >= KILLED_AFTER:
                self.kill_now.set()
            return status
        return 0

    def kill_one(self) -> None:
        """End the last replica in the middle of what it does."""
        self.kill_now.wait(120)
        self.processes[-1].kill()

    @staticmethod
    def _address(process: "subprocess.Popen[str]") -> str:
        assert process.stdout is not None
        return process.stdout.readline().split()[-1].rstrip("/") + "/"


@pytest.fixture
def replicas(corpus: Path, index_folder: Path, tmp_path: Path) -> Iterator[Replicas]:
    server = Server(tmp_path / "lite")
    with ExitStack() as stack:
        stack.callback(server.kill)
        shutil.copytree(index_folder, tmp_path / "index")
        store = f"milvus://127.0.0.1:{server.port}/help"
        build(corpus, tmp_path / "index", settings=Settings(store=store))
        yield Replicas(tmp_path / "index", store, stack)


def test_a_replica_killed_under_load_takes_only_what_it_was_doing(replicas: Replicas) -> None:
    for address in replicas.addresses:
        assert httpx.get(f"{address}api/ready", timeout=60).status_code == 200
    killing = threading.Thread(target=replicas.kill_one)
    killing.start()
    with ThreadPoolExecutor(CLIENTS) as clients:
        statuses = list(clients.map(replicas.ask, range(REQUESTS)))
    killing.join()
    assert statuses == [200] * REQUESTS  # those that broke were asked again, elsewhere
    assert replicas.seen["broken"] <= CLIENTS
    assert replicas.seen["refused"] > 0
    assert all(replicas.seen[address] for address in replicas.addresses)
