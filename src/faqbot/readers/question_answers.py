"""Question-answer pairs in CSV, TSV, JSON, JSONL or YAML go in; one Markdown parsed with their places comes out."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

from faqbot.errors import ReadError
from faqbot.readers.decoding import clean
from faqbot.readers.front_matter import metadata_of, phrases, words
from faqbot.readers.limits import Limits, refuse_over
from faqbot.readers.parsed import Metadata, ParsedFile
from faqbot.readers.yaml_json import load_json, load_yaml
from faqbot.types import Pair, Source

# What people call the columns; the first name that a row has is taken.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "question": ("question", "questions", "q", "query", "prompt"),
    "answer": ("answer", "answers", "a", "text", "response"),
    "alternates": ("alternates", "alternate", "alternate_questions", "alternatives", "variants", "paraphrases"),
    "url": ("url", "link", "source_url"),
}
_LISTS = ("pairs", "faqs", "faq", "questions", "items", "data")


def read_csv(text: str, limits: Limits) -> ParsedFile:
    """Comma- or semicolon-separated rows under a header line that names a question and an answer column."""
    header = text.partition("\n")[0]
    return _table(text, limits, ";" if header.count(";") > header.count(",") else ",")


def read_tsv(text: str, limits: Limits) -> ParsedFile:
    """Tab-separated rows under a header line."""
    return _table(text, limits, "\t")


def read_jsonl(text: str, limits: Limits) -> ParsedFile:
    """One JSON object a line."""
    rows: list[Any] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            refuse_over(limits.rows, len(rows) + 1, "rows")
            try:
                rows.append(load_json(line, limits))
            except ReadError as error:
                raise ReadError(f"line {number}: {error}") from error
    return _draft(rows, Metadata(), limits)


def read_json(text: str, limits: Limits) -> ParsedFile:
    """A list of pairs, or a mapping that holds one beside facts such as its title."""
    return _from_value(load_json(text, limits), limits)


def read_yaml(text: str, limits: Limits) -> ParsedFile:
    """A list of pairs, or a mapping that holds one beside facts such as its title."""
    return _from_value(load_yaml(text, limits), limits)


def _table(text: str, limits: Limits, delimiter: str) -> ParsedFile:
    csv.field_size_limit(limits.line)
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restkey="", restval=""))
    except csv.Error as error:
        raise ReadError(f"not readable as a table: {error}") from error
    return _draft(rows, Metadata(), limits)


def _from_value(value: Any, limits: Limits) -> ParsedFile:
    if isinstance(value, list):
        return _draft(value, Metadata(), limits)
    if not isinstance(value, Mapping):
        raise ReadError(f"found {str(value)[:40]!r}, expected a list of pairs or a mapping with pairs:")
    name = next((name for name in _LISTS if isinstance(value.get(name), list)), None)
    if name:
        return _draft(value[name], metadata_of(value), limits)
    if _field(value, "question"):
        return _draft([value], Metadata(), limits)
    if value and all(isinstance(entry, str) for entry in value.values()):
        return _draft([{"question": ask, "answer": answer} for ask, answer in value.items()], Metadata(), limits)
    raise ReadError("no pairs: expected a list, a mapping with pairs:, or question: answer")


def _draft(rows: Iterable[Any], about: Metadata, limits: Limits) -> ParsedFile:
    """Markdown with a heading for each question, and the places of the answers."""
    parts: list[str] = []
    pairs: list[Pair] = []
    at = 0
    for number, row in enumerate(rows, 1):
        refuse_over(limits.rows, number, "rows")
        question, answer = _question_and_answer(row, number, limits)
        heading = f"## {question}\n\n"
        start = at + len(heading)
        pairs.append(Pair(question, _alternates(row), start, start + len(answer), _sources(row)))
        parts += (heading, answer, "\n\n")
        at = start + len(answer) + 2
    if not pairs:
        raise ReadError("no question-answer pairs in it")
    refuse_over(limits.characters, at, "characters")
    return ParsedFile("".join(parts), about, tuple(pairs))


def _question_and_answer(row: Any, number: int, limits: Limits) -> tuple[str, str]:
    if not isinstance(row, Mapping):
        raise ReadError(f"row {number} is a {type(row).__name__}, expected question and answer")
    question, answer = words(_field(row, "question")), _answer(_field(row, "answer"), limits)
    if not question or not answer:
        missing = "answer" if question else "question"
        raise ReadError(f"row {number} has no {missing}; its columns: {', '.join(map(str, row)) or 'none'}")
    return question, answer


def _answer(value: Any, limits: Limits) -> str:
    if isinstance(value, Mapping | list):
        raise ReadError(f"an answer is a {type(value).__name__}, expected text")
    return "" if value is None else clean(str(value), limits).strip()


def _alternates(row: Mapping[Any, Any]) -> tuple[str, ...]:
    """Other ways to ask: a list, or in a table's cell texts between bars or on lines of their own."""
    value = _field(row, "alternates")
    if isinstance(value, str):
        value = re.split(r"[|\n]", value)
    return phrases(value, "alternates")


def _sources(row: Mapping[Any, Any]) -> tuple[Source, ...]:
    url, title = words(_field(row, "url")), words(row.get("title"))
    return (Source(title=title, url=url),) if url else ()


def _field(row: Mapping[Any, Any], name: str) -> Any:
    """The first filled column of those that go by a name, whatever their letter case."""
    lowered = {str(column).strip().casefold(): value for column, value in row.items()}
    return next((lowered[column] for column in COLUMNS[name] if lowered.get(column)), None)
