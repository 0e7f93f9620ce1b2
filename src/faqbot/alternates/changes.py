"""A place in YAML text and wordings go in; the one Change that puts them there comes out, in the style of the place."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from faqbot.alternates.yaml_places import end_of, entries_of, is_block, is_null, is_sequence, is_text, read_scalar
from faqbot.errors import CorpusError

if TYPE_CHECKING:
    import yaml


@dataclass(frozen=True, slots=True)
class Change:
    """Put `text` in place of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


def applied(text: str, change: Change) -> str:
    """The text with the change made."""
    return text[: change.start] + change.text + text[change.end :]


def into_list(text: str, node: yaml.Node, wordings: Sequence[str], *, separators: str = "") -> Change:
    """Wordings added to a list, or to the single text or nothing that stands where a list could.

    `separators` are the characters that part several texts in one. Raises CorpusError for what is no such place.
    """
    items = entries_of(node)
    if items and is_block(node):
        return _below(text, end_of(items[-1]), node.start_mark.column, [f"- {plain(wording)}" for wording in wordings])
    if items:
        return _after(end_of(items[-1]), f", {_commas(wordings)}")
    if is_sequence(node):
        return _after(node.start_mark.index + 1, _commas(wordings))
    if is_null(node):
        return Change(node.start_mark.index, node.end_mark.index, f"{_gap(text, node)}[{_commas(wordings)}]")
    if is_text(node):
        parts = re.split(f"[{re.escape(separators)}]", node.value) if separators else [node.value]
        return Change(node.start_mark.index, node.end_mark.index, f"[{_commas([*_filled(parts), *wordings])}]")
    raise CorpusError("alternates is neither a list nor a text on one line")


def block_key(text: str, before: yaml.Node, column: int, key: str, wordings: Sequence[str]) -> Change:
    """A new key with its list, on lines of their own below a value of the same mapping."""
    return _below(text, end_of(before), column, [f"{key}:", *(f"  - {plain(wording)}" for wording in wordings)])


def flow_key(before: yaml.Node, key: str, wordings: Sequence[str]) -> Change:
    """A new key with its list after a value of a mapping in brackets."""
    return _after(end_of(before), f", {flow_entry(key, wordings)}")


def flow_entry(key: str, wordings: Sequence[str]) -> str:
    """A key with its list, as it stands in brackets."""
    return f"{quoted(key)}: [{_commas(wordings)}]"


def lines_of(text: str, lines: Sequence[str]) -> str:
    """Lines that end as those of the text do."""
    end = "\r\n" if "\r\n" in text else "\n"
    return "".join(line + end for line in lines)


def plain(wording: str) -> str:
    """A wording as it stands on its own line: bare where YAML reads it as the same text, else in quotes."""
    return wording if read_scalar(f"- {wording}") == wording else quoted(wording)


def quoted(wording: str) -> str:
    """A wording in double quotes: what JSON writes, YAML reads."""
    return json.dumps(wording, ensure_ascii=False)


def _commas(wordings: Sequence[str]) -> str:
    return ", ".join(map(quoted, wordings))


def _filled(parts: Sequence[str]) -> list[str]:
    return [" ".join(part.split()) for part in parts if part.strip()]


def _gap(text: str, node: yaml.Node) -> str:
    """A space where a value comes right behind a colon."""
    return " " if text[node.start_mark.index - 1 : node.start_mark.index] == ":" else ""


def _after(place: int, inserted: str) -> Change:
    return Change(place, place, inserted)


def _below(text: str, end: int, column: int, lines: Sequence[str]) -> Change:
    """Lines of their own, below the one in which a value ends."""
    if end and text[end - 1] == "\n":  # a text of several lines takes its line break along
        place = end
    else:
        found = text.find("\n", end)
        place = len(text) if found < 0 else found + 1
    written = lines_of(text, [" " * column + line for line in lines])
    if place == len(text) and not text.endswith("\n"):
        return _after(place, lines_of(text, [""]) + written.rstrip("\r\n"))
    return _after(place, written)
