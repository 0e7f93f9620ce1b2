"""Triage: what a person's messages call for. Signs of all turns are gathered, rules are met, one alert is written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from faqbot.config import SafetyConfig
from faqbot.safety.cards import CRISIS, find_region, write_alert
from faqbot.safety.classifier import SIMILAR, TURNS, is_similar
from faqbot.safety.context import Message, read_message
from faqbot.safety.experiencer import is_about_animal, is_other_experiencer, is_third_person
from faqbot.safety.historical import is_historical
from faqbot.safety.hypothetical import is_hypothetical
from faqbot.safety.matcher import Match
from faqbot.safety.negation import is_excluded, is_negated
from faqbot.safety.rules import MetRule, Rule, RuleSet
from faqbot.safety.rules_file import NO_RULES, load_configured, load_rules
from faqbot.types import Alert, Level

CONDITIONAL: Level = "conditional"
LEVELS: tuple[Level, ...] = ("none", CONDITIONAL, "urgent", "emergency")
RETRACTION = "That is not what I meant."
_TAIL = 200
_LONGEST_REPLY = 25  # words of a message that may go on with the one before
_LONGEST_QUOTE = 8  # words
_LIST_OF_DENIALS = 2  # signs that a message negates, from which the classifier does not read it
_YES = re.compile(
    r"^\W*(?:(?:actually|well|oh|ok|okay|hm+|um+|er+|sorry|no wait|wait)\W+)*"
    r"(?:yes|yep|yeah|yup)\b\W*(?:(?:there|it) is\b\W*)?",
    re.IGNORECASE,
)
_NO_AT_END = re.compile(r"[\s?.,!:-]*\b(?:no|nope|nah|none)\b[\s.!]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sign in a message; `text` is the person's words, "" where there are none to quote."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The signs of one message: present ones, hypothetical ones, and the ids of those that it negates.

    `claims` is set where it takes earlier questions as its own ("I think I have it"), `retracts` where it takes the
    message before back, `affirms` where it begins with yes, `explains` where it gives a cause or a date for what was
    said before ("only on the bike", "that was in 1998"). `place` and `state` tell whether it names a part of the
    body and something that may be wrong; `corrects` whether it mends a word of the message before; `animal` and
    `third_person` whether it is about an animal, or about him, her or it and not about the writer.
    """

    present: tuple[Evidence, ...] = ()
    hypothetical: tuple[Evidence, ...] = ()
    negated: frozenset[str] = frozenset()
    claims: bool = False
    retracts: bool = False
    affirms: bool = False
    explains: bool = False
    corrects: bool = False
    animal: bool = False
    third_person: bool = False
    place: bool = False
    state: bool = False
    words: int = 0

    @property
    def looks_back(self) -> bool:
        """Whether it takes back, mends or explains what was said before."""
        return self.retracts or self.corrects or self.explains


def assess(
    messages: Sequence[str],
    *,
    region: str = "neutral",
    rules: str | Path | None = None,
    config: SafetyConfig | None = None,
) -> Alert:
    """Return what the person's messages (oldest first) call for.

    `rules` is a rules file; None or "back-pain" means the rules that ship, "none" no rules: the alert is always empty.
    With a `config` its profile, rules and region count instead. Needs no index and no model. Of a message the first
    100,000 characters count. Raises RulesError for a broken rules file and SettingsError for an unknown region.
    """
    region = config.region if config else region
    find_region(region)
    if rules == NO_RULES or (config and not config.enabled):
        return Alert()
    return write_alert(met_rules(load_configured(config) if config else load_rules(rules), messages), region)


def met_rules(rules: RuleSet, messages: Sequence[str]) -> tuple[MetRule, ...]:
    """Return the rules that the conversation meets, highest level first, then in the order of the rules files.

    A rule that is `never_downgrade` stays met once a turn has met it, unless the next message explains its sign as the
    same message could have ("car crash", "1998 that was"); the others hold if what is left at the end
    meets them, after what the person denied or took back.
    """
    lasting: dict[str, MetRule] = {}
    conversation = Conversation(rules)
    for message in messages:
        new = conversation.add(message)
        for rule in rules.rules:
            if not rule.never_downgrade or rule.signs.isdisjoint(new | conversation.explained):
                continue
            if found := _meet(rule, conversation.present, rule.level):
                lasting.setdefault(rule.id, found)
            elif not rule.signs.isdisjoint(conversation.explained):
                lasting.pop(rule.id, None)
    met = {found.rule.id: found for found in evaluate(rules, conversation.present, conversation.hypothetical)}
    met |= lasting
    if any(found.level in ("urgent", "emergency") and SIMILAR not in found.rule.signs for found in met.values()):
        met = {name: found for name, found in met.items() if SIMILAR not in found.rule.signs}  # it adds nothing
    return _sorted(rules, met)


