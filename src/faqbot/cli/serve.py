"""`faqbot serve` and `mcp`: the chat page and REST in one process, REST alone in several, answers for assistants."""

import argparse
import gc
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from faqbot.bot import FaqBot
from faqbot.cli.parser import DONE, FAILED
from faqbot.config import load_config
from faqbot.errors import FaqbotError, IndexMissingError, RulesError, SettingsError, need
from faqbot.feedback import FeedbackRecorder
from faqbot.index import store_of
from faqbot.safety import assess
from faqbot.service import UnavailableBot, unavailable_bot
from faqbot.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

POLL_SECONDS = 5.0  # between looks for a new index version
MAX_POLL_SECONDS = 60.0  # and for one that can be opened, when opening has failed a few times


def serve(given: argparse.Namespace, settings: Settings) -> int:
    """Serve until stopped. Where the index cannot be opened the page says why, and messages are still assessed."""
    settings = replace(settings, index=str(given.index), host=given.host, port=given.port, workers=given.workers)
    settings = replace(settings, feedback=given.feedback, root_path=given.root_path)
    try:
        from faqbot.server.app import run
    except ImportError as error:
        raise need("gradio", "web", error) from error
    if settings.workers:
        return _run_workers(settings)
    app, renew = make_app(settings)
    run(app, given.host, given.port, announce=lambda at: print(f"The chat is at {at}", flush=True), renew=renew)
    return DONE


def mcp(given: argparse.Namespace, settings: Settings) -> int:
    """Serve assistants on standard input and output until they close it, or over HTTP until stopped."""
    try:
        from faqbot.server.mcp import run as run_stdio
    except ImportError as error:
        raise need("mcp", "mcp", error) from error
    if not given.http:
        run_stdio(open_bot(given.index, settings), settings)
        return DONE
    from faqbot.server.app import run

    settings = replace(settings, index=str(given.index), root_path=given.root_path, host=given.host)
    app, renew = make_app(settings, page=False, mcp=True)
    run(app, given.host, given.port, announce=lambda at: print(f"MCP is served at {at}mcp", flush=True), renew=renew)
    return DONE


def make_app(
    settings: Settings, *, page: bool = True, mcp: bool = False
) -> tuple["FastAPI", Callable[[], "FastAPI | None"]]:
    """Return an app that switches to each new version of its index, and what makes one for another configuration."""
    from faqbot.server.app import app_maker

    bot = open_bot(Path(settings.index), settings)
    gc.freeze()  # the rules and tables live as long as the server: collecting garbage need not walk over them
    make = app_maker(bot, settings, page=page, mcp=mcp)
    app = make()
    assert app is not None
    threading.Thread(target=_follow, args=(bot, settings), daemon=True).start()
    return app, make


def make_worker_app(settings: Settings, log_level: int) -> "FastAPI":
    """Return the app of one of several processes."""
    from faqbot.server.workers import STARTUP_FAILURE, end_with_parent

    end_with_parent()
    logging.basicConfig(level=log_level, format="%(levelname)s %(name)s: %(message)s")
    try:
        return make_app(settings, page=False)[0]
    except FaqbotError as error:
        print(f"faqbot: {error}", file=sys.stderr, flush=True)
        raise SystemExit(STARTUP_FAILURE) from None  # at which the parent stops instead of starting it again


def _run_workers(settings: Settings) -> int:
    from faqbot.server.app import REST_ONLY
    from faqbot.server.workers import run

    _check_workers(settings)
    # Left to itself, the encoder of each process would take all cores.
    threads = settings.threads or max(1, (os.cpu_count() or 1) // settings.workers)
    make = partial(make_worker_app, replace(settings, threads=threads), logging.getLogger().level)

    def announce(address: str) -> None:
        print(f"{REST_ONLY}\n{settings.workers} processes answer at {address}api/", flush=True)

    return DONE if run(make, settings.host, settings.port, settings.workers, announce=announce) else FAILED


def _check_workers(settings: Settings) -> None:
    """Check once what would fail in every process. Raises SettingsError, RulesError or FeedbackError."""
    store = store_of(Path(settings.index), settings.store)
    if settings.workers > 1 and store.startswith("milvus-lite:"):
        raise SettingsError(
            f"{store} can be open in one process only, not in {settings.workers}. Share it with milvus-lite server and "
            "name that with --store milvus://HOST:PORT/faqbot, or leave --workers out"
        )
    assess((), config=load_config(settings).safety)
    if settings.feedback:
        FeedbackRecorder(Path(settings.feedback))


def _follow(bot: FaqBot | UnavailableBot, settings: Settings) -> None:
    """Switch to a new index version soon after a build has made one."""
    served = bot if isinstance(bot, FaqBot) else _first(bot, settings)
    while True:
        time.sleep(POLL_SECONDS)
        served.refresh()


def _first(bot: UnavailableBot, settings: Settings) -> FaqBot:
    """Wait for an index that can be opened, and answer from it; a broken one is tried ever less often."""
    pause = POLL_SECONDS
    while True:
        time.sleep(pause)
        try:
            bot.bot = opened = FaqBot.load(Path(settings.index), settings=settings)
        except FaqbotError as error:
            bot.error = error
            pause = POLL_SECONDS if isinstance(error, IndexMissingError) else min(2 * pause, MAX_POLL_SECONDS)
        else:
            return opened


def open_bot(index: Path, settings: Settings) -> FaqBot | UnavailableBot:
    """Return the bot of an index; where it cannot be opened, one that says why and still assesses messages."""
    try:
        return FaqBot.load(index, settings=settings)
    except (RulesError, SettingsError):
        raise  # without its rules, or the numbers to call, nothing may be served
    except FaqbotError as error:
        print(f"faqbot: {error}", file=sys.stderr, flush=True)
        return unavailable_bot(error, settings)
