"""An Alert -> a care card as HTML, and the banner that stands above the page -> its parts as JSON values.

Levels, headings and hidden prefixes follow the care cards of the NHS service manual: one call to action as the
heading, a list of circumstances as the body, and never colour alone.
"""

from typing import Any

from faqbot.types import Alert, Level, Number
from faqbot.ui.html import clean, escape, joined

_STILL = "This still holds, because of what you wrote before."

PREFIXES: dict[Level, str] = {
    "emergency": "Immediate action required:",
    "urgent": "Urgent advice:",
    "conditional": "If this is happening to you:",
    "none": "Advice:",
}
LABELS: dict[Level, str] = {
    "emergency": "Emergency",
    "urgent": "Urgent",
    "conditional": "Check this first",
    "none": "Advice",
}


def alert_card(alert: Alert, *, repeated: bool = False) -> str:
    """The card, or the empty string where there is nothing to say; short where the person has seen it before."""
    if not _heading(alert):
        return ""
    body = (_STILL,) if repeated else alert.body
    return joined(
        (
            f'<section class="care care-{alert.level} {_mood(alert)}" aria-label="{escape(_label(alert))}">',
            f'<div class="care-head"><p class="care-label">{_icon(alert.level)}'
            f"<span>{escape(_label(alert))}</span></p>",
            f'<h3 class="care-heading"><span class="hidden">{PREFIXES[alert.level]} </span>',
            f"{escape(_heading(alert))}</h3></div>",
            *(f"<p>{escape(line)}</p>" for line in body),
            _calls(alert.numbers),
            "</section>",
        )
    )


def banner(alert: Alert, because: str = "Because you wrote") -> dict[str, Any]:
    """What the banner above the page shows, as plain values: the page's script sets them as text, never as HTML."""
    return {
        "level": alert.level,
        "mood": _mood(alert),
        "label": _label(alert),
        "prefix": PREFIXES[alert.level],
        "heading": clean(_heading(alert)),
        "numbers": [_number(number) for number in alert.numbers],
        "because": f"{because}: {', '.join(f'“{clean(match)}”' for match in alert.matches)}" if alert.matches else "",
    }


def _calls(numbers: tuple[Number, ...]) -> str:
    """One large link for each number, which a phone dials."""
    items = "".join(
        f'<li><a class="call" href="tel:{shown["tel"]}">{shown["call"]}</a> <span>{escape(shown["label"])}</span></li>'
        for shown in map(_number, numbers)
    )
    return f'<ul class="calls">{items}</ul>' if items else ""


def _number(number: Number) -> dict[str, str]:
    tel = "".join(char for char in number.tel if char in "+0123456789*#")
    spaced = f"{tel[:3]} {tel[3:]}" if len(tel) == 6 else tel  # as such numbers are written: 116 123
    return {"label": clean(number.label), "tel": tel, "call": f"Call {spaced}"}


def _mood(alert: Alert) -> str:
    """A crisis is an emergency of another kind: the same urgency in a gentler look."""
    return "crisis" if "crisis" in alert.categories and alert.level == "emergency" else ""


def _label(alert: Alert) -> str:
    return "Help now" if _mood(alert) else LABELS[alert.level]


def _heading(alert: Alert) -> str:
    return alert.heading or alert.message


def _icon(level: Level) -> str:
    sign = {"emergency": "!", "urgent": "!", "conditional": "?", "none": "i"}[level]
    return f'<span class="sign" aria-hidden="true">{sign}</span>'
