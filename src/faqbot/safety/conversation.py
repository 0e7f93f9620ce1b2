"""A person's messages become an Alert: findings are gathered over the turns, and the highest level stays."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from faqbot.config import SafetyConfig
from faqbot.safety.book import Book, Fired, Rule
from faqbot.safety.cards import find_region, write_alert
from faqbot.safety.findings import Said, hear
from faqbot.safety.loading import load_book, load_configured
from faqbot.types import Alert, Level

CONDITIONAL: Level = "conditional"
LEVELS: tuple[Level, ...] = ("none", CONDITIONAL, "urgent", "emergency")
_TAIL = 200


def assess(
    messages: Sequence[str],
    *,
    region: str = "neutral",
    rules: str | Path | None = None,
    config: SafetyConfig | None = None,
) -> Alert:
    """What the person's messages (oldest first) call for, by the packaged rules and an operator's file `rules`.

    With a `config` its profile, rules and region count instead; with the profile "none" nothing is ever raised.
    Needs no index and no model, and reads nothing but the rules. Of a message the first 100,000 characters count.
    Raises RulesError for a broken rules file and SettingsError for an unknown region.
    """
    if config is None:
        return write_alert(fired_rules(load_book(rules), messages), region)
    find_region(config.region)
    if not config.enabled:
        return Alert()
    return write_alert(fired_rules(load_configured(config), messages), config.region)


def fired_rules(book: Book, messages: Sequence[str]) -> tuple[Fired, ...]:
    """The rules that the conversation meets, highest level first, then in the order of the rules files."""
    return fire_all(book, *gather(book, messages))


def fire_all(book: Book, told: dict[str, Said], asked: dict[str, Said]) -> tuple[Fired, ...]:
    """The rules that findings by id meet, those told and those only asked about; highest level first."""
    if not told and not asked:
        return ()
    known = asked | told
    likely = [rule for rule in book.rules if not rule.findings.isdisjoint(known)]
    fired = [found for rule in likely if (found := _fire(rule, told, known))]
    return tuple(sorted(fired, key=lambda found: -LEVELS.index(found.level)))


def gather(book: Book, messages: Sequence[str]) -> tuple[dict[str, Said], dict[str, Said]]:
    """The findings told and those only asked about, each with the words that said it first."""
    told: dict[str, Said] = {}
    asked: dict[str, Said] = {}
    previous = ""
    for message in messages:
        heard = hear(book, message)
        for said in (*heard.said, *_placed(book, previous, message)):
            known = told if said.told else asked
            if said.finding not in known or (known[said.finding].calm and not said.calm):
                known[said.finding] = said
        if heard.claims:
            told = {name: replace(said, calm="") for name, said in asked.items()} | told  # it was only asked lightly
        previous = message
    return told, asked


def _placed(book: Book, previous: str, message: str) -> tuple[Said, ...]:
    """What a message means that names no part of the body, by the part that the message before it named."""
    if not previous or not hear(book, message).unplaced or not hear(book, previous).places:
        return ()
    return tuple(said for said in hear(book, f"{previous[-_TAIL:]}, {message[:_TAIL]}").said if said.told)


def _fire(rule: Rule, told: dict[str, Said], known: dict[str, Said]) -> Fired | None:
    """The rule at the highest level that what is told or known at all gives it, by the first alternative that does."""
    fired = [
        Fired(rule, level, tuple(dict.fromkeys(said[name].text for name in names)))
        for said, firm in ((told, rule.level), (known, CONDITIONAL))
        for names in rule.when
        if all(name in said for name in names)
        for level in (CONDITIONAL if _is_calm(rule, [said[name] for name in names]) else firm,)
    ]
    return max(fired, key=lambda found: LEVELS.index(found.level), default=None)


def _is_calm(rule: Rule, said: Sequence[Said]) -> bool:
    """Whether one message alone meets a rule that is not firm, and the classifier holds that message to be harmless."""
    messages = {each.calm for each in said}
    return not rule.firm and len(messages) == 1 and "" not in messages