def evaluate(
    rules: RuleSet, present: Mapping[str, Evidence], hypothetical: Mapping[str, Evidence]
) -> tuple[MetRule, ...]:
    """Return the rules that signs meet: present ones give a rule's level, hypothetical ones a conditional card."""
    if not present and not hypothetical:
        return ()
    known = {**hypothetical, **present}
    likely = [rule for rule in rules.rules if not rule.signs.isdisjoint(known)]
    met = (_meet(rule, present, rule.level) or _meet(rule, known, CONDITIONAL) for rule in likely)
    return _sorted(rules, {found.rule.id: found for found in met if found})


def _meet(rule: Rule, signs: Mapping[str, Evidence], level: Level) -> MetRule | None:
    for names in rule.any_of:
        for name in names:
            if name not in signs:
                break
        else:
            quotes = dict.fromkeys(signs[name].text for name in names if signs[name].text)
            return MetRule(rule, level, tuple(quotes))
    return None


def _sorted(rules: RuleSet, met: Mapping[str, MetRule]) -> tuple[MetRule, ...]:
    listed = [met[rule.id] for rule in rules.rules if rule.id in met]
    return tuple(sorted(listed, key=lambda found: -LEVELS.index(found.level)))


class Conversation:
    """The signs that hold after the messages so far, by id."""

    def __init__(self, rules: RuleSet) -> None:
        self.present: dict[str, Evidence] = {}
        self.hypothetical: dict[str, Evidence] = {}
        self.explained: frozenset[str] = frozenset()  # by the last message, with a cause or a date
        self._rules = rules
        self._previous = ""
        self._recent: list[str] = []  # messages that the classifier reads together
        self._animal = False
        self._turns: dict[str, int] = {}
        self._turn = 0

    def add(self, message: str) -> set[str]:
        """Take in one more message; return the signs that are present and were not."""
        reading = read(self._rules, message)
        self._animal = reading.animal or (self._animal and reading.third_person)
        present = (*reading.present, *self._continued(reading, message), *self._similar(reading, message))
        if self._animal and reading.third_person:  # "my dog can't walk", "he wets himself"
            present = ()
        explained = self._explained(reading, message)
        anew = {evidence.sign for evidence in present}
        self.explained = explained - anew if reading.explains else frozenset()
        if reading.looks_back:
            explained |= {SIMILAR}
        self._take_back(reading.negated | explained, reading.retracts, anew)
        self._turn += 1
        new = anew - self.present.keys()
        for evidence in present:
            self.present.setdefault(evidence.sign, evidence)
            self._turns[evidence.sign] = self._turn
        for evidence in reading.hypothetical:
            self.hypothetical.setdefault(evidence.sign, evidence)
        if reading.claims and self.hypothetical:
            new |= self.hypothetical.keys() - self.present.keys()
            self.present = {**self.hypothetical, **self.present}
        self._previous = message
        return new

    def _take_back(self, denied: frozenset[str], retracts: bool, anew: set[str]) -> None:
        """Drop the signs that a message denies or explains, and all of the message before where it takes that back."""
        gone = {sign for sign in denied if sign in self.present}
        if retracts:
            gone |= {sign for sign in self.present if self._turns.get(sign) == self._turn}
        for sign in gone - anew:
            del self.present[sign]

    def _similar(self, reading: Reading, message: str) -> tuple[Evidence, ...]:
        """Return the sign of the classifier; what is taken back or explained it does not read on with."""
        if SIMILAR not in self._rules.signs:
            return ()
        if reading.looks_back:
            self._recent.clear()
        self._recent = [*self._recent, message][-TURNS:]
        if len(reading.negated) >= _LIST_OF_DENIALS:  # whose words are those of red flags
            return ()
        return (Evidence(SIMILAR, ""),) if is_similar(self._rules, self._recent) else ()

    def _explained(self, reading: Reading, message: str) -> frozenset[str]:
        """Return the signs of the message before that are none once this one, its explanation, is read with it."""
        asks = "?" in message  # "should I cycle to hospital?" is no explanation
        if not self._previous or asks or reading.words > _LONGEST_REPLY:
            return frozenset()
        before = {evidence.sign for evidence in read(self._rules, self._previous).present}
        if not before:
            return frozenset()
        both = read(self._rules, f"{self._previous[-_TAIL:].rstrip(' .!?')}, {message[:_TAIL]}")
        known = {evidence.sign for evidence in (*both.present, *both.hypothetical)}
        return frozenset(before - known - (frozenset() if reading.explains else both.negated))

    def _continued(self, reading: Reading, message: str) -> tuple[Evidence, ...]:
        """Return what a short message means together with the one before: "it's numb", "where?", "my groin"."""
        if not self._previous or reading.words > _LONGEST_REPLY or reading.hypothetical:
            return ()
        before = read(self._rules, self._previous)
        previous = self._previous[-_TAIL:]
        if reading.affirms:
            previous, message = _NO_AT_END.sub("", previous), _YES.sub("", message)
        elif not (
            (before.place and (reading.corrects or (reading.state and not reading.place)))
            or (before.state and not before.place and reading.place)
        ):
            return ()
        reply = message[:_TAIL].replace(",", " ") if reading.corrects else message[:_TAIL]  # "typo, legs, both"
        return read(self._rules, f"{previous}, {reply}", len(previous)).present


