"""Safety rules as values: concepts, signs and rules, compiled into the RuleSet that the engine reads."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal

from faqbot.errors import RulesError
from faqbot.lexicon import inflections
from faqbot.types import Level

ConceptKind = Literal["state", "vague", "part", "modifier", "idiom", "cue"]
SignKind = Literal["symptom", "risk", "event", "condition", "context", "plea", "classifier"]
Operator = Literal["NEAR", "PRE"]

_DEEPEST = 6
_NAMED = re.compile(r"([^<]+)|<([^>]*)>?")


@dataclass(frozen=True, slots=True)
class Concept:
    """Phrases that mean the same for the rules, in lower case and without apostrophes.

    "leak~" stands for the word with its regular endings, "<name>" for every phrase of another concept.
    `kind` is "state" (what may be wrong), "vague" (a state that means nothing alone: "slow"), "part" (a part of the
    body or a person), "modifier" (a time or a thing that nobody denies), "idiom" (a saying whose words are not to be
    read otherwise: "dead tired") or "cue" (a trigger of context.toml).
    """

    name: str
    kind: ConceptKind
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NumberConcept:
    """A number that means something by the words beside it: a temperature, an age, a count of tablets.

    It lies in one of `ranges`, ends included. Where they are given, one of `before` stands at most three words before
    it and one of `after` right behind it, or only one of the two if `either`. Right before it none of `not_before`
    may stand, right behind it none of `not_after`. `decimal` asks for a decimal point.
    """

    name: str
    ranges: tuple[tuple[float, float], ...]
    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    either: bool = False
    not_before: frozenset[str] = frozenset()
    not_after: frozenset[str] = frozenset()
    decimal: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One further concept of a pattern: "PRE" after what came before, "NEAR" on either side, `gap` words between."""

    operator: Operator
    concept: str
    gap: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """Concepts that belong together within one sentence, by the proximity operators of literature databases."""

    first: str
    steps: tuple[Step, ...]

    @property
    def concepts(self) -> tuple[str, ...]:
        """The names of its concepts, in order."""
        return (self.first, *(step.concept for step in self.steps))


