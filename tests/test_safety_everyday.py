"""Everyday words of a sore back that must not alarm, beside the red flags that they look like."""

import json
from pathlib import Path

import pytest

from faqbot.safety import assess

UNREAD = Path(__file__).parent / "data" / "redflags" / "test" / "everyday_c.jsonl"
UP = ("urgent", "emergency")


@pytest.mark.parametrize(
    "message",
    [
        "takes me five minutes to get off the loo with this back",
        "walking about like a 90 year old and I am only 31",
        "I'm at about 70% after lifting the sofa, should I go back to work",
        "who do I see about a sick note? back has gone again",
        "left bum cheek and calf are tingling, same old sciatica",
        "the label says do not drive if drowsy, I took a codeine at lunch, is the bus all right",
        "would losing weight help my back, it aches when I stand at the sink",
        "I'll die of boredom if my back keeps me on this sofa",
        "my belly aches a bit and so does my back, I was bending over the bonnet all day",
    ],
)
def test_everyday_words_do_not_alarm(message: str) -> None:
    assert assess([message]).level not in UP


@pytest.mark.parametrize(
    "message",
    [
        "lying awake wishing I was dead with this back",
        "honestly can't be bothered living with this back any more",
        "I am longing to be dead",
        "taking my life is all I think about",
        "I have stockpiled my tablets",
        "wrote the letters to the children, sorted how I'm going to do it",
        "sharp pain when I breathe in and I am so breathless, calf is swollen",
        "I can't pee at all and can hardly get off the loo",
        "my bum and between my legs are tingling",
        "both buttocks are tingling and it goes down my leg",
        "pins and needles in my bottom and my big toe",
        "sharp pain when I breathe in since I lifted my suitcase after a nine hour flight",
        "I went over the bonnet of a taxi and my back is killing me",
        "my dad died of an aneurysm and now I have a tearing pain in my back",
        "my friend had cauda equina and now she can't feel her legs",
        "9 weeks gone and there are spots of red on the pad",
    ],
)
def test_red_flags_in_such_words_still_are_emergencies(message: str) -> None:
    assert assess([message]).level == "emergency"


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("sudden worst pain of my life between my shoulder blades while lifting weights", "emergency"),
        ("thunderclap pain in my spine while picking up the baby", "emergency"),
        ("it hurts to breathe in deep and when I twist, I pulled a muscle shifting the sofa", "urgent"),
        ("Sharp pain on the left when I breathe in. I can press on the spot and it hurts just the same.", "urgent"),
        ("sharp pain when I breathe in. bending and lifting don't change it", "emergency"),
        ("my wife has chest pain down her arm, it makes me panic", "emergency"),
        ("no feeling from my bum down to my feet", "emergency"),
        ("my neighbour died of an aneurysm and now dad has a tearing pain in his back", "emergency"),
        ("worst pain ever in my back came on suddenly while bending, I'm sweating and faint", "emergency"),
        ("pain when I breathe in, I think I pulled a muscle, coughing for weeks with blood", "emergency"),
        ("can't breathe in properly since I twisted, lips look blue", "emergency"),
        ("tight band across my lower back and can't feel below it", "urgent"),
        ("ten minutes on the toilet and nothing comes, then I can't get up from the toilet", "emergency"),
        ("menopause, but the night sweats drench the bed and my back aches", "urgent"),
        ("I'm 70 and feel like a 90 year old, fell yesterday and my back is agony", "urgent"),
        ("70% of the time I can't feel my groin", "emergency"),
        ("feels like I've been hit by a bus and I can't pee", "emergency"),
        ("carrying my toddler who refuses to walk, he has a fever and his back hurts", "urgent"),
        ("8 weeks pregnant, sharp pain one side of my tummy, turning over makes it worse", "emergency"),
        ("neighbour died of cancer, I have lost weight and my back hurts all night", "urgent"),
    ],
)
def test_words_that_explain_a_sign_hide_no_other(message: str, level: str) -> None:
    assert assess([message]).level == level


def test_messages_that_nobody_who_writes_rules_has_read() -> None:
    rows = [json.loads(line) for line in UNREAD.read_text(encoding="utf-8").splitlines()]
    raised = [(row["expect_final"] in UP, assess(row["turns"]).level in UP) for row in rows]
    harmless = [up for is_urgent, up in raised if not is_urgent]
    urgent = [up for is_urgent, up in raised if is_urgent]
    assert sum(harmless) / len(harmless) <= 0.08
    assert sum(urgent) / len(urgent) >= 0.92