@lru_cache(maxsize=4096)
def read(rules: RuleSet, message: str, before: int = 0) -> Reading:
    """Return the signs of one message.

    Of a message whose first `before` characters were said earlier, only signs that reach beyond them are new.
    """
    read_in = read_message(rules, message)
    present: dict[str, Evidence] = {}
    hypothetical: dict[str, Evidence] = {}
    negated: set[str] = set()
    seen: set[tuple[str, frozenset[tuple[int, int]]]] = set()
    crisis = _crisis_signs(rules)
    denied = [match for match in read_in.matches if match.sign.id in crisis and is_negated(read_in, match)]
    for match in sorted(read_in.matches, key=lambda match: (match.end - match.start, match.start)):
        place = match.sign.id, frozenset((part.start, part.end) for part in match.mentions)
        if match.sign.id in present or place in seen or read_in.words.ends[match.end - 1] <= before:
            continue
        seen.add(place)  # the same words may be found by another concept
        if any(_lies_in(match, other) for other in denied):  # "hurt myself" in "don't want to hurt myself"
            negated.add(match.sign.id)
            continue
        if is_negated(read_in, match):
            negated.add(match.sign.id)
        elif is_other_experiencer(read_in, match) or is_historical(read_in, match) or is_excluded(read_in, match):
            continue
        elif is_hypothetical(read_in, match):
            hypothetical.setdefault(match.sign.id, Evidence(match.sign.id, _quote(read_in, match)))
        else:
            present[match.sign.id] = Evidence(match.sign.id, _quote(read_in, match))
    return Reading(
        tuple(present.values()),
        tuple(evidence for evidence in hypothetical.values() if evidence.sign not in present),
        frozenset(negated - present.keys()),
        claims=bool(read_in.mentions.get("claim")),
        retracts=bool(read_in.mentions.get("retraction")),
        affirms=_starts(read_in, "affirmation_forward") or _YES.match(message) is not None,
        animal=is_about_animal(read_in),
        third_person=is_third_person(read_in),
        explains=bool({"historical", "year"} & read_in.mentions.keys()) or _starts(read_in, "explanation"),
        corrects="correction" in read_in.mentions,
        place=read_in.has_kind("part"),
        state=read_in.has_kind("state"),
        words=len(read_in.words.words),
    )


@lru_cache(maxsize=4)
def _crisis_signs(rules: RuleSet) -> frozenset[str]:
    return frozenset(sign for rule in rules.rules if rule.category == CRISIS for sign in rule.signs)


def _lies_in(match: Match, other: Match) -> bool:
    return match.sign is other.sign and other.start <= match.start and match.end <= other.end


def _starts(message: Message, cue: str) -> bool:
    return any(mention.start == 0 for mention in message.mentions.get(cue, ()))


def _quote(message: Message, match: Match) -> str:
    """Return the words that carry the sign, at most eight: all of it, or its parts where it is longer."""
    if match.end - match.start <= _LONGEST_QUOTE:
        return " ".join(message.words.between(match.start, match.end).split())
    parts = sorted({(part.start, part.end) for part in match.mentions})
    room = _LONGEST_QUOTE
    shown: list[str] = []
    for start, end in parts:
        if room > 0:
            shown.append(" ".join(message.words.between(start, min(end, start + room)).split()))
            room -= end - start
    return " … ".join(dict.fromkeys(shown))
