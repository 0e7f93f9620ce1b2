"""The same questions through every door give the same answers."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from faqbot import FaqBot
from faqbot.settings import Settings
from web_server import serving

WORDS = (
    "I can't feel my legs and I've wet myself",
    "I have a fever and my back hurts",
    "I want to end my life because of this pain",
    "what is the capital of Mongolia",
    "wlaking hrts my lowr bakc",
    "¿por qué me duele la espalda?",
    "back\tpain 😀 <b>&amp;</b> \u202eetihw",
    "shoes",
    "is numbness between the legs dangerous",
    "my dog has back pain",
)

Answers = list[dict[str, Any]]


@pytest.fixture(scope="module")
def questions(bot: FaqBot) -> list[str]:
    """Forty questions that the corpus answers, and ten of other kinds."""
    asked = [*dict.fromkeys(bot.examples(40)), *WORDS]
    assert len(asked) == 50
    return asked


@pytest.fixture(scope="module")
def expected(bot: FaqBot, questions: list[str]) -> Answers:
    """What Python gives."""
    return [bot.answer(question).to_dict() for question in questions]


def by_command_line(index_folder: Path, bot: FaqBot, questions: list[str]) -> Answers:
    command = [sys.executable, "-m", "faqbot", "ask", "-", "--index", str(index_folder), "--json"]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        command, input="\n".join(questions), capture_output=True, encoding="utf-8", timeout=120, env=environment
    )
    return [json.loads(line) for line in done.stdout.split("\n") if line]


def by_rest(index_folder: Path, bot: FaqBot, questions: list[str]) -> Answers:
    with serving(bot) as address, httpx.Client(base_url=address) as client:
        return [client.post("/api/answer", json={"question": question}).json() for question in questions]


def by_the_page(index_folder: Path, bot: FaqBot, questions: list[str]) -> Answers:
    def call(client: httpx.Client, question: str) -> dict[str, Any]:
        event = client.post("/gradio_api/call/answer", json={"data": [question, []]}).json()["event_id"]
        told = client.get(f"/gradio_api/call/answer/{event}").text
        return dict(json.loads(told.split("data: ")[-1])[0])

    with serving(bot) as address, httpx.Client(base_url=address) as client:
        return [call(client, question) for question in questions]


def by_model_context_protocol(index_folder: Path, bot: FaqBot, questions: list[str]) -> Answers:
    mcp = pytest.importorskip("mcp", reason="the mcp extra is not installed")
    from faqbot.server.mcp import make_server

    async def ask() -> Answers:
        async with mcp.Client(make_server(bot, Settings())) as client:
            results = [await client.call_tool("answer", {"question": question}) for question in questions]
            return [result.structured_content for result in results]

    return asyncio.run(ask())


@pytest.mark.parametrize("door", [by_command_line, by_rest, by_the_page, by_model_context_protocol])
def test_every_door_gives_what_python_gives(
    door: Callable[[Path, FaqBot, list[str]], Answers],
    index_folder: Path,
    bot: FaqBot,
    questions: list[str],
    expected: Answers,
) -> None:
    given = door(index_folder, bot, questions)
    assert len(given) == len(expected)
    for got, wanted in zip(given, expected, strict=True):
        assert got == wanted
