"""Service layer shared by all interfaces. Returns an answer or an error, always with the safety alert."""

import logging
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from faqbot.config import Config, load_config
from faqbot.conversation import Message, user_texts
from faqbot.errors import FaqbotError, FeedbackError, IndexMismatchError, QuestionError
from faqbot.feedback import VERDICTS, FeedbackEntry, FeedbackRecorder, feedback_entry
from faqbot.safety import assess
from faqbot.settings import Settings
from faqbot.types import Alert, Answer, Document, Passage

if TYPE_CHECKING:
    from faqbot.index.interface import Asset

log = logging.getLogger(__name__)

Reason = Literal["invalid_request", "unavailable", "internal_error"]

_OTHER_INDEX = "That passage is not in the index in use. Ask the question again, then say what you think of the answer."
_NOT_KEPT = "Your feedback could not be kept. Questions are answered all the same."
FAULT = "Something went wrong on this server. Please try again, and tell whoever runs it if it keeps happening."


class Answering(Protocol):
    """What the interfaces need of a bot: FaqBot, or UnavailableBot while the index cannot be opened."""

    def answer(self, question: str, history: Sequence[Message] = (), top_k: int | None = None) -> Answer:
        """The answer; raises FaqbotError."""

    def assess(self, messages: Sequence[Message]) -> Alert:
        """What the safety rules say of the person's messages, oldest first."""

    def suggest(self, text: str, n: int) -> tuple[str, ...]:
        """Questions that the letters typed so far may become."""

    def asset(self, path: str) -> "Asset":
        """A picture that a document shows; raises FaqbotError for one that is not there."""

    def documents(self) -> Iterator[Document]:
        """Every document of the index."""

    def examples(self, n: int) -> tuple[str, ...]:
        """Questions that the corpus answers."""

    def document(self, document_id: str) -> Document:
        """A document of the index; raises FaqbotError for one that is not there."""

    def passage(self, passage_id: str) -> Passage:
        """A passage of the index; raises FaqbotError for one that is not there."""

    @property
    def config(self) -> Config:
        """What the operator set about page, banner, safety, replies and language."""

    @property
    def index_version(self) -> str:
        """The name of the index version in use, empty where there is none."""

    def ready(self) -> None:
        """Raises FaqbotError, with the reason, while questions cannot be answered."""


class UnavailableBot:
    """Answers nothing, says why, and assesses every message all the same, until it is given a bot that answers."""

    def __init__(
        self,
        error: FaqbotError,
        assess: Callable[[Sequence[Message]], Alert],
        config: Config = Config(),  # noqa: B008 - frozen
    ) -> None:
        self.error = error
        self.bot: Answering | None = None
        self._assess = assess
        self._config = config

    def answer(self, question: str, history: Sequence[Message] = (), top_k: int | None = None) -> Answer:
        """The bot's; without one, raises the error that the index could not be opened for."""
        return self._given().answer(question, history, top_k)

    def assess(self, messages: Sequence[Message]) -> Alert:
        """What the safety rules say; they need no index."""
        return self._assess(messages)

    def suggest(self, text: str, n: int) -> tuple[str, ...]:
        """The bot's; without an index nothing is known of the corpus."""
        return self.bot.suggest(text, n) if self.bot else ()

    def documents(self) -> Iterator[Document]:
        """The bot's; without one, raises the error that the index could not be opened for."""
        return self._given().documents()

    def asset(self, path: str) -> "Asset":
        """The bot's; without one, raises the error that the index could not be opened for."""
        return self._given().asset(path)

    @property
    def config(self) -> Config:
        """The bot's; without one, what the settings say."""
        return self.bot.config if self.bot else self._config

    def examples(self, n: int) -> tuple[str, ...]:
        """The bot's; without an index nothing is known of the corpus."""
        return self.bot.examples(n) if self.bot else ()

    def document(self, document_id: str) -> Document:
        """The bot's; without one, raises the error that the index could not be opened for."""
        return self._given().document(document_id)

    def passage(self, passage_id: str) -> Passage:
        """The bot's; without one, raises the error that the index could not be opened for."""
        return self._given().passage(passage_id)

    @property
    def index_version(self) -> str:
        """The bot's; none is in use without one."""
        return self.bot.index_version if self.bot else ""

    def ready(self) -> None:
        """Raises FaqbotError while questions cannot be answered."""
        self._given().ready()

    def _given(self) -> Answering:
        if self.bot is None:
            raise self.error
        return self.bot


