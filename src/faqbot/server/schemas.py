"""The JSON bodies of REST. Responses are `to_dict()` of answers and alerts, described here for OpenAPI."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from faqbot.types import Alert, Band, Certainty, Source

MAX_TOP_K = 50


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class AnswerRequest(_Request):
    """A question with the person's earlier messages, oldest first."""

    question: str
    history: list[str | dict[str, Any]] = Field(
        default=[], description='Texts, or {"role", "content"} mappings of which only the person\'s count'
    )
    top_k: int | None = Field(default=None, ge=1, le=MAX_TOP_K, description="The largest number of passages")


class AssessRequest(_Request):
    """The person's messages, oldest first."""

    messages: list[str | dict[str, Any]]


class FeedbackBody(_Request):
    """A verdict on an answer, with the answer's question, first passage and confidence."""

    question: str
    verdict: Literal["helpful", "not_helpful", "did_not_answer"]
    passage_id: str = Field(default="", description="`hits[0].passage.id` of the answer; empty if it had no hits")
    confidence: float = Field(default=0.0, ge=0, le=1, description="`confidence` of the answer")


@dataclass(frozen=True, slots=True)
class FeedbackResponse:
    """The feedback was kept."""

    kept: Literal[True]


@dataclass(frozen=True, slots=True)
class PassageResponse:
    """Part of a document, word for word: characters `start` to `end` of the document's text.

    `path` is the address of the passage in its document, relative to the server's root.
    """

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
    sources: list[Source]
    path: str


@dataclass(frozen=True, slots=True)
class HitResponse:
    """A passage found. `score` is comparable within one answer only, `highlights` are spans of `passage.text`.

    `also` are passages of other documents that say the same.
    """

    score: float
    passage: PassageResponse
    highlights: list[tuple[int, int]]
    matched: list[tuple[str, str]]
    also: list[PassageResponse]


@dataclass(frozen=True, slots=True)
class AnswerResponse:
    """An answer. Show `alert` first unless its level is "none", then `reply` if there is one, then the hits.

    `hits` under band "none" are the nearest there is and no answer. `certainty_text` is `certainty` as a sentence to
    show. `unmatched` are informative words of the question that the first passage does not mention, `note` is a line to
    show beside it. `choices` are questions to pick from where a few words leave open what is meant. `parts` are the
    answers to each question of a message that asks several.
    """

    version: int
    question: str
    query: str
    corrections: list[tuple[str, str]]
    band: Band
    answered: bool
    confidence: float
    certainty: Certainty
    certainty_text: str
    reply: str
    alert: Alert
    hits: list[HitResponse]
    unmatched: list[str]
    note: str
    suggestions: list[str]
    choices: list[str]
    parts: "list[AnswerResponse]"


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """Why the request failed. `alert` is there where a message was read: show it first."""

    error: str
    alert: Alert | None = None


@dataclass(frozen=True, slots=True)
class StatusResponse:
    """The state of the server; `process` tells its processes apart where there are several."""

    status: str
    version: str
    process: int
