"""Front matter in YAML or TOML, and the keys beside `pairs:` of a question file, as Metadata."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from faqbot.errors import ReadError
from faqbot.readers.limits import Limits
from faqbot.readers.parsed import Metadata
from faqbot.readers.yaml_json import load_yaml
from faqbot.types import Source

_FENCE = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_TOML_FENCE = re.compile(r"\A\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_KEY = re.compile(r"^[A-Za-z][\w -]*:(?:\s|$)", re.MULTILINE)


METADATA_KEYS = frozenset(
    (
        *("title", "url", "author", "authors", "date", "reviewed", "lastmod", "last_reviewed", "licence", "license"),
        *("tags", "sources", "alternates", "variants"),
    )
)


def split_front_matter(text: str, limits: Limits) -> tuple[Metadata, str]:
    """The facts of the front matter and the text after it; a rule of dashes without keys is no front matter."""
    toml = _TOML_FENCE.match(text)
    if toml:
        return _toml(toml[1]), text[toml.end() :]
    fence = _FENCE.match(text)
    if not fence or not _KEY.search(fence[1]):
        return Metadata(), text
    try:
        keys = load_yaml(fence[1], limits)
    except ReadError as error:
        raise ReadError(f"front matter: {error}") from error
    if not isinstance(keys, Mapping):
        raise ReadError(f"front matter is a {type(keys).__name__}, expected keys such as title: and sources:")
    return metadata_of(keys), text[fence.end() :]


def _toml(text: str) -> Metadata:
    try:
        return metadata_of(_as_text(tomllib.loads(text)))
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
