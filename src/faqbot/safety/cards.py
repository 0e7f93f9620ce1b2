"""Cards: the heading, advice, numbers and quoted words that people see for the rules that are met."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from faqbot.errors import SettingsError
from faqbot.safety.rules import MetRule
from faqbot.types import Alert, Level, Number

CRISIS = "crisis"
_MOST_REASONS = 3
_MOST_QUOTES = 4


@dataclass(frozen=True, slots=True)
class Card:
    """The words of one kind of card in one region."""

    heading: str
    body: tuple[str, ...]
    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """What people are told in one region: the banner that always stands there and the cards by kind."""

    name: str
    banner: str
    cards: dict[str, Card]


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("faqbot.safety").joinpath("cards.toml").read_text(encoding="utf-8"))


@cache
def regions() -> dict[str, Region]:
    """The regional profiles by name."""
    data = _data()
    return {name: _region(name, fields, data["shared"]) for name, fields in data["region"].items()}


def find_region(name: str) -> Region:
    """A profile by its name. Raises SettingsError with the names there are."""
    known = regions()
    if name not in known:
        raise SettingsError(f"The region is {name!r}, expected one of: {', '.join(known)}. Change FAQBOT_REGION")
    return known[name]


def other_language_line(language: str) -> str:
    """Return what to say to a message in a language (ISO 639 code), with {numbers} to fill in; "" if not known."""
    line: str = _data()["only_english"].get(language, "")
    return line


def standing_banner(region: str = "neutral") -> str:
    """The sentence that is always on show, whatever a person wrote."""
    return find_region(region).banner


def card(kind: str, region: str = "neutral") -> Card:
    """The card of a kind: "conditional", "urgent", "emergency", "crisis", or of the guided check "advice" or "soon"."""
    return find_region(region).cards[kind]


def write_alert(met: tuple[MetRule, ...], region: str = "neutral", *, because: str = "Because you wrote") -> Alert:
    """Return the Alert for the rules that are met, highest level first; without any, its level is "none".

    The card quotes the person after `because`. A crisis card begins with where to turn, not with the quotation.
    """
    profile = find_region(region)
    if not met:
        return Alert()
    level = met[0].level
    top = [found for found in met if found.level == level]
    kind = _kind(level, top)
    shown = profile.cards[kind]
    quotes = _apart(tuple(dict.fromkeys(text for found in top for text in found.quotes)))
    why = (*_quoted(because, quotes), *_reasons(top))
    body = (*shown.body, *why) if kind == CRISIS else (*why, *shown.body)
    return Alert(
        level=level,
        categories=tuple(dict.fromkeys(found.rule.category for found in met)),
        message="\n".join((shown.heading, *body, *_spoken(shown.numbers))),
        matches=quotes,
        rules=tuple(found.rule.id for found in met),
        heading=shown.heading,
        body=body,
        numbers=shown.numbers,
        can_retract=not any(found.rule.never_downgrade and found.level == found.rule.level for found in met),
    )


def advice(region: str = "neutral", *, soon: bool = False) -> Alert:
    """Return the card for a check in which no rule is met: level "none", and when to get help all the same."""
    shown = find_region(region).cards["soon" if soon else "advice"]
    return Alert(message="\n".join((shown.heading, *shown.body)), heading=shown.heading, body=shown.body)


def _kind(level: Level, top: Sequence[MetRule]) -> str:
    return CRISIS if level != "urgent" and any(found.rule.category == CRISIS for found in top) else level


def _apart(quotes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the quotes that do not overlap: of two that share words in sequence, the longer one, with both halves."""
    kept: list[str] = []
    for quote in sorted(quotes, key=len, reverse=True):
        if not any(_overlap(quote, other) for other in kept):
            kept.append(quote)
    return tuple(quote for quote in quotes if quote in kept)


def _overlap(quote: str, other: str) -> bool:
    """Whether one holds the other, or two words and more end the one and begin the other."""
    one, two = quote.casefold().split(), other.casefold().split()
    shorter = min(len(one), len(two))
    if any(_holds(*pair) for pair in ((one, two), (two, one))):
        return True
    return any(one[-size:] == two[:size] or two[-size:] == one[:size] for size in range(2, shorter))


def _holds(one: list[str], two: list[str]) -> bool:
    return any(one[at : at + len(two)] == two for at in range(len(one) - len(two) + 1))


def _quoted(because: str, quotes: tuple[str, ...]) -> tuple[str, ...]:
    quoted = "; ".join(f"“{text}”" for text in quotes[:_MOST_QUOTES])
    return (f"{because}: {quoted}.",) if quoted else ()


def _reasons(top: Sequence[MetRule]) -> tuple[str, ...]:
    """Return what the rules say, one sentence for each category; a crisis is spoken of first."""
    ordered = sorted(top, key=lambda found: found.rule.category != CRISIS)
    first = {found.rule.category: found.rule.reason for found in reversed(ordered)}
    return tuple(dict.fromkeys(first[found.rule.category] for found in ordered))[:_MOST_REASONS]


def _spoken(numbers: tuple[Number, ...]) -> tuple[str, ...]:
    return tuple(f"{number.label}: {number.tel}" for number in numbers)


def _region(name: str, fields: dict[str, Any], shared: dict[str, Any]) -> Region:
    return Region(name, fields["banner"], {kind: _card(words) for kind, words in (shared | fields["card"]).items()})


def _card(words: dict[str, Any]) -> Card:
    numbers = tuple(Number(number["label"], number["tel"]) for number in words.get("numbers", ()))
    return Card(words["heading"], tuple(words["body"]), numbers)
