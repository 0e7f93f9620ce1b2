"""A real server on a free port of this machine, in a thread of the tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from faqbot.errors import FaqbotError
from faqbot.server.app import create_app, listen, uvicorn_config
from faqbot.service import Answering
from faqbot.settings import Settings


@contextmanager
def serving(bot: Answering | FaqbotError, settings: Settings | None = None, port: int = 0) -> Iterator[str]:
    """The address of a server that answers with the bot until the block ends."""
    with running(create_app(bot, settings or Settings()), port) as address:
        yield address


@contextmanager
def running(app: FastAPI, port: int = 0) -> Iterator[str]:
    """The address at which the app is served until the block ends."""
    with listen("127.0.0.1", port) as listener:
        server = uvicorn.Server(uvicorn_config(app))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
            assert not thread.is_alive()
