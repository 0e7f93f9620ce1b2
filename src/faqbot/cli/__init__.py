"""The command line: `faqbot COMMAND`, one function for each command."""

from faqbot.cli.main import main

__all__ = ["main"]
