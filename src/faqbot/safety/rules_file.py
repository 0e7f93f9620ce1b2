"""Rules files: TOML read into a RuleSet; every mistake is named with its file and line.

The shipped rules are the files of `rules/`, one for each group of red flags, with `vocabulary.toml` (how people write)
and `context.toml` (the ConText triggers) beside them. Phrases, patterns and examples are text, one a line.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast, get_args

from faqbot.config import BACK_PAIN, SafetyConfig
from faqbot.errors import RulesError
from faqbot.safety.rules import (
    Concept,
    ConceptKind,
    NumberConcept,
    Operator,
    Pattern,
    Rule,
    RuleSet,
    Sign,
    SignKind,
    Step,
    Vocabulary,
    compile_rules,
)
from faqbot.types import Level

SHIPPED_RULES, NO_RULES = "back-pain", "none"
TABLES = ("concept", "number", "sign", "rule", "disable", "shorthand")
GAPS: dict[Operator, int] = {"PRE": 4, "NEAR": 6}  # words between, where a pattern names no number
_STEP = re.compile(r"\s+(NEAR|PRE)(?:/(\d+))?\s+([a-z_]+)")
_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One [[table]] of a rules file, with the place it was read from."""

    file: str
    text: str
    table: str
    number: int
    fields: dict[str, Any]

    def wrong(self, problem: str, key: str = "") -> RulesError:
        """Return the error for this entry, with file and line."""
        return RulesError(f"{self.file}, line {self.line(key)}: {problem}")

    def line(self, key: str = "") -> int:
        """Return the line of the entry's header, or of one of its keys."""
        header = re.compile(rf"^\s*\[\[\s*{re.escape(self.table)}\s*\]\]")
        lines = self.text.split("\n")
        headers = [number for number, line in enumerate(lines) if header.match(line)]
        start = headers[self.number] if self.number < len(headers) else 0
        for number in range(start + 1, len(lines)):
            if not key or lines[number].lstrip().startswith("[["):
                break
            if re.match(rf"\s*{re.escape(key)}\s*=", lines[number]):
                return number + 1
        return start + 1

    def string(self, key: str, default: str | None = None) -> str:
        """Return a field that is text; without a default it must be there."""
        value = self.fields.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.wrong(f"{key} of [[{self.table}]] is {value!r}, expected a text in quotes", key)
        return value

    def lines(self, key: str) -> tuple[str, ...]:
        """Return a field that is text, one item a line; missing means none."""
        lines = (" ".join(line.split()) for line in self.string(key, "").split("\n"))
        return tuple(line for line in lines if line)

    def words(self, key: str) -> frozenset[str]:
        """Return a field that is words with spaces between."""
        return frozenset(self.string(key, "").split())

    def flag(self, key: str, default: bool) -> bool:
        """Return a field that is true or false."""
        value = self.fields.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(f"{key} of [[{self.table}]] is {value!r}, expected true or false", key)
        return value

    def choice(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """Return a field that is one of a few words."""
        value = self.string(key, default)
        if value not in choices:
            raise self.wrong(f"{key} is {value!r}, expected one of: {', '.join(choices)}", key)
        return value

    def only(self, *keys: str) -> None:
        """Refuse a field that means nothing: a misspelt one would otherwise be ignored."""
        for key in self.fields:
            if key not in keys:
                raise self.wrong(f"[[{self.table}]] has no field {key!r}. Fields: {', '.join(keys)}", key)


@dataclass(frozen=True, slots=True)
class RulesFile:
    """A parsed rules file."""

    name: str
    text: str
    data: dict[str, Any]

    @property
    def extends(self) -> str:
        """The rules that it adds to, "" if it stands alone."""
        return str(self.data.get("extends", ""))

    def entries(self, table: str) -> Iterator[Entry]:
        """Return the entries of one [[table]]."""
        listed = self.data.get(table, [])
        if not isinstance(listed, list) or not all(isinstance(fields, dict) for fields in listed):
            raise RulesError(f"{self.name}: {table} must be written as [[{table}]] tables")
        for number, fields in enumerate(listed):
            yield Entry(self.name, self.text, table, number, fields)


def load_rules(rules: str | Path | None = None) -> RuleSet:
    """Return the shipped rules (None or "back-pain"), or those of a file; a file is read again when it has changed.

    A file with `extends = "back-pain"` adds to the shipped rules: a [[concept]] or [[sign]] of a name that exists adds
    to it, a [[rule]] replaces it, [[disable]] takes a rule out. Without it only the rules of the file hold.
    Raises RulesError with file and line.
    """
    if not rules or rules == SHIPPED_RULES:
        return _shipped()
    try:
        changed = Path(rules).stat().st_mtime_ns
    except OSError as error:
        raise RulesError(
            f"No rules file at {rules} ({error.strerror}). Name a file, {SHIPPED_RULES!r} or {NO_RULES!r}"
        ) from None
    return _own(str(rules), changed)


@lru_cache(maxsize=4)
def load_configured(config: SafetyConfig) -> RuleSet:
    """Return the rules of a configuration: the shipped ones, an operator's text, or both.

    Raises RulesError with the profile's name and the line.
    """
    if not config.rules:
        return _shipped()
    own = parse_rules_file(config.profile, config.rules)
    extends = own.extends or config.extends == BACK_PAIN
    return _compile((*(shipped_files() if extends else _language_files()), own))


@lru_cache(maxsize=1)
def _shipped() -> RuleSet:
    return _compile(shipped_files())


@lru_cache(maxsize=4)
def _own(path: str, changed: int) -> RuleSet:
    own = read_rules_file(path)
    return _compile((*(shipped_files() if own.extends else _language_files()), own))


def shipped_files() -> tuple[RulesFile, ...]:
    """Return the files that ship: how people write, the context triggers, then the rules by file name."""
    folder = files("faqbot.safety").joinpath("rules")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return (*_language_files(), *(_packaged(f"rules/{name}") for name in names))


def _language_files() -> tuple[RulesFile, ...]:
    return _packaged("vocabulary.toml"), _packaged("context.toml")


def _packaged(name: str) -> RulesFile:
    return parse_rules_file(name, files("faqbot.safety").joinpath(name).read_text(encoding="utf-8"))


def read_rules_file(path: str | Path) -> RulesFile:
    """Return an operator's rules file. Raises RulesError where it cannot be read."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RulesError(f"Cannot read the rules file {path} ({error}). Expected TOML in UTF-8") from None
    return parse_rules_file(str(path), text)


def parse_rules_file(name: str, text: str) -> RulesFile:
    """Return a rules file from its text. Raises RulesError with the line for bad TOML and unknown tables."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        where = line[1] if line else str(text.count("\n") + 1)
        raise RulesError(f"{name}, line {where}: not valid TOML: {error}") from None
    for table in data:
        if table not in (*TABLES, "extends"):
            raise RulesError(f"{name}, line {_first_line(text, table)}: {table!r} is not known. Tables: {TABLES}")
    if data.get("extends", SHIPPED_RULES) != SHIPPED_RULES:
        raise RulesError(
            f"{name}, line {_first_line(text, 'extends')}: extends is {data['extends']!r}, expected {SHIPPED_RULES!r}"
        )
    return RulesFile(name, text, data)


def _first_line(text: str, name: str) -> int:
    position = re.search(rf"^\s*\[*\s*{re.escape(name)}\b", text, re.MULTILINE)
    return text.count("\n", 0, position.end()) + 1 if position else 1


@dataclass(slots=True)
class _Draft:
    """What the files have said so far, with the entry that each sign and rule came from."""

    concepts: dict[str, Concept] = field(default_factory=dict)
    numbers: dict[str, NumberConcept] = field(default_factory=dict)
    signs: dict[str, Sign] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    shorthand: dict[str, tuple[str, ...]] = field(default_factory=dict)
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)

    def read(self, file: RulesFile) -> None:
        """Add everything a file says. Raises RulesError with the line."""
        for entry in file.entries("concept"):
            self._add_concept(_concept(entry), entry)
        for entry in file.entries("number"):
            self.numbers[entry.string("name")] = _number(entry)
        for entry in file.entries("shorthand"):
            self.shorthand.update({short: tuple(entry.string(short).split()) for short in entry.fields})
        for entry in file.entries("sign"):
            self._add_sign(_sign(entry), entry)
        for entry in file.entries("rule"):
            rule = _rule(entry)
            self.rules[rule.id], self.entries["rule", rule.id] = rule, entry
        for entry in file.entries("disable"):
            entry.only("rule")
            if self.rules.pop(entry.string("rule"), None) is None:
                name = entry.string("rule")
                raise entry.wrong(f"there is no rule {name!r} to disable. Run: faqbot safety-rules", "rule")

    def _add_concept(self, concept: Concept, entry: Entry) -> None:
        known = self.concepts.get(concept.name)
        self.concepts[concept.name] = replace(known, phrases=known.phrases + concept.phrases) if known else concept
        self.entries["concept", concept.name] = entry

    def _add_sign(self, sign: Sign, entry: Entry) -> None:
        known = self.signs.get(sign.id)
        if known:
            sign = replace(
                known,
                patterns=known.patterns + sign.patterns,
                exclusions=known.exclusions + sign.exclusions,
                explanations=known.explanations + sign.explanations,
            )
        self.signs[sign.id], self.entries["sign", sign.id] = sign, entry


