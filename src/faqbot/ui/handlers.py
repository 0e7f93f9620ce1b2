"""The functions behind the page's events. What a browser sends could be anything and is checked here."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from faqbot.errors import FaqbotError
from faqbot.feedback import FeedbackRecorder
from faqbot.safety import assess, conclude, regions
from faqbot.service import Answering, ErrorResponse, FeedbackRequest, FeedbackSaved, safe_answer, save_feedback
from faqbot.settings import Settings
from faqbot.types import Alert, Answer, Passage
from faqbot.ui.alert_card import banner
from faqbot.ui.header import welcome
from faqbot.ui.html import escape, web_link
from faqbot.ui.markdown_html import article_html
from faqbot.ui.options import PageOptions, View, page_options
from faqbot.ui.render_answer import answer_turn, error_turn, screen_reader_text
from faqbot.ui.symptom_check import conclusion
from faqbot.visit_summary import summarise, write_html, write_markdown

_EXAMPLES = 4
_SUGGESTIONS = 6
_MAX_KEPT = 50
_MAX_MESSAGES = 2000  # read at all; a longer conversation is refused, with its alert, long before
_UNREADABLE = "What the page sent cannot be read. Start a new conversation."

Value = dict[str, Any]


class Handlers:
    """Answers the page's events with plain values that its script shows."""

    def __init__(
        self,
        bot: Answering,
        settings: Settings,
        recorder: FeedbackRecorder | None = None,
        options: PageOptions | None = None,
    ) -> None:
        self.bot = bot
        self.settings = settings
        self.recorder = recorder
        self.options = options or page_options(bot, settings)
        self._reviewed = lru_cache(maxsize=1000)(self._review_date)

    def ask(self, question: str, history: list[str], region: str = "") -> tuple[Value, list[str], str]:
        """Return the exchange to show, the person's messages with this one, and what stays in the box."""
        reply = self._reply(question, history)
        reply = replace(reply, alert=self._in_region(reply.alert, question, history, region))
        if isinstance(reply, ErrorResponse):
            view = self._view()
            shown = error_turn(_shortened(question), reply.message, reply.alert, view)
            return _value(shown, reply.alert, reply.message, view), history, question
        view = self._view(reply)
        before = self.bot.assess(history)
        repeated = reply.alert.level != "none" and reply.alert.rules == before.rules
        html = answer_turn(reply, view, repeated=repeated, earlier=history)
        value = _value(html, reply.alert, screen_reader_text(reply, view), view)
        return (
            value | {"retracted": before.can_retract and reply.alert.level != before.level},
            [*history, question],
            "",
        )

    def answer(self, question: str, history: list[str]) -> Value:
        """Return the answer in the JSON form that every interface gives, or its error with the advice."""
        return self._reply(question, history).to_dict()

    def initial_state(self) -> Value:
        """Return the conversation before anything was asked."""
        examples = self.options.page.examples or self.bot.examples(_EXAMPLES)
        view = self._view()
        return _value(welcome(self.options, examples), Alert(), "", view) | {"fresh": True}

    def reset(self) -> tuple[Value, list[str], str]:
        """Return a conversation that begins again."""
        return self.initial_state(), [], ""

    def tell(self, given: dict[str, Any]) -> Value:
        """Store what somebody thinks of an answer; return what became of it, in words for them."""
        try:
            opinion = FeedbackRequest(**given)
            texts = (opinion.question, opinion.verdict, opinion.passage_id)
            readable = all(isinstance(text, str) for text in texts) and isinstance(opinion.confidence, int | float)
        except TypeError:
            readable = False
        if self.recorder is None or not readable:
            return {"n": secrets.token_hex(4), "kept": False, "words": _UNREADABLE}
        reply = save_feedback(self.bot, self.recorder, opinion, most=self.settings.max_question_chars)
        words = reply.message if isinstance(reply, ErrorResponse) else self.options.texts.feedback_thanks
        return {"n": secrets.token_hex(4), "kept": isinstance(reply, FeedbackSaved), "words": words}

    def check(self, answers: dict[str, str], region: str = "") -> Value:
        """Return what the symptom check concludes from the answers so far, by question id."""
        view = self._view()
        try:
            given = _texts_by_name(answers)
            alert = conclude(given, config=replace(self.bot.config.safety, region=self._region(region)))
        except FaqbotError as error:
            return _value(_problem(error), Alert(), str(error), view)
        value = _value(conclusion(alert, view), alert, alert.heading, view)
        return value | {"banner": banner(alert, view, view.texts.because_answered)}

    def summarise(self, history: list[str], answers: dict[str, str], kept: list[dict[str, str]]) -> Value:
        """Return the summary for a visit, from what was written, answered and kept."""
        view = self._view()
        try:
            passages = [_kept_passage(_texts_by_name(each)) for each in _listed(kept)[:_MAX_KEPT]]
            messages = [message for message in _listed(history) if isinstance(message, str)]
            visit = summarise(
                messages,
                answers=_texts_by_name(answers),
                passages=passages,
                config=self.bot.config.safety,
            )
        except FaqbotError as error:
            return _value(_problem(error), Alert(), str(error), view) | {"page": ""}
        html = article_html(write_markdown(visit), (0, 0), "")
        return _value(html, Alert(), view.texts.visit_ready, view) | {"page": write_html(visit)}

    def _reply(self, question: str, history: list[str]) -> Answer | ErrorResponse:
        readable = isinstance(history, list) and all(isinstance(message, str) for message in history)
        if readable and len(history) <= _MAX_MESSAGES:
            return safe_answer(self.bot, question, history, top_k=self.settings.top_k, recorder=self.recorder)
        return ErrorResponse("invalid_request", _UNREADABLE, self.bot.assess([question]))

    def _region(self, region: str) -> str:
        return region if isinstance(region, str) and region in regions() else self.options.region

    def _in_region(self, alert: Alert, question: str, history: list[str], region: str) -> Alert:
        """The alert with the numbers of the region that the person has chosen on the page."""
        chosen = self._region(region)
        if alert.level == "none" or chosen == self.options.region:
            return alert
        messages = [*history, question] if isinstance(history, list) else [question]
        config = replace(self.bot.config.safety, region=chosen)
        return assess([each for each in messages if isinstance(each, str)], config=config)

    def _view(self, answer: Answer | None = None) -> View:
        documents = {hit.passage.document_id for hit in answer.hits} if answer else set()
        reviewed = {each: self._reviewed(self.bot.index_version, each) for each in documents}
        return View(self.options, secrets.token_hex(4), reviewed)

    def _review_date(self, version: str, document_id: str) -> str:
        """When a document was last reviewed; `version` is the index version that it belongs to."""
        try:
            return self.bot.document(document_id).reviewed
        except FaqbotError:
            return ""  # the index went over to a newer version in this moment


