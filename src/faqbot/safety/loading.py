"""Rules files become a Book: the packaged files first, then an operator's own file on top."""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast, get_args

from faqbot.config import BACK_PAIN, SafetyConfig
from faqbot.errors import RulesError
from faqbot.safety.book import Book, Finding, FindingKind, Group, GroupKind, Join, NumberGroup, Pattern, Rule, Step
from faqbot.safety.compiling import LEXICON, Draft, Grown, compile_book, grow
from faqbot.safety.keeping import kept
from faqbot.safety.sheet import Entry, Sheet, read_sheet
from faqbot.types import Level

TABLES = ("words", "number", "shorthand", "finding", "rule", "off")
GAPS: dict[Join, int] = {">": 4, "&": 6}
_STEP = re.compile(r"([>&])(\d*)\s*([a-z_]+)")


def load_book(path: str | Path | None = None) -> Book:
    """The packaged rules, with those of an operator's file on top; read once for each state of that file.

    In an operator's file [[words]] and [[finding]] of a name that exists add to it, a [[rule]] replaces it, and
    [[off]] takes a rule out. Raises RulesError with file and line.
    """
    if not path:
        return _packaged()
    try:
        changed = Path(path).stat().st_mtime_ns
    except OSError as error:
        raise RulesError(f"No rules file at {path} ({error.strerror}). Correct the setting rules or unset it") from None
    return _extended(str(path), changed)


@lru_cache(maxsize=4)
def load_configured(config: SafetyConfig) -> Book:
    """The rules of a configuration: the packaged ones, an operator's, or both. Raises RulesError with file and line."""
    if not config.rules:
        return _packaged()
    own = replace(read_sheet(config.profile, config.rules, TABLES), own=True)
    return compile_book(_draft((*packaged_sheets(), own) if config.extends == BACK_PAIN else (own,)))


@lru_cache(maxsize=1)
def _packaged() -> Book:
    return compile_book(_draft(packaged_sheets()), Grown(*_kept()[1]))


@lru_cache(maxsize=4)
def _extended(path: str, changed: int) -> Book:
    return compile_book(_draft((*packaged_sheets(), operator_sheet(path))))


def packaged_sheets() -> tuple[Sheet, ...]:
    """The rules files that come with faqbot, in the order of their names."""
    return tuple(Sheet(name, _texts()[name], data) for name, data in _kept()[0].items())


@lru_cache(maxsize=1)
def _texts() -> dict[str, str]:
    folder = files("faqbot.safety").joinpath("rules")
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    return {entry.name: entry.read_text(encoding="utf-8") for entry in found}


@lru_cache(maxsize=1)
def _kept() -> tuple[dict[str, dict[str, Any]], tuple[Any, Any, Any]]:
    """The tables of each file by its name, and the parts of Grown."""
    found: tuple[dict[str, dict[str, Any]], tuple[Any, Any, Any]] = kept(_texts(), _read_all)
    return found


def _read_all() -> tuple[dict[str, dict[str, Any]], tuple[Any, Any, Any]]:
    sheets = [read_sheet(name, text, TABLES) for name, text in _texts().items()]
    grown = grow(_draft(sheets))
    return {sheet.file: sheet.data for sheet in sheets}, (grown.trie, grown.forms, grown.plain)


def operator_sheet(path: str | Path) -> Sheet:
    """An operator's rules file. Raises RulesError where it cannot be read."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RulesError(f"Cannot read the rules file {path} ({error}). Expected TOML in UTF-8") from None
    return replace(read_sheet(str(path), text, TABLES), own=True)


def _draft(sheets: Iterable[Sheet]) -> Draft:
    draft = Draft()
    for sheet in sheets:
        for entry in sheet.entries("words"):
            draft.add_group(_group(entry), entry)
        for entry in sheet.entries("number"):
            draft.add_number(_number(entry))
        for entry in sheet.entries("shorthand"):
            draft.shorthand.update(_shorthand(entry))
        for entry in sheet.entries("finding"):
            draft.add_finding(_finding(entry), entry)
        for entry in sheet.entries("rule"):
            draft.add_rule(_rule(entry, firm=sheet.own), entry)
        for entry in sheet.entries("off"):
            draft.remove_rule(entry.string("rule"), entry)
    return draft


def _group(entry: Entry) -> Group:
    entry.only("name", "kind", "lexicon", "phrases")
    kind = cast(GroupKind, entry.choice("kind", get_args(GroupKind), "state"))
    listed = (*(f"<{LEXICON}{name}>" for name in entry.strings("lexicon")), *entry.strings("phrases"))
    return Group(entry.string("name"), kind, listed)


def _number(entry: Entry) -> NumberGroup:
    entry.only("name", "ranges", "before", "after", "either", "not_before", "not_after", "decimal")
    ranges = entry.fields.get("ranges")
    if not isinstance(ranges, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in ranges):
        raise entry.wrong("ranges must be a list of pairs, such as [[38, 43]]", "ranges")
    pairs = tuple((float(low), float(high)) for low, high in ranges)
    sides = [frozenset(entry.strings(side)) for side in ("before", "after", "not_before", "not_after")]
    before, after, not_before, not_after = sides
    either, decimal = bool(entry.fields.get("either", False)), bool(entry.fields.get("decimal", False))
    return NumberGroup(entry.string("name"), pairs, before, after, either, not_before, not_after, decimal)


def _shorthand(entry: Entry) -> dict[str, tuple[str, ...]]:
    return {short: tuple(entry.string(short).split()) for short in entry.fields}


def _finding(entry: Entry) -> Finding:
    entry.only("id", "kind", "says", "patterns", "unless")
    kind = cast(FindingKind, entry.choice("kind", get_args(FindingKind), "symptom"))
    patterns = tuple(_pattern(text, entry) for text in entry.strings("patterns"))
    if not patterns:
        raise entry.wrong('a [[finding]] needs patterns, such as ["saddle & numb"]')
    return Finding(entry.string("id"), kind, entry.string("says", ""), patterns, entry.strings("unless"))


def _pattern(text: str, entry: Entry) -> Pattern:
    """Read "a > b &8 c": groups, joined by > (in this order) or & (in any), with the most words between."""
    first = re.match(r"\s*([a-z_]+)\s*", text)
    rest = text[first.end() :] if first else text
    steps = tuple(
        Step(cast(Join, join), name, int(gap) if gap else GAPS[cast(Join, join)])
        for join, gap, name in _STEP.findall(rest)
    )
    if first is None or _STEP.sub("", rest).strip():
        raise entry.wrong(f'pattern {text!r} is not of the form "group > group &8 group"', "patterns")
    return Pattern(first[1], steps)


def _rule(entry: Entry, *, firm: bool) -> Rule:
    entry.only("id", "category", "level", "when", "reason", "source", "fires", "quiet", "firm")
    level = cast(Level, entry.choice("level", ("urgent", "emergency"), ""))
    when = tuple(tuple(name.strip() for name in text.split("+")) for text in entry.strings("when"))
    if not when:
        raise entry.wrong('a [[rule]] needs when, such as ["fever + back_pain"]')
    if not entry.strings("fires"):
        raise entry.wrong("a [[rule]] needs at least one example in fires")
    return Rule(
        entry.string("id"),
        entry.string("category"),
        level,
        when,
        entry.string("reason"),
        entry.string("source"),
        entry.strings("fires"),
        entry.strings("quiet"),
        frozenset(name for names in when for name in names),
        bool(entry.fields.get("firm", firm)),
    )