@dataclass(frozen=True, slots=True)
class Sign:
    """Something a person may say of themselves; any of its patterns makes it.

    A "symptom" is cleared by negation and by a past that is over, an "event" (a fall) by a distant past. A "risk"
    (cancer) counts though past, unless it is somebody else's. A "condition" is a named disease, which counts only for
    a person who has it. "context" only helps other signs. A "plea" counts also as a question. A "classifier" sign has
    no patterns: the classifier finds it. A concept of `exclusions` in the same sentence explains the sign away (wet
    from the rain), unless it is itself negated; one of `explanations` does so anywhere in the message.
    """

    id: str
    kind: SignKind
    description: str
    patterns: tuple[Pattern, ...]
    exclusions: tuple[str, ...]
    explanations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Signs that together call for a level.

    `any_of` lists alternatives, each of them signs that must all be there; `signs` are those of all. A rule that is
    `never_downgrade` stays met whatever is said later; any other is taken back by a denial or a correction.
    """

    id: str
    category: str
    level: Level
    any_of: tuple[tuple[str, ...], ...]
    reason: str
    source: str
    positive_examples: tuple[str, ...]
    negative_examples: tuple[str, ...]
    never_downgrade: bool
    signs: frozenset[str]


@dataclass(frozen=True, slots=True)
class MetRule:
    """A rule that a conversation meets, the level it calls for there, and the person's words that met it."""

    rule: Rule
    level: Level
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How people write: text-speak, words that may be skipped, and words that spelling repair may or may not make."""

    shorthand: Mapping[str, tuple[str, ...]]
    fillers: frozenset[str]
    repairable: frozenset[str]
    never_repaired: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class RuleSet:
    """Everything the engine reads, made once from the rules files; compared by identity.

    `phrases` are the words to find with the name of their concept; "base~" stands for any form of a base. `forms` gives
    what a word may stand as in phrases. `known` are words that are never repaired,
    `repairs` those that a slip may be repaired to, by first letter. `patterns` are listed under their first concept,
    with the other concepts that they need.
    """

    concepts: Mapping[str, Concept]
    numbers: tuple[NumberConcept, ...]
    signs: Mapping[str, Sign]
    rules: tuple[Rule, ...]
    vocabulary: Vocabulary
    phrases: tuple[tuple[str, str], ...]
    forms: Mapping[str, tuple[str, ...]]
    known: frozenset[str]
    repairs: Mapping[str, tuple[str, ...]]
    patterns: Mapping[str, tuple[tuple[Sign, Pattern, frozenset[str]], ...]]
    idioms: frozenset[str]
    shown_parts: frozenset[str]


def compile_rules(
    concepts: Mapping[str, Concept],
    numbers: Iterable[NumberConcept],
    signs: Mapping[str, Sign],
    rules: Iterable[Rule],
    vocabulary: Vocabulary,
) -> RuleSet:
    """Return the rule set, with phrases written out.

    Raises RulesError for a phrase that names a concept that does not exist, or itself.
    """
    rules, numbers = tuple(rules), tuple(numbers)
    known: dict[str, tuple[str, ...]] = {}
    phrases = tuple(
        (phrase, name) for name in concepts for phrase in dict.fromkeys(_written_out(name, concepts, known))
    )
    words = set(" ".join([phrase for phrase, _ in phrases]).split())
    forms: dict[str, list[str]] = {}
    for word in sorted(words):
        for form in inflections(word[:-1]) if word.endswith("~") else (word,):
            forms.setdefault(form, []).append(word)
    wanted = {name for rule in rules for name in rule.signs}
    every = dict(concepts) | {number.name: Concept(number.name, "modifier", ()) for number in numbers}
    return RuleSet(
        concepts=every,
        numbers=numbers,
        signs=signs,
        rules=rules,
        vocabulary=vocabulary,
        phrases=phrases,
        forms={form: tuple(keys) for form, keys in forms.items()},
        known=frozenset(forms) | vocabulary.fillers | vocabulary.never_repaired | vocabulary.repairable,
        repairs=_by_first_letter(vocabulary.repairable),
        patterns=_by_first_concept(sign for name, sign in signs.items() if name in wanted),
        idioms=frozenset(name for name, concept in concepts.items() if concept.kind == "idiom"),
        shown_parts=frozenset(name for name, concept in every.items() if concept.kind == "part"),
    )


def _written_out(
    name: str, concepts: Mapping[str, Concept], known: dict[str, tuple[str, ...]], depth: int = 0
) -> tuple[str, ...]:
    """Return the phrases of a concept with each <name> replaced by every phrase of that concept."""
    if name in known:
        return known[name]
    found: list[str] = []
    for phrase in concepts[name].phrases:
        if "<" not in phrase:
            found.append(phrase)
            continue
        parts: list[tuple[str, ...]] = []
        for text, other in _NAMED.findall(phrase):
            if other and (other not in concepts or depth > _DEEPEST):
                raise RulesError(
                    f"The phrase {phrase!r} names <{other}>, which is no concept, or a concept that names itself"
                )
            parts.append(_written_out(other, concepts, known, depth + 1) if other else (text,))
        found += map("".join, product(*parts))
    known[name] = tuple(found)
    return known[name]


def _by_first_letter(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for word in sorted(words):
        table.setdefault(word[0], []).append(word)
    return {letter: tuple(listed) for letter, listed in table.items()}


def _by_first_concept(signs: Iterable[Sign]) -> dict[str, tuple[tuple[Sign, Pattern, frozenset[str]], ...]]:
    table: dict[str, list[tuple[Sign, Pattern, frozenset[str]]]] = {}
    for sign in signs:
        for pattern in sign.patterns:
            needed = frozenset(step.concept for step in pattern.steps)
            table.setdefault(pattern.first, []).append((sign, pattern, needed))
    return {concept: tuple(listed) for concept, listed in table.items()}
