"""The command line: arguments go in, text and an exit code come out."""

from faqbot.cli.main import main

__all__ = ["main"]
