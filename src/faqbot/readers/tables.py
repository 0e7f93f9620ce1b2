"""Tables of plain text, also those that lost their columns, and rows as a Markdown table."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import combinations, pairwise

from faqbot.readers.headings import title_case, vocabulary

Row = tuple[str, ...]

_WIDE_GAP = re.compile(r"[ \t]{3,}|\t")
_SENTENCE_END = re.compile(r"(?<=[.;!])\s+(?=[A-Z0-9])")
_MOST_HEADER_WORDS = 14
_MOST_COLUMNS = 6


def table_rows(lines: Sequence[str]) -> list[Row] | None:
    """Header and rows of equal width, if the lines look like a table; else None.

    Columns are found by bars, tabs or wide gaps; where even those are lost, by capital letters and sentence ends.
    """
    if len(lines) < 3:
        return None
    return _separated(lines) or _flattened(lines)


def _separated(lines: Sequence[str]) -> list[Row] | None:
    rows = [tuple(cell.strip() for cell in _columns(line)) for line in lines]
    rows = [row for row in rows if any(cell.strip("-:= ") for cell in row)]
    width = len(rows[0]) if rows else 0
    if width < 2 or len(rows) < 2 or sum(len(row) == width for row in rows) < 0.8 * len(rows):
        return None
    if width > 2 and not any("|" in line or "\t" in line for line in lines) and _single_words(rows):
        return None  # running text with wide spaces, as programs set that fill lines
    return [_fit(row, width) for row in rows]


def _single_words(rows: Sequence[Row]) -> bool:
    """Whether nearly all cells are one word and none holds a digit."""
    cells = [cell for row in rows for cell in row]
    return sum(len(cell.split()) for cell in cells) < 1.2 * len(cells) and not any(map(str.isdigit, "".join(cells)))


def _columns(line: str) -> list[str]:
    bare = line.strip().strip("|").strip()
    return bare.split("|") if "|" in bare else _WIDE_GAP.sub("\t", bare).split("\t")


def _flattened(lines: Sequence[str]) -> list[Row] | None:
    header, body = lines[0], lines[1:]
    words = header.split()
    if not 2 <= len(words) <= _MOST_HEADER_WORDS or header[-1] in ".?!;:," or not title_case(header):
        return None
    if sum(line.rstrip()[-1:] in ".;!?)" for line in body) < 0.6 * len(body):  # wrapped lines of running text
        return None
    rows = [_cells(line) for line in body]
    width, agreeing = Counter(map(len, rows)).most_common(1)[0]
    if not 2 <= width <= min(_MOST_COLUMNS, len(words)) or agreeing < 2 or agreeing < 0.6 * len(rows):
        return None
    return [_header(words, width), *(_fit(row, width) for row in rows)]


def _cells(line: str) -> Row:
    """The name in the first column, then a cell for each sentence."""
    name, rest = _name(line.split())
    if not name or not rest:
        return (line,)
    return (name, *_SENTENCE_END.sub("\n", rest).split("\n"))


def _name(words: Sequence[str]) -> tuple[str, str]:
    """The leading words with capital letters but for the last of them, which begins the next cell."""
    run = 0
    for word, following in pairwise((*words, "")):
        if not (_is_name(word) or (run and word.casefold() in vocabulary("glue") and _is_name(following))):
            break
        run += 1
        if word.endswith((".", ";", ":")):
            return "", ""
    if not run:
        return "", ""
    closing = next((at + 1 for at in range(run - 1, 0, -1) if words[at].endswith(")")), 0)
    cut = closing or (run - 1 if run < len(words) else 0)
    return " ".join(words[:cut]), " ".join(words[cut:])


def _is_name(word: str) -> bool:
    first = word.lstrip("(\"“'")[:1]
    return first.isupper() or first.isdigit()


def _header(words: Sequence[str], width: int) -> Row:
    """The header's words in as many columns as the rows have, cut where a column's name most likely begins."""
    cuts = min(combinations(range(1, len(words)), width - 1), key=lambda cuts: _unlikely(words, cuts))
    return tuple(" ".join(words[start:end]) for start, end in pairwise((0, *cuts, len(words))))


def _unlikely(words: Sequence[str], cuts: Sequence[int]) -> float:
    """How odd it would be if columns began at these words."""
    small = [word.casefold().strip("()") for word in words]
    lengths = [end - start for start, end in pairwise((0, *cuts, len(words)))]
    mean = len(words) / len(lengths)
    cost = sum((length - mean) ** 2 for length in lengths) / 10
    for cut in cuts:
        cost += 5 * sum(word in vocabulary("glue") for word in small[cut - 1 : cut + 1])
        cost += 5 * (small[cut - 1] in vocabulary("qualifiers"))
        cost -= 2 * (small[cut] in vocabulary("columns") | vocabulary("qualifiers"))
    return cost


def _fit(row: Row, width: int) -> Row:
    """A row of exactly this width: what is over goes into the last cell, what is missing is empty."""
    if len(row) > width:
        return (*row[: width - 1], " ".join(row[width - 1 :]))
    return (*row, *("" for _ in range(width - len(row))))


def markdown_table(rows: Sequence[Row]) -> str:
    """Rows, the first of them the header, as a Markdown table."""
    lined = [" | ".join(" ".join(cell.replace("\\|", "|").replace("|", "\\|").split()) for cell in row) for row in rows]
    rule = " | ".join("---" for _ in rows[0])
    return "\n".join(f"| {row} |" for row in (lined[0], rule, *lined[1:]))
