"""What stands in for a FaqBot whose index cannot be opened: it gives the reason and still watches for emergencies."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from faqbot.errors import FaqbotError
from faqbot.types import Alert, Answer, Document

Message = str | Mapping[str, Any]


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
