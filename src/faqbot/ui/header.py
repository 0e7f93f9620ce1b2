"""What stands in the page before any script runs: its head, the standing banner, the title. Settings in, HTML out."""

import re
from collections.abc import Iterable

from faqbot.config import Config
from faqbot.safety import card, standing_banner
from faqbot.settings import Settings
from faqbot.types import Number
from faqbot.ui.assets import address
from faqbot.ui.feedback_buttons import kept_notice
from faqbot.ui.html import escape, joined

SEE_SOMEONE = "See a health professional about new, bad or worsening pain."


def page_head(title: str) -> str:
    """Our style and script, before Gradio's."""
    return joined(
        (
            f"<title>{escape(title)}</title>",
            f'<meta name="description" content="{escape(title)}: answers from written sources">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="theme-color" content="#f5f8f7" media="(prefers-color-scheme: light)">',
            '<meta name="theme-color" content="#0f1a1e" media="(prefers-color-scheme: dark)">',
            f'<link rel="stylesheet" href="{address("page.css")}">',
            f'<script src="{address("page.js")}"></script>',
        )
    )


def page_top(settings: Settings, config: Config) -> str:
    """The banner, the title and the place where announcements are read out."""
    return joined(
        (
            '<a class="skip" href="#question">Skip to the question box</a>',
            standing_aside(config),
            f'<header class="masthead"><h1>{escape(config.page.title)}</h1>'
            "<p>Answers in the words of people who know, with their sources</p>"
            f"{kept_notice() if settings.feedback else ''}</header>",
            '<p id="spoken" class="hidden" role="status" aria-live="polite"></p>',
            '<noscript><p class="problem">This page needs JavaScript to answer questions. '
            "The advice at the top holds without it.</p></noscript>",
        )
    )


def standing_aside(config: Config) -> str:
    """The advice that is always there; what the safety rules raise goes below it, in an alert."""
    advice = _dialled(standing_banner(config.safety.region), card("emergency", config.safety.region).numbers)
    return joined(
        (
            '<aside id="banner" data-level="none" aria-label="Safety advice">',
            '<div id="standing" class="banner-inner"><p class="banner-heading">'
            '<span class="sign" aria-hidden="true">i</span>'
            f"<span><strong>{SEE_SOMEONE}</strong> {advice}</span></p></div>",
            '<div id="raised" role="alert"></div>',
            "</aside>",
        )
    )


def _dialled(advice: str, numbers: Iterable[Number]) -> str:
    """The advice with each number in it as a link that a phone dials."""
    html = escape(advice)
    for number in numbers:
        html = re.sub(rf"(?<!\d){number.tel}(?!\d)", f'<a href="tel:{number.tel}">{number.tel}</a>', html, count=1)
    return html
