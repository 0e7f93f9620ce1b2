"""`faqbot build`: a corpus folder becomes an index."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import ParamSpec, TypeVar

from faqbot.settings import Settings

Given = ParamSpec("Given")
Found = TypeVar("Found")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Build, and say what was indexed and what could not be read."""
    from faqbot.index import build, is_current

    settings = replace(settings, model=given.model)
    if given.if_changed and is_current(given.corpus, given.index, settings=settings):
        print(f"{given.index} is up to date with {given.corpus}")
        return 0
    if given.dry_run:
        return _dry_run(given, settings)
    with Bars(quiet=given.quiet or not sys.stderr.isatty()) as bars:
        report = build(given.corpus, given.index, settings=settings, progress=bars.show)
    for skipped in report.skipped:
        print(f"not read: {skipped.document_id}: {skipped.reason}", file=sys.stderr)
    for warning in report.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    print(f"{given.index}: {report.passages} passages of {report.documents} documents ({report.version})")
    return 0


def _dry_run(given: argparse.Namespace, settings: Settings) -> int:
    """Print each document that would be added, changed or removed, and how many are kept."""
    from faqbot.index import plan_build

    found = plan_build(given.corpus, given.index, settings=settings)
    for fate in ("added", "changed", "removed"):
        for document_id in getattr(found, fate):
            print(f"{fate}: {document_id}")
    for skipped in found.skipped:
        print(f"not read: {skipped.document_id}: {skipped.reason}", file=sys.stderr)
    counts = ", ".join(f"{len(getattr(found, fate))} {fate}" for fate in ("added", "changed", "removed", "kept"))
    print(f"{counts}; {found.encoded} of {found.passages} passages would be encoded")
    return 0


class Bars:
    """One progress bar after the other, each with its rate and the time left."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._name = ""
        self._bar: object = None

    def __enter__(self) -> "Bars":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def show(self, name: str, done: int, total: int) -> None:
        """What is being done, and how far it is."""
        if self._quiet:
            return
        if name != self._name:
            from tqdm import tqdm

            self._close()
            self._name, self._bar = name, tqdm(total=total, desc=name, unit="", leave=False)
        self._bar.update(done - self._bar.n)  # type: ignore[attr-defined]

    def counted(self, name: str, total: int, ask: Callable[Given, Found]) -> Callable[Given, Found]:
        """The function itself, each call of which is shown as one more of so many."""
        done = count(1)

        def counting(*given: Given.args, **named: Given.kwargs) -> Found:
            found = ask(*given, **named)
            self.show(name, next(done), total)
            return found

        return counting

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()  # type: ignore[attr-defined]
