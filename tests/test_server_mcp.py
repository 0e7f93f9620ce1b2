"""MCP over stdio and HTTP returns the same answers and alerts as every interface; errors are errors."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from starlette.testclient import TestClient

from faqbot import FaqBot
from faqbot.config import Config, PageConfig, SafetyConfig
from faqbot.errors import IndexMissingError
from faqbot.service import Answering, UnavailableBot
from faqbot.settings import Settings
from faqbot.types import Document
from web_server import running

pytest.importorskip("mcp", reason="the mcp extra is not installed")

import httpx2
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from faqbot.server.app import create_app
from faqbot.server.mcp import document_text, make_server

QUESTION = "should I walk through the ache or stop"
ALARM = "I can't feel my legs and I've wet myself"
SERVE = """
import sys
from faqbot import FaqBot
from faqbot.server.mcp import run
from faqbot.settings import Settings
run(FaqBot.load(sys.argv[1]), Settings())
"""


def called(server: Any, name: str, *, error: bool = False, **arguments: Any) -> dict[str, Any]:
    """What one call of a tool returns, as a client sees it."""

    async def call() -> dict[str, Any]:
        async with Client(server) as client:
            result = await client.call_tool(name, arguments)
            assert result.is_error == error, result.content
            assert result.structured_content is not None
            assert json.loads(result.content[0].text) == result.structured_content  # type: ignore[union-attr]
            return dict(result.structured_content)

    return asyncio.run(call())


def test_over_stdio_it_answers_as_the_bot_does(index_folder: Path, bot: FaqBot) -> None:
    program = StdioServerParameters(command=sys.executable, args=["-c", SERVE, str(index_folder)], env=dict(os.environ))
    given = called(stdio_client(program), "answer", question=QUESTION, history=["my back aches"], top_k=2)
    assert given == bot.answer(QUESTION, ["my back aches"], 2).to_dict()


def test_the_tools_have_titles_parameters_and_hints(bot: FaqBot) -> None:
    async def listed() -> list[Any]:
        async with Client(make_server(bot, Settings())) as client:
            return list((await client.list_tools()).tools)

    tools = asyncio.run(listed())
    assert {tool.name: sorted(tool.input_schema["properties"]) for tool in tools} == {
        "answer": ["history", "question", "top_k"],
        "assess": ["messages"],
    }
    assert {tool.name: tool.title for tool in tools} == {"answer": "Answer a question", "assess": "Assess messages"}
    for tool in tools:
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is False
        assert tool.annotations.open_world_hint is False


def test_a_document_is_a_resource_without_its_boilerplate(bot: FaqBot) -> None:
    passage = bot.answer(QUESTION).hits[0].passage

    async def read(uri: str) -> Any:
        async with Client(make_server(bot, Settings())) as client:
            templates = (await client.list_resource_templates()).resource_templates
            assert [template.uri_template for template in templates] == ["faqbot://documents/{+document_id}"]
            with pytest.raises(MCPError, match=r"none\.md"):
                await client.read_resource("faqbot://documents/none.md")
            return (await client.read_resource(uri)).contents[0]

    content = asyncio.run(read(f"faqbot://documents/{passage.document_id}"))
    assert passage.text in content.text
    assert content.mime_type == "text/markdown"


def test_boilerplate_is_left_out_of_a_document() -> None:
    text = "Buy now! Walk a little. Subscribe! Rest."
    spans = ((24, 34), (0, 9), (3, 9))
    assert document_text(Document("a.md", text, boilerplate=spans)) == "Walk a little.  Rest."


def test_without_safety_rules_nothing_is_said_of_emergencies(bot: FaqBot) -> None:
    class Shop:
        config = Config(page=PageConfig(title="Mill Lane Bikes", tabs=("ask",)), safety=SafetyConfig(profile="none"))

        def __getattr__(self, name: str) -> Any:
            return getattr(bot, name)

    async def told() -> str:
        async with Client(make_server(cast(Answering, Shop()), Settings())) as client:
            tools = (await client.list_tools()).tools
            templates = (await client.list_resource_templates()).resource_templates
            parts = [client.instructions, *(each.model_dump_json() for each in (*tools, *templates))]
            return "\n".join(map(str, parts))

    text = asyncio.run(told())
    assert "Mill Lane Bikes" in text
    assert re.findall("health|pain|emergenc|doctor|symptom|urgent|medic|alert|safety", text, re.IGNORECASE) == []


def test_over_http_it_answers_as_the_bot_does_and_asks_for_the_token(bot: FaqBot) -> None:
    app = create_app(bot, Settings(token="s3cret"), page=False, mcp=True)
    with running(app) as address:
        assert httpx.post(f"{address}/mcp", json={}).status_code == 401

        async def call() -> Any:
            headers = {"Authorization": "Bearer s3cret"}
            async with (
                httpx2.AsyncClient(headers=headers) as http,
                Client(streamable_http_client(f"{address}/mcp", http_client=http)) as client,
            ):
                return await client.call_tool("answer", {"question": QUESTION, "top_k": 2})

        assert asyncio.run(call()).structured_content == bot.answer(QUESTION, top_k=2).to_dict()


@pytest.mark.parametrize(
    ("settings", "headers", "status"),
    [
        (Settings(), {"Host": "localhost:7860"}, 200),
        (Settings(), {"Host": "127.0.0.1:7860", "Origin": "http://localhost:7860"}, 200),
        (Settings(), {"Host": "[::1]:7860"}, 200),
        (Settings(), {"Host": "rebound.example:7860"}, 421),
        (Settings(), {"Host": "localhost.rebound.example"}, 421),
        (Settings(), {"Host": "localhost:7860", "Origin": "http://rebound.example:7860"}, 403),
        (Settings(host="0.0.0.0"), {"Host": "chat.example.org"}, 421),
        (Settings(host="192.0.2.7"), {"Host": "192.0.2.7:7860"}, 200),
        (Settings(hosts="chat.example.org, other.example"), {"Host": "chat.example.org"}, 200),
        (Settings(hosts="chat.example.org", root_path="/faq"), {"Host": "chat.example.org"}, 200),
        (Settings(hosts="chat.example.org"), {"Host": "chat.example.org", "Origin": "https://chat.example.org"}, 200),
        (Settings(origins="https://www.example.org"), {"Host": "localhost", "Origin": "https://www.example.org"}, 200),
    ],
)
def test_another_sites_host_or_origin_is_refused(
    bot: FaqBot, settings: Settings, headers: dict[str, str], status: int
) -> None:
    request = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accepted = {"Accept": "application/json, text/event-stream"}
    with TestClient(create_app(bot, settings, page=False, mcp=True)) as client:
        response = client.post(f"{settings.root_path}/mcp", json=request, headers=accepted | headers)
        assert response.status_code == status, response.text


def test_an_emergency_is_assessed_over_the_whole_conversation(bot: FaqBot) -> None:
    given = called(make_server(bot, Settings()), "assess", messages=[ALARM, "thanks"])
    assert given == bot.assess([ALARM, "thanks"]).to_dict()
    assert given["level"] == "emergency"


def test_a_refusal_says_why_and_keeps_the_alert(bot: FaqBot) -> None:
    server = make_server(bot, Settings())
    given = called(server, "answer", error=True, question="my back aches. " * 200 + ALARM)
    assert given["error"].startswith("The question has ")
    assert given["alert"]["level"] == "emergency"
    many = called(server, "assess", error=True, messages=[ALARM] + ["x"] * 200)
    assert many["error"].startswith("The conversation has 201 messages")
    assert many["alert"]["level"] == "emergency"


def test_without_an_index_it_still_watches(bot: FaqBot) -> None:
    closed = UnavailableBot(IndexMissingError("No index at index/"), bot.assess)
    given = called(make_server(closed, Settings()), "answer", error=True, question=ALARM)
    assert given == {"error": "No index at index/", "alert": bot.assess([ALARM]).to_dict()}
