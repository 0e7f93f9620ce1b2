"""Buttons under an answer by which people say whether it helped, and the notice of what is then stored."""

import json

from faqbot.texts import fill
from faqbot.types import Answer
from faqbot.ui.html import escape, words
from faqbot.ui.options import View


def feedback_bar(answer: Answer, view: View) -> str:
    """Return three buttons under an answer, with what the page's script sends for them.

    What comes after "did not answer" waits beside them: the next passages by their title, and the operator's contact.
    """
    texts = view.texts
    sent = {
        "question": answer.question,
        "passage_id": answer.hits[0].passage.id if answer.hits else "",
        "confidence": round(answer.confidence, 4),
    }
    buttons = (
        _button("helpful", "thumb up", texts.feedback_helpful)
        + _button("not_helpful", "thumb down", texts.feedback_not_helpful)
        + _button("did_not_answer", "", texts.feedback_did_not_answer)
    )
    return (
        f'<section class="opinion" role="group" aria-label="{escape(texts.feedback_label)}" '
        f'data-opinion="{escape(json.dumps(sent, ensure_ascii=False))}"><h3>{escape(texts.feedback_question)}</h3>'
        f'<p class="actions">{buttons}</p><p class="thanks" role="status"></p>{_instead(answer, view)}</section>'
    )


def stored_notice(view: View) -> str:
    """Return what is stored while feedback is on: one line, all of it when that is opened."""
    texts = view.texts
    stored = (
        texts.feedback_stored,
        texts.feedback_removed,
        texts.feedback_not_stored,
        texts.feedback_no_emergency,
        texts.feedback_where,
    )
    lines = "".join(f"<p>{escape(line)}</p>" for line in stored if line)
    return f'<details class="kept"><summary>{escape(texts.feedback_what)}</summary>{lines}</details>'


def _instead(answer: Answer, view: View) -> str:
    """What is offered to somebody whose question was not answered: the page opens the next passages itself."""
    contact = fill(view.texts.feedback_contact, contact=view.options.contact) if view.options.contact else ""
    others = len(answer.hits) > 1
    if not others and not contact:
        return ""
    offered = f'<p>{escape(view.texts.feedback_instead)}</p><ul class="offered"></ul>' if others else ""
    return f'<div class="instead" hidden>{offered}{f"<p>{words(contact)}</p>" if contact else ""}</div>'


def _button(verdict: str, sign: str, label: str) -> str:
    icon = f'<span class="{sign}" aria-hidden="true"></span>' if sign else ""
    return f'<button type="button" data-verdict="{verdict}" aria-pressed="false">{icon}{escape(label)}</button>'
