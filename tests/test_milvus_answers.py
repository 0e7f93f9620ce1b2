"""The same bot on Milvus: the same answers as from the embedded index, and what it says when the engine fails.

A real `milvus-lite server` runs on loopback; it is stopped, continued, killed and started again.
"""

import io
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from faqbot.bot import FaqBot
from faqbot.building import build, is_current
from faqbot.cli import main
from faqbot.errors import EngineError
from faqbot.index import current_name, layout, open_generation
from faqbot.service import ErrorResponse, safe_answer
from faqbot.settings import Settings
from faqbot.types import Answer
from milvus_server import Server
from slowness import slowness
from web_server import serving

pytest.importorskip("pymilvus", reason="needs pip install 'faqbot[milvus]'")
pytest.importorskip("milvus_lite", reason="needs pip install 'faqbot[milvus]'")

QUESTIONS = 300
EMERGENCY = "my back hurts and now I can't pee and my groin is numb"
TIMEOUT = 2


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("milvus") / "lite")
    yield running
    running.kill()


@pytest.fixture(scope="module")
def settings(server: Server) -> Settings:
    return Settings(store=f"milvus://127.0.0.1:{server.port}/help", store_timeout=TIMEOUT)


@pytest.fixture(scope="module")
def milvus_index(
    corpus: Path, index_folder: Path, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The corpus that ships, on the server; what the embedded index has encoded is taken over."""
    index = tmp_path_factory.mktemp("on-milvus") / "index"
    shutil.copytree(index_folder, index)
    build(corpus, index, settings=settings)
    return index


@pytest.fixture
def remote(milvus_index: Path, settings: Settings) -> Iterator[FaqBot]:
    with FaqBot.load(milvus_index, settings=settings) as opened:
        yield opened


def test_300_questions_get_the_same_answers_from_both_stores(bot: FaqBot, remote: FaqBot, index_folder: Path) -> None:
    with open_generation(index_folder) as generation:
        asked = [each for passage in generation.passages() for each in (passage.question, *passage.alternates) if each]
    asked = list(dict.fromkeys(asked))[:: len(asked) // QUESTIONS][:QUESTIONS]
    pairs = [(bot.answer(question), remote.answer(question)) for question in asked]
    assert len(pairs) >= min(QUESTIONS, len(asked))
    same_first = sum(here.hits[0].passage == there.hits[0].passage for here, there in pairs)
    assert same_first >= 0.99 * len(pairs)
    for here, there in pairs:
        if [hit.passage for hit in here.hits] == [hit.passage for hit in there.hits]:
            assert [hit.highlights for hit in here.hits] == [hit.highlights for hit in there.hits]
            assert there.confidence == pytest.approx(here.confidence, abs=1e-5)
            assert there.band == here.band


def test_an_index_on_milvus_knows_whether_it_is_up_to_date(
    corpus: Path, milvus_index: Path, settings: Settings
) -> None:
    assert is_current(corpus, milvus_index, settings=settings)
    assert is_current(corpus, milvus_index, settings=Settings())  # the index remembers its store
    assert not is_current(corpus, milvus_index, settings=Settings(store="embedded"))


def timed(bot: FaqBot, question: str) -> tuple[Answer | ErrorResponse, float]:
    began = time.monotonic()
    return safe_answer(bot, question), time.monotonic() - began


def recovered(bot: FaqBot, question: str) -> Answer:
    """The first answer after the engine is back."""
    for _ in range(200):
        found = safe_answer(bot, question)
        if isinstance(found, Answer):
            return found
        time.sleep(0.1)
    raise AssertionError("never recovered")


def test_an_engine_that_hangs_costs_a_timeout_then_nothing_and_the_alert_is_given(
    remote: FaqBot, server: Server
) -> None:
    question = "Should I use a walking stick?"
    before = remote.answer(question)
    server.signal(signal.SIGSTOP)
    try:
        first, seconds = timed(remote, EMERGENCY)
        assert isinstance(first, ErrorResponse)
        assert (first.reason, first.alert.level) == ("unavailable", "emergency")
        assert "cannot be asked: deadline exceeded. See that it runs" in first.message
        assert seconds < 3 * TIMEOUT + 1
        second, seconds = timed(remote, EMERGENCY)
        assert isinstance(second, ErrorResponse)
        assert "is asked again in" in second.message
        assert second.alert.level == "emergency"
        assert seconds < 0.5 * slowness()
    finally:
        server.signal(signal.SIGCONT)
    assert recovered(remote, question) == before


def test_an_engine_that_is_gone_and_comes_back_is_asked_again(remote: FaqBot, server: Server) -> None:
    question = "Can I walk with sciatica?"
    before = remote.answer(question)
    server.kill()
    gone, _ = timed(remote, "Is walking uphill bad for me?")
    assert isinstance(gone, ErrorResponse)
    assert gone.reason == "unavailable"
    server.start()
    assert recovered(remote, question) == before


def test_readiness_follows_the_engine_and_a_probe_alone_brings_it_back(remote: FaqBot, server: Server) -> None:
    with serving(remote) as address:
        assert ready(address) == (200, "")
        server.kill()
        try:
            status, reason = ready(address)
            assert status == 503
            assert reason.startswith(f"The store at milvus://127.0.0.1:{server.port}/help cannot be asked: ")
            status, reason = ready(address)  # the circuit is open: nothing is asked
            assert status == 503
            assert "did not answer and is asked again in " in reason
            assert httpx.get(f"{address}/api/health").status_code == 200
        finally:
            server.start()
        began = time.monotonic()
        while ready(address)[0] != 200:
            assert time.monotonic() - began < 30
            time.sleep(0.1)
        alone = httpx.post(f"{address}/api/answer", json={"question": "Can I walk with sciatica?"}, timeout=60)
        assert alone.status_code == 200


def test_readiness_follows_an_engine_that_forgot_what_was_loaded(remote: FaqBot, server: Server) -> None:
    remote.ready()
    server.kill()
    server.start()  # it is back before anybody asked
    ends = time.monotonic() + 30
    while True:
        try:
            remote.ready()
            break
        except EngineError:
            assert time.monotonic() < ends
            time.sleep(0.1)
    assert remote.answer("Is it safe to walk with a herniated disc?").answered


def ready(address: str) -> tuple[int, str]:
    found = httpx.get(f"{address}/api/ready", timeout=60)
    return found.status_code, found.json().get("error", "")


def test_a_bot_that_is_opened_while_the_engine_is_away_answers_once_it_is_back(
    milvus_index: Path, settings: Settings, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.kill()
    try:
        with FaqBot.load(milvus_index, settings=settings) as opened:
            with pytest.raises(EngineError, match="See that it runs and can be reached from here"):
                opened.answer("Can I walk with sciatica?")
            code = main(["ask", EMERGENCY, "--index", str(milvus_index)])
            said = capsys.readouterr()
            assert (code, "EMERGENCY" in said.out) == (1, True)
            assert said.err.startswith("faqbot: The store at milvus://127.0.0.1:")
            server.start()
            assert recovered(opened, "Can I walk with sciatica?").answered
    finally:
        server.kill()
        server.start()


@pytest.fixture
def elsewhere(server: Server, milvus_index: Path, tmp_path: Path) -> list[str]:
    """Options for a copy of the index, with its server under another name than it was built with."""
    shutil.copytree(milvus_index, tmp_path / "index")
    return ["--index", str(tmp_path / "index"), "--store", f"milvus://localhost:{server.port}/help"]


def some_of(file: Path, folder: Path) -> Path:
    """Every fifth line of a file of questions: a command is tried here, not measured with."""
    lines = file.read_text(encoding="utf-8").rstrip("\n").split("\n")
    (folder / file.name).write_text("\n".join(lines[::5]), encoding="utf-8")
    return folder / file.name


def test_every_command_takes_the_store_where_it_is_reached_from_here(
    corpus: Path,
    elsewhere: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index, data = Path(elsewhere[1]), corpus.parent / "tests" / "data"
    questions, others = (str(some_of(data / name, tmp_path)) for name in ("questions.jsonl", "out_of_scope.jsonl"))

    def run(*arguments: str) -> str:
        assert main([*arguments, *elsewhere]) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    assert run("verify") == f"{index}: every file is as it was sealed\n"
    assert run("eval", questions).count("\n") > 3
    assert "calibrated on" in run("calibrate", questions, "--out-of-scope", others)
    (layout.generation_folder(index, current_name(index)) / "words.npy").unlink()
    assert run("repair") == f"{index}: Written anew: words.npy\n"
    assert main(["rollback", *elsewhere]) == 1  # the one before is embedded
    assert "holds its passages itself, not milvus://localhost" in capsys.readouterr().err
    assert "0 added, 0 changed, 0 removed, 51 kept; 0 of 473 passages would be encoded" in run(
        "build", str(corpus), "--dry-run"
    )
    monkeypatch.setattr("sys.stdin", io.StringIO("my back hurts when I walk\n"))
    assert "my back hurts when I walk" in run("visit-summary")


def test_the_store_that_is_named_is_the_one_that_is_asked(
    elsewhere: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = "milvus://127.0.0.1:1/help"
    assert main(["verify", *elsewhere[:3], nobody]) == 1
    assert f"The store at {nobody} cannot be asked" in capsys.readouterr().out
    (layout.generation_folder(Path(elsewhere[1]), current_name(Path(elsewhere[1]))) / "words.npy").unlink()
    assert main(["repair", *elsewhere[:3], nobody]) == 1
    assert f"faqbot: The store at {nobody} cannot be asked" in capsys.readouterr().err


def test_a_dry_run_needs_no_engine(
    corpus: Path, milvus_index: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.kill()
    try:
        assert main(["build", str(corpus), "--index", str(milvus_index), "--dry-run"]) == 0
    finally:
        server.start()
    assert "51 kept; 0 of 473 passages would be encoded" in capsys.readouterr().out


def test_a_benchmark_folder_is_not_put_on_a_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", str(tmp_path), "--store", "milvus://127.0.0.1:1/help"]) == 1
    assert capsys.readouterr().err == (
        f"faqbot: {tmp_path} is measured on an index of its own, which is thrown away, not on "
        "milvus://127.0.0.1:1/help. Leave --store out, or say --store embedded\n"
    )


def test_the_command_line_asks_an_index_on_milvus_without_being_told(
    milvus_index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", "Can I walk with sciatica?", "--index", str(milvus_index)]) == 0
    assert "sciatica" in capsys.readouterr().out.lower()
