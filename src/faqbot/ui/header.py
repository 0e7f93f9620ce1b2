"""What stands in the page before any script runs: its head, the standing banner, the title and the greeting."""

import json
import re
from collections.abc import Iterable

from faqbot.texts import Texts
from faqbot.ui.assets import Assets
from faqbot.ui.html import escape, joined, words
from faqbot.ui.options import PageOptions

# What the page's script says itself.
_SCRIPT_TEXTS = (
    "searching", "failed", "stuck", "reload", "unwell", "copied", "no_copy", "read_aloud", "stop_reading", "kept",
    "check_progress", "feedback_sending", "feedback_unsent", "copy", "print", "save_page", "sources", "suggestions",
    "suggestions_found",
)  # fmt: skip


def page_head(options: PageOptions, assets: Assets) -> str:
    """Return our style, script and values, before Gradio's."""
    return joined(
        f"<title>{escape(options.page.title)}</title>",
        f'<meta name="description" content="{escape(options.page.title)}">',
        '<meta name="color-scheme" content="light dark">',
        '<meta name="theme-color" content="#f5f8f7" media="(prefers-color-scheme: light)">',
        '<meta name="theme-color" content="#0f1a1e" media="(prefers-color-scheme: dark)">',
        f'<link rel="stylesheet" href="{assets.address("page.css")}">',
        f'<script type="application/json" id="faqbot-values">{_values(options)}</script>',
        f'<script src="{assets.address("page.js")}"></script>',
    )


def page_top(options: PageOptions) -> str:
    """Return the banner, the title with its links, and the place where announcements are read out."""
    page, texts = options.page, options.texts
    logo = f'<img class="logo" src="{escape(page.logo)}" alt="">' if page.logo else ""
    tagline = page.intro or " ".join(filter(None, (texts.tagline, texts.not_reviewed)))
    return joined(
        f'<a class="skip" href="#question">{escape(texts.skip)}</a>',
        standing_aside(options),
        f'<header class="masthead"><div class="title">{logo}<h1>{words(page.title)}</h1></div>',
        f"<p>{words(tagline)}</p>",
        f'<nav class="links" aria-label="{escape(texts.topics)}"><a href="topics">{escape(texts.topics)}</a></nav>',
        _region_choice(options),
        _stored_notice(options.texts) if options.feedback else "",
        "</header>",
        '<p id="spoken" class="hidden" role="status" aria-live="polite"></p>',
        f'<noscript><p class="problem">{escape(texts.no_script)}</p></noscript>',
    )


def standing_aside(options: PageOptions, *, raised: bool = True) -> str:
    """Return the advice that always shows, "" where there is none; what the rules raise goes below it."""
    advice = options.standing.get(options.region, "")
    if not advice and not options.health:
        return ""
    numbers = options.numbers.get(options.region, ())
    standing = (
        '<div id="standing" class="banner-inner"><p class="banner-heading">'
        '<span class="sign" aria-hidden="true">i</span>'
        f'<span><strong>{escape(options.lead)}</strong> <span id="advice">{_dialled(advice, numbers)}</span>'
        "</span></p></div>"
    )
    label = options.texts.safety_label or options.page.title
    return joined(
        f'<aside id="banner" data-level="none" aria-label="{escape(label)}">',
        standing if advice else "",
        '<div id="raised" role="alert"></div>' if raised and options.health else "",
        "</aside>",
    )


def welcome(options: PageOptions, examples: Iterable[str]) -> str:
    """Return the greeting: what this is, what is stored, and questions to try."""
    texts = options.texts
    buttons = "".join(f'<li><button type="button" data-ask>{words(text)}</button></li>' for text in examples)
    tries = f'<h3>{escape(texts.people_ask)}</h3><ul class="tries">{buttons}</ul>' if buttons else ""
    stored = texts.feedback_on if options.feedback else texts.nothing_stored
    return joined(
        f'<section class="welcome" aria-label="{escape(texts.about_page)}">',
        f"<h2>{escape(texts.welcome)}</h2>",
        f"<p>{words(texts.intro)}</p>",
        f'<p class="quiet">{words(" ".join(filter(None, (stored, options.page.privacy))))}</p>',
        f"{tries}</section>",
    )


def _stored_notice(texts: Texts) -> str:
    """What is stored while feedback is on: one line, all of it when that is opened."""
    stored = (
        texts.feedback_stored,
        texts.feedback_removed,
        texts.feedback_not_stored,
        texts.feedback_no_emergency,
        texts.feedback_where,
    )
    lines = "".join(f"<p>{escape(line)}</p>" for line in stored if line)
    return f'<details class="kept"><summary>{escape(texts.feedback_what)}</summary>{lines}</details>'


def _values(options: PageOptions) -> str:
    """What the page's script needs to know, as JSON that cannot end its element."""
    values = {
        "texts": {name: getattr(options.texts, name) for name in _SCRIPT_TEXTS},
        "region": options.region,
        "standing": dict(options.standing),
        "numbers": dict(options.numbers),
    }
    return json.dumps(values, ensure_ascii=False).replace("<", "\\u003c")


def _region_choice(options: PageOptions) -> str:
    """Where the person is: the numbers to call follow it, for as long as the page is open."""
    texts = options.texts
    if not options.health or len(options.standing) < 2:
        return ""
    choices = "".join(
        f'<option value="{escape(region)}"{" selected" if region == options.region else ""}>'
        f"{escape(getattr(texts, f'region_{region}', region))}</option>"
        for region in options.standing
    )
    return (
        f'<p class="region"><label for="region">{escape(texts.region_label)}</label> '
        f'<select id="region" autocomplete="off">{choices}</select></p>'
    )


def _dialled(advice: str, numbers: Iterable[str]) -> str:
    """The advice with each number in it as a link that a phone dials."""
    markup = escape(advice)
    for number in numbers:
        markup = re.sub(rf"(?<!\d){number}(?!\d)", f'<a href="tel:{number}">{number}</a>', markup, count=1)
    return markup
