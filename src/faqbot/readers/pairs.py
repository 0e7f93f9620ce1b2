"""Question-answer pairs put together as the Markdown of one file: what tables, JSON and YAML have in common."""

import html
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from faqbot.errors import ReadError
from faqbot.markdown import is_question, plain
from faqbot.readers.decoding import clean
from faqbot.readers.html_elements import has_markup
from faqbot.readers.html_markdown import fragment_to_markdown
from faqbot.readers.limits import LimitError, Limits, refuse_over
from faqbot.readers.parsed import LeftOut, Metadata, ParsedFile
from faqbot.readers.tables import COLUMNS, TITLES, column_match
from faqbot.readers.yaml_json import METADATA_KEYS, phrases, words
from faqbot.types import Pair, ReadWarning, Source

_SHAPES = (
    "a list of question and answer, a mapping of question: answer, SQuAD, intents with patterns and responses, "
    "a schema.org FAQPage or chat messages"
)
_TAG = re.compile(r"<[^<>]*>")
# Keys whose values are for programs.
_MACHINE_KEYS = frozenset(
    ("id", "_id", "@id", "@type", "@context", "role", "from", "answer_start", "is_impossible", "version", "type")
)
_SHOWN = 60
_NO_METADATA = Metadata()


@dataclass(slots=True)
class PairRows:
    """Pairs and plain texts of a file as Markdown, put together in order."""

    limits: Limits
    parts: list[str] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    warnings: list[ReadWarning] = field(default_factory=list)
    left_out: dict[str, list[str]] = field(default_factory=dict)
    extracted: list[str] = field(default_factory=list)  # all texts of the file, for counting words
    length: int = 0

    def warn(self, message: str, line: int) -> None:
        """Take down a warning about a line of the file."""
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
        self.refuse(message or str(error), line, *texts_of(value))

    def add(
        self,
        row: Mapping[Any, Any],
        question: Any,
        answer: Any,
        *,
        used: Collection[str] = (),
        variants: Sequence[str] = (),
    ) -> None:
        """Add the pair of a row, or name the row where one half is missing; keys that are not `used` are left out."""
        line = getattr(row, "line", 0)
        asked, told = plain_line(question, self.limits), _markdown(answer, self.limits)
        if not asked or not told:
            missing = "answer" if asked else "question"
            there = quoted(asked or told) or ", ".join(map(str, row)) or "empty"
            self.refuse(f"no {missing}, not read: {there}", line, *texts_of(row))
            return
        alternates_name = key_of(row, "alternates")
        value = row.get(alternates_name) if alternates_name else None
        value = re.split(r"[|\n]", value) if isinstance(value, str) else value
        alternates = (*variants, *phrases(value, "alternates"))
        url_name = key_of(row, "url")
        url, title = words(row.get(url_name)) if url_name else "", words(row.get("title"))
        tags = row.get("tags") or ()
        tags = re.split(r"[,;|\n]", tags) if isinstance(tags, str) else tags
        sources = (Source(title=title, url=url),) if url else ()
        self.pair(
            asked, told, alternates, sources, phrases(list(tags), "tags") if isinstance(tags, list | tuple) else ()
        )
        for name, entry in row.items():
            if name not in used and name not in (alternates_name, url_name) and not (url and name == "title"):
                self.unread(str(name), " / ".join(texts_of(entry)))

    def pair(
        self,
        question: str,
        answer: str,
        alternates: Sequence[str] = (),
        sources: tuple[Source, ...] = (),
        tags: tuple[str, ...] = (),
    ) -> None:
        """Add a pair of clean texts."""
        refuse_over(self.limits.rows, len(self.pairs) + 1, "rows")
        heading = f"## {question}\n\n"
        start = self.length + len(heading)
        self.pairs.append(Pair(question, tuple(alternates), start, start + len(answer), sources, tags))
        self.plain(heading, answer, "\n\n")

    def plain(self, *texts: str) -> None:
        """Add text that is no pair."""
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

    def parsed(self, metadata: Metadata = _NO_METADATA) -> ParsedFile:
        """Return the pairs as a file that was read. Raises ReadError where there are none."""
        if not self.pairs:
            shown = "; ".join(map(str, self.warnings[:3]))
            raise ReadError(f"no question-answer pairs in it{f': {shown}' if shown else ''}. Read are {_SHAPES}")
        left_out = tuple(LeftOut(reason, " | ".join(texts)) for reason, texts in self.left_out.items())
        extracted = "\n".join(self.extracted)
        return ParsedFile(
            "".join(self.parts),
            metadata,
            tuple(self.pairs),
            tuple(self.warnings),
            left_out=left_out,
            extracted=html.unescape(_TAG.sub(" ", extracted)) if has_markup(extracted) else extracted,
        )


def texts_of(value: Any, *, top: bool = False) -> Iterator[str]:
    """Yield all texts of a value, but those that tell the reader about the file or are for programs."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for entry in value:
            yield from texts_of(entry)
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            name = str(key).strip().casefold()
            if name in _MACHINE_KEYS or (top and name in METADATA_KEYS):
                continue
            if is_question(str(key)):
                yield str(key)
            yield from texts_of(entry)


def key_of(row: Mapping[Any, Any], role: str) -> Any:
    """Return the key of the filled entry that names a role best, None where there is none."""
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


def plain_line(value: Any, limits: Limits) -> str:
    """Return a question as one line."""
    text = "" if value is None else str(value)
    return " ".join(clean(plain(fragment_to_markdown(text)) if has_markup(text) else text, limits).split())


def _markdown(value: Any, limits: Limits) -> str:
    text = "" if value is None else str(value)
    return clean(fragment_to_markdown(text) if has_markup(text) else text, limits).strip()


def quoted(text: str) -> str:
    """Return the beginning of a text on one line in quotation marks, nothing for none."""
    flat = " ".join(str(text).split())
    return f"“{flat if len(flat) <= _SHOWN else flat[: _SHOWN - 1] + '…'}”" if flat else ""
