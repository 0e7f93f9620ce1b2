"""Runs one command: 0 answered or done, 1 error, 2 wrong usage, 3 no answer."""

import importlib
import io
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import replace

from faqbot.cli.codes import FAILED
from faqbot.cli.parser import make_parser
from faqbot.errors import FaqbotError, SettingsError
from faqbot.settings import read_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name; errors are one line on standard error, never a traceback."""
    # Decided before any model library is loaded: nothing is looked up on a hub unless the person asks for it.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    _accept_any_bytes()
    try:
        settings = read_settings()
        given = make_parser(settings).parse_args(arguments)
        logging.basicConfig(level=_log_level(settings.log_level), format="%(levelname)s %(name)s: %(message)s")
        options = {name: getattr(given, name, getattr(settings, name)) for name in ("config", "store")}
        settings = replace(settings, **options)
        run = importlib.import_module(f"faqbot.cli.{given.module}").run
        return int(run(given, settings))
    except FaqbotError as error:
        print(f"faqbot: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("faqbot: stopped", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # The reader went away (`faqbot ask ... | head -1`); Python would complain once more on closing the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:  # of a file that was named on the command line; those of an index have errors of their own
        print(f"faqbot: {_place(error)}. Check that it is there and may be used, or name another", file=sys.stderr)
        return FAILED


def _place(error: OSError) -> str:
    """What the operating system refused, and why."""
    return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)


def _accept_any_bytes() -> None:
    """Read and print what is not in the terminal's encoding with a mark in its place, instead of breaking off."""
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _log_level(name: str) -> int:
    levels = logging.getLevelNamesMapping()
    if name.upper() not in levels:
        raise SettingsError(f"FAQBOT_LOG_LEVEL is {name!r}, expected one of {', '.join(sorted(levels))}")
    return levels[name.upper()]
