"""The safety rules as values: words, numbers, findings and rules, gathered in a Book that the engine reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from faqbot.types import Level

GroupKind = Literal["state", "part", "noun", "vague", "beside", "scope", "shield"]
FindingKind = Literal["symptom", "risk", "event", "condition", "context", "plea"]
Join = Literal[">", "&"]


@dataclass(frozen=True, slots=True)
class Group:
    """Words and phrases that mean the same for the rules.

    kind "state" is what may be wrong, "noun" a state named by a noun ("numbness", which a list of denials can hold),
    "vague" a state that says nothing without what it is said of ("slow"), "part" a part of the body or a person,
    "beside" what a pattern asks for besides (a time, a thing) and nobody denies, "scope" words that change what a
    finding means (not, if, my dog), "shield" sayings whose words are not to be read as findings (dead tired).
    """

    name: str
    kind: GroupKind
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NumberGroup:
    """A number that means something by the words beside it: a temperature, an age, a count of tablets.

    The number lies in one of `ranges` (both ends belong) and, where they are given, one of `before` stands at most
    three words before it and one of `after` right behind it; `either` asks for one of the two only.
    Right before it none of `not_before` may stand, right behind it none of `not_after`; `decimal` wants a point in it.
    """

    name: str
    ranges: tuple[tuple[float, float], ...]
    before: frozenset[str]
    after: frozenset[str]
    either: bool
    not_before: frozenset[str]
    not_after: frozenset[str]
    decimal: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One further group of a pattern: ">" after what came before, "&" on either side; at most `gap` words between."""

    join: Join
    group: str
    gap: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """Groups that belong together within one sentence."""

    first: str
    steps: tuple[Step, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of its groups, in order."""
        return (self.first, *(step.group for step in self.steps))


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person may say about themselves: any of its patterns makes it.

    kind "symptom" is cleared by denial and by a past that is over; "event" (a fall, an overdose) by a distant past;
    "risk" (cancer, osteoporosis) counts though past, unless it is somebody else's; "condition" is a named disease,
    which counts only for a person who has it; "context" only helps other findings; "plea" counts also as a question.
    A word of the groups `unless` in the same sentence explains it away (wet from the rain), if it is not denied.
    """

    id: str
    kind: FindingKind
    says: str
    patterns: tuple[Pattern, ...]
    unless: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Findings that together call for a level.

    `when` lists alternatives, each of them findings that must all be there; `findings` are those of all.
    A `firm` rule keeps its level however harmless the classifier holds the message to be.
    """

    id: str
    category: str
    level: Level
    when: tuple[tuple[str, ...], ...]
    reason: str
    source: str
    fires: tuple[str, ...]
    quiet: tuple[str, ...]
    findings: frozenset[str]
    firm: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """Everything the engine reads, made once from the rules files; compared by identity.

    `trie` finds phrases: keys are words, or "~base" for any form of a base; the key "" holds the names of the groups
    that end there. `forms` gives the keys that a word of the rules has there. `known` are words never repaired,
    `targets` those that a slip may be repaired to, by first letter. `patterns` are listed under their first group,
    with the other groups that they need. `shields` names the groups of that kind.
    """

    groups: Mapping[str, Group]
    numbers: tuple[NumberGroup, ...]
    findings: Mapping[str, Finding]
    rules: tuple[Rule, ...]
    shorthand: Mapping[str, tuple[str, ...]]
    fillers: frozenset[str]
    trie: Mapping[str, Any]
    forms: Mapping[str, tuple[str, ...]]
    known: frozenset[str]
    targets: Mapping[str, tuple[str, ...]]
    patterns: Mapping[str, tuple[tuple[Finding, Pattern, frozenset[str]], ...]]
    shields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that a conversation meets, the level it calls for there, and the person's words that met it."""

    rule: Rule
    level: Level
    texts: tuple[str, ...]
