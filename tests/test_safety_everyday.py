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
        "it hurts to breathe in deep and when I twist, I pulled a muscle shifting the sofa",
        "Sharp pain on the left when I breathe in. I can press on the spot and it hurts just the same.",
        "takes me five minutes to get off the loo with this back",
        "there is a band of pain across my lower back after digging",
        "walking about like a 90 year old and I am only 31",
        "I'm at about 70% after lifting the sofa, should I go back to work",
        "who do I see about a sick note? back has gone again",
        "left bum cheek and calf are tingling, same old sciatica",
        "the label says do not drive if drowsy, I took a codeine at lunch, is the bus all right",
        "friend of mine had cauda equina and now I'm scared, my back is only stiff",
        "my neighbour died of an aneurysm, it began with backache, so I worry about mine",
        "worst pain ever when I bent down for the dishwasher and my back went into spasm",
        "how do I pick up a toddler who refuses to walk without hurting my back",
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
        "I went over the bonnet of a taxi and my back is killing me",
        "my dad died of an aneurysm and now I have a tearing pain in my back",
        "my friend had cauda equina and now she can't feel her legs",
        "9 weeks gone and there are spots of red on the pad",
    ],
)
def test_red_flags_in_such_words_still_are_emergencies(message: str) -> None:
    assert assess([message]).level == "emergency"


def test_messages_that_nobody_who_writes_rules_has_read() -> None:
    rows = [json.loads(line) for line in UNREAD.read_text(encoding="utf-8").splitlines()]
    raised = [(row["expect_final"] in UP, assess(row["turns"]).level in UP) for row in rows]
    harmless = [up for is_urgent, up in raised if not is_urgent]
    urgent = [up for is_urgent, up in raised if is_urgent]
    assert sum(harmless) / len(harmless) <= 0.08
    assert sum(urgent) / len(urgent) >= 0.92
