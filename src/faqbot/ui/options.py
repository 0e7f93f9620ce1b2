"""What the interface shows of an operator's configuration, resolved once when the server starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from faqbot.config import NO_BANNER
from faqbot.safety import card, regions, standing_banner
from faqbot.service import Answering
from faqbot.settings import Settings
from faqbot.texts import Texts


@dataclass(frozen=True, slots=True)
class PageOptions:
    """Title, texts and parts of the page.

    `standing` is the advice that always shows, by region, after its `lead`; empty where there is none. `numbers` are
    the emergency numbers (what is dialled, label) by region. `health` is False where safety is
    "none": then nothing speaks of health. Colours are "#rrggbb" or "" for the page's own.
    """

    title: str = "Back pain when walking"
    texts: Texts = field(default_factory=Texts)
    intro: str = ""
    placeholder: str = ""
    examples: tuple[str, ...] = ()
    tabs: tuple[str, ...] = ("ask", "check", "visit")
    accent: str = ""
    accent_dark: str = ""
    logo: str = ""
    footer: str = ""
    contact: str = ""
    privacy: str = ""
    health: bool = True
    region: str = "neutral"
    lead: str = ""
    standing: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    feedback: bool = False
    language: str = "en"


@dataclass(frozen=True, slots=True)
class View:
    """How one answer is shown: the options, a `key` that no other exchange has, and review dates by document id."""

    options: PageOptions = field(default_factory=PageOptions)
    key: str = ""
    reviewed: Mapping[str, str] = field(default_factory=dict)

    @property
    def texts(self) -> Texts:
        """The texts of the interface."""
        return self.options.texts


def page_options(bot: Answering, settings: Settings) -> PageOptions:
    """Return what the bot's configuration makes of the page."""
    config, page = bot.config, bot.config.page
    enabled, texts = config.safety.enabled, config.texts
    own = config.banner if config.banner != NO_BANNER else ""
    shown = regions() if enabled else {config.safety.region: None}
    standing = {name: own or (standing_banner(name) if enabled else "") for name in shown}
    return PageOptions(
        title=page.title,
        texts=texts if enabled else texts.without_health(),
        intro=page.intro,
        placeholder=page.placeholder,
        examples=page.examples,
        tabs=page.tabs,
        accent=page.accent,
        accent_dark=page.accent_dark,
        logo=page.logo,
        footer=page.footer,
        contact=page.contact,
        privacy=page.privacy,
        health=enabled,
        region=config.safety.region,
        lead="" if own else texts.see_someone,
        standing={} if config.banner == NO_BANNER else standing,
        numbers={name: _emergency_numbers(name) for name in shown} if enabled else {},
        feedback=bool(settings.feedback),
        language=config.language.code,
    )


def _emergency_numbers(region: str) -> tuple[tuple[str, str], ...]:
    return tuple((number.tel, number.label) for number in card("emergency", region).numbers)
