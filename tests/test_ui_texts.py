"""The texts of the interface: one dataclass, and nothing of health in it where safety is "none"."""

import re
from dataclasses import asdict, fields

from faqbot.texts import HEALTH_FIELDS, Texts, text_names

HEALTH_WORDS = re.compile(
    r"health|doctor|clinic|medic|pharmac|pain|symptom|emergenc|urgent|unwell|visit|advice|warning|safety|call", re.I
)


def test_texts_without_health_hold_no_health_word() -> None:
    left = {name: text for name, text in asdict(Texts().without_health()).items() if HEALTH_WORDS.search(text)}
    assert left.keys() <= {"call"}  # the verb on a link with a number, which only an alert shows


def test_every_health_field_is_a_text_and_is_emptied() -> None:
    assert set(text_names()) >= HEALTH_FIELDS
    bare = asdict(Texts().without_health())
    assert {bare[name] for name in HEALTH_FIELDS} == {""}


def test_every_text_is_one_line_without_markup() -> None:
    for field in fields(Texts):
        assert isinstance(field.default, str)
        assert not re.search(r"[<>\n]", field.default), field.name
