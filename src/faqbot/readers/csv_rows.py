"""CSV files of any dialect as rows that know their line in the file; rows that are broken are named, not guessed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from faqbot.errors import ReadError
from faqbot.readers.limits import Limits, refuse_over
from faqbot.readers.tables import pair_columns

DELIMITERS = (",", ";", "\t", "|")
_SEPARATOR_LINE = re.compile(r"\A\ufeff?\"?sep=(.)\"?[ \t]*\n", re.IGNORECASE)
_SINGLE_QUOTED = re.compile(r"'[^'\n]*'(?:\s?[,;\t|]\s?'[^'\n]*'){1,50}")
_HEADER_WITHIN = 20  # records; titles and dates stand above the header of some exports
_SAMPLE = 20  # records that are looked at to tell the delimiter


@dataclass(frozen=True, slots=True)
class CsvRecord:
    """The cells of one record, the file line it begins in and its number of lines.

    `unclosed` is set where a cell begins with a quotation mark that nothing closes.
    """

    cells: tuple[str, ...]
    line: int
    lines: int
    unclosed: bool

    @property
    def is_blank(self) -> bool:
        """Whether no cell holds anything."""
        return not any(cell.strip() for cell in self.cells)


def csv_records(text: str, limits: Limits, delimiter: str = "") -> tuple[list[CsvRecord], str]:
    """Return the records of a CSV text and its delimiter, sniffed where none is given; blank records are kept.

    A first line `sep=;`, as Excel writes it, names the delimiter. Raises ReadError over the limits.
    """
    start, line = 0, 1
    named = _SEPARATOR_LINE.match(text)
    if named:
        start, line, delimiter = named.end(), 2, named[1]
    quote = _quote(text, start)
    delimiter = delimiter or _sniffed(text, start, quote)
    found: list[CsvRecord] = []
    filled = 0
    for record in _parsed(text, start, line, delimiter, quote):
        for cell in record.cells:
            if len(cell) > limits.line:
                raise ReadError(
                    f"line {record.line}: a cell of more than {limits.line:,} characters. Is a quotation mark missing?"
                )
        filled += not record.is_blank
        refuse_over(limits.rows, filled - 1, "rows")  # the first is the header
        found.append(record)
    return found, delimiter


def _quote(text: str, start: int) -> str:
    """The quotation mark: a single one where most cells of the first lines stand between two of them."""
    sample = text[start : start + 20_000]
    if '"' in sample or sample.count("'") < 4:
        return '"'
    lines = [line for line in sample.split("\n") if line.strip()]
    quoted = sum(bool(_SINGLE_QUOTED.fullmatch(line.strip())) for line in lines)
    return "'" if quoted >= max(1, 0.5 * len(lines)) else '"'


def _parsed(text: str, start: int, line: int, delimiter: str, quote: str) -> Iterator[CsvRecord]:
    """The records, quotation marks escaped by a backslash if more records are whole so."""
    if f"\\{quote}" in text:
        plain, escaped = (
            list(_records(text, start, line, delimiter, quote, backslash=backslash)) for backslash in (False, True)
        )
        unclosed, others = (sum(record.unclosed for record in records) for records in (plain, escaped))
        yield from escaped if others < unclosed else plain
    else:
        yield from _records(text, start, line, delimiter, quote)


def _sniffed(text: str, start: int, quote: str) -> str:
    """The delimiter that gives the first records the most cells in the most even way."""
    best, most = ",", 0.0
    for delimiter in DELIMITERS:
        filled = (record.cells for record in _records(text, start, 1, delimiter, quote) if not record.is_blank)
        sample = list(islice(filled, _SAMPLE))
        if not sample or len(sample[0]) < 2:
            continue
        even = sum(len(cells) == len(sample[0]) for cells in sample) / len(sample)
        names_columns = all(0 < len(cell.split()) <= 4 for cell in sample[0]) and len(set(sample[0])) > 1
        score = even + min(len(sample[0]), 10) / 100 + 2 * names_columns
        if score > most:
            best, most = delimiter, score
    return best


def _records(
    text: str, start: int, line: int, delimiter: str, quote: str, *, backslash: bool = False
) -> Iterator[CsvRecord]:
    """A quoted cell ends at a quotation mark before a delimiter or line end; without one it ends with its line."""
    mark = re.escape(delimiter)
    blank = r"[ ]*" if delimiter == "\t" else r"[ \t]*"
    inner = rf"[^{quote}\\]*+(?:(?:{quote}{quote}|\\.)[^{quote}\\]*+)*+"
    if not backslash:
        inner = rf"[^{quote}]*+(?:{quote}{quote}[^{quote}]*+)*+"
    cell = re.compile(
        rf"{blank}{quote}(?P<quoted>{inner}){quote}{blank}(?P<end>{mark}|\n|\Z)"
        rf"|(?P<bare>[^\n{mark}]*)(?P<stop>{mark}|\n|\Z)",
        re.DOTALL,
    )
    cells: list[str] = []
    first, lines, unclosed, at = line, 1, False, start
    while at < len(text) or cells:
        found = cell.match(text, at)
        if found is None:  # cannot be: the second form matches anything
            break
        quoted, bare = found["quoted"], found["bare"]
        if quoted is not None:
            cells.append(re.sub(r"\\(.)", r"\1", quoted) if backslash else quoted.replace(quote * 2, quote))
            lines += quoted.count("\n")
        else:
            cells.append(bare)
            # A cell such as "Yes" he said is taken as typed.
            unclosed = unclosed or (bare.lstrip().startswith(quote) and bare.count(quote) % 2 == 1)
        end = found["end"] if quoted is not None else found["stop"]
        at = found.end()
        if end != delimiter:
            yield CsvRecord(tuple(cells), first, lines, unclosed)
            first, cells, lines, unclosed = first + lines, [], 1, False
        elif at >= len(text):
            yield CsvRecord((*cells, ""), first, lines, unclosed)
            cells = []


def header_at(records: Sequence[CsvRecord]) -> int:
    """Return the place of the first record that names a question and an answer column, else of the first not blank.

    Raises ReadError where all are blank.
    """
    filled = [at for at, record in enumerate(records[: 5 * _HEADER_WITHIN]) if not record.is_blank][:_HEADER_WITHIN]
    if not filled:
        raise ReadError("no text in it")
    return next((at for at in filled if pair_columns(records[at].cells)), filled[0])
