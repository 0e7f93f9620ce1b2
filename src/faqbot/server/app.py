"""The HTTP server: the app with its interfaces and middleware, and running it until it is told to stop."""

import logging
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

import faqbot
from faqbot.config import Config
from faqbot.errors import FaqbotError, SettingsError
from faqbot.feedback import FeedbackRecorder
from faqbot.server.api import Services, add_rest
from faqbot.server.auth import TokenGuard
from faqbot.server.concurrency import ConcurrencyLimit
from faqbot.server.middleware import (
    PathAllowList,
    PathSwitch,
    RequestLog,
    RetryAfter,
    RootPath,
    SecurityHeaders,
    SizeLimit,
)
from faqbot.service import Answering, unavailable_bot
from faqbot.settings import Settings
from faqbot.ui.articles import article_routes
from faqbot.ui.assets import Assets
from faqbot.ui.handlers import Handlers, suggestion_routes
from faqbot.ui.options import page_options

log = logging.getLogger(__name__)

REST_ONLY = "Several processes serve REST only; the page takes one: faqbot serve without --workers."

GRACE_SECONDS = 3  # for requests under way; with what uvicorn adds, a stop takes under five
HEALTH_SECONDS = 20  # a process that answers no ping for so long is replaced; a slow machine starts one in ten
_RENEW_SECONDS = 1.0
_BACKLOG = 2048  # connections that wait to be accepted, from the moment the address is announced
_OWN_PATHS = ("/api/", "/documents/", "/own/", "/pictures/", "/topics", "/suggest", "/widget.js", "/mcp")


def create_app(
    bot: Answering | FaqbotError,
    settings: Settings,
    *,
    page: bool = True,
    mcp: bool = False,
    admin: ASGIApp | None = None,
) -> FastAPI:
    """Return the app: the page at `/`, articles at `/documents/`, REST at `/api/`, and MCP at `/mcp`, all guarded.

    `admin` is the owner's page where several apps share one; without it a page has its own, if there is a token.

    With an error in place of the bot (its index could not be opened) every interface gives the reason, and the safety
    advice all the same. Raises RulesError, and FeedbackError for a file (`settings.feedback`) that is not for feedback.
    """
    if isinstance(bot, FaqbotError):
        bot = unavailable_bot(bot, settings)
    bot.assess([])  # rules that cannot be read stop the start, not the first question
    recorder = FeedbackRecorder(Path(settings.feedback)) if settings.feedback else None
    limit = ConcurrencyLimit(settings.concurrency, settings.queue_limit)
    app = FastAPI(
        title=bot.config.page.title,
        version=faqbot.__version__,
        servers=[{"url": settings.root_path}] if settings.root_path else None,
        generate_unique_id_function=lambda route: route.name,
        openapi_url="/api/openapi.json",
        docs_url=None,  # which would load files from elsewhere
        redoc_url=None,
    )
    add_rest(app, Services(bot, settings, recorder, limit))
    options = page_options(bot, settings)
    assets = Assets(options)
    app.include_router(article_routes(bot, options, assets))
    app.include_router(suggestion_routes(bot))
    app.router.routes.extend(assets.routes())
    if mcp:
        from faqbot.server.mcp import mount_mcp  # which loads the SDK

        mount_mcp(app, bot, settings, limit)
    if page:
        from faqbot.ui.page import mount_page  # which loads gradio

        mount_page(app, Handlers(bot, settings, recorder, options), settings, assets)
    else:
        app.add_route("/", _no_page)
    if page and settings.admin_token:
        admin = admin or _admin(bot, settings)
    _add_middleware(app, settings, admin)
    return app


async def _no_page(request: Request) -> JSONResponse:
    return JSONResponse({"error": f"{REST_ONLY} REST is described at /api/docs"}, 404)


