"""A safety alert as a care card, and the values of the banner that stands above the page.

Levels, headings and hidden prefixes follow the care cards of the NHS service manual: one call to action as the
heading, a list of circumstances as the body, and never colour alone.
"""

from typing import Any

from faqbot.safety import card
from faqbot.texts import Texts, fill
from faqbot.types import Alert, Level, Number
from faqbot.ui.html import clean, escape, joined, words
from faqbot.ui.options import View


def alert_card(alert: Alert, view: View, *, repeated: bool = False) -> str:
    """Return the card, or "" where there is nothing to say; short where the person has seen it before.

    Under a card that rests on weak evidence a button says that it was not meant.
    """
    if not _heading(alert):
        return ""
    texts = view.texts
    label, prefix, sign = _wording(alert, texts)
    body = (texts.still_holds,) if repeated else alert.body
    not_meant = f'<p class="actions"><button type="button" data-do="not-meant">{escape(texts.not_meant)}</button></p>'
    return joined(
        f'<section class="care care-{alert.level} {_mood(alert)}" data-level="{alert.level}" '
        f'role="group" aria-label="{escape(label)}">',
        f'<div class="care-head"><p class="care-label"><span class="sign" aria-hidden="true">{sign}</span>'
        f"<span>{escape(label)}</span></p>",
        f'<h3 class="care-heading"><span class="hidden">{escape(prefix)} </span>',
        f"{words(_heading(alert))}</h3></div>",
        *(f"<p>{words(line)}</p>" for line in body),
        _calls(alert.numbers, texts),
        not_meant if alert.can_retract else "",
        "</section>",
    )


def banner(alert: Alert, view: View, because: str = "") -> dict[str, Any]:
    """Return what the banner shows as plain values: the page's script sets them as text, never as HTML.

    `because` stands before the person's own words, "Because you wrote" unless said otherwise.
    """
    texts = view.texts
    label, prefix, _ = _wording(alert, texts)
    quoted = ", ".join(f"“{clean(match)}”" for match in alert.matches)
    return {
        "level": alert.level,
        "mood": _mood(alert),
        "label": label,
        "prefix": prefix,
        "heading": clean(_heading(alert)),
        "numbers": [_number(number, texts) for number in alert.numbers],
        "regions": _numbers_by_region(alert, view),
        "because": f"{because or texts.because_wrote}: {quoted}" if quoted else "",
    }


def _numbers_by_region(alert: Alert, view: View) -> dict[str, list[dict[str, str]]]:
    """Whom to call in each region that the person may choose, for an alert that the banner shows."""
    if alert.level not in ("urgent", "emergency"):
        return {}
    kind = _mood(alert) or alert.level
    return {
        region: [_number(number, view.texts) for number in card(kind, region).numbers]
        for region in view.options.standing
    }


def _calls(numbers: tuple[Number, ...], texts: Texts) -> str:
    """One large link for each number, which a phone dials."""
    items = "".join(
        f'<li><a class="call" href="tel:{shown["tel"]}">{escape(shown["call"])}</a> '
        f"<span>{escape(shown['label'])}</span></li>"
        for shown in (_number(number, texts) for number in numbers)
    )
    return f'<ul class="calls">{items}</ul>' if items else ""


def _number(number: Number, texts: Texts) -> dict[str, str]:
    tel = "".join(char for char in number.tel if char in "+0123456789*#")
    spaced = f"{tel[:3]} {tel[3:]}" if len(tel) == 6 else tel  # as such numbers are written: 116 123
    return {"label": clean(number.label), "tel": tel, "call": fill(texts.call, number=spaced)}


def _mood(alert: Alert) -> str:
    """A crisis is an emergency of another kind: the same urgency in a gentler look."""
    return "crisis" if "crisis" in alert.categories and alert.level == "emergency" else ""


def _wording(alert: Alert, texts: Texts) -> tuple[str, str, str]:
    """The label of the level, the words before the heading that are read out only, and the sign beside the label."""
    emergency = texts.level_crisis if _mood(alert) else texts.level_emergency
    wordings: dict[Level, tuple[str, str, str]] = {
        "emergency": (emergency, texts.prefix_emergency, "!"),
        "urgent": (texts.level_urgent, texts.prefix_urgent, "!"),
        "conditional": (texts.level_conditional, texts.prefix_conditional, "?"),
        "none": (texts.level_advice, texts.prefix_advice, "i"),
    }
    return wordings[alert.level]


def _heading(alert: Alert) -> str:
    return alert.heading or alert.message
