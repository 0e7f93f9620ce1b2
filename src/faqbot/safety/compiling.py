"""Groups, findings and rules become a Book: names are checked, phrases grown into a trie."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from faqbot import lexicon
from faqbot.safety.book import Book, Finding, Group, NumberGroup, Pattern, Rule
from faqbot.safety.sheet import Entry

FILLERS = "fillers"
MENDED = "mended"
NEVER_MENDED = "never_mended"
LEXICON = "lexicon:"
_DEEPEST = 6


@dataclass(slots=True)
class Draft:
    """What the files have said so far, with the entry that each thing came from."""

    groups: dict[str, Group] = field(default_factory=dict)
    numbers: dict[str, NumberGroup] = field(default_factory=dict)
    findings: dict[str, Finding] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    shorthand: dict[str, tuple[str, ...]] = field(default_factory=dict)
    places: dict[str, Entry] = field(default_factory=dict)

    def add_group(self, group: Group, entry: Entry) -> None:
        """Add a group, or its phrases to the group of that name."""
        known = self.groups.get(group.name)
        self.groups[group.name] = replace(known, phrases=known.phrases + group.phrases) if known else group
        self.places[f"words {group.name}"] = entry

    def add_number(self, number: NumberGroup) -> None:
        """Add a number group."""
        self.numbers[number.name] = number

    def add_finding(self, finding: Finding, entry: Entry) -> None:
        """Add a finding, or its patterns to the finding of that id."""
        known = self.findings.get(finding.id)
        self.findings[finding.id] = (
            replace(known, patterns=known.patterns + finding.patterns, unless=known.unless + finding.unless)
            if known
            else finding
        )
        self.places[f"finding {finding.id}"] = entry

    def add_rule(self, rule: Rule, entry: Entry) -> None:
        """Add a rule, in place of the rule of that id."""
        self.rules[rule.id] = rule
        self.places[f"rule {rule.id}"] = entry

    def remove_rule(self, rule_id: str, entry: Entry) -> None:
        """Take a rule out."""
        if rule_id not in self.rules:
            raise entry.wrong(f"there is no rule {rule_id!r} to take out. Run: faqbot safety-rules", "rule")
        del self.rules[rule_id]


@dataclass(frozen=True, slots=True)
class Grown:
    """The phrases of all groups, grown: see Book for `trie`; `forms` gives the keys of inflected words there."""

    trie: dict[str, Any]
    forms: dict[str, set[str]]
    plain: set[str]


def compile_book(draft: Draft, grown: Grown | None = None) -> Book:
    """Check every name and grow the phrases. Raises RulesError with the line of a name that does not exist.

    `grown` are the phrases of this draft where they have been grown before.
    """
    groups = draft.groups | {name: Group(name, "state", ()) for name in draft.numbers}
    _check_names(draft, groups)
    grown = grown or grow(draft)
    fillers = frozenset(draft.groups[FILLERS].phrases) if FILLERS in draft.groups else frozenset()
    mended = draft.groups[MENDED].phrases if MENDED in draft.groups else ()
    spared = frozenset(draft.groups[NEVER_MENDED].phrases) if NEVER_MENDED in draft.groups else frozenset()
    everything = grown.plain | set(grown.forms)
    wanted = {name for rule in draft.rules.values() for names in rule.when for name in names}
    return Book(
        groups=groups,
        numbers=tuple(draft.numbers.values()),
        findings=draft.findings,
        rules=tuple(draft.rules.values()),
        shorthand=draft.shorthand,
        fillers=fillers,
        trie=grown.trie,
        forms={word: (word, *sorted(grown.forms.get(word, ()))) for word in everything},
        known=frozenset(everything) | fillers | spared,
        targets=_by_first_letter(mended),
        patterns=_by_first_group(found for name, found in draft.findings.items() if name in wanted),
        shields=frozenset(name for name, group in groups.items() if group.kind == "shield"),
    )


def grow(draft: Draft) -> Grown:
    """Write out the phrases of every group. Raises RulesError with the line of a phrase that names nothing."""
    concepts = {concept.name: concept.phrases for concept in lexicon.concepts()}
    grown = Grown({}, {}, set())
    for group in draft.groups.values():
        if group.name in (FILLERS, MENDED, NEVER_MENDED):
            continue
        place = draft.places[f"words {group.name}"]
        for phrase in sorted({each for text in group.phrases for each in _grown(text, draft, concepts, place)}):
            _plant(grown.trie, grown.forms, grown.plain, phrase, group.name)
    return grown


def _check_names(draft: Draft, groups: dict[str, Group]) -> None:
    for finding in draft.findings.values():
        place = draft.places[f"finding {finding.id}"]
        for name in (name for pattern in finding.patterns for name in pattern.groups):
            if name not in groups:
                raise place.wrong(f"there are no words {name!r}", "patterns")
        for name in finding.unless:
            if name not in groups:
                raise place.wrong(f"there are no words {name!r}", "unless")
    for rule in draft.rules.values():
        for name in (name for names in rule.when for name in names):
            if name not in draft.findings:
                raise draft.places[f"rule {rule.id}"].wrong(f"there is no finding {name!r}", "when")


def _grown(
    phrase: str, draft: Draft, concepts: dict[str, tuple[str, ...]], place: Entry, depth: int = 0
) -> Iterator[str]:
    """A phrase with each <name> written out, as every phrase of that group or lexicon concept."""
    start, opened, rest = phrase.partition("<")
    if not opened:
        yield phrase
        return
    name, _, end = rest.partition(">")
    own = draft.groups.get(name)
    listed = own.phrases if own else concepts.get(name.removeprefix(LEXICON))
    if listed is None or depth > _DEEPEST:
        raise place.wrong(f"{phrase!r} names <{name}>, which is neither words nor a concept of the lexicon", "phrases")
    for text in listed:
        for inner in _grown(text, draft, concepts, place, depth + 1):
            yield from _grown(start + inner + end, draft, concepts, place, depth)


def _plant(trie: dict[str, Any], forms: dict[str, set[str]], plain: set[str], phrase: str, group: str) -> None:
    node = trie
    for word in phrase.split():
        if word.endswith("~"):
            for form in _forms(word):
                forms.setdefault(form, set()).add(f"~{word[:-1]}")
            word = f"~{word[:-1]}"
        else:
            plain.add(word)
        node = node.setdefault(word, {})
    node[""] = (*node.get("", ()), group)


def _forms(word: str) -> tuple[str, ...]:
    return lexicon.inflections(word[:-1]) if word.endswith("~") else (word,)


def _by_first_letter(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for word in words:
        table.setdefault(word[0], []).append(word)
    return {letter: tuple(listed) for letter, listed in table.items()}


def _by_first_group(findings: Iterable[Finding]) -> dict[str, tuple[tuple[Finding, Pattern, frozenset[str]], ...]]:
    table: dict[str, list[tuple[Finding, Pattern, frozenset[str]]]] = {}
    for finding in findings:
        for pattern in finding.patterns:
            needed = frozenset(step.group for step in pattern.steps)
            table.setdefault(pattern.first, []).append((finding, pattern, needed))
    return {group: tuple(listed) for group, listed in table.items()}
