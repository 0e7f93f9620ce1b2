"""`faqbot serve`: the chat page and the REST door, in one process."""

import argparse
import gc
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

from faqbot.answering import FaqBot, user_texts
from faqbot.doors import Answering, WithoutIndex
from faqbot.errors import FaqbotError, RulesError, need
from faqbot.safety import assess
from faqbot.settings import Settings

FOLLOW = 5.0  # seconds between looks for a new generation


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Serve until stopped. Where the index cannot be opened the page says why, and still watches for emergencies."""
    try:
        from faqbot.serving import create_app
        from faqbot.serving import run as serve
    except ImportError as error:
        raise need("gradio", "web", error) from error
    settings = replace(settings, index=str(given.index), host=given.host, port=given.port)
    bot = open_bot(given.index, settings)
    gc.freeze()  # the rules and tables live as long as the server: collecting garbage need not walk over them
    app = create_app(bot, settings)
    if isinstance(bot, FaqBot):
        threading.Thread(target=_follow, args=(bot,), daemon=True).start()
    serve(app, given.host, given.port, announce=lambda address: print(f"The chat is at {address}", flush=True))
    return 0


def _follow(bot: FaqBot) -> None:
    """Go over to a new generation soon after a build has made one."""
    while True:
        time.sleep(FOLLOW)
        bot.refresh()


def open_bot(index: Path, settings: Settings) -> Answering:
    """The bot of an index; where it cannot be opened, one that says why and still watches for emergencies."""
    try:
        return FaqBot.load(index, settings=settings)
    except RulesError:
        raise  # without its rules nothing may be served
    except FaqbotError as error:
        print(f"faqbot: {error}", file=sys.stderr, flush=True)
        rules = settings.rules or None
        return WithoutIndex(error, lambda said: assess(user_texts(said), region=settings.region, rules=rules))
