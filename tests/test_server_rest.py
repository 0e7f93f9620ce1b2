"""REST returns what the bot returns, refuses invalid requests with a clear reason, and logs no question."""

import logging
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, cast

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from faqbot import FaqBot, __version__
from faqbot.config import Config, PageConfig, SafetyConfig
from faqbot.errors import IndexMissingError
from faqbot.server.api import Services, get_services
from faqbot.server.app import create_app
from faqbot.server.concurrency import BusyError, ConcurrencyLimit
from faqbot.server.schemas import AnswerResponse, ErrorBody
from faqbot.service import Answering, unavailable_bot
from faqbot.settings import Settings
from web_samples import EMERGENCY, answer

QUESTION = "should I walk through the ache or stop"
ALARM = "I can't feel my legs and I've wet myself"
LONG = "my back aches. " * 200


@pytest.fixture(scope="module")
def client(bot: FaqBot) -> Iterator[TestClient]:
    with TestClient(create_app(bot, Settings())) as client:
        yield client


@pytest.fixture(scope="module")
def closed() -> Iterator[TestClient]:
    """A server whose index could not be opened."""
    with TestClient(
        create_app(IndexMissingError("No index at index/. Run: faqbot build corpus"), Settings())
    ) as client:
        yield client


@pytest.fixture(scope="module")
def guarded(bot: FaqBot) -> Iterator[TestClient]:
    """A server with a token and one admitted origin."""
    settings = Settings(token="s3cret-é", origins="https://clinic.example, https://other.example")
    with TestClient(create_app(bot, settings)) as client:
        yield client


def test_an_answer_is_that_of_the_bot(client: TestClient, bot: FaqBot) -> None:
    response = client.post("/api/answer", json={"question": QUESTION, "history": ["my back aches"], "top_k": 3})
    assert response.status_code == 200
    assert response.json() == bot.answer(QUESTION, ["my back aches"], 3).to_dict()
    assert len(response.json()["hits"]) == 3


def test_history_may_be_messages_with_roles(client: TestClient, bot: FaqBot) -> None:
    history = [{"role": "user", "content": "my back aches"}, {"role": "assistant", "content": "I see"}]
    response = client.post("/api/answer", json={"question": "on long walks?", "history": history})
    assert response.json() == bot.answer("on long walks?", history).to_dict()


def test_assess_gives_the_alert_of_the_whole_conversation(client: TestClient, bot: FaqBot) -> None:
    messages = ["my back hurts", ALARM, "thanks"]
    response = client.post("/api/assess", json={"messages": messages})
    assert response.json() == bot.assess(messages).to_dict()
    assert response.json()["level"] == "emergency"


def test_without_an_index_the_reason_and_the_advice_are_given(closed: TestClient) -> None:
    response = closed.post("/api/answer", json={"question": ALARM})
    assert response.status_code == 503
    assert response.json()["error"] == "No index at index/. Run: faqbot build corpus"
    assert response.json()["alert"]["level"] == "emergency"
    assert closed.post("/api/assess", json={"messages": [ALARM]}).json()["level"] == "emergency"


def test_health_and_readiness(client: TestClient, closed: TestClient) -> None:
    told = {"version": __version__, "process": os.getpid()}
    assert client.get("/api/health").json() == {"status": "alive", **told}
    assert client.get("/api/ready").json() == {"status": "ready", **told}
    assert closed.get("/api/health").status_code == 200
    assert closed.get("/api/ready").status_code == 503
    assert closed.get("/api/ready").json() == {"error": "No index at index/. Run: faqbot build corpus"}


def test_a_message_too_long_is_refused_with_the_advice(client: TestClient) -> None:
    response = client.post("/api/answer", json={"question": LONG + ALARM})
    assert response.status_code == 422
    assert f"{len(LONG + ALARM):,} characters" in response.json()["error"]
    assert response.json()["alert"]["level"] == "emergency"


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"question": ""}, 422, "The question is empty"),
        ({"question": " \n"}, 422, "The question is empty"),
        ({}, 422, "question: Field required"),
        ({"question": 7}, 422, "question: Input should be a valid string"),
        ({"question": None}, 422, "question: Input should be a valid string"),
        ({"question": "q", "history": "h"}, 422, "history: Input should be a valid list"),
        ({"question": "q", "history": [7]}, 422, "history.0"),
        ({"question": "q", "top_k": 0}, 422, "top_k: Input should be greater than or equal to 1"),
        ({"question": "q", "top_k": 51}, 422, "top_k: Input should be less than or equal to 50"),
        ({"question": "q", "planted": 1}, 422, "planted: Extra inputs are not permitted"),
        ({"question": "q", "history": ["h"] * 201}, 422, "Start a new conversation"),
        (["q"], 422, "body"),
    ],
)
def test_an_invalid_body_is_a_clear_error(client: TestClient, body: Any, status: int, words: str) -> None:
    response = client.post("/api/answer", json=body)
    assert response.status_code == status
    assert words in response.json()["error"]


