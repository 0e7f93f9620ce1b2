"""`faqbot verify` and `rollback`: check an index, and go back to an older version."""

import argparse

from faqbot.cli.codes import DONE, FAILED
from faqbot.index import rollback, verify, versions
from faqbot.settings import Settings


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Run the command that was named."""
    return COMMANDS[given.command](given, settings)


def _verify(given: argparse.Namespace, settings: Settings) -> int:
    problems = verify(given.index)
    for problem in problems:
        print(problem)
    print(f"{given.index}: {len(problems)} problems" if problems else f"{given.index}: every file is as it was sealed")
    return FAILED if problems else DONE


def _rollback(given: argparse.Namespace, settings: Settings) -> int:
    used = rollback(given.index)
    print(f"{given.index}: now serves {used.id}; has:")
    for version in versions(given.index):
        print(f"  {version.id}  {version.created}  {version.passages} passages of {version.documents} documents")
    return DONE


COMMANDS = {"verify": _verify, "rollback": _rollback}
