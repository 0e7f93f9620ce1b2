"""Entry point of the command line. Exit codes: 0 answered or done, 1 error, 2 wrong usage, 3 no answer."""

import importlib
import io
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import replace

from faqbot.cli.parser import FAILED, make_parser
from faqbot.errors import FaqbotError, SettingsError
from faqbot.settings import read_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name; errors are one line on standard error, never a traceback."""
    # Set before any model library is loaded, which warns otherwise.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    _accept_any_bytes()
    try:
        settings = read_settings()
        given = make_parser(settings).parse_args(arguments)
        logging.basicConfig(level=_log_level(settings.log_level), format="%(levelname)s %(name)s: %(message)s")
        options = {name: getattr(given, name, getattr(settings, name)) for name in ("config", "store")}
        settings = replace(settings, **options)
        module, _, function = given.run.partition(".")
        run = getattr(importlib.import_module(f"faqbot.cli.{module}"), function)
        return int(run(given, settings))
    except FaqbotError as error:
        print(f"faqbot: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("faqbot: stopped", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # The reader is gone (`faqbot ask ... | head -1`); without this Python reports it again on closing the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:  # from a file named on the command line; index errors are FaqbotErrors
        print(f"faqbot: {_place(error)}. Check that it exists and is readable, or name another", file=sys.stderr)
        return FAILED


def _place(error: OSError) -> str:
    """Return the file that an operating system error is about, with the reason."""
    return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)


def _accept_any_bytes() -> None:
    """Replace characters that the terminal's encoding lacks instead of raising."""
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _log_level(name: str) -> int:
    levels = logging.getLevelNamesMapping()
    if name.upper() not in levels:
        raise SettingsError(f"FAQBOT_LOG_LEVEL is {name!r}, expected one of {', '.join(sorted(levels))}")
    return levels[name.upper()]
