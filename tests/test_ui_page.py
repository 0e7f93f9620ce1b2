"""The page as Gradio has it: what it may do, what it says to its script, and that nothing it is sent can break it."""

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from faqbot import FaqBot
from faqbot.errors import IndexMissingError
from faqbot.server.app import create_app
from faqbot.settings import Settings
from faqbot.ui.handlers import Handlers
from faqbot.ui.page import build_page
from web_server import running, serving

QUESTION = "does walking cause back pain"


async def _built(bot: FaqBot, settings: Settings) -> Any:
    return build_page(Handlers(bot, settings), settings)


@pytest.fixture(scope="module")
def client(bot: FaqBot) -> Iterator[TestClient]:
    with TestClient(create_app(bot, Settings(frame_ancestors="https://clinic.example"))) as client:
        yield client


def test_the_page_starts_without_an_index_and_says_why() -> None:
    with TestClient(create_app(IndexMissingError("No index at <index>/. Run: faqbot build"), Settings())) as client:
        assert client.get("/").status_code == 200


def test_gradio_keeps_and_sends_nothing(bot: FaqBot) -> None:
    page = asyncio.run(_built(bot, Settings(concurrency=3, queue_limit=7)))
    config = page.get_config_file()
    assert page.analytics_enabled is False
    assert page._queue.max_size == 7
    assert page._queue.ANALYTICS_MAX_EVENTS == 1
    assert page.api_open is False
    names = {fn.api_name for fn in page.fns.values() if fn.api_visibility == "public"}
    assert names == {"ask", "answer", "check"}
    assert {fn.concurrency_limit for fn in page.fns.values() if fn.api_name in names} == {3}
    assert not any(component["type"] in ("chatbot", "markdown", "file") for component in config["components"])


def test_few_visitors_layouts_are_kept_and_who_comes_back_later_is_answered_all_the_same(bot: FaqBot) -> None:
    app = create_app(bot, Settings())
    (mounted,) = [route.app for route in app.routes if hasattr(getattr(route, "app", None), "state_holder")]  # type: ignore[attr-defined]
    assert mounted.state_holder.capacity == 100
    mounted.state_holder.capacity = 3
    with running(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        for visitor in ("first", *map(str, range(6)), "first"):
            joined = client.post("/gradio_api/call/ask", json={"data": [QUESTION, [], ""], "session_hash": visitor})
            told = client.get(f"/gradio_api/call/ask/{joined.json()['event_id']}").text
            assert "event: complete" in told
            assert "Best passage" in told
    assert len(mounted.state_holder.session_data) == len(mounted.state_holder.time_last_used) == 3


def test_the_mounted_page_has_no_history_monitoring_or_upload(client: TestClient) -> None:
    config = json.loads(re.search(r"window\.gradio_config = (\{.*?\});</script>", client.get("/").text).group(1))  # type: ignore[union-attr]
    assert config["analytics_enabled"] is False
    assert config["run_history"] is False
    assert config["enable_queue"] is True
    for path in ("/gradio_api/upload", "/monitoring/summary", "/gradio_api/runs", "/gradio_api/deep_link"):
        assert client.get(path).status_code == 404


def test_the_page_names_no_other_host(client: TestClient) -> None:
    page = client.get("/").text
    outside = re.findall(r'(?:src|href|content)="((?:https?:)?//[^"]*)"', page)
    assert outside == []


def test_the_banner_is_in_the_page_before_any_script_runs(client: TestClient) -> None:
    page = client.get("/").text
    banner, scripts = page.index('<aside id="banner"'), page.index("<gradio-app")
    assert banner < scripts
    assert "See a health professional about new, bad or worsening pain." in page[banner:scripts]
    assert '<a href="tel:112">112</a>' in page[banner:scripts]


def test_every_script_has_the_nonce_of_its_response_and_no_other_runs(client: TestClient) -> None:
    first, second = client.get("/"), client.get("/")
    policy = first.headers["content-security-policy"]
    nonce = re.search(r"script-src 'self' 'unsafe-eval' 'nonce-([\w-]+)';", policy).group(1)  # type: ignore[union-attr]
    assert nonce not in second.text
    assert set(re.findall(r"<script[^>]*>", first.text)) == set(
        re.findall(rf'<script nonce="{nonce}"[^>]*>', first.text)
    )
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
    assert "frame-ancestors https://clinic.example" in policy
    assert first.headers["cache-control"] == "no-store"


def test_own_files_are_kept_until_they_change(client: TestClient) -> None:
    response = client.get("/own/page.js")
    assert response.headers["content-type"].startswith("text/javascript")
    again = client.get("/own/page.js", headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_article_is_shown_with_the_passage_marked(client: TestClient, bot: FaqBot) -> None:
    passage = bot.answer(QUESTION).hits[0].passage
    page = client.get(f"/documents/{passage.document_id}", params={"start": passage.start, "end": passage.end})
    assert page.status_code == 200
    assert page.text.count('<mark id="passage">') == 1
    assert "<script" not in page.text


@pytest.mark.parametrize("path", ["nothing.md", "%2e%2e/pyproject.toml", "..%2f..%2fetc/passwd", "a/%00"])
def test_what_is_no_document_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(f"/documents/{path}").status_code == 404


def test_an_article_with_an_impossible_place_is_shown_whole(client: TestClient, bot: FaqBot) -> None:
    document = bot.answer(QUESTION).hits[0].passage.document_id
    page = client.get(f"/documents/{document}?start=5&end=99999999")
    assert page.status_code == 200
    assert "<mark" not in page.text


def test_the_pages_own_way_in_gives_what_the_bot_gives(bot: FaqBot) -> None:
    with serving(bot) as address, httpx.Client(base_url=address) as client:
        asked = client.post("/gradio_api/call/answer", json={"data": [QUESTION, ["my back aches"]]}).json()
        events = client.get(f"/gradio_api/call/answer/{asked['event_id']}").text
    assert "event: complete" in events
    (given,) = json.loads(events.split("data: ")[-1])
    assert given == bot.answer(QUESTION, ["my back aches"]).to_dict()
