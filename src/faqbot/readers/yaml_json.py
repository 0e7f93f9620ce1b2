"""YAML, JSON and TOML as plain values, bounded and with scalars as typed; front matter as Metadata."""

import json
import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from faqbot.errors import ReadError
from faqbot.readers.limits import Limits, refuse_over
from faqbot.readers.parsed import LeftOut, Metadata
from faqbot.types import Source


class Row(dict[Any, Any]):
    """A mapping of a file with the line it begins in; `repeated` are keys that stand in it more than once."""

    def __init__(self, entries: Iterable[tuple[Any, Any]] = (), *, line: int = 0) -> None:
        super().__init__(entries)
        self.line = line
        self.repeated: tuple[str, ...] = ()

    def note_repeated(self, keys: Sequence[Any]) -> None:
        """Take note of those of the keys as written that stand there more than once."""
        if len(keys) != len(self):
            self.repeated = tuple(dict.fromkeys(key for key in keys if keys.count(key) > 1))


def load_yaml(text: str, limits: Limits, *, first_line: int = 1) -> Any:
    """Return the value of a YAML text, a list of several documents: plain data, scalars as text, mappings as Row.

    `22:30`, `0123`, `3.10` and `Yes` stay as they were typed; an empty value is None. Aliases, which can multiply
    without end, and tags are refused. Rows count their lines from `first_line`. Raises ReadError with line and column.
    """
    import yaml

    _check_yaml(text, limits)
    try:
        found = list(yaml.load_all(text, Loader=_yaml_loader(first_line)))  # a SafeLoader with fewer types
    except yaml.YAMLError as error:
        raise ReadError(_yaml_problem(error)) from error
    except (ValueError, RecursionError) as error:
        raise ReadError(f"not readable as YAML: {error}") from error
    found = [value for value in found if value is not None] or [None]
    return (
        found[0]
        if len(found) == 1
        else [entry for each in found for entry in (each if isinstance(each, list) else [each])]
    )


def load_json(text: str, limits: Limits, *, first_line: int = 1) -> Any:
    """Return the value of a JSON text, scalars as text, mappings as Row, whose lines are counted from `first_line`.

    Raises ReadError with line and column.
    """
    _check_json(text, limits)
    try:
        return _as_text(_json_decoder(text, first_line).decode(text))
    except json.JSONDecodeError as error:
        raise ReadError(f"not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise ReadError(f"not JSON: {error}") from error


def _json_decoder(text: str, first_line: int) -> json.JSONDecoder:
    """A decoder whose objects know their line: the one in C does not tell where it is."""
    from json.decoder import JSONObject  # type: ignore[attr-defined]
    from json.scanner import py_make_scanner  # type: ignore[attr-defined]

    starts = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
    decoder: Any = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)

    def parse_object(where: Any, strict: Any, scan: Any, hook: Any, pairs_hook: Any, memo: Any = None) -> Any:
        found, end = JSONObject(where, strict, scan, None, list, memo)
        row = Row(found, line=bisect_right(starts, where[1] - 1) + first_line - 1)
        row.note_repeated([key for key, _ in found])
        return row, end

    decoder.parse_object = parse_object
    decoder.scan_once = py_make_scanner(decoder)
    return decoder  # type: ignore[no-any-return]


def _as_text(value: Any) -> Any:
    """The same value with its numbers, dates and truth values as text; mappings are changed."""
    if isinstance(value, list):
        return [_as_text(each) for each in value]
    if isinstance(value, dict):
        for key, each in value.items():
            value[key] = _as_text(each)
        return value
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _yaml_loader(first_line: int) -> Any:
    import yaml

    null = "tag:yaml.org,2002:null"

    class PlainLoader(_safe_loader()):  # type: ignore[misc]
        """SafeLoader that leaves numbers, dates and truth values as they are written."""

    PlainLoader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag == null]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_row(loader: Any, node: Any) -> Any:
        row = Row(line=node.start_mark.line + first_line)
        yield row
        row.update(loader.construct_mapping(node))
        row.note_repeated([key.value for key, _ in node.value])

    PlainLoader.add_constructor("tag:yaml.org,2002:map", construct_row)
    return PlainLoader


def _safe_loader() -> Any:
    """The safe loader written in C where there is one: it is ten times as fast."""
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _check_yaml(text: str, limits: Limits) -> None:
    """Walk over the events, which needs no recursion, before anything is built."""
    import yaml

    depth = nodes = 0
    try:
        for event in yaml.parse(text, Loader=_safe_loader()):
            nodes += isinstance(event, yaml.NodeEvent)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent):
                raise ReadError(f"a YAML alias (*{event.anchor}), which is not read. Write the value out")
            refuse_over(limits.nesting, depth, "levels of YAML")
            refuse_over(limits.nodes, nodes, "values in YAML")
    except yaml.YAMLError as error:
        raise ReadError(_yaml_problem(error)) from error
    except RecursionError as error:
        raise ReadError("YAML nested too deeply to be read") from error


