"""Question-answer files: CSV, TSV, JSON, JSON Lines and YAML in the shapes that people have."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from faqbot.errors import ReadError
from faqbot.markdown import is_question, plain
from faqbot.readers.csv_rows import CsvRecord, csv_records, header_at
from faqbot.readers.decoding import clean
from faqbot.readers.html_elements import has_markup
from faqbot.readers.html_markdown import fragment_to_markdown
from faqbot.readers.limits import LimitError, Limits, refuse_over
from faqbot.readers.parsed import LeftOut, Metadata, ParsedFile
from faqbot.readers.tables import COLUMNS, TITLES, best_column, column_match, pair_columns
from faqbot.readers.yaml_json import METADATA_KEYS, Row, load_json, load_yaml, metadata_of, phrases, words
from faqbot.types import Pair, ReadWarning, Source

_SHAPES = (
    "a list of question and answer, a mapping of question: answer, SQuAD, intents with patterns and responses, "
    "a schema.org FAQPage or chat messages"
)
_SENTENCE_END = re.compile(r"[.!?]['\"”’)]*\s+|[。！？]")
_ITEM = re.compile(r"^([ ]*)- ", re.MULTILINE)
_TAG = re.compile(r"<[^<>]*>")
# Keys whose values are for programs.
_MACHINE_KEYS = frozenset(
    ("id", "_id", "@id", "@type", "@context", "role", "from", "answer_start", "is_impossible", "version", "type")
)
_TEXT_KEYS = ("rendered", "html", "markdown", "plain", "value")
_SHOWN = 60


@dataclass(slots=True)
class _Rows:
    """Pairs and plain texts of a file as Markdown, put together in order."""

    limits: Limits
    parts: list[str] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    warnings: list[ReadWarning] = field(default_factory=list)
    left_out: dict[str, list[str]] = field(default_factory=dict)
    length: int = 0

    def warn(self, message: str, line: int = 0) -> None:
        self.warnings.append(ReadWarning(message, line))

    def refuse(self, message: str, line: int, *texts: str) -> None:
        """Name what cannot be read, and list its text as left out."""
        self.warn(message, line)
        for text in texts:
            self.leave_out("not read", text)

    def skip(self, error: ReadError, line: int, value: Any, message: str = "") -> None:
        """Name an entry that cannot be read, and list its texts as left out; a file over a limit is refused whole."""
        if isinstance(error, LimitError):
            raise error
        self.refuse(message or str(error), line, *_texts(value))

    def pair(
        self,
        question: str,
        answer: str,
        alternates: Sequence[str] = (),
        sources: tuple[Source, ...] = (),
        tags: tuple[str, ...] = (),
    ) -> None:
        refuse_over(self.limits.rows, len(self.pairs) + 1, "rows")
        heading = f"## {question}\n\n"
        start = self.length + len(heading)
        self.pairs.append(Pair(question, tuple(alternates), start, start + len(answer), sources, tags))
        self.plain(heading, answer, "\n\n")

    def plain(self, *texts: str) -> None:
        self.parts += texts
        self.length += sum(map(len, texts))
        refuse_over(self.limits.characters, self.length, "characters")

    def unread(self, name: str, value: Any) -> None:
        """Keep what stands in a column that is not read, to be listed as left out."""
        if isinstance(value, str):
            self.leave_out(f"column {name}", value)

    def leave_out(self, reason: str, text: str) -> None:
        """List a text of the file that is in no passage."""
        if text.strip():
            self.left_out.setdefault(reason, []).append(text.strip())

    def parsed(self, metadata: Metadata, extracted: str) -> ParsedFile:
        if not self.pairs:
            shown = "; ".join(map(str, self.warnings[:3]))
            raise ReadError(f"no question-answer pairs in it{f': {shown}' if shown else ''}. Read are {_SHAPES}")
        left_out = tuple(LeftOut(reason, " | ".join(texts)) for reason, texts in self.left_out.items())
        text = "".join(self.parts)
        extracted = html.unescape(_TAG.sub(" ", extracted)) if has_markup(extracted) else extracted
        return ParsedFile(
            text, metadata, tuple(self.pairs), tuple(self.warnings), left_out=left_out, extracted=extracted
        )


def read_csv(text: str, limits: Limits) -> ParsedFile:
    """Return the pairs of rows under a header that names a question and an answer column; the dialect is sniffed."""
    return _table(text, limits, "")


def read_tsv(text: str, limits: Limits) -> ParsedFile:
    """Return the pairs of tab-separated rows under a header line."""
    header = text.lstrip("\n").partition("\n")[0]
    return _table(text, limits, "\t" if "\t" in header else "")


def read_jsonl(text: str, limits: Limits) -> ParsedFile:
    """Return the pairs of a file with one JSON value a line; a broken line costs only itself."""
    rows, read, extracted = _Rows(limits), 0, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        read += 1
        refuse_over(limits.rows, read, "rows")
        value: Any = line
        try:
            value = load_json(line, limits, first_line=number)
            extracted += _texts(value)
            _entry(value, rows)
        except ReadError as error:
            rows.skip(error, number, value, re.sub(r" in line \d+, column", " in column", str(error)))
    return rows.parsed(Metadata(), "\n".join(extracted))


def read_json(text: str, limits: Limits) -> ParsedFile:
    """Return the pairs of a JSON text in any of the usual shapes, and what it says about itself."""
    try:
        return _from_value(load_json(text, limits), limits)
    except ReadError as error:
        if "Extra data" not in str(error) or not text.lstrip().partition("\n")[0].rstrip().endswith(("}", "]")):
            raise
        return read_jsonl(text, limits)


def read_yaml(text: str, limits: Limits) -> ParsedFile:
    """Return the pairs of a YAML text in any of the usual shapes; a broken entry of a list costs only itself."""
    try:
        return _from_value(load_yaml(text, limits), limits)
    except ReadError as error:
        if not str(error).startswith("not YAML"):
            raise
        value, broken, unread = _yaml_entries(text, limits, error)
        return _from_value(value, limits, broken, unread)


# Tables


def _table(text: str, limits: Limits, delimiter: str) -> ParsedFile:
    records, delimiter = csv_records(text, limits, delimiter)
    at = header_at(records)
    names = records[at].cells
    rows = _Rows(limits)
    for record in records[:at]:
        rows.leave_out("above the header", " ".join(record.cells))
    columns = pair_columns(names) or _titled(records[at:])
    if columns is None:
        columns = _headless(records[at:])
        if columns is None:
            found = ", ".join(name.strip() for name in names if name.strip())
            raise ReadError(
                f"line {records[at].line} has no question and answer columns; its columns: {found[:200]}. "
                "Name one question and one answer"
            )
        roles = {columns[0]: "question", columns[1]: "answer"}
        names = tuple(roles.get(place, f"{place + 1}") for place in range(len(names)))
        at -= 1
    names = tuple(f"{name} {place + 1}" if name.strip() in names[:place] else name for place, name in enumerate(names))
    for place, name in enumerate(names):
        if place not in columns and column_match(name, "answer"):
            rows.warn(f"column {name} is not read: {names[columns[1]]} is taken for the answer", records[at].line)
    header = [name.casefold() for name in records[at].cells] if at >= 0 else []
    for record in records[at + 1 :]:
        if not record.is_blank and [cell.casefold() for cell in record.cells] != header:
            _table_row(record, names, columns, delimiter, rows)
    return rows.parsed(Metadata(), "\n".join(" ".join(record.cells) for record in records[at + 1 :]))


def _headless(records: Sequence[CsvRecord]) -> tuple[int, int] | None:
    """In a table without header, the column whose cells are questions, and the one after it."""
    places = range(min(len(records[0].cells) - 1, 3))
    return next(((place, place + 1) for place in places if _mostly_asks(records, place)), None)


def _titled(records: Sequence[CsvRecord]) -> tuple[int, int] | None:
    """In a table that names no question but a title and a text, these two if the titles ask."""
    names = [name.strip().casefold() for name in records[0].cells]
    question = next((at for at, name in enumerate(names) if name in TITLES), None)
    answer = best_column(names, "answer")
    if question is None or answer is None or not _mostly_asks(records[1:], question):
        return None
    return question, answer


def _mostly_asks(records: Sequence[CsvRecord], place: int) -> bool:
    """Whether nearly all records that are not blank have a question in a column."""
    filled = [record.cells for record in records if not record.is_blank]
    return sum(len(cells) > place and is_question(cells[place]) for cells in filled) > 0.8 * len(filled)


def _table_row(record: CsvRecord, names: Sequence[str], columns: tuple[int, int], delimiter: str, rows: _Rows) -> None:
    cells, line = list(record.cells), record.line
    extra = [cell for cell in cells[len(names) :] if cell.strip()]
    where = f" (to line {line + record.lines - 1})" if record.lines > 1 else ""
    shown = _short(cells[columns[0]] if columns[0] < len(cells) else cells[0])
    if record.unclosed or (extra and record.lines > 1):
        rows.refuse(f"a quotation mark that is not closed{where}, not read: {shown}", line, *cells)
        return
    if extra:
        if columns[1] != len(names) - 1:
            rows.refuse(
                f"{len(cells)} cells under {len(names)} columns, not read: {shown}. Quote cells with {delimiter!r}",
                line,
                *cells,
            )
            return
        cells[columns[1] :] = [delimiter.join(cells[columns[1] :]).rstrip(delimiter)]
        rows.warn(f"{len(record.cells)} cells under {len(names)} columns, the last ones joined: {shown}", line)
    row = Row(((name.strip(), cell) for name, cell in zip(names, cells, strict=False) if name.strip()), line=line)
    question, answer = (cells[place] if place < len(cells) else "" for place in columns)
    inner = next(
        (part for part in answer.split("\n")[1:] if is_question(part.partition(delimiter)[0]) and delimiter in part), ""
    )
    if inner:
        rows.warn(f"an answer holds what looks like another row: {_short(inner)}. Is a quotation mark missing?", line)
    used = {names[place].strip() for place in columns}
    _add(rows, row, question, answer, used)


# Mappings and lists


def _texts(value: Any, *, top: bool = False) -> Iterator[str]:
    """All texts of a value, but those that tell the reader about the file or are for programs."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for entry in value:
            yield from _texts(entry)
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            name = str(key).strip().casefold()
            if name in _MACHINE_KEYS or (top and name in METADATA_KEYS):
                continue
            if is_question(str(key)):
                yield str(key)
            yield from _texts(entry)


