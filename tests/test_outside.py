"""The guard of the tests bites: what would leave this machine raises, what stays on it does not."""

import asyncio
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

import outside
from outside import OutsideError


@pytest.fixture
def noticed() -> Iterator[list[str]]:
    """What the guard has refused; forgiven here, where it is what is tested."""
    yield outside.seen
    outside.seen.clear()


def connect(address: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET) as plain:
        plain.settimeout(1)
        plain.connect(address)


def send(address: tuple[str, int]) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as plain:
        plain.sendto(b"x", address)


async def stream(host: str) -> None:
    await asyncio.open_connection(host, 80)


WAYS: dict[str, Callable[[], object]] = {
    "socket.connect 192.0.2.1": lambda: connect(("192.0.2.1", 80)),
    "socket.connect 2001:db8::1": lambda: connect(("2001:db8::1", 80)),
    "socket.sendto 192.0.2.1": lambda: send(("192.0.2.1", 53)),
    "socket.getaddrinfo model.example": lambda: socket.create_connection(("model.example", 443), 1),
    "socket.gethostbyname model.example": lambda: socket.gethostbyname("model.example"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_way_out_is_refused_and_remembered(way: str, noticed: list[str]) -> None:
    with pytest.raises(OutsideError, match="tests stay on this machine"):
        WAYS[way]()
    assert noticed == [way]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: httpx.get("http://192.0.2.1/", timeout=1), httpx.ConnectError),
        (lambda: urllib.request.urlopen("http://192.0.2.1/", timeout=1), urllib.error.URLError),
        (lambda: asyncio.run(stream("192.0.2.1")), OutsideError),
    ],
    ids=["httpx", "urllib", "asyncio"],
)
def test_no_library_gets_round_it(
    call: Callable[[], object], error: type[Exception], monkeypatch: pytest.MonkeyPatch, noticed: list[str]
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(error, match="tests stay on this machine"):
        call()
    assert noticed == ["socket.connect 192.0.2.1"]


SWALLOWS = """
import contextlib, socket

def test_it():
    with contextlib.suppress(Exception):
        socket.create_connection(("192.0.2.1", 80), 1)
"""


def test_a_refusal_that_was_swallowed_fails_the_test_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(SWALLOWS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "test_it.py"]
    options = "-p conftest -p no:cacheprovider -p no:langsmith_plugin"
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent), "PYTEST_ADDOPTS": options}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert "AssertionError: assert ['socket.connect 192.0.2.1'] == []" in done.stdout
    assert "1 passed, 1 error" in done.stdout


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", b"127.0.0.1", None, ""])
def test_this_machine_is_here(host: object) -> None:
    assert outside.is_here(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "10.0.0.1", "192.168.0.1", "fe80::1%eth0", "localhost.example", "127.1.example"]
)
def test_any_other_is_not(host: object) -> None:
    assert not outside.is_here(host)


def test_a_server_of_the_tests_can_be_reached(noticed: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1]), 5).close()
    assert noticed == []
