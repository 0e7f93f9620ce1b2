"""Documents and passages as JSON bytes, one a row, and back; fields that hold their default are left out."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any, Generic, TypeVar, overload

from faqbot.index.rows import Rows
from faqbot.types import Document, Pair, Passage, ReadWarning, Source

Record = TypeVar("Record")


def encode(record: Document | Passage) -> bytes:
    """One line of JSON with its line end; lone surrogates, which UTF-8 has no place for, survive too."""
    written = {field.name: getattr(record, field.name) for field in fields(record) if not _is_default(record, field)}
    return (json.dumps(written, ensure_ascii=False, default=_mapping) + "\n").encode("utf-8", "surrogatepass")


def decode_document(line: bytes) -> Document:
    """The document that `encode` wrote."""
    document: Document = _revived(json.loads(line.decode("utf-8", "surrogatepass")), Document)
    return document


def decode_passage(line: bytes) -> Passage:
    """The passage that `encode` wrote."""
    passage: Passage = _revived(json.loads(line.decode("utf-8", "surrogatepass")), Passage)
    return passage


class Records(Sequence[Record], Generic[Record]):
    """Rows of JSON as a sequence; only what is asked for is read."""

    def __init__(self, rows: Rows, decode: Callable[[bytes], Record]) -> None:
        self._rows, self._decode = rows, decode

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, number: int) -> Record: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Record]: ...
    def __getitem__(self, number: int | slice) -> Record | Sequence[Record]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        if not -len(self) <= number < len(self):
            raise IndexError(number)
        return self._decode(self._rows[number % len(self)].tobytes())

    def __iter__(self) -> Iterator[Record]:
        return (self[number] for number in range(len(self)))


def _is_default(record: Document | Passage, field: Field[Any]) -> bool:
    return field.default is not MISSING and bool(getattr(record, field.name) == field.default)


def _mapping(value: Source | Pair | ReadWarning) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _revived(value: Any, kind: type[Any] | None = None) -> Any:
    """JSON's lists as tuples and its objects as dataclasses, at any depth."""
    if isinstance(value, list):
        return tuple(_revived(each, kind) for each in value)
    if isinstance(value, dict) and kind:
        return kind(**{name: _revived(each, _NESTED.get(name)) for name, each in value.items()})
    return value


_NESTED: dict[str, type[Any]] = {"sources": Source, "pairs": Pair, "warnings": ReadWarning}