def unavailable_bot(error: FaqbotError, settings: Settings) -> UnavailableBot:
    """Return the stand-in for a bot whose index could not be opened, with the safety rules of the settings."""
    config = load_config(settings)
    return UnavailableBot(error, lambda messages: assess(user_texts(messages), config=config.safety), config)


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """Why there is no answer, in words for people, with the alert for what was written.

    `reason` is "invalid_request" where another question would help, "unavailable" where the operator must act,
    "internal_error" for an unexpected failure.
    """

    reason: Reason
    message: str
    alert: Alert

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, the same for every interface."""
        return {"error": self.message, "alert": self.alert.to_dict()}


@dataclass(frozen=True, slots=True)
class FeedbackRequest:
    """A verdict on an answer; `passage_id` is its first passage's and `confidence` the answer's own."""

    question: str
    verdict: str
    passage_id: str = ""
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class FeedbackSaved:
    """The feedback was saved."""

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"kept": True}


def safe_answer(
    bot: Answering,
    question: str,
    history: Sequence[Message] = (),
    *,
    top_k: int | None = None,
    recorder: FeedbackRecorder | None = None,
) -> Answer | ErrorResponse:
    """The answer, or why there is none; raises nothing, so that no failure can keep the advice from being shown.

    Where there is a recorder the answer is recorded, which nobody waits for.
    """
    try:
        answer = bot.answer(question, history, top_k)
        if recorder:
            recorder.record_answer(answer, bot.index_version)
        return answer
    except QuestionError as error:
        return ErrorResponse("invalid_request", str(error), error.alert)
    except FaqbotError as error:
        return ErrorResponse("unavailable", str(error), _alert(bot, question, history))
    except Exception as error:  # noqa: BLE001  whatever breaks here, an emergency must still be answered
        log.error(
            "Answering failed with %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__))
        )
        return ErrorResponse("internal_error", FAULT, _alert(bot, question, history))


def assess_conversation(bot: Answering, messages: Sequence[Message], *, most: int) -> Alert | ErrorResponse:
    """The alert of a conversation; one of more than `most` messages is refused, with its alert, and never trimmed."""
    alert = bot.assess(messages)
    if len(messages) <= most:
        return alert
    too_many = f"The conversation has {len(messages)} messages, at most {most} are looked at. Start a new conversation"
    return ErrorResponse("invalid_request", too_many, alert)


def save_feedback(
    bot: Answering, recorder: FeedbackRecorder, request: FeedbackRequest, *, most: int
) -> FeedbackSaved | ErrorResponse:
    """Save a verdict on an answer to a question of up to `most` characters; why not, if it is not kept."""
    try:
        recorder.save(_entry(bot, request, most))
        return FeedbackSaved()
    except QuestionError as error:
        return ErrorResponse("invalid_request", str(error), Alert())
    except IndexMismatchError:
        return ErrorResponse("invalid_request", _OTHER_INDEX, Alert())
    except FeedbackError:
        return ErrorResponse("unavailable", _NOT_KEPT, Alert())  # the log says which file, and what is wrong with it
    except FaqbotError as error:
        return ErrorResponse("unavailable", str(error), Alert())


def _entry(bot: Answering, request: FeedbackRequest, most: int) -> FeedbackEntry:
    """The row to keep. What is shown of the passage comes from the index, not from whoever says it was shown."""
    if not request.question.strip() or len(request.question) > most:
        raise QuestionError(f"The question has {len(request.question):,} characters, expected 1 to {most:,}")
    verdict = next((each for each in VERDICTS if each == request.verdict), None)
    if verdict is None:
        raise QuestionError(f"The verdict is none of {', '.join(VERDICTS)}. Send one of them")
    if not 0 <= request.confidence <= 1:
        raise QuestionError("The confidence is not between 0 and 1. Send the answer's own")
    passage = bot.passage(request.passage_id) if request.passage_id else None
    question = "" if bot.assess([request.question]).level == "emergency" else request.question
    return feedback_entry(question, verdict, passage, confidence=request.confidence, index_version=bot.index_version)


def _alert(bot: Answering, question: str, history: Sequence[Message]) -> Alert:
    """What the rules say, read on its own because answering never came to an end."""
    return bot.assess([*history, question])
