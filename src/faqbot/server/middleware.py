"""ASGI middleware: security headers, body and header limits, path allow-list, root path, and a log without words.

Each is a plain ASGI class (https://asgi.readthedocs.io), so that answers can stream through it.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from faqbot.server.concurrency import RETRY_AFTER

log = logging.getLogger("faqbot.http")
MAX_HEADERS = 32 * 1024

# What the page needs of Gradio, which serves far more: uploads, files, proxies, recordings, run histories.
# Without its app_id a page never reloads itself when the server comes back: a reload would lose the conversation.
PAGE_PATHS = re.compile(
    r"/(assets/[\w.-]+|static/(js|img|fonts)/[\w./-]+|theme\.css|favicon\.ico|config|robots\.txt"
    r"|gradio_api/(queue/(join|data)|info|config|heartbeat/\w+|startup-events|theme\.css|cancel|reset"
    r"|call/(v2/)?\w+(/\w+)?))?/?"
)
QUEUE_PATHS = ("/gradio_api/queue/", "/gradio_api/call/")

# What a log line may name: the places that there are. All else in a path, or for a method, is somebody's own words.
_PLACES = re.compile(
    r"/api/(answer|assess|feedback|health|ready|docs|openapi\.json)$|/mcp$"
    r"|/(api|documents|own|pictures|assets|static|gradio_api)/"
    r"|/(config|theme\.css|widget\.js|topics|suggest|favicon\.ico|robots\.txt)?$"
)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_OTHER = "?"


class RootPath:
    """Serves the app below a path of a reverse proxy, whether the proxy cuts that path off requests or not."""

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self.app = app
        self.root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request by its path below the root path."""
        if self.root_path and scope["type"] == "http" and scope["path"].startswith(f"{self.root_path}/"):
            path = scope["path"].removeprefix(self.root_path)
            scope = {**scope, "path": path, "raw_path": quote(path).encode()}
        await self.app(scope, receive, send)


class PathSwitch:
    """Hands requests below a path to another app, past what guards this one: it has limits of its own."""

    def __init__(self, app: ASGIApp, prefix: str, other: ASGIApp) -> None:
        self.app = app
        self.prefix = prefix
        self.other = other

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request by the app that its path names."""
        path = scope["path"] if scope["type"] == "http" else ""
        below = path == self.prefix or path.startswith(f"{self.prefix}/")
        await (self.other if below else self.app)(scope, receive, send)


class RequestLog:
    """Gives each request an id and logs one line for it, without its query, its body or who sent it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and say how it went."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request_id, started, status = secrets.token_hex(6), time.perf_counter(), 500

        async def logged(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self.app(scope, receive, logged)
        finally:
            spent = 1000 * (time.perf_counter() - started)
            method = scope["method"] if scope["method"] in _METHODS else _OTHER
            log.info("%s %s %s %d %.1f ms", request_id, method, _place(scope["path"]), status, spent)


class SecurityHeaders:
    """Adds the same protective headers to every response that does not set its own."""

    def __init__(self, app: ASGIApp, frame_ancestors: str) -> None:
        self.app = app
        self.headers = {
            "Content-Security-Policy": content_policy(frame_ancestors),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request with the headers added."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class RetryAfter:
    """Adds Retry-After where the page's queue is full: Gradio refuses with 503 and leaves that out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request; only paths of the queue get the header, for a missing index is not there in a second."""
        if scope["type"] != "http" or not scope["path"].startswith(QUEUE_PATHS):
            return await self.app(scope, receive, send)

        async def with_retry_after(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 503:
                MutableHeaders(scope=message).setdefault("Retry-After", str(RETRY_AFTER))
            await send(message)

        await self.app(scope, receive, with_retry_after)


class SizeLimit:
    """Refuses a body over the limit with 413, as announced or as it arrives, and overlong headers with 431."""

    def __init__(self, app: ASGIApp, limit: int, too_large: ASGIApp | None = None) -> None:
        """`too_large` is answered in place of the 413 that speaks of questions."""
        self.app = app
        self.limit = limit
        self.too_large = too_large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body up to the limit, then hand it on whole, so that a refusal is always a clean answer."""
        if scope["type"] == "http" and sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADERS:
            message = f"The headers are larger than {MAX_HEADERS:,} bytes."
            return await JSONResponse({"error": message}, 431, {"Connection": "close"})(scope, receive, send)
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return await self.app(scope, receive, send)
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal() or int(announced) > self.limit:
            return await self._refuse(scope, receive, send)
        parts: list[bytes] = []
        size, more = 0, True
        while more:
            event = await receive()
            if event["type"] == "http.disconnect":
                return None
            parts.append(event.get("body", b""))
            size, more = size + len(parts[-1]), event.get("more_body", False)
            if size > self.limit:
                return await self._refuse(scope, receive, send)
        await self.app(scope, _replayed(b"".join(parts), receive), send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.too_large:
            return await self.too_large(scope, receive, send)
        message = (
            f"The request is larger than {self.limit:,} bytes. Send a shorter question or start a new conversation."
        )
        await JSONResponse({"error": message}, 413, {"Connection": "close"})(scope, receive, send)


class PathAllowList:
    """Answers 404 for every path but the page's own and those that begin with one of `prefixes`."""

    def __init__(self, app: ASGIApp, prefixes: Iterable[str]) -> None:
        self.app = app
        self.prefixes = tuple(prefixes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or say that there is nothing here."""
        if scope["type"] == "http" and not self._known(scope["path"]):
            return await JSONResponse({"error": "There is nothing at this address."}, 404)(scope, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1000})
        await self.app(scope, receive, send)

    def _known(self, path: str) -> bool:
        return ".." not in path and (path.startswith(self.prefixes) or PAGE_PATHS.fullmatch(path) is not None)


def content_policy(frame_ancestors: str, scripts: str = "'none'", styles: str = "'self'") -> str:
    """Return a Content-Security-Policy that lets nothing in from elsewhere; the page needs more scripts and styles."""
    return (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors {frame_ancestors}"
    )


def _place(path: str) -> str:
    """The path as far as it names a place of ours, without what a person chose."""
    known = _PLACES.match(path)
    return known.group() if known else _OTHER


def _replayed(body: bytes, receive: Receive) -> Callable[[], Any]:
    sent = False

    async def replay() -> MutableMapping[str, Any]:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
