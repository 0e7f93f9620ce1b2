"""With safety "none" no interface speaks of health: page, articles, widget, REST, its description, and MCP."""

import asyncio
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from command_line import run
from faqbot.bot import FaqBot
from faqbot.index import build
from faqbot.server.app import create_app
from faqbot.settings import Settings
from faqbot.ui.handlers import Handlers
from own_rules import OWN

EXAMPLES = Path(__file__).parents[1] / "examples"
WORDS = re.compile(
    r"\b(health\w*|doctor\w*|clinic\w*|medic\w*|emergenc\w*|urgent\w*|symptom\w*|pain\w*|nurse\w*|pharmac\w*|crisis"
    r"|visit summar\w*|warning signs?|red flags?)\b|(?<![=:])(?<![=:] )\b(112|911|999)\b",  # no start or end of a passage
    re.IGNORECASE,
)
# The usual name of an address that says whether a server is alive.
ALIVE = re.compile(r"/api/health\b|health_api_health_get|\"Health\"")
FOREIGN = "Wo ist der Laden und wann habt ihr am Samstag geöffnet?"
MESSAGES = (
    "When do you open?", "I can't feel my brakes", "zxcv qwer", FOREIGN, "hi", "thanks", "bye", "are you a robot?",
    "are you a doctor?", "can I talk to a person", "help", "ok", "never mind", "I did not ask that", "you are useless",
    "that is brilliant", "more", "simpler please", "my chest hurts and I can't breathe", "I want to kill myself",
    "can I take ibuprofen and aspirin together", "where are you? when do you open? can I pay by card?",
)  # fmt: skip
LANGUAGES = (
    FOREIGN, "Où est la boutique et quand ouvrez-vous le samedi matin ?", "¿Dónde está la tienda y a qué hora abren?",
    "Gdzie jest sklep i kiedy otwieracie w sobotę rano?", "Где находится магазин и когда вы открываетесь?",
    "店はどこにありますか。土曜日は何時に開きますか。", "dukaan kahan hai aur kab khulti hai bhai", "أين المتجر ومتى تفتحون يوم السبت؟",
    "Bi hagi mijn dzukla fremti pol avrani sust",
)  # fmt: skip


def health_words(text: str, message: str = "") -> list[str]:
    """Words about health in a text that are not those of the message it answers, each with what stands around it."""
    bare = ALIVE.sub("", text)
    found = (each for each in WORDS.finditer(bare) if each.group().lower() not in message.lower())
    return [bare[max(0, each.start() - 40) : each.end() + 40] for each in found]


@pytest.fixture(scope="module", params=["bicycle-shop", "library"])
def plain_index(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, with_encoder: Callable[[Path], Path]
) -> Path:
    """The index of an example folder."""
    folder = tmp_path_factory.mktemp("plain")
    corpus = shutil.copytree(EXAMPLES / request.param, folder / "corpus")
    build(corpus, with_encoder(folder / "index"), settings=Settings(threads=1))
    return folder / "index"


@pytest.fixture(scope="module")
def plain_bot(plain_index: Path) -> Iterator[FaqBot]:
    """The bot of that folder."""
    with FaqBot.load(plain_index, settings=Settings(threads=1)) as bot:
        yield bot


