"""The page's functions: plain values from the browser go in, plain values to show come out."""

import secrets
from collections.abc import Mapping
from typing import Any

from faqbot.errors import FaqbotError
from faqbot.feedback import FeedbackRecorder
from faqbot.safety import conclude
from faqbot.service import Answering, ErrorResponse, FeedbackRequest, FeedbackSaved, safe_answer, save_feedback
from faqbot.settings import Settings
from faqbot.types import Alert, Answer
from faqbot.ui.alert_card import banner
from faqbot.ui.feedback_buttons import THANKS
from faqbot.ui.html import escape
from faqbot.ui.render_answer import answer_turn, error_turn, spoken
from faqbot.ui.symptom_check import conclusion
from faqbot.ui.visit_summary import summary_values
from faqbot.ui.welcome import welcome

_EXAMPLES = 4
_MOST_KEPT = 50
_MOST_SAID = 2000  # read at all; a conversation is refused, with its alert, long before
_UNREADABLE = "What the page sent cannot be read. Start a new conversation."

Value = dict[str, Any]


class Desk:
    """Everything that an event of the page calls. What the browser sends could be anything and is checked here."""

    def __init__(self, bot: Answering, settings: Settings, recorder: FeedbackRecorder | None = None) -> None:
        self.bot = bot
        self.settings = settings
        self.recorder = recorder

    def ask(self, question: str, said: list[str]) -> tuple[Value, list[str], str]:
        """The exchange to show, the person's messages with this one, and what stays in the box."""
        reply = self._reply(question, said)
        if isinstance(reply, ErrorResponse):
            shown = error_turn(_shortened(question), reply.message, reply.alert)
            return _value(shown, reply.alert, reply.message), said, question
        repeated = reply.alert.level != "none" and reply.alert.rules == self.bot.assess(said).rules
        html = answer_turn(reply, repeated=repeated, judged=self.recorder is not None)
        return _value(html, reply.alert, spoken(reply)), [*said, question], ""

    def answer(self, question: str, history: list[str]) -> Value:
        """The answer in the JSON form that every door gives, or its error with the advice."""
        return self._reply(question, history).to_dict()

    def start(self) -> Value:
        """The conversation before anything was asked."""
        greeting = welcome(self.bot.config.page.title, self.bot.examples(_EXAMPLES), kept=self.recorder is not None)
        return _value(greeting, Alert(), "") | {"fresh": True}

    def again(self) -> tuple[Value, list[str], str]:
        """The conversation anew."""
        return self.start(), [], ""

    def tell(self, given: dict[str, Any]) -> Value:
        """What became of somebody's opinion of an answer, in words for them."""
        try:
            opinion = FeedbackRequest(**given)
            texts = (opinion.question, opinion.verdict, opinion.passage_id)
            readable = all(isinstance(text, str) for text in texts) and isinstance(opinion.confidence, int | float)
        except TypeError:
            readable = False
        if self.recorder is None or not readable:
            return {"n": secrets.token_hex(4), "kept": False, "words": _UNREADABLE}
        reply = save_feedback(self.bot, self.recorder, opinion, most=self.settings.max_question_chars)
        words = reply.message if isinstance(reply, ErrorResponse) else THANKS
        return {"n": secrets.token_hex(4), "kept": isinstance(reply, FeedbackSaved), "words": words}

    def check(self, answers: dict[str, str]) -> Value:
        """What the guided check concludes from answers by question id."""
        try:
            given = _texts_by_name(answers)
            alert = conclude(given, config=self.bot.config.safety)
        except FaqbotError as error:
            return _value(_problem(error), Alert(), str(error))
        value = _value(conclusion(alert), alert, alert.heading)
        return value | {"banner": banner(alert, "Because you answered")}

    def summarise(self, said: list[str], answers: dict[str, str], kept: list[dict[str, str]]) -> Value:
        """The summary for a visit, from what was said, answered and kept."""
        try:
            passages = [_texts_by_name(each) for each in _listed(kept)[:_MOST_KEPT]]
            messages = [message for message in _listed(said) if isinstance(message, str)]
            values = summary_values(messages, _texts_by_name(answers), passages, self.bot.config.safety)
        except FaqbotError as error:
            return _value(_problem(error), Alert(), str(error)) | {"page": ""}
        return _value(values["html"], Alert(), "Your summary is ready.") | {"page": values["page"]}

    def _reply(self, question: str, said: list[str]) -> Answer | ErrorResponse:
        if isinstance(said, list) and len(said) <= _MOST_SAID and all(isinstance(message, str) for message in said):
            return safe_answer(self.bot, question, said, top_k=self.settings.top_k, recorder=self.recorder)
        return ErrorResponse("invalid_request", _UNREADABLE, self.bot.assess([question]))


def _value(html: str, alert: Alert, words: str) -> Value:
    # `n` makes two equal exchanges two values, so that both are shown.
    return {"n": secrets.token_hex(4), "html": html, "banner": banner(alert), "spoken": words, "fresh": False}


def _texts_by_name(given: Any) -> dict[str, str]:
    if isinstance(given, Mapping) and all(isinstance(value, str) for value in given.values()):
        return {str(name): value for name, value in given.items()}
    raise FaqbotError(_UNREADABLE)


def _listed(given: Any) -> list[Any]:
    if isinstance(given, list):
        return given
    raise FaqbotError(_UNREADABLE)


def _problem(error: FaqbotError) -> str:
    return f'<p class="problem">{escape(str(error))}</p>'


def _shortened(question: Any, limit: int = 400) -> str:
    text = question if isinstance(question, str) else "(this was not text)"
    return text if len(text) <= limit else text[:limit] + " …"