def app_maker(
    bot: Answering, settings: Settings, *, page: bool = True, mcp: bool = False
) -> Callable[[], FastAPI | None]:
    """Return a function that gives an app, then None until the bot's configuration is another one, as `renew` of `run`.

    The owner's page is one and the same in all of them, so nobody who is logged in has to log in again.
    """
    admin = _admin(bot, settings) if page and settings.admin_token else None
    built_for: Config | None = None

    def make() -> FastAPI | None:
        nonlocal built_for
        if built_for == bot.config:
            return None
        built_for = bot.config
        return create_app(bot, settings, page=page, mcp=mcp, admin=admin)

    return make


def _admin(bot: Answering, settings: Settings) -> ASGIApp:
    from faqbot.admin.app import admin_app

    return admin_app(bot, settings)


def _add_middleware(app: FastAPI, settings: Settings, admin: ASGIApp | None) -> None:
    """Put the middleware before everything; the last added is the first met."""
    origins = settings.allowed_origins
    if settings.token:
        app.add_middleware(TokenGuard, token=settings.token, origins=origins)
    app.add_middleware(RetryAfter)
    app.add_middleware(SizeLimit, limit=settings.max_body_bytes)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Content-Type", "Authorization"],
    )
    app.add_middleware(PathAllowList, prefixes=_OWN_PATHS)
    app.add_middleware(SecurityHeaders, frame_ancestors=settings.frame_ancestors)
    if admin:
        app.add_middleware(PathSwitch, prefix="/admin", other=admin)
    app.add_middleware(RequestLog)
    app.add_middleware(RootPath, root_path=settings.root_path)


def run(
    app: FastAPI,
    host: str,
    port: int,
    *,
    announce: Callable[[str], None] = lambda address: None,
    renew: Callable[[], FastAPI | None] = lambda: None,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is under way; `announce` gets the address when it is open.

    `renew` is asked every second for an app to go on with, once there is reason for another one: a page has the
    operator's title and texts built in. Requests under way are finished, and new ones wait for a moment. Port 0 takes
    any free port. Raises SettingsError where the address cannot be had.
    """
    listener = listen(host, port)
    announce(address_of(listener, host))
    next_app: FastAPI | None = app
    with listener, _stopped_by_signals() as stopped:
        while next_app and not stopped.is_set():
            server, renewed = uvicorn.Server(uvicorn_config(next_app)), list[FastAPI]()
            threading.Thread(target=_renewed, args=(server, renew, renewed), daemon=True).start()
            server.run(sockets=[listener.dup()])  # which it closes
            next_app = renewed[0] if renewed else None


def _renewed(server: uvicorn.Server, renew: Callable[[], FastAPI | None], renewed: list[FastAPI]) -> None:
    """End a server as soon as there is another app to go on with."""
    while not server.should_exit:
        time.sleep(_RENEW_SECONDS)
        try:
            app = renew()
        except FaqbotError as error:
            log.warning("The page stays as it is: %s", error)
        else:
            if app and not server.should_exit:
                renewed.append(app)
                server.should_exit = True


def address_of(listener: socket.socket, host: str) -> str:
    """Return the URL under which a browser on this machine reaches the listener."""
    named = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{named}:{listener.getsockname()[1]}/"


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """Make a stop an ordinary return: uvicorn raises the signal again when it is done with it."""
    stopped = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda number, frame: stopped.set())
    try:
        with suppress(KeyboardInterrupt):
            yield stopped
    finally:
        signal.signal(signal.SIGTERM, before)


def uvicorn_config(app: FastAPI | Callable[[], FastAPI], workers: int = 1) -> uvicorn.Config:
    """Return how uvicorn serves the app: no access log (it would name people), no websockets, bounded headers and stop.

    `app` may be a factory, which each of several processes calls.
    """
    return uvicorn.Config(
        app,
        factory=not isinstance(app, FastAPI),
        workers=workers,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        http="h11",  # the other parser buffers headers of any length
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_worker_healthcheck=HEALTH_SECONDS,
        h11_max_incomplete_event_size=64 * 1024,
    )


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on the address. Raises SettingsError where it is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves small packets to wait 40 ms for each other.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError(f"Cannot listen on {host}:{port}: {reason}. Choose another with --port or --host") from None
    return listener
