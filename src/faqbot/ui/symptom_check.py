"""The guided check -> a form as HTML; its conclusion -> a card."""

from collections.abc import Sequence
from itertools import groupby

from faqbot.safety import Question, questions
from faqbot.types import Alert
from faqbot.ui.alert_card import alert_card
from faqbot.ui.html import escape, joined

ANSWERS = (("yes", "Yes"), ("no", "No"), ("not sure", "Not sure"))
NOTE = "This check looks for warning signs. It cannot rule anything out. If you are worried, see a health professional."


def check_form() -> str:
    """Every question of the check, those of one group under a heading; plain inputs, named by the question's id."""
    groups = groupby(questions(), lambda question: question.group)
    return joined(
        (
            '<section class="check" aria-label="Check your symptoms"><h2>Check your symptoms</h2>',
            "<p>Answer what you can and skip what you like. “Not sure” counts as much as “yes”.</p>",
            *(f"<h3>{escape(name)}</h3>{_group(tuple(asked))}" for name, asked in groups),
            "</section>",
        )
    )


def conclusion(alert: Alert) -> str:
    """The card of the conclusion with a note on what the check is not."""
    return f'{alert_card(alert)}<p class="quiet">{NOTE}</p>'


def _group(asked: Sequence[Question]) -> str:
    return "".join(_open(question) if question.open else _closed(question) for question in asked)


def _open(question: Question) -> str:
    name = escape(question.id)
    return (
        f'<p class="open"><label for="check-{name}">{escape(question.text)}</label>'
        f'<input id="check-{name}" name="{name}" type="text" autocomplete="off"></p>'
    )


def _closed(question: Question) -> str:
    name = escape(question.id)
    choices = "".join(
        f'<label><input type="radio" name="{name}" value="{value}"><span>{label}</span></label>'
        for value, label in ANSWERS
    )
    return f"<fieldset><legend>{escape(question.text)}</legend><div>{choices}</div></fieldset>"
