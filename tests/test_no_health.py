"""With safety "none" no interface speaks of health: page, articles, widget, REST, its description, and MCP."""

import asyncio
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from faqbot.bot import FaqBot
from faqbot.index import build
from faqbot.server.app import create_app
from faqbot.settings import Settings

EXAMPLES = Path(__file__).parents[1] / "examples"
WORDS = re.compile(
    r"\b(health\w*|doctor\w*|clinic\w*|medic\w*|emergenc\w*|urgent\w*|symptom\w*|pain\w*|nurse\w*|pharmac\w*|crisis"
    r"|visit summar\w*|warning signs?|red flags?)\b|(?<![=:])(?<![=:] )\b(112|911|999)\b",  # no start or end of a passage
    re.IGNORECASE,
)
# The usual name of an address that says whether a server is alive.
ALIVE = re.compile(r"/api/health\b|health_api_health_get|\"Health\"")
FOREIGN = "Wo ist der Laden und wann habt ihr am Samstag geöffnet?"
MESSAGES = ("When do you open?", "I can't feel my brakes", "thanks", "are you a robot?", "zxcv qwer", FOREIGN)


def health_words(text: str) -> list[str]:
    """Words about health in a text, each with what stands around it."""
    bare = ALIVE.sub("", text)
    return [bare[max(0, found.start() - 40) : found.end() + 40] for found in WORDS.finditer(bare)]


@pytest.fixture(scope="module", params=["bicycle-shop", "library"])
def plain_bot(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, with_encoder: Callable[[Path], Path]
) -> Iterator[FaqBot]:
    """The bot of an example folder."""
    folder = tmp_path_factory.mktemp("plain")
    corpus = shutil.copytree(EXAMPLES / request.param, folder / "corpus")
    settings = Settings(threads=1)
    build(corpus, with_encoder(folder / "index"), settings=settings)
    with FaqBot.load(folder / "index", settings=settings) as bot:
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
        assert health_words(text) == [], message
    for body in ({}, {"question": ""}, {"question": "x" * 5000}, {"question": 3}):
        assert health_words(client.post("/api/answer", json=body).text) == [], body
    assert health_words(client.post("/api/answer", content="x").text) == []


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
            answers = [await client.call_tool("answer", {"question": message}) for message in MESSAGES]
            return " ".join([str(client.instructions), *map(repr, tools), *map(repr, answers)])

    text = asyncio.run(said())
    assert "quote" in text.lower()
    assert health_words(text) == []
