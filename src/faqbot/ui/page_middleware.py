"""Middleware for Gradio's start page: nothing from outside, our banner before any script, a policy with a nonce."""

import gzip
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from faqbot.ui.assets import accepts_gzip

_OUTSIDE = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>|<link rel="manifest"[^>]*>')
_SCRIPT = re.compile(r"<script\b")
_BODY = re.compile(r"<body\b[^>]*>")
_LANGUAGE = re.compile(r'(<html\b[^>]*?)(?:\s+lang="[^"]*")?([^>]*>)')
# Gradio evaluates its components' templates and Svelte sets style attributes; a script needs the nonce all the same.
_SCRIPTS = "'self' 'unsafe-eval' 'nonce-{nonce}'"
_STYLES = "'self' 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class PageMiddleware:
    """ASGI middleware that rewrites the page at `/` and leaves every other response as it is.

    `head` goes to the end of <head>, `top` to the start of <body>; `policy(scripts, styles)` is the CSP. `before` is
    awaited before the page is asked for.
    """

    app: ASGIApp
    head: str
    top: str
    policy: Callable[[str, str], str]
    language: str
    before: Callable[[], Awaitable[None]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, holding back the page until it is whole."""
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] not in ("GET", "HEAD"):
            return await self.app(scope, receive, send)
        await self.before()
        # Uncompressed, so that it can be read here.
        plain = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]}
        compress = accepts_gzip(Headers(scope=scope).get("accept-encoding", ""))
        start: dict[str, Any] = {}
        parts: list[bytes] = []

        async def hold(message: Message) -> None:
            if message["type"] == "http.response.start":
                return start.update(message)
            if message["type"] != "http.response.body":
                return await send(message)
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                body = self._finish(start, b"".join(parts), compress=compress)
                await send(start)
                await send({"type": "http.response.body", "body": body})

        await self.app(plain, receive, hold)

    def _finish(self, start: dict[str, Any], body: bytes, *, compress: bool) -> bytes:
        headers = MutableHeaders(raw=start["headers"])
        if start["status"] == 200 and headers.get("content-type", "").startswith("text/html") and body:
            nonce = secrets.token_urlsafe(16)
            body = self._rewritten(body.decode(), nonce).encode()
            headers["vary"] = "Accept-Encoding"
            if compress:
                body = gzip.compress(body, compresslevel=6)
                headers["content-encoding"] = "gzip"
            headers["content-length"] = str(len(body))
            headers["content-security-policy"] = self.policy(_SCRIPTS.format(nonce=nonce), _STYLES)
            headers["cache-control"] = "no-store"
        start["headers"] = headers.raw
        return body

    def _rewritten(self, page: str, nonce: str) -> str:
        """The page with our parts in it; what Gradio wrote as data has its `<` escaped, so tags are tags."""
        page = _OUTSIDE.sub("", page)
        page = _LANGUAGE.sub(lambda tag: f'{tag[1]} lang="{self.language}"{tag[2]}', page, count=1)
        page = page.replace("</head>", self.head + "</head>", 1)
        page = _BODY.sub(lambda body: body.group() + self.top, page, count=1)
        return _SCRIPT.sub(f'<script nonce="{nonce}"', page)
