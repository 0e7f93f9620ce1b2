"""Question-answer tables in CSV of any dialect; rows know their line, and broken ones are named, not guessed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from faqbot.errors import ReadError
from faqbot.markdown import is_question
from faqbot.readers.limits import Limits, refuse_over
from faqbot.readers.pairs import PairRows, quoted
from faqbot.readers.parsed import ParsedFile
from faqbot.readers.tables import TITLES, best_column, column_match, pair_columns
from faqbot.readers.yaml_json import Row

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


# Records to pairs


def read_csv(text: str, limits: Limits) -> ParsedFile:
    """Return the pairs of rows under a header that names a question and an answer column; the dialect is sniffed."""
    return _table(text, limits, "")


def read_tsv(text: str, limits: Limits) -> ParsedFile:
    """Return the pairs of tab-separated rows under a header line."""
    header = text.lstrip("\n").partition("\n")[0]
    return _table(text, limits, "\t" if "\t" in header else "")


def _table(text: str, limits: Limits, delimiter: str) -> ParsedFile:
    records, delimiter = csv_records(text, limits, delimiter)
    at = header_at(records)
    names = records[at].cells
    rows = PairRows(limits)
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
    rows.extracted = [" ".join(record.cells) for record in records[at + 1 :]]
    return rows.parsed()


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


def _table_row(
    record: CsvRecord, names: Sequence[str], columns: tuple[int, int], delimiter: str, rows: PairRows
) -> None:
    cells, line = list(record.cells), record.line
    extra = [cell for cell in cells[len(names) :] if cell.strip()]
    where = f" (to line {line + record.lines - 1})" if record.lines > 1 else ""
    shown = quoted(cells[columns[0]] if columns[0] < len(cells) else cells[0])
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
        rows.warn(f"an answer holds what looks like another row: {quoted(inner)}. Is a quotation mark missing?", line)
    used = {names[place].strip() for place in columns}
    rows.add(row, question, answer, used=used)