_FILLERS, _REPAIRABLE, _NEVER_REPAIRED = "fillers", "repairable", "never_repaired"


def _compile(rules_files: Sequence[RulesFile]) -> RuleSet:
    draft = _Draft()
    for file in rules_files:
        draft.read(file)
    _check_names(draft)
    lists = {
        name: frozenset(draft.concepts.pop(name, Concept(name, "cue", ())).phrases)
        for name in (_FILLERS, _REPAIRABLE, _NEVER_REPAIRED)
    }
    vocabulary = Vocabulary(draft.shorthand, lists[_FILLERS], lists[_REPAIRABLE], lists[_NEVER_REPAIRED])
    return compile_rules(draft.concepts, draft.numbers.values(), draft.signs, draft.rules.values(), vocabulary)


def _check_names(draft: _Draft) -> None:
    """Refuse names that nothing has. Raises RulesError with the line of the entry that uses one."""
    known = draft.concepts.keys() | draft.numbers.keys()
    for concept in draft.concepts.values():
        for name in re.findall(r"<([^>]*)>", " ".join(concept.phrases)):
            if name not in draft.concepts or name == concept.name:
                raise draft.entries["concept", concept.name].wrong(f"there is no concept {name!r}", "phrases")
    for sign in draft.signs.values():
        for name in (name for pattern in sign.patterns for name in pattern.concepts):
            if name not in known:
                raise draft.entries["sign", sign.id].wrong(f"there is no concept {name!r}", "patterns")
        for key, names in (("exclusions", sign.exclusions), ("explanations", sign.explanations)):
            for name in names:
                if name not in known:
                    raise draft.entries["sign", sign.id].wrong(f"there is no concept {name!r}", key)
    for rule in draft.rules.values():
        for name in rule.signs - draft.signs.keys():
            raise draft.entries["rule", rule.id].wrong(f"there is no sign {name!r}", "any_of")


