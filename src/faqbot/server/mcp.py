"""The bot as a Model Context Protocol server, over standard input and output or streamable HTTP."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI

import faqbot
from faqbot.errors import FaqbotError, need
from faqbot.server.concurrency import BusyError, ConcurrencyLimit
from faqbot.service import Answering, ErrorResponse, assess_conversation, safe_answer
from faqbot.settings import Settings
from faqbot.types import Alert, Answer, Document

try:
    from mcp.server import MCPServer
    from mcp.server.mcpserver.exceptions import ResourceError
    from mcp.server.transport_security import TransportSecuritySettings
    from mcp.types import CallToolResult, TextContent, ToolAnnotations
except ImportError as error:
    raise need("mcp", "mcp", error) from error

INSTRUCTIONS = (
    "Answers questions about {title} with passages quoted from documents. Quote passages word for word and name their "
    "source. Under band none say that there is no answer: the hits are only the nearest there is. If there is a reply, "
    "pass it on. The whole document of a passage is the resource faqbot://documents/{{document_id}}."
)
SAFETY_INSTRUCTIONS = (
    " Show alert.message before everything else unless alert.level is none. Pass on all of the person's own messages, "
    "oldest first and unchanged: an emergency is recognised by their words."
)

_LOCAL = ("localhost", "127.0.0.1", "[::1]")

Call = Callable[[], Answer | Alert | ErrorResponse]


def make_server(bot: Answering, settings: Settings, limit: ConcurrencyLimit | None = None) -> "MCPServer[Any]":
    """Return a server with the tools `answer` and `assess`, and each document as a resource.

    Without safety rules (safety = "none") there is no `assess`, and nothing is said of emergencies.
    """
    limit = limit or ConcurrencyLimit(settings.concurrency, settings.queue_limit)
    title, safety = bot.config.page.title, bot.config.safety.enabled
    server: MCPServer[Any] = MCPServer(
        "faqbot",
        title=title,
        instructions=INSTRUCTIONS.format(title=title) + (SAFETY_INSTRUCTIONS if safety else ""),
        version=faqbot.__version__,
        log_level="WARNING",
    )

    @server.tool(title="Answer a question", annotations=_read_only("Answer a question"))
    async def answer(
        question: str, history: list[str] | None = None, top_k: int | None = None
    ) -> Annotated[CallToolResult, dict[str, Any]]:
        """Return passages that answer a question, best first, word for word and with their sources.

        `history` is what the person wrote before, oldest first. `top_k` is the largest number of passages.
        """
        return await _called(limit, lambda: safe_answer(bot, question, history or [], top_k=top_k))

    async def assess(messages: list[str]) -> Annotated[CallToolResult, dict[str, Any]]:
        """Return whether what a person wrote sounds like an emergency; `messages` are theirs, oldest first."""
        return await _called(limit, lambda: assess_conversation(bot, messages, most=settings.max_history))

    if safety:
        server.tool(title="Assess messages", annotations=_read_only("Assess messages"))(assess)

    @server.resource(
        "faqbot://documents/{+document_id}", name="document", title="A document", mime_type="text/markdown"
    )
    def document(document_id: str) -> str:
        """A document of the index as Markdown, without advertisements and other boilerplate."""
        try:
            return document_text(bot.document(document_id))
        except FaqbotError as error:
            raise ResourceError(str(error)) from None

    return server


def mount_mcp(app: FastAPI, bot: Answering, settings: Settings, limit: ConcurrencyLimit) -> None:
    """Serve MCP as streamable HTTP at `/mcp` of the app, without sessions, so that any of several processes answers."""
    server = make_server(bot, settings, limit)
    served = server.streamable_http_app(
        stateless_http=True,
        json_response=True,
        max_request_body_size=settings.max_body_bytes,
        transport_security=transport_security(settings),
    )
    app.router.routes.extend(served.routes)
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(outer: Any) -> AsyncIterator[Any]:
        async with inner(outer) as state, server.session_manager.run():
            yield state

    app.router.lifespan_context = lifespan


def transport_security(settings: Settings) -> TransportSecuritySettings:
    """Return which Host and Origin headers are served: a page of another site that resolves to this machine is not.

    Admitted are the names of this machine, the address it listens on, `settings.hosts` and `settings.origins`.
    """
    listening = "" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - any address, so no name
    named = [*_LOCAL, f"[{listening}]" if ":" in listening else listening, *settings.host_names]
    hosts = [host for name in filter(None, named) for host in (name, f"{name}:*")]
    origins = [f"{scheme}://{host}" for scheme in ("http", "https") for host in hosts]
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=[*origins, *settings.allowed_origins])


def document_text(document: Document) -> str:
    """Return the text of a document without the spans that its reader marked as boilerplate."""
    kept, at = [], 0
    for start, end in sorted(document.boilerplate):
        kept.append(document.text[at:start])
        at = max(at, end)
    return "".join([*kept, document.text[at:]])


def run(bot: Answering, settings: Settings) -> None:
    """Serve on standard input and output until the assistant closes them."""
    make_server(bot, settings).run("stdio")


async def _called(limit: ConcurrencyLimit, call: Call) -> CallToolResult:
    """The result in the JSON form of every interface; an error is one for the client too, with its alert."""
    try:
        result = await limit.run(call)
        content, failed = result.to_dict(), isinstance(result, ErrorResponse)
    except BusyError as error:
        content, failed = {"error": str(error)}, True
    text = TextContent(text=json.dumps(content, ensure_ascii=False))
    return CallToolResult(content=[text], structured_content=content, is_error=failed)


def _read_only(title: str) -> ToolAnnotations:
    return ToolAnnotations(
        title=title, read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    )
