"""Front matter in YAML or TOML, and the keys beside `pairs:` of a question file, as Metadata."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from faqbot.errors import ReadError
from faqbot.readers.limits import Limits
from faqbot.readers.parsed import LeftOut, Metadata
from faqbot.readers.yaml_json import load_yaml
from faqbot.types import Source

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


def _as_text(value: Any) -> Any:
    """Values of TOML with numbers, dates and truth values as text."""
    if isinstance(value, dict):
        return {key: _as_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_text(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def metadata_of(keys: Mapping[Any, Any]) -> Metadata:
    """Metadata from the keys of a mapping; unknown keys are left alone, since front matter belongs to many tools."""
    return Metadata(
        title=words(keys.get("title")),
        url=words(keys.get("url")),
        author=_joined(keys.get("author", keys.get("authors"))),
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


def _joined(value: Any) -> str:
    return ", ".join(phrases(value, "author"))


def _source(entry: Any) -> Source:
    if not isinstance(entry, Mapping):
        text = words(entry)
        return Source(url=text) if text.startswith(("http://", "https://")) else Source(title=text)
    return Source(**{name: words(entry.get(name)) for name in ("title", "url", "author", "date", "mark")})


def _alternates(keys: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(keys, Mapping):
        raise ReadError(f"alternates is a {type(keys).__name__}, expected question: [other ways to ask it]")
    return {words(question): phrases(ways, "alternates") for question, ways in keys.items()}