def _concept(entry: Entry) -> Concept:
    entry.only("name", "kind", "phrases")
    kind = cast(ConceptKind, entry.choice("kind", get_args(ConceptKind), "state"))
    return Concept(entry.string("name"), kind, entry.lines("phrases"))


def _number(entry: Entry) -> NumberConcept:
    entry.only("name", "ranges", "before", "after", "either", "not_before", "not_after", "decimal")
    ranges = entry.fields.get("ranges")
    if not isinstance(ranges, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in ranges):
        raise entry.wrong("ranges must be a list of pairs, such as [[38, 43]]", "ranges")
    return NumberConcept(
        entry.string("name"),
        tuple((float(low), float(high)) for low, high in ranges),
        entry.words("before"),
        entry.words("after"),
        entry.flag("either", False),
        entry.words("not_before"),
        entry.words("not_after"),
        entry.flag("decimal", False),
    )


def _sign(entry: Entry) -> Sign:
    entry.only("id", "kind", "description", "patterns", "exclusions", "explanations")
    kind = cast(SignKind, entry.choice("kind", get_args(SignKind), "symptom"))
    patterns = tuple(_pattern(text, entry) for text in entry.lines("patterns"))
    if not patterns and kind != "classifier":
        raise entry.wrong('a [[sign]] needs patterns, such as "saddle NEAR numb"')
    return Sign(
        entry.string("id"),
        kind,
        entry.string("description", ""),
        patterns,
        tuple(entry.lines("exclusions")),
        tuple(entry.lines("explanations")),
    )


def _pattern(text: str, entry: Entry) -> Pattern:
    """Read "a PRE b NEAR/8 c": concepts in this order or in any, with at most so many words between."""
    first = re.match(r"[a-z_]+", text)
    rest = text[first.end() :] if first else text
    steps = tuple(
        Step(cast(Operator, operator), name, int(gap) if gap else GAPS[cast(Operator, operator)])
        for operator, gap, name in _STEP.findall(rest)
    )
    if first is None or _STEP.sub("", rest).strip():
        raise entry.wrong(f'the pattern {text!r} is not of the form "concept PRE/3 concept NEAR/8 concept"', "patterns")
    return Pattern(first[0], steps)


def _rule(entry: Entry) -> Rule:
    entry.only(
        *("id", "category", "level", "any_of", "reason", "source"),
        *("positive_examples", "negative_examples", "never_downgrade"),
    )
    level = cast(Level, entry.choice("level", ("conditional", "urgent", "emergency")))
    any_of = tuple(tuple(name.strip() for name in text.split("+")) for text in entry.lines("any_of"))
    if not any_of:
        raise entry.wrong('a [[rule]] needs any_of, such as "fever + back_pain"')
    if not entry.lines("positive_examples"):
        raise entry.wrong("a [[rule]] needs at least one example in positive_examples")
    return Rule(
        entry.string("id"),
        entry.string("category"),
        level,
        any_of,
        entry.string("reason"),
        entry.string("source"),
        entry.lines("positive_examples"),
        entry.lines("negative_examples"),
        entry.flag("never_downgrade", level == "emergency"),
        frozenset(name for names in any_of for name in names),
    )
