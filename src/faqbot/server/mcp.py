"""The bot as a Model Context Protocol server: an assistant's tool call comes in, the JSON of the answer goes out."""

from typing import Any

import faqbot
from faqbot.errors import need
from faqbot.service import Answering, assess_conversation, safe_answer
from faqbot.settings import Settings

try:
    from mcp.server import MCPServer
except ImportError as error:
    raise need("mcp", "mcp", error) from error

INSTRUCTIONS = (
    "Answers about back pain when walking with passages that somebody wrote. Show alert.message before everything else "
    "unless alert.level is none. Quote passages word for word and name their source. Under band none say that there is "
    "no answer: the hits are only the nearest there is. Pass on all of the person's own messages, oldest first, and "
    "unchanged: an emergency is recognised by their words."
)


def make_server(bot: Answering, settings: Settings) -> "MCPServer[Any]":
    """A server with the tools `answer` and `assess`."""
    server: MCPServer[Any] = MCPServer(
        "faqbot",
        title=bot.config.page.title,
        instructions=INSTRUCTIONS,
        version=faqbot.__version__,
        log_level="WARNING",
    )

    @server.tool(structured_output=True)
    def answer(question: str, history: list[str] | None = None, top_k: int | None = None) -> dict[str, Any]:
        """Passages that answer a health question, best first, word for word and with their sources.

        `history` is what the person wrote before, oldest first. An `error` is the reason why there is no answer.
        """
        return safe_answer(bot, question, history or [], top_k=top_k).to_dict()

    @server.tool(structured_output=True)
    def assess(messages: list[str]) -> dict[str, Any]:
        """Whether what a person wrote sounds like an emergency; `messages` are theirs, oldest first."""
        return assess_conversation(bot, messages, most=settings.max_history).to_dict()

    return server


def run(bot: Answering, settings: Settings) -> None:
    """Serve on standard input and output until the assistant closes them."""
    make_server(bot, settings).run("stdio")
