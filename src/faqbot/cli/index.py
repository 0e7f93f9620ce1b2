"""`faqbot verify`, `repair` and `rollback`: what keeps an index sound."""

import argparse

from faqbot.cli.codes import DONE, FAILED
from faqbot.index import generations, repair, rollback, verify
from faqbot.settings import Settings


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Run the one that was named."""
    return COMMANDS[given.command](given, settings)


def _verify(given: argparse.Namespace, settings: Settings) -> int:
    problems = verify(given.index, store=settings.store, token=settings.store_token)
    for problem in problems:
        print(problem)
    print(f"{given.index}: {len(problems)} problems" if problems else f"{given.index}: every file is as it was sealed")
    return FAILED if problems else DONE


def _repair(given: argparse.Namespace, settings: Settings) -> int:
    mended = repair(given.index, keep=settings.keep_versions, store=settings.store, token=settings.store_token)
    for done in mended or ("nothing to repair",):
        print(f"{given.index}: {done}")
    return DONE


def _rollback(given: argparse.Namespace, settings: Settings) -> int:
    served = rollback(given.index, store=settings.store, token=settings.store_token)
    print(f"{given.index}: now serves {served.id}; has:")
    for manifest in generations(given.index):
        print(f"  {manifest.id}  {manifest.created}  {manifest.passages} passages of {manifest.documents} documents")
    return DONE


COMMANDS = {"verify": _verify, "repair": _repair, "rollback": _rollback}
