"""A rules file as plain tables: TOML comes in, checked fields come out; every mistake is named with its line."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from faqbot.errors import RulesError

_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One [[table]] of a rules file, with the place it was read from."""

    file: str
    text: str
    table: str
    number: int
    fields: dict[str, Any]

    def wrong(self, problem: str, key: str = "") -> RulesError:
        """The error for this entry: file, line, what was found and what to do."""
        return RulesError(f"{self.file}, line {self.line(key)}: {problem}")

    def line(self, key: str = "") -> int:
        """The line of the entry's header, or of one of its keys."""
        header = re.compile(rf"^\s*\[\[\s*{re.escape(self.table)}\s*\]\]")
        lines = self.text.split("\n")
        headers = [number for number, line in enumerate(lines) if header.match(line)]
        start = headers[self.number] if self.number < len(headers) else 0
        for number in range(start + 1, len(lines)):
            if not key or lines[number].lstrip().startswith("[["):
                break
            if re.match(rf"\s*{re.escape(key)}\s*=", lines[number]):
                return number + 1
        return start + 1

    def string(self, key: str, default: str | None = None) -> str:
        """A field that is text; without a default it must be there."""
        value = self.fields.get(key, default)
        if not isinstance(value, str) or (default is None and not value):
            raise self.wrong(f"{key} of [[{self.table}]] is {value!r}, expected a text in quotes", key)
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        """A field that is a list of texts; missing means empty."""
        value = self.fields.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(f"{key} of [[{self.table}]] is {value!r}, expected a list of texts", key)
        return tuple(value)

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """A field that is one of a few words."""
        value = self.string(key, default)
        if value not in choices:
            raise self.wrong(f"{key} is {value!r}, expected one of: {', '.join(choices)}", key)
        return value

    def only(self, *keys: str) -> None:
        """Refuse a field that means nothing: a misspelt one would otherwise be lost in silence."""
        for key in self.fields:
            if key not in keys:
                raise self.wrong(f"[[{self.table}]] has no field {key!r}. Fields: {', '.join(keys)}", key)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole rules file: its `entries` by table, in order; an operator's `own` file has rules that are all firm."""

    file: str
    text: str
    data: dict[str, Any]
    own: bool = False

    def entries(self, table: str) -> Iterator[Entry]:
        """The entries of one [[table]]."""
        listed = self.data.get(table, [])
        if not isinstance(listed, list) or not all(isinstance(fields, dict) for fields in listed):
            raise RulesError(f"{self.file}: {table} must be written as [[{table}]] tables")
        for number, fields in enumerate(listed):
            yield Entry(self.file, self.text, table, number, fields)


def read_sheet(file: str, text: str, tables: tuple[str, ...]) -> Sheet:
    """Parse a rules file and refuse tables it cannot have.

    Raises RulesError with the line of the mistake.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        where = line[1] if line else str(text.count("\n") + 1)
        raise RulesError(f"{file}, line {where}: not valid TOML: {error}") from None
    for table in data:
        if table not in tables:
            raise RulesError(
                f"{file}, line {_first_line(text, table)}: {table!r} is not known. Tables: {', '.join(tables)}"
            )
    return Sheet(file, text, data)


def _first_line(text: str, name: str) -> int:
    position = re.search(rf"^\s*\[*\s*{re.escape(name)}\b", text, re.MULTILINE)
    return text.count("\n", 0, position.end()) + 1 if position else 1