def _from_value(
    value: Any, limits: Limits, broken: Sequence[ReadWarning] = (), unread: Sequence[str] = ()
) -> ParsedFile:
    rows = _Rows(limits)
    rows.warnings += broken
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
    extracted = "\n".join((*_texts(value, top=True), *unread))
    for text in unread:
        rows.leave_out("not read", text)
    return rows.parsed(metadata, extracted)


def _list(entries: Sequence[Any], rows: _Rows) -> None:
    for number, entry in enumerate(entries, 1):
        try:
            _entry(entry, rows)
        except ReadError as error:
            rows.skip(error, getattr(entry, "line", 0), entry, f"entry {number}: {error}")


def _entry(entry: Any, rows: _Rows) -> None:
    """One entry of a list: a pair, two texts side by side, or something that holds pairs."""
    if isinstance(entry, Mapping):
        if not _mapping(entry, rows) and "@type" not in entry:
            missing = "answer" if _role(entry, "question") else "question"
            found = ", ".join(map(str, entry)) or "none"
            raise ReadError(f"no {missing}; its columns: {found}")
    elif isinstance(entry, list) and len(entry) == 2 and all(isinstance(each, str) for each in entry):
        _add(rows, Row(), entry[0], entry[1], set())
    elif isinstance(entry, list) and entry and all(isinstance(each, Mapping | list) for each in entry):
        _list(entry, rows)
    else:
        raise ReadError(f"a {_kind(entry)}, expected question and answer: {_short(str(entry))}")