def _yaml_problem(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return f"not YAML: {getattr(error, 'problem', None) or error}{place}"


def _check_json(text: str, limits: Limits) -> None:
    depth = values = 0
    for found in _JSON_TOKEN.finditer(text):
        if found[0] in "[{":
            depth += 1
            refuse_over(limits.nesting, depth, "levels of JSON")
        elif found[0] in "]}":
            depth -= 1
        else:
            values += found[0] == ","
    refuse_over(limits.nodes, values, "values in JSON")


_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[][{},]', re.DOTALL)
_FENCE = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_TOML_FENCE = re.compile(r"\A\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_COLON_INSIDE = re.compile(r"^([A-Za-z][\w-]*):[ \t]+(?![\"'\[{|>&*!%@`#])(\S[^\n]*:[ \t][^\n]*?)[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"^[A-Za-z][\w -]*:(?:\s|$)", re.MULTILINE)


METADATA_KEYS = frozenset(
    (
        *("title", "url", "author", "authors", "date", "reviewed", "lastmod", "last_reviewed", "licence", "license"),
        *("tags", "sources", "alternates", "variants"),
    )
)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the front matter states, the text after it, and texts under keys that are not read."""

    metadata: Metadata
    body: str
    left_out: tuple[LeftOut, ...] = ()


def split_front_matter(text: str, limits: Limits) -> FrontMatter:
    """Return the front matter of a text; a rule of dashes without keys is none."""
    toml = _TOML_FENCE.match(text)
    fence = _FENCE.match(text)
    if toml:
        keys, end = _toml(toml[1]), toml.end()
    elif fence and _KEY.search(fence[1]):
        keys, end = _yaml(fence[1], limits), fence.end()
    else:
        return FrontMatter(Metadata(), text)
    if not isinstance(keys, Mapping):
        raise ReadError(f"front matter is a {type(keys).__name__}, expected keys such as title: and sources:")
    others = ((key, " / ".join(scalars(value))) for key, value in keys.items() if str(key) not in METADATA_KEYS)
    left_out = (LeftOut(f"front matter {key}", value) for key, value in others if " " in value.strip())
    return FrontMatter(metadata_of(keys), text[end:], tuple(left_out))


def scalars(value: Any) -> Iterator[str]:
    """All texts in a value."""
    if isinstance(value, str):
        yield value
    for entry in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from scalars(entry)


def _yaml(text: str, limits: Limits) -> Any:
    try:
        return load_yaml(text, limits)
    except ReadError as error:
        try:  # a title with a colon is what people forget to quote
            return load_yaml(_COLON_INSIDE.sub(lambda found: f"{found[1]}: {json.dumps(found[2])}", text), limits)
        except ReadError:
            raise ReadError(f"front matter: {error}") from error


def _toml(text: str) -> Any:
    try:
        return _as_text(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ReadError(f"front matter: not TOML: {error}") from error


def metadata_of(keys: Mapping[Any, Any]) -> Metadata:
    """Metadata from the keys of a mapping; unknown keys are left alone, since front matter belongs to many tools."""
    return Metadata(
        title=words(keys.get("title")),
        url=words(keys.get("url")),
        author=", ".join(phrases(keys.get("author", keys.get("authors")), "author")),
        date=words(keys.get("date")),
        reviewed=words(keys.get("reviewed", keys.get("lastmod", keys.get("last_reviewed")))),
        licence=words(keys.get("licence", keys.get("license"))),
        tags=phrases(keys.get("tags"), "tags"),
        sources=tuple(_source(entry) for entry in _entries(keys.get("sources"), "sources")),
        alternates=_alternates(keys.get("alternates") or keys.get("variants") or {}),
    )


def words(value: Any) -> str:
    """A scalar as one line of text; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, Mapping | list):
        raise ReadError(f"{str(value)[:60]!r} is a {type(value).__name__}, expected one line of text")
    return " ".join(str(value).split())


def phrases(value: Any, name: str) -> tuple[str, ...]:
    """A list of short texts; a single text counts as a list of one."""
    found = (words(entry) for entry in _entries(value, name))
    return tuple(dict.fromkeys(phrase for phrase in found if phrase))


def _entries(value: Any, name: str) -> Sequence[Any]:
    if value is None:
        return ()
    if isinstance(value, Mapping):
        raise ReadError(f"{name} is a mapping, expected a list")
    return value if isinstance(value, list) else (value,)


def _source(entry: Any) -> Source:
    if not isinstance(entry, Mapping):
        text = words(entry)
        return Source(url=text) if text.startswith(("http://", "https://")) else Source(title=text)
    return Source(**{name: words(entry.get(name)) for name in ("title", "url", "author", "date", "mark")})


def _alternates(keys: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(keys, Mapping):
        raise ReadError(f"alternates is a {type(keys).__name__}, expected question: [other ways to ask it]")
    return {words(question): phrases(ways, "alternates") for question, ways in keys.items()}
