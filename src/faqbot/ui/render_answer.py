"""One exchange as HTML: what was asked, the advice that comes first, then a reply or the passages as cards."""

import json
from collections.abc import Collection, Iterable
from dataclasses import replace

from faqbot.texts import fill
from faqbot.types import Alert, Answer, Hit
from faqbot.ui.alert_card import alert_card
from faqbot.ui.html import escape, joined, words
from faqbot.ui.options import View
from faqbot.ui.passage_card import answering_words, evidence_card, folded_card

_STEPS = {"very likely": "high", "probably": "likely", "may help": "low", "none": "none"}


def answer_turn(answer: Answer, view: View, *, repeated: bool = False, earlier: Collection[str] = ()) -> str:
    """Return the exchange with everything the answer holds; under an emergency passages are folded, not hidden.

    `repeated` says that the conversation's advice was shown before and is no different now; `earlier` are questions
    that are not suggested again. In an emergency nobody is asked for feedback.
    """
    card = alert_card(answer.alert, view, repeated=repeated)
    if answer.reply:
        return _turn(answer.question, view, card, f'<p class="reply">{words(answer.reply)}</p>')
    inside = _understood(answer, view) + _questions(view.texts.choose, answer.choices) + _body(answer, view)
    if answer.alert.level != "emergency" and answer.answered:
        inside += (_feedback_bar(answer, view) if view.options.feedback else "") + _next(answer, view, earlier)
    return _turn(answer.question, view, card, inside)


def error_turn(question: str, message: str, alert: Alert, view: View) -> str:
    """Return the exchange when there is no answer for a reason the person can read; the advice still comes first."""
    problem = f'<p class="problem"><span class="sign" aria-hidden="true">i</span>{words(message)}</p>'
    return _turn(question, view, alert_card(alert, view), problem)


def screen_reader_text(answer: Answer, view: View) -> str:
    """Return what a screen reader announces when the answer arrives; under an emergency the banner speaks."""
    if answer.alert.level == "emergency":
        return ""
    if answer.reply:
        return answer.reply
    if answer.band == "none" or not answer.hits:
        return no_answer(view)
    best = answer.hits[0]
    title = best.passage.question or " – ".join((best.passage.title, *best.passage.headings))
    said = fill(view.texts.answering_sentence, title=title, sentence=answering_words(best))
    parts = (certainty_words(answer, view), said, _unmatched_words(answer, view), answer.note)
    return " ".join(filter(None, parts))


def certainty_words(answer: Answer, view: View) -> str:
    """Return how sure the answer is as a sentence, never as a number."""
    texts = view.texts
    sentences = {"very likely": texts.very_likely, "probably": texts.probably, "may help": texts.may_help}
    return sentences.get(answer.certainty, texts.no_answer)


def no_answer(view: View) -> str:
    """Return that there is no answer, and one sentence on what the articles are about."""
    return f"{view.texts.no_answer} {fill(view.texts.about, title=view.options.page.title)}"


def _turn(question: str, view: View, card: str, inside: str) -> str:
    return joined(
        '<article class="turn">',
        f'<h2 class="asked"><span class="hidden">{escape(view.texts.you_wrote)} </span>{words(question)}</h2>',
        card,
        inside,
        "</article>",
    )


def _understood(answer: Answer, view: View) -> str:
    pairs = ", ".join(fill(view.texts.read_as, word=word, used=used) for word, used in answer.corrections)
    return f'<p class="understood">{words(fill(view.texts.understood, corrections=pairs))}</p>' if pairs else ""


def _body(answer: Answer, view: View) -> str:
    """The passages, or those of each question of a message that asks several, in order."""
    if not answer.parts:
        return _found(answer, view)
    parts = "".join(
        f'<section class="part" role="group" aria-label="{escape(part.question)}">'
        f'<h3 class="part-question">{words(part.question)}</h3>'
        f"{_found(part, replace(view, key=f'{view.key}-{at}'))}</section>"
        for at, part in enumerate(answer.parts)
    )
    if answer.alert.level != "emergency":
        return parts
    return f'<details class="folded found"><summary>{escape(view.texts.for_later)}</summary>{parts}</details>'


