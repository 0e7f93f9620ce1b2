"""Whatever goes wrong with an answer, the door gets words for people and the advice."""

import logging
from collections.abc import Sequence

import pytest

from faqbot import FaqBot
from faqbot.conversation import Message
from faqbot.errors import IndexDamagedError, IndexMissingError, QuestionError
from faqbot.service import FAULT, ErrorResponse, UnavailableBot, assess_conversation, safe_answer
from faqbot.types import Alert, Answer
from web_samples import EMERGENCY, answer


class Breaking(UnavailableBot):
    """Breaks while answering in the way it is told to."""

    def __init__(self, failure: Exception) -> None:
        super().__init__(
            IndexMissingError("unused"), lambda messages: Alert("urgent", matches=tuple(map(str, messages)))
        )
        self.failure = failure

    def answer(self, question: str, history: Sequence[Message] = (), top_k: int | None = None) -> Answer:
        raise self.failure


class Ready(UnavailableBot):
    """Answers the same to everything."""

    def answer(self, question: str, history: Sequence[Message] = (), top_k: int | None = None) -> Answer:
        return answer()


def test_an_answer_passes_as_it_is() -> None:
    assert safe_answer(Ready(IndexMissingError("x"), lambda messages: Alert()), "q") == answer()


def test_a_refused_question_keeps_the_alert_that_was_seen_in_it() -> None:
    assert safe_answer(Breaking(QuestionError("too long", EMERGENCY)), "q") == ErrorResponse(
        "invalid_request", "too long", EMERGENCY
    )


@pytest.mark.parametrize(
    ("failure", "reason", "message"),
    [
        (IndexDamagedError("tokens.npy is cut short"), "unavailable", "tokens.npy is cut short"),
        (MemoryError(), "internal_error", FAULT),
        (KeyError("planted words"), "internal_error", FAULT),
    ],
)
def test_any_failure_gives_the_advice_for_all_messages(failure: Exception, reason: str, message: str) -> None:
    refusal = safe_answer(Breaking(failure), "now", ["before"])
    assert isinstance(refusal, ErrorResponse)
    assert (refusal.reason, refusal.message) == (reason, message)
    assert refusal.alert.matches == ("before", "now")


def test_a_fault_is_logged_without_what_was_said(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    safe_answer(Breaking(KeyError("planted words")), "planted question")
    assert "Answering failed with KeyError" in caplog.text
    assert "planted" not in caplog.text


def test_without_an_index_the_reason_is_given_and_messages_are_still_assessed() -> None:
    bot = UnavailableBot(IndexMissingError("No index at index/"), lambda messages: EMERGENCY)
    assert safe_answer(bot, "q") == ErrorResponse("unavailable", "No index at index/", EMERGENCY)
    assert bot.examples(3) == ()
    with pytest.raises(IndexMissingError):
        bot.document("a.md")


def test_once_a_bot_is_given_it_answers_in_the_place_of_the_reason(bot: FaqBot) -> None:
    waiting = UnavailableBot(IndexMissingError("No index at index/"), bot.assess)
    assert (waiting.index_version, waiting.examples(2)) == ("", ())
    with pytest.raises(IndexMissingError):
        waiting.ready()
    waiting.bot = bot
    waiting.ready()
    found = waiting.answer("Why does my back hurt when I walk?", top_k=1)
    assert found == bot.answer("Why does my back hurt when I walk?", top_k=1)
    passage = found.hits[0].passage
    assert waiting.passage(passage.id) == passage
    assert waiting.document(passage.document_id).id == passage.document_id
    assert (waiting.index_version, waiting.examples(2)) == (bot.index_version, bot.examples(2))


@pytest.mark.parametrize(("count", "refused"), [(3, False), (4, True)])
def test_a_conversation_is_refused_whole_and_its_alert_kept(count: int, refused: bool) -> None:
    bot = UnavailableBot(IndexMissingError("x"), lambda messages: Alert("urgent", matches=tuple(map(str, messages))))
    given = assess_conversation(bot, ["a", "b", "c", "d"][:count], most=3)
    assert isinstance(given, ErrorResponse) is refused
    alert = given.alert if isinstance(given, ErrorResponse) else given
    assert alert.matches == ("a", "b", "c", "d")[:count]


def test_a_refusal_as_json() -> None:
    assert ErrorResponse("unavailable", "why", EMERGENCY).to_dict() == {"error": "why", "alert": EMERGENCY.to_dict()}
