"""Messages of a conversation: the person's own texts, whether they can be answered, the questions in one message."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from faqbot.errors import QuestionError
from faqbot.settings import Settings
from faqbot.types import Alert

Message = str | Mapping[str, Any]

MAX_PARTS = 4  # questions of one message that are answered one by one
MAX_LEAD = 25  # words of a statement that goes with each of the questions after it
_ASKING = (
    r"(?:what|which|who|whom|whose|when|where|why|how|is|are|am|was|do|does|did|"
    r"can|could|should|shall|will|would|may|must)"
)
_STARTS = re.compile(rf"^(?:and |but |also |so |then )?{_ASKING}\b", re.IGNORECASE)
_JOINED = re.compile(rf"(?<=\w)[,;]?\s+(?:and|or|also)(?: also)?\s+(?={_ASKING}\s+\w+\s+\w+)", re.IGNORECASE)
_ENDS = re.compile(r"(?<=[?])\s*|(?<=[.!])\s+|\n+")


def user_texts(messages: Sequence[Message]) -> list[str]:
    """The person's own messages as text: strings, and mappings with the role "user"; other roles are left out."""
    return [_text(message) for message in messages if isinstance(message, str) or _role(message) == "user"]


def _role(message: Message) -> str:
    return str(message.get("role", "user")) if isinstance(message, Mapping) else "user"


def _text(message: Message) -> str:
    """A message's text: a string, or its "content", which may be a list of blocks such as {"type": "text", "text"}."""
    content = message.get("content", "") if isinstance(message, Mapping) else message
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        return str(content.get("text", ""))
    if isinstance(content, Sequence):
        return "\n".join(_text({"content": block}) for block in content)
    return ""


def check(question: str, earlier: Sequence[str], settings: Settings, alert: Alert) -> None:
    """Raise QuestionError, which carries the alert, for what is empty, too long or no text; nothing is ever cut."""
    if not isinstance(question, str):
        raise QuestionError(f"A question is text, found {type(question).__name__}. Pass a string", alert)
    if not _is_text(question) or not all(map(_is_text, earlier)):
        raise QuestionError("The message holds bytes that are no text. Send it as UTF-8", alert)
    if not question.strip():
        raise QuestionError("The question is empty. Write what you want to know", alert)
    most = settings.max_question_chars
    if len(question) > most:
        raise QuestionError(
            f"The question has {len(question):,} characters, at most {most:,} are answered. Ask in fewer words",
            alert,
        )
    if len(earlier) > settings.max_history:
        raise QuestionError(
            f"The conversation has {len(earlier)} messages, at most {settings.max_history} are looked at. "
            "Start a new conversation",
            alert,
        )


def _is_text(message: str) -> bool:
    """Whether it can be written as UTF-8: half a surrogate pair cannot."""
    try:
        message.encode()
    except UnicodeEncodeError:
        return False
    return True


def split_questions(message: str) -> tuple[str, ...]:
    """Return the questions of a message in order, itself where it asks one thing.

    A message is split at question marks, line ends and "and" before a question word. A statement before the first
    question goes with each of them.

    >>> split_questions("What shoes should I wear and how far should I walk?")
    ('What shoes should I wear?', 'how far should I walk?')
    """
    statements: list[str] = []
    questions: list[str] = []
    for sentence in filter(None, map(str.strip, _ENDS.split(message))):
        clauses = _clauses(sentence)
        if not clauses:
            statements.append(sentence)
            continue
        questions += clauses
    if not 1 < len(questions) <= MAX_PARTS or any(len(question.split()) < 2 for question in questions):
        return (message,)
    lead = " ".join(statements)
    if lead and len(lead.split()) > MAX_LEAD:
        return (message,)
    return tuple(f"{lead} {question}".strip() for question in questions)


def _clauses(sentence: str) -> list[str]:
    """The questions of one sentence, none for a statement."""
    asks = sentence.endswith("?") or bool(_STARTS.match(sentence))
    if not asks:
        return []
    clauses = [clause.strip(" ,;?") for clause in _JOINED.split(sentence)]
    if len(clauses) > 1 and not all(map(_STARTS.match, clauses)):
        clauses = [sentence.strip(" ?")]
    return [f"{clause}?" for clause in clauses if clause]