def _mapping(value: Mapping[Any, Any], rows: _Rows, *, top: bool = False) -> bool:
    """Take up the pairs of a mapping, in whatever shape; False where there are none and nothing was said about it."""
    line = getattr(value, "line", 0)
    for name in getattr(value, "repeated", ()):
        rows.warn(f"{_short(str(name))} stands more than once in one mapping, only the last is read", line)
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


def _nested(value: Mapping[Any, Any], rows: _Rows, *, top: bool) -> bool:
    """Lists and mappings inside a mapping, or the mapping itself as question: answer."""
    texts = {str(key): entry for key, entry in value.items() if isinstance(entry, str)}
    asking = sum(is_question(key) for key in texts)
    telling = sum(len(entry.split()) > 2 for entry in texts.values())
    if texts and (asking > len(texts) / 2 or (top and len(texts) == len(value) == telling)):
        for question, answer in texts.items():
            _add(rows, Row(), question, answer, set())
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


def _row(row: Mapping[Any, Any], rows: _Rows) -> None:
    question, answer = _role(row, "question"), _role(row, "answer")
    used = {name for role in ("question", "answer") if (name := _name(row, role)) is not None}
    variants: list[str] = []
    if isinstance(question, list):
        question, *variants = [each for each in question if each.strip()] or [""]
    _add(rows, row, question, _answer(answer), used, variants)


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


