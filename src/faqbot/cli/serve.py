"""`faqbot serve`: the chat page and the REST door in one process, or REST alone in several."""

import argparse
import gc
import logging
import os
import sys
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from faqbot.bot import FaqBot
from faqbot.cli.codes import DONE, FAILED
from faqbot.config import load_config
from faqbot.errors import FaqbotError, IndexMissingError, RulesError, SettingsError, need
from faqbot.feedback import FeedbackRecorder
from faqbot.index import refuse_store
from faqbot.safety import assess
from faqbot.service import UnavailableBot, unavailable_bot
from faqbot.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

FOLLOW = 5.0  # seconds between looks for a new index version
RARELY = 60.0  # and for one that can be opened, when opening has failed a few times


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Serve until stopped. Where the index cannot be opened the page says why, and still watches for emergencies."""
    settings = replace(settings, index=str(given.index), host=given.host, port=given.port, workers=given.workers)
    settings = replace(settings, feedback=given.feedback)
    try:
        from faqbot.server.app import run as serve
    except ImportError as error:
        raise need("gradio", "web", error) from error
    if settings.workers:
        return _run_workers(settings)
    app = make_app(settings)
    serve(app, given.host, given.port, announce=lambda address: print(f"The chat is at {address}", flush=True))
    return DONE


def make_app(settings: Settings, *, page: bool = True) -> "FastAPI":
    """An app that goes over to each new index version of its index."""
    from faqbot.server.app import create_app

    bot = open_bot(Path(settings.index), settings)
    gc.freeze()  # the rules and tables live as long as the server: collecting garbage need not walk over them
    app = create_app(bot, settings, page=page)
    threading.Thread(target=_follow, args=(bot, settings), daemon=True).start()
    return app


def make_worker_app(settings: Settings, log_level: int) -> "FastAPI":
    """The app of one process of several."""
    from faqbot.server.workers import end_with_parent

    end_with_parent()
    logging.basicConfig(level=log_level, format="%(levelname)s %(name)s: %(message)s")
    try:
        return make_app(settings, page=False)
    except FaqbotError as error:
        print(f"faqbot: {error}", file=sys.stderr, flush=True)
        raise SystemExit(FAILED) from None


def _run_workers(settings: Settings) -> int:
    from faqbot.server.app import REST_ONLY
    from faqbot.server.workers import run as serve

    _refuse(settings)
    # Left to itself, the encoder of each process would take all cores.
    threads = settings.threads or max(1, (os.cpu_count() or 1) // settings.workers)
    make = partial(make_worker_app, replace(settings, threads=threads), logging.getLogger().level)

    def announce(address: str) -> None:
        print(f"{REST_ONLY}\n{settings.workers} processes answer at {address}api/", flush=True)

    serve(make, settings.host, settings.port, settings.workers, announce=announce)
    return DONE


def _refuse(settings: Settings) -> None:
    """What would fail in every process, said once. Raises SettingsError, RulesError or FeedbackError."""
    refuse_store(settings.store)
    assess((), config=load_config(settings).safety)
    if settings.feedback:
        FeedbackRecorder(Path(settings.feedback))


def _follow(bot: FaqBot | UnavailableBot, settings: Settings) -> None:
    """Go over to a new index version soon after a build has made one."""
    served = bot if isinstance(bot, FaqBot) else _first(bot, settings)
    while True:
        time.sleep(FOLLOW)
        served.refresh()


def _first(bot: UnavailableBot, settings: Settings) -> FaqBot:
    """Wait for an index that can be opened, and answer from it; looks for a missing one are cheap, others get rare."""
    pause = FOLLOW
    while True:
        time.sleep(pause)
        try:
            bot.bot = opened = FaqBot.load(Path(settings.index), settings=settings)
        except FaqbotError as error:
            bot.error = error
            pause = FOLLOW if isinstance(error, IndexMissingError) else min(2 * pause, RARELY)
        else:
            return opened


def open_bot(index: Path, settings: Settings) -> FaqBot | UnavailableBot:
    """The bot of an index; where it cannot be opened, one that says why and still watches for emergencies."""
    try:
        return FaqBot.load(index, settings=settings)
    except (RulesError, SettingsError):
        raise  # without its rules, or the numbers to call, nothing may be served
    except FaqbotError as error:
        print(f"faqbot: {error}", file=sys.stderr, flush=True)
        return unavailable_bot(error, settings)
