"""The server announces its address, stops when told to, and says in one line why it cannot start."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from faqbot import FaqBot
from faqbot.errors import IndexMissingError, RulesError, SettingsError
from faqbot.index import build
from faqbot.server.app import create_app, listen
from faqbot.service import Answering
from faqbot.settings import Settings
from slowness import slowness
from web_server import serving

SERVE = """
import sys
from faqbot import FaqBot
from faqbot.bot import FaqBot as Bot
from faqbot.server.app import create_app, run
from faqbot.settings import Settings
import time
answer = Bot.answer
Bot.answer = lambda *arguments: time.sleep(float(sys.argv[2])) or answer(*arguments)
app = create_app(FaqBot.load(sys.argv[1]), Settings())
run(app, "127.0.0.1", 0, announce=lambda address: print(address, flush=True))
"""


def test_a_stop_finishes_what_is_under_way_and_takes_under_five_seconds(index_folder: Path) -> None:
    command = [sys.executable, "-c", SERVE, str(index_folder), "0.9"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        given: list[int] = []
        asking = threading.Thread(target=_ask, args=(address, given))
        asking.start()
        with socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1].strip("/")))) as half_said:
            half_said.sendall(b"POST /api/answer HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
            time.sleep(0.5)
            started = time.monotonic()
            server.send_signal(signal.SIGTERM)
            assert server.wait(60) == 0
            seconds = time.monotonic() - started
        assert 0.5 <= seconds < 5 * slowness()
        asking.join(10)
        assert given == [200]


def _ask(address: str, given: list[int]) -> None:
    try:
        given.append(httpx.post(f"{address}api/answer", json={"question": "why does it hurt"}, timeout=60).status_code)
    except httpx.TransportError:
        given.append(0)


def test_small_answers_do_not_wait_for_each_other() -> None:
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.proto == socket.IPPROTO_TCP  # by which asyncio decides to send at once


def test_a_port_in_use_is_one_line_that_says_what_to_do() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(SettingsError) as refused:
            listen("127.0.0.1", port)
    assert str(refused.value) == (
        f"Cannot listen on 127.0.0.1:{port}: Address already in use. Choose another with --port or --host"
    )


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 99999), ("192.0.2.1", 8080), ("no.such.host.invalid", 8080)])
def test_an_address_that_cannot_be_had_says_which(host: str, port: int) -> None:
    with pytest.raises(SettingsError, match=f"Cannot listen on {host}:{port}: "):
        listen(host, port)


def test_rules_that_cannot_be_read_stop_the_start(tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text("[[rule]]\nid = 7\n", encoding="utf-8")
    with pytest.raises(RulesError, match=r"rules\.toml"):
        create_app(IndexMissingError("No index at index/"), Settings(rules=str(rules)))


def test_headers_are_bounded_and_foreign_methods_refused(bot: FaqBot) -> None:
    with serving(bot) as address:
        huge = httpx.get(f"{address}/api/health", headers={"X-Long": "x" * 100_000})
        assert huge.status_code == 431
        assert httpx.request("TRACE", f"{address}/api/health").status_code in (404, 405)


def test_a_connection_that_says_nothing_holds_nobody_up(bot: FaqBot) -> None:
    with serving(bot) as address:
        port = int(address.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port)) as silent:
            silent.sendall(b"POST /api/answer HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
            assert httpx.get(f"{address}/api/health").status_code == 200


def test_the_server_does_not_say_what_it_is_made_of(bot: FaqBot) -> None:
    with serving(bot) as address:
        assert "server" not in httpx.get(f"{address}/api/health").headers


def test_the_full_queue_of_the_page_refuses_at_once_and_says_when_to_come_again(bot: FaqBot) -> None:
    go_on = threading.Event()

    class Slow:
        """The real bot behind a gate."""

        def __getattr__(self, name: str) -> Any:
            return getattr(bot, name)

        def answer(self, *arguments: Any, **options: Any) -> Any:
            assert go_on.wait(30)
            return bot.answer(*arguments, **options)

    body = {"data": ["why does it hurt", []]}
    with serving(cast(Answering, Slow()), Settings(concurrency=1, queue_limit=2)) as address:
        joined = [httpx.post(f"{address}/gradio_api/call/answer", json=body, timeout=30) for _ in range(8)]
        go_on.set()
        taken = [response.json()["event_id"] for response in joined if response.status_code == 200]
        refused = [response for response in joined if response.status_code != 200]
        assert len(taken) >= 2
        assert refused
        assert {(response.status_code, response.headers["retry-after"]) for response in refused} == {(503, "1")}
        for event in taken:
            assert "event: complete" in httpx.get(f"{address}/gradio_api/call/answer/{event}", timeout=30).text


def test_a_server_started_too_early_answers_once_there_is_an_index_and_shows_each_new_one_without_a_restart(
    with_encoder: Callable[[Path], Path], tmp_path: Path
) -> None:
    corpus, elsewhere, index = tmp_path / "corpus", with_encoder(tmp_path / "elsewhere"), tmp_path / "index"
    corpus.mkdir()

    def publish(title: str, question: str, index: Path = index) -> None:
        (corpus / "faqbot.toml").write_text(f'safety = "none"\n[page]\ntitle = "{title}"\n', encoding="utf-8")
        (corpus / "q.csv").write_text(f"question,answer\n{question},Every day from nine to five.\n", encoding="utf-8")
        build(corpus, index, settings=Settings(threads=1))

    publish("Old Mill Bikes", "When do you open?", elsewhere)
    command = [sys.executable, "-m", "faqbot", "serve", "--index", str(index), "--port", "0"]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server,
        httpx.Client(timeout=60) as client,
    ):
        assert server.stdout is not None
        address = server.stdout.readline().split()[-1]

        def asked(question: str) -> httpx.Response:
            return client.post(f"{address}api/answer", json={"question": question})

        def shown(*texts: str) -> bool:
            """Whether the page shows all of these within a minute."""
            return within_a_minute(lambda: all(text in page for page in [client.get(address).text] for text in texts))

        early = asked("When do you open?")
        assert (early.status_code, client.get(f"{address}api/ready").status_code) == (503, 503)
        assert "No index at" in early.json()["error"]
        elsewhere.rename(index)
        assert within_a_minute(lambda: client.get(f"{address}api/ready").status_code == 200)
        assert asked("When do you open?").json()["hits"]
        assert shown("Old Mill Bikes", "When do you open?")
        publish("Old Mill Bikes", "When do you wash bikes?")
        assert shown("Old Mill Bikes", "When do you wash bikes?")
        publish("New Mill Bikes", "When do you wash bikes?")
        assert shown("New Mill Bikes", "When do you wash bikes?")
        assert client.get(f"{address}topics").text.count("New Mill Bikes") > 0
        assert "Every day" in asked("when do you wash bikes").json()["hits"][0]["passage"]["text"]
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0


def within_a_minute(reached: Callable[[], bool]) -> bool:
    """Whether it comes to be within a minute."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        if reached():
            return True
        time.sleep(0.25)
    return False