def _add(
    rows: _Rows, row: Mapping[Any, Any], question: Any, answer: Any, used: set[str], variants: Sequence[str] = ()
) -> None:
    """Add a pair; where question or answer is missing, name its line."""
    line = getattr(row, "line", 0)
    asked, told = _plain(question, rows.limits), _markdown(answer, rows.limits)
    if not asked or not told:
        missing = "answer" if asked else "question"
        there = _short(asked or told) or ", ".join(map(str, row)) or "empty"
        rows.refuse(f"no {missing}, not read: {there}", line, *_texts(row))
        return
    alternates_name = _name(row, "alternates")
    value = row.get(alternates_name) if alternates_name else None
    value = re.split(r"[|\n]", value) if isinstance(value, str) else value
    alternates = (*variants, *phrases(value, "alternates"))
    url_name = _name(row, "url")
    url, title = words(row.get(url_name)) if url_name else "", words(row.get("title"))
    tags = row.get("tags") or ()
    tags = re.split(r"[,;|\n]", tags) if isinstance(tags, str) else tags
    sources = (Source(title=title, url=url),) if url else ()
    rows.pair(asked, told, alternates, sources, phrases(list(tags), "tags") if isinstance(tags, list | tuple) else ())
    for name, entry in row.items():
        if name not in used and name not in (alternates_name, url_name) and not (url and name == "title"):
            rows.unread(str(name), " / ".join(_texts(entry)))


def _squad(value: Mapping[str, Any], rows: _Rows) -> None:
    """A paragraph with questions about it: each is answered by the sentences that hold its answer."""
    context = clean(words(value.get("context")), rows.limits)
    if context:
        rows.plain(f"{context}\n\n")
    for entry in value["qas"]:
        answers = entry.get("answers") or () if isinstance(entry, Mapping) else ()
        told = [each for each in answers if isinstance(each, Mapping) and isinstance(each.get("text"), str)]
        question = entry.get("question") if isinstance(entry, Mapping) else None
        if not isinstance(question, str) or not told:
            rows.refuse(f"no answer, not read: {_short(str(question))}", getattr(entry, "line", 0), *_texts(entry))
            continue
        rows.pair(_plain(question, rows.limits), _around(context, told[0]["text"].strip()))
        rows.unread("answers", " / ".join(each["text"] for each in told[1:]))


def _around(context: str, answer: str) -> str:
    """The sentences of a context that hold an answer; the answer where they do not."""
    at = context.find(answer)
    if at < 0:
        return answer
    ends = [0, *(found.end() for found in _SENTENCE_END.finditer(context)), len(context)]
    start = max(end for end in ends if end <= at)
    return context[start : min(end for end in ends if end >= at + len(answer))].strip()


