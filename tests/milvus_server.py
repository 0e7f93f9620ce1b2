"""A Milvus Lite server in a process of its own, for tests that stop it, kill it and start it again."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path


class Server:
    """A Milvus Lite server in a process of its own, always on the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        code = "import sys; from milvus_lite.cmdline import main; sys.exit(main())"
        place = ["--data-dir", str(self._folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen([sys.executable, "-c", code, "server", *place], stdout=subprocess.DEVNULL)
        for _ in range(600):
            with socket.socket() as trying:
                if trying.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError("the server did not start")

    def signal(self, number: signal.Signals) -> None:
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
