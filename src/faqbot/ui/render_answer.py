"""One exchange -> HTML: what was asked, the advice that comes first, then the answer as evidence cards."""

from faqbot.types import Alert, Answer, Hit
from faqbot.ui.alert_card import alert_card
from faqbot.ui.feedback_buttons import opinion_bar
from faqbot.ui.html import escape, joined
from faqbot.ui.passage_card import evidence_card, folded_card

NO_ANSWER = "I don't have an answer to that."
NEAREST = "They do not answer your question and may be about something else."
SURE, LIKELY = 0.8, 0.5
_NEAREST_SHOWN = 3


def answer_turn(answer: Answer, *, repeated: bool = False, judged: bool = False) -> str:
    """The exchange with everything the answer holds; under an emergency the passages are folded, not hidden.

    `repeated` says that the conversation's advice was shown before and is no different now, `judged` that people may
    say what they think of an answer. In an emergency nobody is asked that.
    """
    card = alert_card(answer.alert, repeated=repeated)
    asked = opinion_bar(answer) if judged and answer.answered else ""
    further = "" if answer.alert.level == "emergency" else asked + _next(answer.suggestions)
    return _turn(answer.question, card, _understood(answer) + _found(answer) + further)


def error_turn(question: str, message: str, alert: Alert) -> str:
    """The exchange when there is no answer for a reason the person can read; the advice still comes first."""
    return _turn(
        question,
        alert_card(alert),
        f'<p class="problem"><span class="sign" aria-hidden="true">i</span>{escape(message)}</p>',
    )


def spoken(answer: Answer) -> str:
    """One sentence for a screen reader to announce when the answer arrives; under an emergency the banner speaks."""
    if answer.alert.level == "emergency":
        return ""
    if not answer.hits:
        return NO_ANSWER
    best = answer.hits[0].passage
    return f"{how_sure(answer)[0]} Best passage: {best.question or ' – '.join((best.title, *best.headings))}"


def how_sure(answer: Answer) -> tuple[str, str]:
    """How sure the answer is, as a sentence and a class name; never a number."""
    if answer.band == "none":
        return NO_ANSWER, "none"
    if answer.band == "related":
        return "This may help, but it is not a direct answer.", "related"
    if answer.confidence >= SURE:
        return "This very likely answers your question.", "high"
    if answer.confidence >= LIKELY:
        return "This probably answers your question.", "likely"
    return "This may answer your question. Read it with care.", "low"


def _turn(question: str, card: str, inside: str) -> str:
    return joined(
        (
            '<article class="turn">',
            f'<h2 class="asked"><span class="hidden">You wrote: </span>{escape(question)}</h2>',
            card,
            inside,
            "</article>",
        )
    )


def _understood(answer: Answer) -> str:
    corrections = ", ".join(f"“{escape(word)}” as “{escape(used)}”" for word, used in answer.corrections)
    return f'<p class="understood">I read {corrections}.</p>' if corrections else ""


def _found(answer: Answer) -> str:
    sentence, name = how_sure(answer)
    sure = (
        f'<p class="sure sure-{name}"><span class="meter" aria-hidden="true"></span><span>{escape(sentence)}</span></p>'
    )
    if not answer.hits:
        return f'<div class="found">{sure}<p>Try other words, or ask about one thing at a time.</p></div>'
    shown = _no_answer(answer.hits) if answer.band == "none" else _passages(answer.hits)
    if answer.alert.level == "emergency":
        return (
            f'<details class="folded found"><summary>What the articles say, for later</summary>{sure}{shown}</details>'
        )
    return f'<div class="found">{sure}{shown}</div>'


def _no_answer(hits: tuple[Hit, ...]) -> str:
    cards = "".join(folded_card(hit, label="Not an answer: the nearest I have") for hit in hits[:_NEAREST_SHOWN])
    return f'<section class="others"><h3>The nearest passages I have</h3><p>{NEAREST}</p>{cards}</section>'


def _passages(hits: tuple[Hit, ...]) -> str:
    best, others = hits[0], hits[1:]
    cards = "".join(folded_card(hit, label="Another passage") for hit in others)
    below = f'<section class="others"><h3>Other passages on this</h3>{cards}</section>' if others else ""
    return evidence_card(best, label="Best passage, word for word") + below


def _next(suggestions: tuple[str, ...]) -> str:
    buttons = "".join(f'<li><button type="button" data-ask>{escape(text)}</button></li>' for text in suggestions)
    return (
        f'<nav class="next" aria-label="Questions near this one"><h3>Ask next</h3><ul>{buttons}</ul></nav>'
        if buttons
        else ""
    )
