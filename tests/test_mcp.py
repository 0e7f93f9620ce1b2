"""An assistant that starts the server over stdio gets the same answers and alerts as everybody else."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from faqbot import FaqBot
from faqbot.errors import IndexMissingError
from faqbot.service import UnavailableBot
from faqbot.settings import Settings

pytest.importorskip("mcp", reason="the mcp extra is not installed")

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from faqbot.server.mcp import make_server

QUESTION = "should I walk through the ache or stop"
ALARM = "I can't feel my legs and I've wet myself"
SERVE = """
import sys
from faqbot import FaqBot
from faqbot.server.mcp import run
from faqbot.settings import Settings
run(FaqBot.load(sys.argv[1]), Settings())
"""


def called(server: Any, name: str, **arguments: Any) -> dict[str, Any]:
    """What one call of a tool gives, as a client sees it."""

    async def call() -> dict[str, Any]:
        async with Client(server) as client:
            result = await client.call_tool(name, arguments)
            assert not result.is_error, result.content
            assert result.structured_content is not None
            assert json.loads(result.content[0].text) == result.structured_content  # type: ignore[union-attr]
            return dict(result.structured_content)

    return asyncio.run(call())


def test_over_stdio_it_answers_as_the_bot_does(index_folder: Path, bot: FaqBot) -> None:
    program = StdioServerParameters(command=sys.executable, args=["-c", SERVE, str(index_folder)], env=dict(os.environ))
    given = called(stdio_client(program), "answer", question=QUESTION, history=["my back aches"], top_k=2)
    assert given == bot.answer(QUESTION, ["my back aches"], 2).to_dict()


def test_the_tools_say_what_they_take(bot: FaqBot) -> None:
    async def listed() -> dict[str, list[str]]:
        async with Client(make_server(bot, Settings())) as client:
            return {tool.name: sorted(tool.input_schema["properties"]) for tool in (await client.list_tools()).tools}

    assert asyncio.run(listed()) == {"answer": ["history", "question", "top_k"], "assess": ["messages"]}


def test_an_emergency_is_assessed_over_the_whole_conversation(bot: FaqBot) -> None:
    given = called(make_server(bot, Settings()), "assess", messages=[ALARM, "thanks"])
    assert given == bot.assess([ALARM, "thanks"]).to_dict()
    assert given["level"] == "emergency"


def test_a_refusal_says_why_and_keeps_the_alert(bot: FaqBot) -> None:
    server = make_server(bot, Settings())
    given = called(server, "answer", question="my back aches. " * 200 + ALARM)
    assert given["error"].startswith("The question has ")
    assert given["alert"]["level"] == "emergency"
    many = called(server, "assess", messages=[ALARM] + ["x"] * 200)
    assert many["error"].startswith("The conversation has 201 messages")
    assert many["alert"]["level"] == "emergency"


def test_without_an_index_it_still_watches(bot: FaqBot) -> None:
    closed = UnavailableBot(IndexMissingError("No index at index/"), bot.assess)
    given = called(make_server(closed, Settings()), "answer", question=ALARM)
    assert given == {"error": "No index at index/", "alert": bot.assess([ALARM]).to_dict()}
