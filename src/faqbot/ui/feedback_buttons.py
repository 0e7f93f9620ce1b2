"""An Answer -> the buttons by which people say whether it helped; and what the page says of what is then kept."""

import json

from faqbot.types import Answer
from faqbot.ui.html import escape

THANKS = "Thank you. This helps to make the articles better."
KEPT_SHORT = (
    "Feedback is on: questions without an answer, and answers you judge, are kept to make the articles better, "
    "without who you are. Please leave out names and numbers."
)
KEPT = (
    "A question that gets no answer, and one whose answer you judge with the buttons under it: with the passage that "
    "was shown, how sure the answer was, what you said of it, and the day.",
    "Names, addresses, dates and numbers are taken out where they can be recognised, which is not always. "
    "Of all other questions only their number is kept.",
    "Not kept: who you are, where you write from, the rest of the conversation, and what is written in an emergency.",
    "It goes into a file of whoever runs this page, and nowhere else. Ask them to have something deleted.",
)
_VERDICTS = (
    ("helpful", "thumb up", "Yes, it helped"),
    ("not_helpful", "thumb down", "No, it did not help"),
    ("did_not_answer", "", "This did not answer my question"),
)


def opinion_bar(answer: Answer) -> str:
    """Three buttons under an answer, with what the page's script sends for them."""
    sent = {
        "question": answer.question,
        "passage_id": answer.hits[0].passage.id if answer.hits else "",
        "confidence": round(answer.confidence, 4),
    }
    buttons = "".join(_button(*verdict) for verdict in _VERDICTS)
    return (
        f'<section class="opinion" aria-label="Feedback on this answer" '
        f'data-opinion="{escape(json.dumps(sent, ensure_ascii=False))}"><h3>Did this help?</h3>'
        f'<p class="actions">{buttons}</p><p class="thanks" role="status"></p></section>'
    )


def kept_notice() -> str:
    """What is kept while feedback is on: said in one line, all of it when that is opened."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in KEPT)
    return f'<details class="kept"><summary>Feedback is on: what is kept</summary>{lines}</details>'


def _button(verdict: str, sign: str, words: str) -> str:
    icon = f'<span class="{sign}" aria-hidden="true"></span>' if sign else ""
    return f'<button type="button" data-verdict="{verdict}" aria-pressed="false">{icon}{words}</button>'
