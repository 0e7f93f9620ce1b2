"""The bodies that REST takes and gives, as pydantic models; what it gives is `Answer.to_dict()`, described here."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_TOP_K = 50
MAX_MESSAGES = 2000  # read at all; from how many on a conversation is refused, with its alert, is a setting


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Question(_Given):
    """A question with the person's earlier messages, oldest first."""

    question: str = Field(examples=["Why does my lower back hurt after walking for 20 minutes?"])
    history: list[str | dict[str, Any]] = Field(
        default=[], max_length=MAX_MESSAGES, examples=[["my back aches on long walks"]]
    )
    top_k: int | None = Field(default=None, ge=1, le=MAX_TOP_K, description="How many passages at most")


class Conversation(_Given):
    """The person's messages, oldest first."""

    messages: list[str | dict[str, Any]] = Field(
        max_length=MAX_MESSAGES, examples=[["my back hurts", "and now I can't pee"]]
    )


class FeedbackGiven(_Given):
    """What somebody says of an answer: its question, its first passage's id and its confidence, and the verdict."""

    question: str = Field(examples=["does walking cause back pain"])
    verdict: Literal["helpful", "not_helpful", "did_not_answer"] = Field(examples=["not_helpful"])
    passage_id: str = Field(default="", description="`hits[0].passage.id` of the answer; empty if it had no hits")
    confidence: float = Field(default=0.0, ge=0, le=1, description="`confidence` of the answer")


class FeedbackKept(BaseModel):
    """That it was kept."""

    kept: Literal[True]


class NumberForm(BaseModel):
    """A telephone number to show."""

    label: str
    tel: str


class AlertForm(BaseModel):
    """What the safety rules recognised; `message` is the whole advice as plain text."""

    level: Literal["none", "conditional", "urgent", "emergency"]
    categories: list[str]
    message: str
    matches: list[str]
    rules: list[str]
    heading: str
    body: list[str]
    numbers: list[NumberForm]


class SourceForm(BaseModel):
    """A work that a passage rests on."""

    title: str
    url: str
    author: str
    date: str
    mark: str


class PassageForm(BaseModel):
    """A piece of a document, word for word: characters `start` to `end` of the document's text."""

    id: str
    document_id: str
    title: str
    headings: list[str]
    question: str
    alternates: list[str]
    context: str
    text: str
    start: int
    end: int
    url: str
    author: str
    date: str
    sources: list[SourceForm]
    path: str = Field(description="The passage in its document, relative to the server's root")


class HitForm(BaseModel):
    """A passage found; `score` is comparable within one answer only, `highlights` are places in `passage.text`."""

    score: float
    passage: PassageForm
    highlights: list[tuple[int, int]]
    matched: list[tuple[str, str]]
    also: list[PassageForm]


class AnswerForm(BaseModel):
    """The answer; show `alert` first, then `reply` if there is one. `hits` under band "none" are no answer."""

    version: int
    question: str
    query: str
    corrections: list[tuple[str, str]]
    band: Literal["answer", "related", "none"]
    answered: bool
    confidence: float
    certainty: Literal["very likely", "probably", "may help", "none"]
    certainty_text: str = Field(description="`certainty` as a sentence to show; empty for a reply")
    reply: str = Field(description="A fixed text for small talk and questions about the bot; then there are no hits")
    alert: AlertForm
    hits: list[HitForm]
    unmatched: list[str] = Field(
        description="Informative words of the question that the first passage does not mention"
    )
    note: str = Field(description="A line to show beside the first passage, such as to ask a pharmacist")
    suggestions: list[str]
    choices: list[str] = Field(description="Questions to pick from where a few words leave open what is meant")
    parts: list["AnswerForm"] = Field(description="The answers to each question of a message that asks several")


class Problem(BaseModel):
    """Why there is no answer; `alert` is there where a message was read."""

    error: str
    alert: AlertForm | None = None


class Status(BaseModel):
    """How the server is; `process` tells its processes from one another where there are several."""

    status: str
    version: str
    process: int
