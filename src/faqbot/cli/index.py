"""`faqbot verify` and `rollback`: check an index, and go back to an older version."""

import argparse
from contextlib import closing
from pathlib import Path

from faqbot.cli.codes import DONE, FAILED
from faqbot.index import open_index, rollback, verify, versions
from faqbot.settings import Settings


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Run the command that was named."""
    return COMMANDS[given.command](given, settings)


def _verify(given: argparse.Namespace, settings: Settings) -> int:
    problems = verify(given.index) or verify_store(given.index, settings)
    for problem in problems:
        print(problem)
    print(f"{given.index}: {len(problems)} problems" if problems else f"{given.index}: every file is as it was sealed")
    return FAILED if problems else DONE


def verify_store(index: Path, settings: Settings) -> tuple[str, ...]:
    """Return what is wrong with passages outside the index, every row read back."""
    with closing(
        open_index(index, store=settings.store, token=settings.store_token, timeout=settings.store_timeout)
    ) as opened:
        return opened.problems()


def _rollback(given: argparse.Namespace, settings: Settings) -> int:
    used = rollback(given.index, token=settings.store_token)
    print(f"{given.index}: now serves {used.id}; has:")
    for version in versions(given.index):
        print(f"  {version.id}  {version.created}  {version.passages} passages of {version.documents} documents")
    return DONE


COMMANDS = {"verify": _verify, "rollback": _rollback}
