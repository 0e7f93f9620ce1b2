"""What every door asks of a bot: a question goes in, an Answer or a Refusal comes out, the advice with either."""

import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from faqbot.errors import FaqbotError, QuestionError
from faqbot.types import Alert, Answer, Document

log = logging.getLogger(__name__)

Message = str | Mapping[str, Any]
Reason = Literal["question", "index", "fault"]

FAULT = "Something went wrong on this server. Please try again, and tell whoever runs it if it keeps happening."


class Answering(Protocol):
    """What a door asks of a bot: FaqBot has it, and WithoutIndex where there is no FaqBot to be had."""

    def answer(self, question: str, history: Sequence[Message] = (), top_k: int | None = None) -> Answer:
        """The answer; raises FaqbotError."""

    def assess(self, messages: Sequence[Message]) -> Alert:
        """What the safety rules say of the person's messages, oldest first."""

    def examples(self, n: int) -> tuple[str, ...]:
        """Questions that the corpus answers."""

    def document(self, document_id: str) -> Document:
        """A document of the index; raises FaqbotError for one that is not there."""

    def ready(self) -> None:
        """Raises FaqbotError, with the reason, while questions cannot be answered."""


class WithoutIndex:
    """Answers nothing, says why, and assesses every message all the same."""

    def __init__(self, error: FaqbotError, assess: Callable[[Sequence[Message]], Alert]) -> None:
        self.error = error
        self._assess = assess

    def answer(self, question: str, history: Sequence[Message] = (), top_k: int | None = None) -> Answer:
        """Raises the error that the index could not be opened for."""
        raise self.error

    def assess(self, messages: Sequence[Message]) -> Alert:
        """What the safety rules say; they need no index."""
        return self._assess(messages)

    def examples(self, n: int) -> tuple[str, ...]:
        """None: without an index nothing is known of the corpus."""
        return ()

    def document(self, document_id: str) -> Document:
        """Raises the error that the index could not be opened for."""
        raise self.error

    def ready(self) -> None:
        """Raises the error that the index could not be opened for."""
        raise self.error


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer, in words fit for people, with the advice: a message that is refused was still written.

    `reason` is "question" where another question would help, "index" where the operator must act, "fault" for what
    nobody foresaw.
    """

    reason: Reason
    message: str
    alert: Alert

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of a refusal, the same through every door."""
        return {"error": self.message, "alert": self.alert.to_dict()}


def ask(
    bot: Answering, question: str, history: Sequence[Message] = (), *, top_k: int | None = None
) -> Answer | Refusal:
    """The answer, or why there is none; raises nothing, so that no failure can keep the advice from being shown."""
    try:
        return bot.answer(question, history, top_k)
    except QuestionError as error:
        return Refusal("question", str(error), error.alert)
    except FaqbotError as error:
        return Refusal("index", str(error), _alert(bot, question, history))
    except Exception as error:  # noqa: BLE001  whatever breaks here, an emergency must still be answered
        log.error(
            "Answering failed with %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__))
        )
        return Refusal("fault", FAULT, _alert(bot, question, history))


def watch(bot: Answering, messages: Sequence[Message], *, most: int) -> Alert | Refusal:
    """The alert of a conversation; one of more than `most` messages is refused, with its alert, and never trimmed."""
    alert = bot.assess(messages)
    if len(messages) <= most:
        return alert
    too_many = f"The conversation has {len(messages)} messages, at most {most} are looked at. Start a new conversation"
    return Refusal("question", too_many, alert)


def _alert(bot: Answering, question: str, history: Sequence[Message]) -> Alert:
    """What the rules say, read on its own because answering never came to an end."""
    return bot.assess([*history, question])
