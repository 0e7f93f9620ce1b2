"""Values shared by all packages: Document, Passage, Hit, Alert and Answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

FORM_VERSION = 1  # of Answer.to_dict(); raised when a field changes its meaning or goes

Band = Literal["answer", "related", "none"]
Certainty = Literal["very likely", "probably", "may help", "none"]
CERTAINTY_TEXT: Mapping[Certainty, str] = {
    "very likely": "This very likely answers your question.",
    "probably": "This probably answers your question.",
    "may help": "This may help, but it is not a direct answer.",
    "none": "I don't have an answer to that.",
}
Level = Literal["none", "conditional", "urgent", "emergency"]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Source:
    """A work that a document or passage rests on; `mark` is how the text refers to it, such as "4" for [4]."""

    title: str = ""
    url: str = ""
    author: str = ""
    date: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """One question with its answer, where `text[start:end]` of the document is the answer.

    `sources` are those that the pair names beside its text, such as a link column; `tags` are its own.
    """

    question: str
    alternates: tuple[str, ...]
    start: int
    end: int
    sources: tuple[Source, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadWarning:
    """Something that could not be read as meant, and the line of the file it is in (0: the whole file)."""

    message: str
    line: int = 0

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


@dataclass(frozen=True, slots=True)
class Document:
    """One file as the reader understood it.

    `id` is the path below the corpus folder, with forward slashes. `text` is Markdown and is what passages are cut
    from; text that must never be an answer is listed in `boilerplate` as spans of `text` (see readers/). Dates are
    ISO 8601 where they could be read as dates, else as written. `warnings` name what of the file is in no passage.
    """

    id: str
    text: str
    title: str = ""
    url: str = ""
    author: str = ""
    date: str = ""
    reviewed: str = ""
    licence: str = ""
    tags: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    pairs: tuple[Pair, ...] = ()
    boilerplate: tuple[Span, ...] = ()
    warnings: tuple[ReadWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that can be an answer: `document.text[start:end] == text`.

    `context` (a table's header, a list's lead) is embedded and shown but no part of `text`. `question` is set where
    the passage answers one; `alternates` are other ways to ask it. `sources` are those that the passage's own marks
    name, or the document's. `tags` are those of the document and of the question; they are not shown.
    """

    id: str
    document_id: str
    text: str
    start: int
    end: int
    title: str = ""
    headings: tuple[str, ...] = ()
    question: str = ""
    alternates: tuple[str, ...] = ()
    context: str = ""
    url: str = ""
    author: str = ""
    date: str = ""
    sources: tuple[Source, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The address of the passage in its document, relative to the server's root."""
        return f"documents/{quote(self.document_id)}?start={self.start}&end={self.end}#passage"

    @property
    def name(self) -> str:
        """What people know it by: its question, else the heading above it, else its document's title or id."""
        return self.question or (self.headings[-1] if self.headings else self.title or self.document_id)

    @property
    def embedded_text(self) -> str:
        """What the encoder reads: headings, question and context before the text; the title only blurs it."""
        question = () if self.question in self.headings else (self.question,)
        return "\n".join(part for part in (*self.headings, *question, self.context, self.text) if part)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question.

    `score` is comparable within one answer only; higher is better. `highlights` are spans of `passage.text` that
    answer. `matched` pairs words of the question with words of the passage. `duplicates` are passages of other
    documents that say the same ("also" in JSON).
    """

    passage: Passage
    score: float
    highlights: tuple[Span, ...] = ()
    matched: tuple[tuple[str, str], ...] = ()
    duplicates: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number to show: `tel` is what a tel: link dials."""

    label: str
    tel: str


@dataclass(frozen=True, slots=True)
class Alert:
    """What the safety rules recognised in the person's messages.

    `message` is the whole advice as plain text; `heading`, `body` and `numbers` are the same in the parts of a card.
    `matches` are the person's own words that triggered it. `rules` are the ids of the rules that fired.
    `can_retract` is set where only weak evidence raised it, which comes down if the person says so.
    """

    level: Level = "none"
    categories: tuple[str, ...] = ()
    message: str = ""
    matches: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    heading: str = ""
    body: tuple[str, ...] = ()
    numbers: tuple[Number, ...] = ()
    can_retract: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, the same for every interface."""
        return {
            "level": self.level,
            "categories": list(self.categories),
            "message": self.message,
            "matches": list(self.matches),
            "rules": list(self.rules),
            "heading": self.heading,
            "body": list(self.body),
            "numbers": [{"label": number.label, "tel": number.tel} for number in self.numbers],
            "can_retract": self.can_retract,
        }


@dataclass(frozen=True, slots=True)
class Ranking:
    """What retrieval found for a question: hits, best first, and the features that confidence is judged by.

    `unmatched` are informative words of the question that the first passage does not mention, `further` questions of
    the passages after those of `hits`.
    """

    query: str
    hits: tuple[Hit, ...]
    features: Mapping[str, float] = field(default_factory=dict)
    corrections: tuple[tuple[str, str], ...] = ()
    unmatched: tuple[str, ...] = ()
    further: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as every interface shows it: the alert first, then a reply or the passages, best first.

    `confidence` is in 0..1 and calibrated: of the answers given 0.8, about 80 % are right; `certainty` says it in
    words. `hits` are kept when `answered` is False: the nearest there is. `reply` is a fixed text for small talk and
    questions about the bot itself; then there are no hits and `band` is "none". `unmatched` are informative words of
    the question that the first passage does not mention, and `note` a line to show beside it, such as to ask a
    pharmacist. `choices` are questions to pick from where one to three words leave open what is meant. `parts` are the
    answers to each question of a message that asks several, in order; the answer itself then joins their hits.
    `query` is the question as it was understood (with what a follow-up refers to, and `corrections` of spelling as
    pairs of word and word used).
    """

    question: str
    band: Band
    confidence: float
    hits: tuple[Hit, ...]
    alert: Alert
    query: str = ""
    corrections: tuple[tuple[str, str], ...] = ()
    suggestions: tuple[str, ...] = ()
    reply: str = ""
    certainty: Certainty = "none"
    unmatched: tuple[str, ...] = ()
    note: str = ""
    choices: tuple[str, ...] = ()
    parts: tuple[Answer, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether there is anything to show as an answer: the band is not "none", or there is a reply."""
        return self.band != "none" or bool(self.reply)

    @property
    def certainty_text(self) -> str:
        """How sure the answer is, as a sentence; empty for a reply."""
        return "" if self.reply else CERTAINTY_TEXT[self.certainty]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, the same for every interface; `version` is raised when a field changes its meaning."""
        return {
            "version": FORM_VERSION,
            "question": self.question,
            "query": self.query,
            "corrections": [list(pair) for pair in self.corrections],
            "band": self.band,
            "answered": self.answered,
            "confidence": round(self.confidence, 4),
            "certainty": self.certainty,
            "certainty_text": self.certainty_text,
            "reply": self.reply,
            "alert": self.alert.to_dict(),
            "hits": [_hit_dict(hit) for hit in self.hits],
            "unmatched": list(self.unmatched),
            "note": self.note,
            "suggestions": list(self.suggestions),
            "choices": list(self.choices),
            "parts": [part.to_dict() for part in self.parts],
        }


def _hit_dict(hit: Hit) -> dict[str, Any]:
    return {
        "score": round(hit.score, 6),
        "passage": passage_dict(hit.passage),
        "highlights": [list(span) for span in hit.highlights],
        "matched": [list(pair) for pair in hit.matched],
        "also": [passage_dict(passage) for passage in hit.duplicates],
    }


def passage_dict(passage: Passage) -> dict[str, Any]:
    """A passage as JSON: every field that is shown by its name, tuples as lists, and its address on the server."""
    return {
        "id": passage.id,
        "document_id": passage.document_id,
        "title": passage.title,
        "headings": list(passage.headings),
        "question": passage.question,
        "alternates": list(passage.alternates),
        "context": passage.context,
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "url": passage.url,
        "author": passage.author,
        "date": passage.date,
        "sources": [source_dict(source) for source in passage.sources],
        "path": passage.path,
    }


def source_dict(source: Source) -> dict[str, str]:
    """A source as JSON."""
    return {name: getattr(source, name) for name in ("title", "url", "author", "date", "mark")}
