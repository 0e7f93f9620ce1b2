"""Care cards and the banner: the level is said in words, numbers can be dialled, nothing is markup."""

import dataclasses

import pytest

from faqbot.types import Alert, Level, Number
from faqbot.ui.alert_card import alert_card, banner
from faqbot.ui.options import PageOptions, View
from web_samples import EMERGENCY

VIEW = View()


def test_no_alert_is_no_card() -> None:
    assert alert_card(Alert(), VIEW) == ""


def test_an_emergency_card() -> None:
    assert alert_card(EMERGENCY, VIEW) == (
        '<section class="care care-emergency " data-level="emergency" role="group" aria-label="Emergency">\n'
        '<div class="care-head"><p class="care-label"><span class="sign" aria-hidden="true">!</span><span>Emergency</span></p>\n'
        '<h3 class="care-heading"><span class="hidden">Immediate action required: </span>\n'
        "Call your local emergency number now</h3></div>\n"
        "<p>Because you wrote: “can&#x27;t feel my legs”.</p>\n"
        "<p>Do not drive yourself.</p>\n"
        '<ul class="calls"><li><a class="call" href="tel:112">Call 112</a> <span>Emergency, many countries</span></li>'
        '<li><a class="call" href="tel:116123">Call 116 123</a> <span>Samaritans</span></li></ul>\n'
        "</section>"
    )


@pytest.mark.parametrize(
    ("level", "label", "prefix"),
    [
        ("emergency", "Emergency", "Immediate action required:"),
        ("urgent", "Urgent", "Urgent advice:"),
        ("conditional", "Check this first", "If this is happening to you:"),
    ],
)
def test_each_level_is_said_in_words(level: Level, label: str, prefix: str) -> None:
    html = alert_card(Alert(level=level, heading="Do this"), VIEW)
    assert f"<span>{label}</span>" in html
    assert f'<span class="hidden">{prefix} </span>' in html


def test_a_card_seen_before_is_short() -> None:
    html = alert_card(EMERGENCY, VIEW, repeated=True)
    assert "Do not drive yourself." not in html
    assert "This still holds, because of what you wrote before." in html
    assert "Call your local emergency number now</h3>" in html
    assert 'href="tel:112"' in html


def test_the_banner_is_plain_values() -> None:
    assert banner(EMERGENCY, VIEW) == {
        "level": "emergency",
        "mood": "",
        "label": "Emergency",
        "prefix": "Immediate action required:",
        "heading": "Call your local emergency number now",
        "numbers": [
            {"label": "Emergency, many countries", "tel": "112", "call": "Call 112"},
            {"label": "Samaritans", "tel": "116123", "call": "Call 116 123"},
        ],
        "regions": {},
        "because": "Because you wrote: “can't feel my legs”, “wet <myself>”",
    }


def test_the_banner_carries_the_numbers_of_every_region_to_choose_from() -> None:
    view = View(PageOptions(standing={"uk": "x", "us": "y"}))
    by_region = banner(dataclasses.replace(EMERGENCY, categories=("crisis",)), view)["regions"]
    assert [number["tel"] for number in by_region["uk"]] == ["999", "111", "116123"]
    assert [number["tel"] for number in by_region["us"]] == ["988", "911"]
    assert banner(Alert(), view)["regions"] == {}


def test_a_card_on_weak_evidence_can_be_taken_back() -> None:
    assert "That is not what I meant" in alert_card(dataclasses.replace(EMERGENCY, can_retract=True), VIEW)
    assert "That is not what I meant" not in alert_card(EMERGENCY, VIEW)


def test_a_crisis_is_as_urgent_and_gentler() -> None:
    crisis = dataclasses.replace(EMERGENCY, categories=("crisis",))
    assert banner(crisis, VIEW)["mood"] == "crisis"
    assert banner(crisis, VIEW)["label"] == "Help now"
    assert 'class="care care-emergency crisis"' in alert_card(crisis, VIEW)


def test_only_what_a_phone_can_dial_is_dialled() -> None:
    assert 'href="tel:+44112"' in alert_card(Alert("urgent", heading="x", numbers=(Number("a", '+44 "112">'),)), VIEW)


def test_an_alert_with_only_a_message_shows_it() -> None:
    assert "See a doctor &lt;today&gt;</h3>" in alert_card(Alert("urgent", message="See a doctor <today>"), VIEW)
