"""CheckList-style tests (Ribeiro et al. 2020): openings x signs x forms, with and without an affirmed sign."""

import random
from collections.abc import Callable

import pytest

from faqbot.safety import assess

OPENINGS = (
    "",
    "Hi, my back has been stiff since the weekend.",
    "My back aches when I walk.",
    "Sore back after gardening, two weeks now.",
)
NOUNS = (
    *(
        "numbness",
        "tingling",
        "weakness",
        "fever",
        "chills",
        "weight loss",
        "night sweats",
        "chest pain",
        "incontinence",
    ),
    *("saddle numbness", "leg weakness", "bladder problems", "bowel problems", "trouble peeing", "pins and needles"),
    *("swelling", "dizziness", "shortness of breath", "pain down the leg", "loss of balance"),
)
AFFIRMED = (
    "But since this morning I can't pee and my groin is numb.",
    "However, I wet myself last night and I can't feel my bottom.",
    "But both my legs have gone numb since yesterday.",
    "I have crushing chest pain and I can't breathe.",
)
Form = Callable[[list[str]], str]
FORMS: dict[str, Form] = {
    "no a, b or c": lambda s: f"No {', '.join(s[:-1])} or {s[-1]}.",
    "no a, no b, no c": lambda s: ", ".join(f"no {sign}" for sign in s) + ".",
    "no a or b, no c": lambda s: f"No {s[0]} or {s[1]}, no {s[2]}.",
    "without a, b and c": lambda s: f"It is without any {', '.join(s[:-1])} and {s[-1]}.",
    "don't have": lambda s: f"I don't have any {', '.join(s[:-1])} or {s[-1]}.",
    "haven't noticed": lambda s: f"I haven't noticed any {', '.join(s[:-1])}, or {s[-1]}.",
    "denies": lambda s: f"Denies {', '.join(s[:-1])} and {s[-1]}.",
    "a: no": lambda s: "\n".join(f"{sign}: no" for sign in s),
    "a? no.": lambda s: " ".join(f"{sign}? no." for sign in s),
    "a - none": lambda s: ". ".join(f"{sign} - none" for sign in s) + ".",
    "a: N": lambda s: ", ".join(f"{sign}: N" for sign in s),
    "boxes": lambda s: " ".join(f"☐ {sign}" for sign in s) + " ☑ stiff in the morning",
    "bullets": lambda s: "\n".join(f"- no {sign}" for sign in s),
    "neither nor": lambda s: f"I have neither {s[0]} nor {s[1]}.",
    "none of": lambda s: f"I have none of these: {', '.join(s)}.",
    "doctor found none": lambda s: f"The doctor checked for {s[0]} and {s[1]} and found none.",
}


def messages(form: Form, count: int = 60) -> list[str]:
    """Return messages in which every sign is denied, drawn with a fixed seed."""
    dice = random.Random(11)
    return [f"{dice.choice(OPENINGS)} {form(dice.sample(NOUNS, 4))}".strip() for _ in range(count)]


def alarms(texts: list[str]) -> list[str]:
    """Return the texts that raise an urgent or emergency alert."""
    return [text for text in texts if assess([text]).level in ("urgent", "emergency")]


def test_denials_in_any_form_raise_at_most_one_alarm_in_a_hundred() -> None:
    texts = [text for form in FORMS.values() for text in messages(form)]
    raised = alarms(texts)
    assert len(raised) <= 0.01 * len(texts), raised[:10]


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_an_emergency_behind_denials_is_never_missed(form: Form) -> None:
    texts = [f"{text}\n{AFFIRMED[place % len(AFFIRMED)]}" for place, text in enumerate(messages(form, 24))]
    assert [text for text in texts if assess([text]).level != "emergency"] == []


@pytest.mark.parametrize("sign", ["my groin is numb", "I can't pee", "I have lost control of my bladder"])
def test_an_affirmed_sign_is_an_emergency_after_every_opening(sign: str) -> None:
    texts = [f"{opening} {joined}{sign}." for opening in OPENINGS for joined in ("", "Also, ", "Since today ")]
    assert [text for text in texts if assess([text]).level != "emergency"] == []


@pytest.mark.parametrize("reply", ["since monday", "I don't know", "yes", "no", "both", "a bit", "at night", "thanks"])
def test_plain_replies_raise_nothing(reply: str) -> None:
    assert assess([reply]).level == "none"
    assert assess(["my lower back aches when I walk, which shoes are best?", reply]).level == "none"


@pytest.mark.parametrize(
    ("turns", "level"),
    [
        (["fever and backache", "no fever, I meant I was warm from the sun"], "none"),
        (["fever and backache", "That is not what I meant."], "none"),
        (["my groin is numb and I can't pee", "That is not what I meant."], "emergency"),
        (["I want to end my life", "just kidding"], "emergency"),
        (["it's numb", "between my legs"], "emergency"),
        (["bad back", "I can't feel it", "my bottom I mean"], "emergency"),
        (["I have back pain", "any numbness? no", "actually yes, down below"], "emergency"),
        (["my back hurts", "is a fever a warning sign?", "I don't have one"], "conditional"),
        (["my dog can't walk", "he wets himself", "my own back is fine, just stiff"], "none"),
    ],
)
def test_later_turns_take_back_weak_evidence_only(turns: list[str], level: str) -> None:
    assert assess(turns).level == level