def _intent(value: Mapping[str, Any], rows: _Rows, line: int) -> None:
    patterns = [each for each in value["patterns"] if isinstance(each, str) and each.strip()]
    question, *variants = patterns or [""]
    _add(rows, Row(line=line), question, _answer(value["responses"]), set(), variants)
    rows.unread("tag", value.get("tag"))


def _chat(messages: Sequence[Any], rows: _Rows, line: int) -> None:
    """Each turn of the person with the reply that follows it."""
    asked = ""
    for message in messages:
        if not isinstance(message, Mapping):
            raise ReadError(f"a message is a {_kind(message)}, expected role and content")
        role = str(message.get("role", message.get("from", ""))).casefold()
        content = _answer(message.get("content", message.get("value")))
        if role in ("user", "human"):
            if asked:
                rows.refuse(f"no answer, not read: {_short(asked)}", line, asked)
            asked = content
        elif role in ("assistant", "gpt", "bot", "model") and asked:
            _add(rows, Row(line=line), asked, content, set())
            asked = ""
        else:
            rows.unread(f"message of {role or 'nobody'}", content)
    if asked:
        rows.refuse(f"no answer, not read: {_short(asked)}", line, asked)


def _role(row: Mapping[Any, Any], role: str) -> Any:
    name = _name(row, role)
    return None if name is None else row[name]


def _name(row: Mapping[Any, Any], role: str) -> Any:
    """The key of the filled entry that names a role best; None where there is none."""
    if role in ("alternates", "url"):
        lowered = {str(key).strip().casefold().replace(" ", "_"): key for key, value in row.items() if value}
        return next((lowered[name] for name in COLUMNS[role] if name in lowered), None)
    scored = [
        (column_match(str(key), role), str(key), key) for key, value in row.items() if value not in (None, "", [])
    ]
    score, _, key = max(scored, default=(0, "", None), key=lambda each: each[0])
    if not score and role == "question":
        return next((key for key in row if str(key).casefold() in TITLES and is_question(str(row[key]))), None)
    return key if score else None


def _plain(value: Any, limits: Limits) -> str:
    """A question as one line."""
    text = "" if value is None else str(value)
    return " ".join(clean(plain(fragment_to_markdown(text)) if has_markup(text) else text, limits).split())


def _markdown(value: Any, limits: Limits) -> str:
    text = "" if value is None else str(value)
    return clean(fragment_to_markdown(text) if has_markup(text) else text, limits).strip()


def _yaml_entries(text: str, limits: Limits, error: ReadError) -> tuple[Any, list[ReadWarning], list[str]]:
    """The entries of a list one by one, where the whole cannot be read."""
    first = _ITEM.search(text)
    places = [found.start() for found in _ITEM.finditer(text) if first and found[1] == first[1]]
    if len(places) < 2:
        raise error
    rows: list[Any] = []
    broken: list[ReadWarning] = []
    unread: list[str] = []
    for start, end in pairwise((*places, len(text))):
        entry, line = text[start:end], text.count("\n", 0, start) + 1
        try:
            value = load_yaml(entry, limits, first_line=line)
            rows += value if isinstance(value, list) else [value]
        except LimitError:
            raise
        except ReadError as problem:
            reason = re.sub(r" in line \d+, column \d+$", "", str(problem))
            broken.append(ReadWarning(f"{reason}, not read: {_short(entry)}", line))
            unread.append(entry)
    if not rows:
        raise error
    return rows, broken, unread


def _kind(value: Any) -> str:
    return {"Row": "mapping", "NoneType": "nothing", "str": "text"}.get(type(value).__name__, type(value).__name__)


def _short(text: str) -> str:
    flat = " ".join(str(text).split())
    return f"“{flat if len(flat) <= _SHOWN else flat[: _SHOWN - 1] + '…'}”" if flat else ""
