"""What stands before every door lets nothing through that is not served, and logs no words."""

import logging
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from faqbot.server.middleware import (
    PAGE_PATHS,
    PathAllowList,
    RequestLog,
    RetryAfter,
    SecurityHeaders,
    SizeLimit,
    content_policy,
)


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse((await request.body()).decode() or "empty")


async def broken(request: Request) -> PlainTextResponse:
    raise RuntimeError("planted words")


@pytest.fixture
def app() -> Starlette:
    routes = [Route("/api/echo", echo, methods=["GET", "POST"]), Route("/api/broken", broken)]
    return Starlette(routes=routes)


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/file=/etc/passwd",
        "/file=/etc/passwd",
        "/gradio_api/proxy=https://evil.example/",
        "/proxy=https://evil.example/",
        "/gradio_api/deep_link",
        "/gradio_api/run-history/records",
        "/gradio_api/runs",
        "/gradio_api/vibe-edit",
        "/gradio_api/process_recording",
        "/gradio_api/custom_component/1/client/component/x.js",
        "/gradio_api/run/ask",
        "/gradio_api/app_id",
        "/monitoring",
        "/monitoring/summary",
        "/login",
        "/manifest.json",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/static/../routes.py",
        "/assets/..%2f..%2froutes.py",
        "/assets/x/y.js",
    ],
)
def test_what_the_page_does_not_need_is_not_there(app: Starlette, path: str) -> None:
    response = TestClient(PathAllowList(app, ("/api/",))).get(path)
    assert response.status_code == 404
    assert response.json() == {"error": "There is nothing at this address."}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/assets/index-DphvyggB.js",
        "/static/js/iframeResizer.contentWindow.min.js",
        "/theme.css",
        "/config",
        "/gradio_api/queue/join",
        "/gradio_api/queue/data",
        "/gradio_api/info",
        "/gradio_api/call/answer/ab12",
    ],
)
def test_what_the_page_needs_is_there(path: str) -> None:
    assert PAGE_PATHS.fullmatch(path)


def test_dots_lead_nowhere_below_a_served_path(app: Starlette) -> None:
    scope_path = "/api/../gradio_api/upload"
    assert not PathAllowList(app, ("/api/",))._known(scope_path)


@pytest.mark.parametrize(("size", "status"), [(10, 200), (11, 413), (1000, 413)])
def test_a_body_over_the_limit_is_refused_and_one_at_it_is_not(app: Starlette, size: int, status: int) -> None:
    response = TestClient(SizeLimit(app, 10)).post("/api/echo", content=b"x" * size)
    assert response.status_code == status
    if status == 413:
        assert response.json()["error"].startswith("The request is larger than 10 bytes.")


def test_a_body_that_hides_its_length_is_refused_as_it_arrives(app: Starlette) -> None:
    def pieces() -> Iterator[bytes]:
        yield from [b"x" * 6] * 1000

    assert TestClient(SizeLimit(app, 10)).post("/api/echo", content=pieces()).status_code == 413


def test_a_body_in_pieces_arrives_whole(app: Starlette) -> None:
    assert TestClient(SizeLimit(app, 10)).post("/api/echo", content=iter([b"ab", b"cd"])).text == "abcd"


def test_headers_over_the_limit_are_refused(app: Starlette) -> None:
    response = TestClient(SizeLimit(app, 10)).get("/api/echo", headers={"X-Long": "x" * 33_000})
    assert response.status_code == 431
    assert response.json() == {"error": "The headers are larger than 32,768 bytes."}


def test_a_length_that_is_no_number_is_refused(app: Starlette) -> None:
    response = TestClient(SizeLimit(app, 10)).post("/api/echo", content=b"x", headers={"Content-Length": "-5"})
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("path", "status", "seconds"),
    [
        ("/gradio_api/queue/join", 503, "1"),
        ("/gradio_api/call/ask", 503, "1"),
        ("/gradio_api/call/ask", 200, None),
        ("/gradio_api/call/ask", 500, None),
        ("/api/ready", 503, None),
    ],
)
def test_a_full_queue_says_when_to_come_again(path: str, status: int, seconds: str | None) -> None:
    async def refuse(request: Request) -> PlainTextResponse:
        return PlainTextResponse("full", status)

    response = TestClient(RetryAfter(Starlette(routes=[Route(path, refuse, methods=["POST"])]))).post(path)
    assert response.status_code == status
    assert response.headers.get("retry-after") == seconds


def test_every_response_is_protected(app: Starlette) -> None:
    headers = TestClient(SecurityHeaders(app, "https://clinic.example")).get("/api/echo").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors https://clinic.example"
    )


def test_the_policy_allows_no_other_host() -> None:
    assert "http" not in content_policy("'self'", "'self'", "'self'")


def test_a_log_line_has_an_id_and_no_words(app: Starlette, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "faqbot.http")
    response = TestClient(RequestLog(app)).post("/api/echo?planted=query", content=b"planted body")
    (record,) = caplog.records
    assert record.getMessage().startswith(f"{response.headers['x-request-id']} POST /api/ 200 ")
    assert "planted" not in caplog.text


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/", "/"),
        ("/config", "/config"),
        ("/api/answer", "/api/answer"),
        ("/api/feedback", "/api/feedback"),
        ("/api/openapi.json", "/api/openapi.json"),
        ("/api/planted", "/api/"),
        ("/api/answer/planted", "/api/"),
        ("/api/" + "planted" * 9, "/api/"),
        ("/documents/planted/name.md", "/documents/"),
        ("/gradio_api/heartbeat/planted", "/gradio_api/"),
        ("/planted", "?"),
        ("/planted/answer", "?"),
        ("/config%0aplanted", "?"),
        ("/configplanted", "?"),
    ],
)
def test_the_log_names_only_places_that_there_are(
    app: Starlette, caplog: pytest.LogCaptureFixture, path: str, logged: str
) -> None:
    caplog.set_level(logging.INFO, "faqbot.http")
    TestClient(RequestLog(app)).get(path)
    (record,) = caplog.records
    assert record.getMessage().split()[2] == logged
    assert "planted" not in caplog.text


def test_a_method_of_ones_own_is_not_logged(app: Starlette, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "faqbot.http")
    TestClient(RequestLog(app)).request("PLANTED", "/api/echo")
    assert " ? /api/ 405 " in caplog.records[0].getMessage()


def test_a_request_that_breaks_is_logged_as_500(app: Starlette, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "faqbot.http")
    with pytest.raises(RuntimeError):
        TestClient(RequestLog(app)).get("/api/broken")
    assert " GET /api/ 500 " in caplog.records[0].getMessage()
