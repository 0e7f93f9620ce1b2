"""Question-answer files in JSON, JSON Lines and YAML, in the shapes that people have."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from faqbot.errors import ReadError
from faqbot.markdown import is_question
from faqbot.readers.decoding import clean
from faqbot.readers.limits import Limits, refuse_over
from faqbot.readers.pairs import PairRows, key_of, plain_line, quoted, texts_of
from faqbot.readers.parsed import Metadata, ParsedFile
from faqbot.readers.yaml_json import METADATA_KEYS, Row, load_json, load_yaml, metadata_of, words

_SENTENCE_END = re.compile(r"[.!?]['\"”’)]*\s+|[。！？]")
_ITEM = re.compile(r"^([ ]*)- ", re.MULTILINE)
_TEXT_KEYS = ("rendered", "html", "markdown", "plain", "value")


def read_jsonl(text: str, limits: Limits) -> ParsedFile:
    """Return the pairs of a file with one JSON value a line; a broken line costs only itself."""
    rows, read = PairRows(limits), 0
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        read += 1
        refuse_over(limits.rows, read, "rows")
        value: Any = line
        try:
            value = load_json(line, limits, first_line=number)
            rows.extracted += texts_of(value)
            _entry(value, rows)
        except ReadError as error:
            rows.skip(error, number, value, re.sub(r" in line \d+, column", " in column", str(error)))
    return rows.parsed()


def read_json(text: str, limits: Limits) -> ParsedFile:
    """Return the pairs of a JSON text in any of the usual shapes, and what it says about itself."""
    try:
        return _from_value(load_json(text, limits), PairRows(limits))
    except ReadError as error:
        if "Extra data" not in str(error) or not text.lstrip().partition("\n")[0].rstrip().endswith(("}", "]")):
            raise
        return read_jsonl(text, limits)


def read_yaml(text: str, limits: Limits) -> ParsedFile:
    """Return the pairs of a YAML text in any of the usual shapes; a broken entry of a list costs only itself."""
    rows = PairRows(limits)
    try:
        value = load_yaml(text, limits)
    except ReadError as error:
        if not str(error).startswith("not YAML"):
            raise
        value = _yaml_entries(text, rows, error)
    return _from_value(value, rows)


def _from_value(value: Any, rows: PairRows) -> ParsedFile:
    metadata = Metadata()
    if isinstance(value, Mapping):
        named = any(isinstance(entry, list | Mapping) for entry in value.values())
        metadata = metadata_of(value) if named and _role(value, "answer") is None else metadata
        _mapping(value, rows, top=True)
    elif isinstance(value, list):
        _list(value, rows)
    else:
        raise ReadError(f"found {str(value)[:40]!r}, expected a list of pairs or a mapping with pairs:")
    if metadata.alternates:
        rows.pairs = [
            replace(pair, alternates=(*pair.alternates, *metadata.alternates.get(pair.question, ())))
            for pair in rows.pairs
        ]
    rows.extracted += texts_of(value, top=True)
    return rows.parsed(metadata)


def _list(entries: Sequence[Any], rows: PairRows) -> None:
    for number, entry in enumerate(entries, 1):
        try:
            _entry(entry, rows)
        except ReadError as error:
            rows.skip(error, getattr(entry, "line", 0), entry, f"entry {number}: {error}")


def _entry(entry: Any, rows: PairRows) -> None:
    """One entry of a list: a pair, two texts side by side, or something that holds pairs."""
    if isinstance(entry, Mapping):
        if not _mapping(entry, rows) and "@type" not in entry:
            missing = "answer" if _role(entry, "question") else "question"
            found = ", ".join(map(str, entry)) or "none"
            raise ReadError(f"no {missing}; its columns: {found}")
    elif isinstance(entry, list) and len(entry) == 2 and all(isinstance(each, str) for each in entry):
        rows.add(Row(), entry[0], entry[1])
    elif isinstance(entry, list) and entry and all(isinstance(each, Mapping | list) for each in entry):
        _list(entry, rows)
    else:
        raise ReadError(f"a {_kind(entry)}, expected question and answer: {quoted(str(entry))}")


def _mapping(value: Mapping[Any, Any], rows: PairRows, *, top: bool = False) -> bool:
    """Take up the pairs of a mapping, in whatever shape; False where there are none and nothing was said about it."""
    line = getattr(value, "line", 0)
    for name in getattr(value, "repeated", ()):
        rows.warn(f"{quoted(str(name))} stands more than once in one mapping, only the last is read", line)
    lowered = {str(key).strip().casefold(): entry for key, entry in value.items()}
    before = (len(rows.pairs), len(rows.warnings))
    if isinstance(lowered.get("qas"), list):
        _squad(lowered, rows)
    elif isinstance(lowered.get("patterns"), list) and "responses" in lowered:
        _intent(lowered, rows, line)
    elif isinstance(messages := lowered.get("messages", lowered.get("conversations")), list):
        _chat(messages, rows, line)
    elif _is_row(value):
        _row(value, rows)
    else:
        return _nested(value, rows, top=top) or (len(rows.pairs), len(rows.warnings)) != before
    return True


def _nested(value: Mapping[Any, Any], rows: PairRows, *, top: bool) -> bool:
    """Lists and mappings inside a mapping, or the mapping itself as question: answer."""
    texts = {str(key): entry for key, entry in value.items() if isinstance(entry, str)}
    asking = sum(is_question(key) for key in texts)
    telling = sum(len(entry.split()) > 2 for entry in texts.values())
    if texts and (asking > len(texts) / 2 or (top and len(texts) == len(value) == telling)):
        for question, answer in texts.items():
            rows.add(Row(), question, answer)
    else:
        for key, entry in texts.items():
            if not (top and key.strip().casefold() in METADATA_KEYS):
                rows.unread(key, entry)
    found = bool(asking)
    for key, entry in value.items():
        if top and str(key).strip().casefold() in METADATA_KEYS:
            continue
        if isinstance(entry, list) and entry and any(isinstance(each, Mapping | list) for each in entry):
            _list(entry, rows)
            found = True
        elif isinstance(entry, Mapping):
            found = _mapping(entry, rows) or found
        elif isinstance(entry, list):
            rows.unread(str(key), " / ".join(str(each) for each in entry if isinstance(each, str)))
    return found


def _is_row(value: Mapping[Any, Any]) -> bool:
    """Whether a mapping is one pair, or would be one if nothing were missing."""
    question, answer = _role(value, "question"), _role(value, "answer")
    texts = isinstance(question, str) or (
        isinstance(question, list) and all(isinstance(each, str) for each in question)
    )
    kind = value.get("@type")
    if question is None or (kind is not None and "Question" not in kind):
        return False
    return bool(texts) and (answer is not None or not any(isinstance(each, list | Mapping) for each in value.values()))


def _row(row: Mapping[Any, Any], rows: PairRows) -> None:
    question, answer = _role(row, "question"), _role(row, "answer")
    used = {name for role in ("question", "answer") if (name := key_of(row, role)) is not None}
    variants: list[str] = []
    if isinstance(question, list):
        question, *variants = [each for each in question if each.strip()] or [""]
    rows.add(row, question, _answer(answer), used=used, variants=variants)


def _answer(value: Any) -> str:
    """An answer as text: one, several, or a schema.org Answer."""
    if isinstance(value, list):
        return "\n\n".join(part for part in map(_answer, value) if part)
    if isinstance(value, Mapping):
        inner = _role(value, "answer") or next((value[key] for key in _TEXT_KEYS if value.get(key)), None)
        if inner is None:
            raise ReadError(f"an answer is a {_kind(value)}, expected text")
        return _answer(inner)
    return "" if value is None else str(value)


def _squad(value: Mapping[str, Any], rows: PairRows) -> None:
    """A paragraph with questions about it: each is answered by the sentences that hold its answer."""
    context = clean(words(value.get("context")), rows.limits)
    if context:
        rows.plain(f"{context}\n\n")
    for entry in value["qas"]:
        answers = entry.get("answers") or () if isinstance(entry, Mapping) else ()
        told = [each for each in answers if isinstance(each, Mapping) and isinstance(each.get("text"), str)]
        question = entry.get("question") if isinstance(entry, Mapping) else None
        if not isinstance(question, str) or not told:
            rows.refuse(f"no answer, not read: {quoted(str(question))}", getattr(entry, "line", 0), *texts_of(entry))
            continue
        rows.pair(plain_line(question, rows.limits), _around(context, told[0]["text"].strip()))
        rows.unread("answers", " / ".join(each["text"] for each in told[1:]))


def _around(context: str, answer: str) -> str:
    """The sentences of a context that hold an answer; the answer where they do not."""
    at = context.find(answer)
    if at < 0:
        return answer
    ends = [0, *(found.end() for found in _SENTENCE_END.finditer(context)), len(context)]
    start = max(end for end in ends if end <= at)
    return context[start : min(end for end in ends if end >= at + len(answer))].strip()


def _intent(value: Mapping[str, Any], rows: PairRows, line: int) -> None:
    patterns = [each for each in value["patterns"] if isinstance(each, str) and each.strip()]
    question, *variants = patterns or [""]
    rows.add(Row(line=line), question, _answer(value["responses"]), variants=variants)
    rows.unread("tag", value.get("tag"))


def _chat(messages: Sequence[Any], rows: PairRows, line: int) -> None:
    """Each turn of the person with the reply that follows it."""
    asked = ""
    for message in messages:
        if not isinstance(message, Mapping):
            raise ReadError(f"a message is a {_kind(message)}, expected role and content")
        role = str(message.get("role", message.get("from", ""))).casefold()
        content = _answer(message.get("content", message.get("value")))
        if role in ("user", "human"):
            if asked:
                rows.refuse(f"no answer, not read: {quoted(asked)}", line, asked)
            asked = content
        elif role in ("assistant", "gpt", "bot", "model") and asked:
            rows.add(Row(line=line), asked, content)
            asked = ""
        else:
            rows.unread(f"message of {role or 'nobody'}", content)
    if asked:
        rows.refuse(f"no answer, not read: {quoted(asked)}", line, asked)


def _role(row: Mapping[Any, Any], role: str) -> Any:
    name = key_of(row, role)
    return None if name is None else row[name]


def _yaml_entries(text: str, rows: PairRows, error: ReadError) -> list[Any]:
    """The entries of a list one by one, where the whole cannot be read; those that are broken are named."""
    first = _ITEM.search(text)
    places = [found.start() for found in _ITEM.finditer(text) if first and found[1] == first[1]]
    if len(places) < 2:
        raise error
    entries: list[Any] = []
    for start, end in pairwise((*places, len(text))):
        entry, line = text[start:end], text.count("\n", 0, start) + 1
        try:
            value = load_yaml(entry, rows.limits, first_line=line)
            entries += value if isinstance(value, list) else [value]
        except ReadError as problem:
            reason = re.sub(r" in line \d+, column \d+$", "", str(problem))
            rows.skip(problem, line, entry, f"{reason}, not read: {quoted(entry)}")
            rows.extracted.append(entry)
    if not entries:
        raise error
    return entries


def _kind(value: Any) -> str:
    return {"Row": "mapping", "NoneType": "nothing", "str": "text"}.get(type(value).__name__, type(value).__name__)