def _found(answer: Answer, view: View) -> str:
    if answer.band == "none" or not answer.hits:
        return f'<div class="found"><p class="sure sure-none">{words(no_answer(view))}</p></div>'
    sure = (
        f'<p class="sure sure-{_STEPS[answer.certainty]}"><span class="meter" aria-hidden="true"></span>'
        f"<span>{escape(certainty_words(answer, view))}</span></p>"
    )
    for line in filter(None, (_unmatched_words(answer, view), answer.note)):
        sure += f'<p class="unmatched">{words(line)}</p>'
    shown = _passages(answer.hits, view)
    if answer.alert.level == "emergency":
        return f'<details class="folded found"><summary>{escape(view.texts.for_later)}</summary>{sure}{shown}</details>'
    return f'<div class="found">{sure}{shown}</div>'


def _unmatched_words(answer: Answer, view: View) -> str:
    if not answer.unmatched:
        return ""
    *others, last = answer.unmatched
    return fill(view.texts.unmatched, words=f"{', '.join(others)} or {last}" if others else last)


def _passages(hits: tuple[Hit, ...], view: View) -> str:
    best, others = hits[0], hits[1:]
    cards = "".join(folded_card(hit, view, label=view.texts.another) for hit in others)
    heading = f"<h3>{escape(view.texts.others)}</h3>"
    below = f'<section class="others">{heading}{cards}</section>'
    return evidence_card(best, view, label=view.texts.best) + (below if others else "")


def _next(answer: Answer, view: View, earlier: Collection[str]) -> str:
    """Questions to ask next, none of them answered by a passage above or asked before."""
    passages = [passage for hit in answer.hits for passage in (hit.passage, *hit.duplicates)]
    known = {text.strip().casefold() for text in (answer.question, *earlier, *(each.question for each in passages))}
    left = [text for text in answer.suggestions if text.strip().casefold() not in known]
    return _questions(view.texts.ask_next, left)


def _questions(heading: str, questions: Iterable[str]) -> str:
    buttons = "".join(f'<li><button type="button" data-ask>{words(text)}</button></li>' for text in questions)
    return f'<div class="next"><h3>{escape(heading)}</h3><ul>{buttons}</ul></div>' if buttons else ""


def _feedback_bar(answer: Answer, view: View) -> str:
    """Three buttons by which people say whether the answer helped, with what the page's script sends for them.

    What comes after "did not answer" waits beside them: the next passages by their title, and the operator's contact.
    """
    texts = view.texts
    sent = {
        "question": answer.question,
        "passage_id": answer.hits[0].passage.id if answer.hits else "",
        "confidence": round(answer.confidence, 4),
    }
    buttons = (
        _verdict("helpful", "thumb up", texts.feedback_helpful)
        + _verdict("not_helpful", "thumb down", texts.feedback_not_helpful)
        + _verdict("did_not_answer", "", texts.feedback_did_not_answer)
    )
    return (
        f'<section class="opinion" role="group" aria-label="{escape(texts.feedback_label)}" '
        f'data-opinion="{escape(json.dumps(sent, ensure_ascii=False))}"><h3>{escape(texts.feedback_question)}</h3>'
        f'<p class="actions">{buttons}</p><p class="thanks" role="status"></p>{_instead(answer, view)}</section>'
    )


def _instead(answer: Answer, view: View) -> str:
    """What is offered to somebody whose question was not answered: the page opens the next passages itself."""
    contact = fill(view.texts.feedback_contact, contact=view.options.page.contact) if view.options.page.contact else ""
    others = len(answer.hits) > 1
    if not others and not contact:
        return ""
    offered = f'<p>{escape(view.texts.feedback_instead)}</p><ul class="offered"></ul>' if others else ""
    return f'<div class="instead" hidden>{offered}{f"<p>{words(contact)}</p>" if contact else ""}</div>'


def _verdict(verdict: str, sign: str, label: str) -> str:
    icon = f'<span class="{sign}" aria-hidden="true"></span>' if sign else ""
    return f'<button type="button" data-verdict="{verdict}" aria-pressed="false">{icon}{escape(label)}</button>'
