"""`faqbot mcp`: answers for assistants over the Model Context Protocol, on standard input and output or over HTTP."""

import argparse
from dataclasses import replace

from faqbot.cli.codes import DONE
from faqbot.cli.serve import make_app, open_bot
from faqbot.errors import need
from faqbot.settings import Settings


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Serve until the assistant closes the connection, or over HTTP until stopped."""
    try:
        from faqbot.server.mcp import run as serve_stdio
    except ImportError as error:
        raise need("mcp", "mcp", error) from error
    if not given.http:
        serve_stdio(open_bot(given.index, settings), settings)
        return DONE
    from faqbot.server.app import run as serve_http

    settings = replace(settings, index=str(given.index), root_path=given.root_path, host=given.host)
    app, renew = make_app(settings, page=False, mcp=True)
    announce = lambda address: print(f"MCP is served at {address}mcp", flush=True)  # noqa: E731
    serve_http(app, given.host, given.port, announce=announce, renew=renew)
    return DONE
