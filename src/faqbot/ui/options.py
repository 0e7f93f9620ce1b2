"""What the interface shows of an operator's configuration, resolved once when the server starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from faqbot.config import NO_BANNER, PageConfig
from faqbot.safety import card, regions, standing_banner
from faqbot.service import Answering
from faqbot.settings import Settings
from faqbot.texts import Texts


@dataclass(frozen=True, slots=True)
class PageOptions:
    """What the operator set about the page, its texts, and the advice that stands on it.

    `standing` is the advice that always shows, by region, after its `lead`; empty where there is none. `numbers` are
    the emergency numbers by region, as they are dialled. `health` is False where safety is "none": then nothing
    speaks of health.
    """

    page: PageConfig = field(default_factory=PageConfig)
    texts: Texts = field(default_factory=Texts)
    health: bool = True
    region: str = "neutral"
    lead: str = ""
    standing: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
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
    config, enabled = bot.config, bot.config.safety.enabled
    own = config.banner if config.banner != NO_BANNER else ""
    shown = regions() if enabled else {config.safety.region: None}
    standing = {name: own or (standing_banner(name) if enabled else "") for name in shown}
    return PageOptions(
        page=config.page,
        texts=config.texts if enabled else config.texts.without_health(),
        health=enabled,
        region=config.safety.region,
        lead="" if own else config.texts.see_someone,
        standing={} if config.banner == NO_BANNER else standing,
        numbers={name: _emergency_numbers(name) for name in shown} if enabled else {},
        feedback=bool(settings.feedback),
        language=config.language.code,
    )


def _emergency_numbers(region: str) -> tuple[str, ...]:
    return tuple(number.tel for number in card("emergency", region).numbers)