def test_a_body_that_is_not_json_is_a_clear_error(client: TestClient) -> None:
    response = client.post("/api/answer", content=b"{question", headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    assert response.json()["error"].startswith("The body is not JSON.")


def test_too_many_messages_are_refused_and_not_trimmed(client: TestClient) -> None:
    response = client.post("/api/assess", json={"messages": [ALARM, *["x"] * 200]})
    assert response.status_code == 422
    assert response.json()["error"].startswith("The conversation has 201 messages, at most 200 are looked at.")
    assert response.json()["alert"]["level"] == "emergency"
    assert client.post("/api/assess", json={"messages": [ALARM, *["x"] * 5000]}).json()["alert"]["level"] == "emergency"
    assert client.post("/api/assess", json={"messages": ["x"] * 199 + [ALARM]}).json()["level"] == "emergency"


def test_an_error_repeats_nothing_that_was_sent(client: TestClient) -> None:
    response = client.post("/api/answer", json={"question": {"planted": "words"}})
    assert "words" not in response.text


def test_a_body_over_the_limit_is_refused(client: TestClient) -> None:
    response = client.post("/api/answer", content=b" " * 2_000_001, headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert "2,000,000 bytes" in response.json()["error"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic s3cret-é"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
def test_without_the_token_or_an_admitted_origin_there_is_no_answer(
    guarded: TestClient, headers: dict[str, str]
) -> None:
    encoded = {name.encode(): value.encode() for name, value in headers.items()}
    response = guarded.post("/api/answer", json={"question": QUESTION}, headers=encoded)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert "Authorization: Bearer TOKEN" in response.json()["error"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer s3cret-é"},
        {"Authorization": "bearer  s3cret-é"},
        {"Origin": "https://clinic.example"},
        {"Origin": "https://other.example"},
    ],
)
def test_the_token_or_an_admitted_origin_lets_in(guarded: TestClient, headers: dict[str, str]) -> None:
    encoded = {name.encode(): value.encode() for name, value in headers.items()}
    assert guarded.post("/api/assess", json={"messages": ["x"]}, headers=encoded).status_code == 200


@pytest.mark.parametrize("path", ["/api/health", "/api/ready", "/api/docs", "/api/openapi.json", "/"])
def test_the_token_is_asked_for_answers_only(guarded: TestClient, path: str) -> None:
    assert guarded.get(path).status_code == 200


def test_only_an_admitted_origin_may_read_answers(guarded: TestClient, client: TestClient) -> None:
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    admitted = guarded.options("/api/answer", headers={"Origin": "https://clinic.example", **ask})
    assert admitted.status_code == 200
    assert admitted.headers["access-control-allow-origin"] == "https://clinic.example"
    for server in (guarded, client):
        refused = server.options("/api/answer", headers={"Origin": "https://elsewhere.example", **ask})
        assert "access-control-allow-origin" not in refused.headers


def test_beyond_what_may_wait_callers_are_refused_at_once(bot: FaqBot) -> None:
    inside, go_on = threading.Event(), threading.Event()

    class Slow:
        """The real bot behind a gate."""

        examples, document, assess, ready = bot.examples, bot.document, bot.assess, bot.ready
        passage, index_version, config = bot.passage, bot.index_version, bot.config
        documents, suggest, asset = bot.documents, bot.suggest, bot.asset

        def answer(self, *arguments: Any) -> Any:
            inside.set()
            assert go_on.wait(10)
            return bot.answer(*arguments)

    app = create_app(Slow(), Settings(concurrency=1, queue_limit=0))
    with TestClient(app) as client:
        first: list[int] = []
        body = {"question": QUESTION}
        thread = threading.Thread(target=lambda: first.append(client.post("/api/answer", json=body).status_code))
        thread.start()
        assert inside.wait(10)
        refused = client.post("/api/answer", json=body)
        go_on.set()
        thread.join(10)
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "1"
        assert refused.json()["error"].startswith("Too many people are asking right now.")
        assert first == [200]
        assert client.post("/api/answer", json=body).status_code == 200


def test_the_limit_frees_its_place_when_a_call_fails() -> None:
    import anyio

    async def fail_twice() -> None:
        limit = ConcurrencyLimit(1, 0)
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                await limit.run(lambda: 1 // 0)
        assert await limit.run(lambda: "in") == "in"
        limit.admitted = 1
        with pytest.raises(BusyError):
            await limit.run(lambda: "out")

    anyio.run(fail_twice)


def test_the_described_answer_is_the_given_one(bot: FaqBot) -> None:
    adapter = TypeAdapter(AnswerResponse)
    for given in (bot.answer(QUESTION).to_dict(), answer(alert=EMERGENCY).to_dict()):
        assert adapter.dump_python(adapter.validate_python(given), mode="json") == given


def test_the_description_lists_every_path_and_status(client: TestClient) -> None:
    description = client.get("/api/openapi.json").json()
    assert sorted(description["paths"]) == ["/api/answer", "/api/assess", "/api/feedback", "/api/health", "/api/ready"]
    answers = description["paths"]["/api/answer"]["post"]["responses"]
    assert sorted(answers) == ["200", "400", "401", "413", "415", "422", "500", "503"]
    assert {field.name for field in fields(ErrorBody)} == {"error", "alert"}
    assert "security" not in description["paths"]["/api/answer"]["post"]


def test_the_description_says_where_the_token_is_asked_for(guarded: TestClient) -> None:
    paths = guarded.get("/api/openapi.json").json()["paths"]
    assert paths["/api/answer"]["post"]["security"] == [{"HTTPBearer": []}]
    assert "security" not in paths["/api/health"]["get"]


def test_the_example_requests_are_questions_of_the_corpus_and_are_answered(client: TestClient, bot: FaqBot) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    for path in ("/api/answer", "/api/assess"):
        examples = paths[path]["post"]["requestBody"]["content"]["application/json"]["examples"]
        for example in examples.values():
            assert client.post(path, json=example["value"]).status_code == 200
    asked = paths["/api/answer"]["post"]["requestBody"]["content"]["application/json"]["examples"]["A question"]
    assert asked["value"]["question"] == bot.examples(2)[0]


def test_without_an_index_the_description_is_there_all_the_same(closed: TestClient) -> None:
    description = closed.get("/api/openapi.json").json()
    assert "/api/answer" in description["paths"]


HEALTH = re.compile(r"health|pain|emergenc|doctor|symptom|urgent|medic|pharmac|professional|safety", re.IGNORECASE)


class Shop:
    """The bot of a corpus without safety rules; its questions stand in the examples and are the corpus' own."""

    config = Config(page=PageConfig(title="Mill Lane Bikes", tabs=("ask",)), safety=SafetyConfig(profile="none"))

    def __init__(self, bot: FaqBot) -> None:
        self._bot = bot

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bot, name)

    def examples(self, n: int) -> tuple[str, ...]:
        return ("How do I fix a flat tyre?", "When are you open?")[:n]


def test_without_safety_rules_the_description_speaks_of_no_health(bot: FaqBot) -> None:
    with TestClient(create_app(cast(Answering, Shop(bot)), Settings(), page=False)) as client:
        description = client.get("/api/openapi.json").text.replace("/api/health", "")
        assert "Mill Lane Bikes" in description
        assert HEALTH.findall(description) == []
        assert "Mill Lane Bikes" in client.get("/api/docs").text


def test_the_services_can_be_overridden(bot: FaqBot) -> None:
    app = create_app(bot, Settings(), page=False)
    closed = unavailable_bot(IndexMissingError("No index at other/"), Settings())
    services = Services(closed, Settings(), None, ConcurrencyLimit(1, 0))
    app.dependency_overrides[get_services] = lambda: services
    with TestClient(app) as client:
        assert client.post("/api/answer", json={"question": QUESTION}).json()["error"] == "No index at other/"


@pytest.mark.parametrize(
    ("headers", "found"), [({}, "no Content-Type"), ({"Content-Type": "text/plain"}, "another Content-Type")]
)
def test_a_body_without_the_json_content_type_is_a_clear_error(
    client: TestClient, headers: dict[str, str], found: str
) -> None:
    response = client.post("/api/answer", content=b'{"question": "planted"}', headers=headers)
    assert response.status_code == 415
    assert response.json() == {
        "error": f"Found {found}, expected JSON. Send the header: Content-Type: application/json"
    }


def test_the_reference_page_is_swagger_ui_with_nothing_from_outside(client: TestClient) -> None:
    page = client.get("/api/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert re.findall(r"https?://[\w.]+", page.text) == []
    assert page.text.count("<script") == page.text.count('<script nonce="')
    assert "'unsafe-inline'" not in page.headers["content-security-policy"].split("style-src")[0]
    for name in re.findall(r'(?:src|href)="(docs/[\w.-]+)"', page.text):
        assert client.get(f"/api/{name}").status_code == 200
    assert client.get("/api/docs/other.js").status_code == 404


@pytest.mark.parametrize("path", ["/api/", "/api/nothing", "/documents/", "/own/page.py", "/own/../page.py"])
def test_an_unknown_address_says_so(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/api/nothing", "/api/answer"])
def test_an_unknown_way_in_names_the_reference(client: TestClient, path: str) -> None:
    assert client.get(path).json() == {"error": "There is nothing here to GET. See /api/docs"}


def test_no_log_holds_what_was_asked(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client.post("/api/answer", json={"question": "planted zebra question", "history": ["planted zebra history"]})
    client.post("/api/answer", json={"question": "planted zebra " * 1000})
    client.get("/api/answer?planted=zebra")
    client.post("/api/assess", content=b"planted zebra")
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    assert any(" POST /api/answer 200 " in line for line in ours)
    assert not any("zebra" in line for line in ours)
