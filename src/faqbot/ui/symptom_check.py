"""The symptom check as HTML: one question at a time, which the page's script shows and moves between."""

from faqbot.safety import Question, questions
from faqbot.texts import Texts
from faqbot.types import Alert
from faqbot.ui.alert_card import alert_card
from faqbot.ui.html import escape, joined, words
from faqbot.ui.options import View


def check_form(texts: Texts) -> str:
    """Return every question of the check, all but the introduction hidden; controls are named by the question's id.

    A question whose id extends another's ("pregnant_signs") is left out where the other was answered no.
    """
    asked = questions()
    steps = "".join(_step(question, _depends_on(question, asked), texts) for question in asked)
    return joined(
        f'<section class="check" aria-label="{escape(texts.tab_check)}" data-step="-1">',
        f'<div class="check-intro"><h2>{escape(texts.tab_check)}</h2><p>{escape(texts.check_intro)}</p>'
        f'<p class="quiet">{escape(texts.check_note)}</p>'
        f'<p class="actions"><button type="button" data-check="start">{escape(texts.check_start)}</button></p>',
        "</div>",
        '<div class="check-steps" hidden><p class="check-at" id="check-at"></p>'
        f'<progress max="{len(asked)}" value="0" aria-labelledby="check-at"></progress>',
        steps,
        f'<p class="actions"><button type="button" data-check="back">{escape(texts.check_back)}</button>'
        f'<button type="button" data-check="skip">{escape(texts.check_skip)}</button>'
        f'<button type="button" data-check="finish">{escape(texts.check_finish)}</button></p></div>',
        f'<div class="check-end" hidden><p class="check-stopped" hidden>{escape(texts.check_stopped)}</p>'
        f'<p class="actions"><button type="button" data-check="go-on" hidden>{escape(texts.check_go_on)}</button>'
        f'<button type="button" data-check="back">{escape(texts.check_back)}</button>'
        f'<button type="button" data-check="again">{escape(texts.check_again)}</button></p></div>',
        "</section>",
    )


def conclusion(alert: Alert, view: View) -> str:
    """Return the card of the conclusion with a note on what the check is not."""
    return f'{alert_card(alert, view)}<p class="quiet">{escape(view.texts.check_note)}</p>'


def _depends_on(question: Question, others: tuple[Question, ...]) -> str:
    return next((other.id for other in others if question.id.startswith(f"{other.id}_")), "")


def _step(question: Question, after: str, texts: Texts) -> str:
    name = escape(question.id)
    control = _open(name, texts) if question.open else _closed(name, texts)
    return (
        f'<div class="step" role="group" aria-labelledby="ask-{name}" data-name="{name}" '
        f'data-after="{escape(after)}" hidden>'
        f'<p class="check-group">{words(question.group)}</p>'
        f'<h3 id="ask-{name}" tabindex="-1">{words(question.text)}</h3>{control}</div>'
    )


def _open(name: str, texts: Texts) -> str:
    return (
        f'<input type="text" aria-labelledby="ask-{name}" name="{name}" autocomplete="off" maxlength="400">'
        f'<p class="actions"><button type="button" data-check="next">{escape(texts.check_next)}</button></p>'
    )


def _closed(name: str, texts: Texts) -> str:
    choices = (("yes", texts.yes), ("no", texts.no), ("not sure", texts.not_sure))
    buttons = "".join(
        f'<button type="button" data-answer="{value}" aria-pressed="false">{escape(label)}</button>'
        for value, label in choices
    )
    return f'<p class="choices">{buttons}</p>'
