"""`faqbot mcp`: the answers for assistants, over the Model Context Protocol on standard input and output."""

import argparse

from faqbot.cli.codes import DONE
from faqbot.cli.serve import open_bot
from faqbot.errors import need
from faqbot.settings import Settings


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Serve until the assistant closes the connection."""
    try:
        from faqbot.server.mcp import run as serve
    except ImportError as error:
        raise need("mcp", "mcp", error) from error
    serve(open_bot(given.index, settings), settings)
    return DONE
