"""`faqbot serve`: the chat page and the REST door, in one process."""

import argparse

from faqbot.answering import FaqBot
from faqbot.errors import FaqbotError, need
from faqbot.safety import assess
from faqbot.settings import Settings


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Serve until stopped. Where the index cannot be opened the page says why, and still watches for emergencies."""
    try:
        from faqbot.serving import create_app
        from faqbot.serving import run as serve
    except ImportError as error:
        raise need("gradio", "web", error) from error
    bot = _bot(given, settings)
    serve(create_app(bot, settings), given.host, given.port, announce=lambda address: print(f"The chat is at {address}"))
    return 0