@pytest.fixture(scope="module")
def client(plain_bot: FaqBot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server of that bot with page and feedback."""
    feedback = tmp_path_factory.mktemp("feedback") / "feedback.db"
    with TestClient(create_app(plain_bot, Settings(threads=1, feedback=str(feedback)))) as client:
        yield client


def test_the_page_and_its_articles(client: TestClient, plain_bot: FaqBot) -> None:
    articles = [f"/documents/{document.id}" for document in plain_bot.documents()]
    for path in ("/", "/config", "/documents", *articles):
        response = client.get(path)
        assert response.status_code in (200, 404), path
        assert health_words(response.text) == [], path


def test_answers_errors_and_replies_over_rest(client: TestClient) -> None:
    for message in MESSAGES:
        text = client.post("/api/answer", json={"question": message}).text
        assert health_words(text, message) == [], message
    for message in LANGUAGES:
        answer = client.post("/api/answer", json={"question": message}).json()
        assert (answer["alert"]["level"], health_words(json.dumps(answer, ensure_ascii=False))) == ("none", []), message
    for body in (
        {},
        {"question": ""},
        {"question": "x" * 5000},
        {"question": 3},
        {"question": "x", "history": ["y"] * 300},
    ):
        assert health_words(client.post("/api/answer", json=body).text) == [], body
    assert health_words(client.post("/api/answer", content="x").text) == []


def test_every_other_address_and_error(client: TestClient) -> None:
    asked = {"data": ["When do you open?", []]}
    responses = [
        *(client.get(path) for path in ("/topics", "/documents/none.md", "/nothing", "/api/nothing", "/api/ready")),
        client.get("/gradio_api/info"),
        client.post("/suggest", json={"text": "wh"}),
        client.post("/api/assess", json={"messages": ["my back hurts and I can't pee"]}),
        client.post("/api/feedback", json={"question": "", "verdict": "helpful"}),
        client.post("/api/feedback", json={"question": "When?", "verdict": "helpful", "passage_id": "none"}),
        client.post("/api/feedback", json={"question": "When?", "verdict": "did_not_answer"}),
        client.post("/api/answer", content=b"x" * 3_000_000, headers={"Content-Type": "application/json"}),
        client.get("/api/ready", headers={"X-Long": "x" * 40_000}),
        client.post("/gradio_api/call/answer", json=asked),
    ]
    assert [health_words(response.text) for response in responses] == [[]] * len(responses)
    assert sorted(client.get("/gradio_api/info").json()["named_endpoints"]) == ["/answer", "/ask"]


def test_the_page_after_each_message(client: TestClient, plain_bot: FaqBot) -> None:
    handlers = Handlers(plain_bot, Settings(threads=1))
    for message in (*MESSAGES, *LANGUAGES, "", "x" * 5000):
        shown, _, _ = handlers.ask(message, [])
        texts = re.sub(r"<[^>]+>", " ", shown["html"])
        assert health_words(f"{texts} {shown['spoken']} {shown['banner']['heading']}", message) == [], message
    assert handlers.check({}, "")["html"].count("goes through the warning signs") == 1  # refused, though never offered


def test_the_command_line(plain_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for message in (*MESSAGES, *LANGUAGES):
        _, shown, errors = run(capsys, "ask", message, "--index", str(plain_index))
        assert health_words(shown + errors, message) == [], message


def test_rules_of_ones_own_bring_alerts_and_nothing_about_pain(
    tmp_path: Path, with_encoder: Callable[[Path], Path]
) -> None:
    corpus = shutil.copytree(EXAMPLES / "bicycle-shop", tmp_path / "corpus")
    (corpus / "alarms.toml").write_text(OWN.replace('extends = "back-pain"', ""), encoding="utf-8")
    toml = corpus / "faqbot.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('"none"', '"alarms.toml"', 1), encoding="utf-8")
    settings = Settings(threads=1)
    assert build(corpus, with_encoder(tmp_path / "index"), settings=settings).skipped == ()
    with FaqBot.load(tmp_path / "index", settings=settings) as bot, TestClient(create_app(bot, settings)) as client:
        assert bot.answer("there is a leaflet").alert.level == "urgent"
        assert bot.answer("I can't feel my legs and I've wet myself").alert.level == "none"
        page = client.get("/").text + client.get("/topics").text + client.get("/api/openapi.json").text
        assert re.findall(r"\b(?:back pain|worsening pain|clinician|My visit|symptom\w*)\b", page) == []
        assert sorted(client.get("/gradio_api/info").json()["named_endpoints"]) == ["/answer", "/ask"]


def test_the_description_of_rest(client: TestClient) -> None:
    for path in ("/api/openapi.json", "/api/docs"):
        assert health_words(client.get(path).text) == [], path


def test_the_words_of_the_widget(client: TestClient) -> None:
    code = client.get("/widget.js").text
    shown = [json.loads(text) for text in re.findall(r'"(?:[^"\\\n]|\\.)*"', code) if " " in text]
    assert "Ask a question" in shown
    assert [text for text in shown if health_words(text)] == []


def test_the_assistants_interface(plain_bot: FaqBot) -> None:
    pytest.importorskip("mcp", reason="the mcp extra is not installed")
    from mcp import Client

    from faqbot.server.mcp import make_server

    async def said() -> str:
        async with Client(make_server(plain_bot, Settings())) as client:
            tools = (await client.list_tools()).tools
            answers: list[Any] = [
                await client.call_tool("answer", {"question": message}) for message in (*MESSAGES, *LANGUAGES, "")
            ]
            answers.append(await client.call_tool("answer", {"question": "x", "top_k": 0}))
            answers += [
                await client.list_prompts(),
                await client.list_resource_templates(),
                await client.list_resources(),
            ]
            return " ".join([str(client.instructions), *map(repr, tools), *map(repr, answers)])

    text = asyncio.run(said())
    assert "quote" in text.lower()
    assert health_words(text, " ".join(MESSAGES)) == []
