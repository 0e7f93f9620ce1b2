"""What people send: messages in any form go in, a person's own texts come out, refused where they cannot be asked."""

from collections.abc import Mapping, Sequence
from typing import Any

from faqbot.errors import QuestionError
from faqbot.settings import Settings
from faqbot.types import Alert

Message = str | Mapping[str, Any]


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
