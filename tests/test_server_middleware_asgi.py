"""The guards spoken to as a server does, event by event: what a test client cannot send."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from faqbot.server.middleware import MAX_HEADERS, PathAllowList, RequestLog, RetryAfter, SecurityHeaders, SizeLimit

DISCONNECT: Message = {"type": "http.disconnect"}


def _speak(app: ASGIApp, scope: Scope, events: Iterable[Message] = ()) -> list[Message]:
    """Everything that an app sends when it is told these events."""
    told, sent = iter(events), list[Message]()

    async def receive() -> Message:
        return next(told)

    async def send(message: Message) -> None:
        sent.append(message)

    async def spoken() -> None:
        await app(scope, receive, send)

    asyncio.run(spoken())
    return sent


def _http(path: str = "/api/x", *, method: str = "POST", headers: Iterable[tuple[str, str]] = ()) -> Scope:
    raw = [(name.encode(), value.encode()) for name, value in headers]
    return {"type": "http", "path": path, "method": method, "headers": raw}


def _answering(*start: tuple[bytes, bytes], status: int = 200) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": list(start)})

    return app


def _recording(seen: list[Any], events: int = 2) -> ASGIApp:
    """Keeps the scope's type and the first events that it receives."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])
        if scope["type"] == "http":
            seen.extend([await receive() for _ in range(events)])

    return app


def _body(content: bytes, more: bool = False) -> Message:
    return {"type": "http.request", "body": content, "more_body": more}


def test_a_body_in_pieces_is_handed_on_whole_and_what_comes_after_it_too() -> None:
    seen: list[Any] = []
    _speak(SizeLimit(_recording(seen), 4), _http(), [_body(b"ab", more=True), _body(b"cd"), DISCONNECT])
    assert seen == ["http", _body(b"abcd"), DISCONNECT]


def test_who_hangs_up_within_a_body_is_served_no_half_of_it() -> None:
    seen: list[Any] = []
    assert _speak(SizeLimit(_recording(seen), 4), _http(), [_body(b"ab", more=True), DISCONNECT]) == []
    assert seen == []


@pytest.mark.parametrize(("length", "status"), [("4", None), ("5", 413), ("4.0", 413), ("", 413)])
def test_an_announced_length_at_the_limit_is_read_and_one_over_it_is_not(length: str, status: int | None) -> None:
    seen: list[Any] = []
    scope = _http(headers=[("content-length", length)])
    sent = _speak(SizeLimit(_recording(seen), 4), scope, [_body(b"abcd"), DISCONNECT])
    assert [message.get("status") for message in sent[:1]] == ([status] if status else [])
    assert (seen == []) is (status is not None)


@pytest.mark.parametrize(("size", "served"), [(MAX_HEADERS, True), (MAX_HEADERS + 1, False)])
def test_headers_at_the_limit_are_read_and_a_byte_more_is_not(size: int, served: bool) -> None:
    scope = _http(method="GET", headers=[("x-long", "x" * (size - len("x-long")))])
    sent = _speak(SizeLimit(_answering(), 4), scope)
    assert sent[0]["status"] == (200 if served else 431)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_who_sends_no_body_is_not_waited_for(method: str) -> None:
    assert _speak(SizeLimit(_answering(), 4), _http(method=method))[0]["status"] == 200


@pytest.mark.parametrize(
    "guard",
    [
        lambda app: SizeLimit(app, 4),
        lambda app: SecurityHeaders(app, "'self'"),
        lambda app: PathAllowList(app, ("/api/",)),
        RequestLog,
        RetryAfter,
    ],
)
def test_lifespan_events_pass_every_middleware(guard: Callable[[ASGIApp], ASGIApp]) -> None:
    seen: list[Any] = []
    _speak(guard(_recording(seen)), {"type": "lifespan"})
    assert seen == ["lifespan"]


def test_a_web_socket_is_closed_and_never_served() -> None:
    seen: list[Any] = []
    sent = _speak(PathAllowList(_recording(seen), ("/api/",)), {"type": "websocket", "path": "/api/x", "headers": []})
    assert (sent, seen) == ([{"type": "websocket.close", "code": 1000}], [])


@pytest.mark.parametrize(
    ("path", "status"),
    [("/api/x", 200), ("/api/../x", 404), ("/API/x", 404), ("/other/api/", 404), ("/config", 200), ("/config/x", 404)],
)
def test_only_listed_paths_are_served(path: str, status: int) -> None:
    assert _speak(PathAllowList(_answering(), ("/api/",)), _http(path))[0]["status"] == status


def test_a_response_keeps_headers_of_its_own() -> None:
    sent = _speak(SecurityHeaders(_answering((b"referrer-policy", b"origin")), "'self'"), _http())
    headers = dict(sent[0]["headers"])
    assert headers[b"referrer-policy"] == b"origin"
    assert headers[b"permissions-policy"] == b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"
    assert headers[b"cross-origin-opener-policy"] == b"same-origin"
    queue = "/gradio_api/queue/join"
    sent = _speak(RetryAfter(_answering((b"retry-after", b"9"), status=503)), _http(queue))
    assert sent[0]["headers"] == [(b"retry-after", b"9")]
    sent = _speak(RetryAfter(_answering(status=503)), _http(queue))
    assert sent[0]["headers"] == [(b"retry-after", b"1")]