class Typed(BaseModel):
    """What stands in the box so far."""

    model_config = ConfigDict(extra="forbid", strict=True)
    text: str = Field(max_length=4000)


def suggestion_routes(bot: Answering) -> APIRouter:
    """Return `POST /suggest`, which gives {"suggestions": [...]}, empty where the index has none or cannot be read.

    What was typed is sent as a body, since addresses stand in server logs. Nothing of it is stored.
    """
    router = APIRouter()

    @router.post("/suggest", include_in_schema=False)
    def suggest(typed: Typed) -> JSONResponse:
        try:
            found = bot.suggest(typed.text, _SUGGESTIONS)
        except FaqbotError:
            found = ()
        return JSONResponse({"suggestions": list(found)}, headers={"Cache-Control": "no-store"})

    return router


def _value(html: str, alert: Alert, text: str, view: View) -> Value:
    # `n` makes two equal exchanges two values, so that both are shown.
    return {"n": secrets.token_hex(4), "html": html, "banner": banner(alert, view), "spoken": text, "fresh": False}


def _kept_passage(kept: Mapping[str, str]) -> Passage:
    """A passage by what its card said of it; the browser sends it, so nothing in it is trusted."""
    return Passage(
        id="",
        document_id=kept.get("document", ""),
        text="",
        start=0,
        end=0,
        title=kept.get("title", ""),
        url=web_link(kept.get("url", "")),
    )


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
