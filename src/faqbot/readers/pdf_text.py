"""The layout of printed pages: lines, columns, tables, heads and feet, headings, paragraphs, direction of writing."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from faqbot.errors import ReadError
from faqbot.markdown import is_question
from faqbot.readers.html_markdown import raised
from faqbot.readers.lines import tidy, title_case
from faqbot.readers.tables import markdown_table, question_table

_PAGE_NUMBER = re.compile(r"(?:page |p\. ?)?\d{1,4}(?: ?(?:/|of) ?\d{1,4})?|[-–—] ?\d{1,4} ?[-–—]", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_ENDS = re.compile(r"[.!?:;。！？][\"'”’)\]]*(?:\[\d{1,3}\]|[⁰¹²³⁴-⁹])*$")
_BULLET = re.compile(r"\s*([•◦▪■●○‣·➢►✓✔\uf0b7\uf0a7*]|[-–—](?=\s))\s*(?=\S)")
_NUMBER = re.compile(r"\s*(\d{1,3})[.)]\s+(?=\S)")
_LISTED = re.compile(r"\s*(?:[•◦▪■●○‣·➢►✓✔\uf0b7\uf0a7*]|[-–—]\s|\d{1,3}[.)]\s|\[\d{1,3}\])")
_CITED = re.compile(r"\s*\[\d{1,3}\](?!\s+[^\W\d_a-z])")  # the rest of a sentence
_MARKER = re.compile(r"\s*(?:\d{1,3}[.)]|[a-z][.)]|[•◦▪■●○‣·➢►✓✔\uf0b7\uf0a7*–—-])\s*")
# What begins a word more often than a compound.
_PREFIXES = ("any", "every", "here", "in", "on", "out", "over", "some", "there", "to", "under", "up", "where", "with")
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_TABLE = re.compile("\ue001(\\d+)\ue001")
_HYPHEN = re.compile(r"\b([^\W\d_]{2,40})[-\u2010]\n([^\W\d_A-Z][^\W\d_]{1,40})")
_SHORT = 0.85  # of a full line; a shorter line that ends a sentence ends its paragraph
_SPACE = 0.15  # of the font size; white space as wide as this parts words
_NARROW = 0.75  # of the font size; white space as wide, before what stands below one another, parts columns
_TIGHT = 0.4  # of the font size; white space as wide parts columns that are known
_LONGEST_NAME = 6  # words, in the first column of a table
_FEWEST_BELOW, _MOST_STARTS = 4, 100  # lines that begin at a place; places that are looked at
_MANY_LINES = 400  # of a page; boxes of text are not looked for among more
_EDGE = 0.25  # of the height of the text; running heads and feet stand within as much of its top and bottom
_APART = 1.5  # of the font size; white space as wide as this parts columns and cells
_REPEATED = 0.3  # of the pages; a line in the same place at the edge of as many is a running head or foot
_SAME_PLACE = 6.0  # points
_GAP = 1.35  # of the usual distance of lines; a wider one parts paragraphs
_LARGER = 1.12  # of the size of running text; headings are larger
_LONGEST_HEADING = 22  # words
_FEWEST_IN_COLUMN = 3  # lines
_MOST_RULES = 2_000  # drawn lines of a page; more are a picture
_MOST_LINES = 3_000  # of a page; columns are not looked for among more
_TOLERANCE = 3.0  # points, where lines of a table meet


@dataclass(frozen=True, slots=True)
class Run:
    """Text without wide white space inside; `y` is its base line, `turn` its direction in degrees."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool
    turn: int = 0
    y1: float = 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A drawn line, or a rectangle as thin as one."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(slots=True)
class Page:
    """What stands on a page, in points from its lower left corner."""

    width: float = 612.0
    height: float = 792.0
    runs: list[Run] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    dots: list[Rule] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """Runs on one base line with no more than a space between; `block` is a table's Markdown instead."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool
    page: int
    block: str = ""


@dataclass(frozen=True, slots=True)
class PdfText:
    """Markdown, whether headings were told by their looks, what was left out, and all text in reading order.

    Tables are no more than marks in the text until `with_tables`.
    """

    text: str
    has_headings: bool
    tables: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    extracted: str

    def with_tables(self, text: str) -> str:
        """The text, or one made of it, with the tables in their places."""
        return _TABLE.sub(lambda found: self.tables[int(found[1])], text)


def document_text(pages: Sequence[Page]) -> PdfText:
    """Return the text of printed pages. Raises ReadError for right-to-left text whose order cannot be told."""
    left_out: list[tuple[str, str]] = []
    by_page: list[list[Line]] = []
    for number, page in enumerate(pages):
        runs, turned = _upright(page)
        if turned:
            left_out.append(("turned text", " ".join(turned)))
        tables, rest = _ruled_tables(runs, page.rules, number)
        by_page.append([*tables, *_dotted(_lines(rest, page.rules, number), page.dots)])
    by_page = in_reading_order(by_page)
    by_page, edges = _without_edges(by_page)
    if edges:
        left_out.append(("page head or foot", " / ".join(edges)))
    ordered = [line for lines in by_page for line in _in_order(_tabulated(lines))]
    joined = _HYPHEN.sub(" ", "\n".join(line.text for line in ordered))
    known = set(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)?", joined.casefold()))
    blocks: list[str] = []
    text, has_headings = _markdown(ordered, known, blocks)
    extracted = _joined_hyphens("\n".join(line.text for line in ordered), known).replace("\n", " ")
    return PdfText(text, has_headings, tuple(blocks), tuple(left_out), " ".join((extracted, *edges)))


# Lines


def _upright(page: Page) -> tuple[list[Run], list[str]]:
    """The runs in the direction of most text, as if the page were held so; the others only as text."""
    turns = Counter[int]()
    for run in page.runs:
        turns[round(run.turn / 90) * 90 % 360 if min(run.turn % 90, 90 - run.turn % 90) <= 2 else -1] += len(run.text)
    usual = max((turn for turn in turns if turn >= 0), key=lambda turn: turns[turn], default=0)
    kept: list[Run] = []
    others: list[str] = []
    seen: dict[str, list[Run]] = {}
    for run in page.runs:
        if abs((run.turn - usual + 180) % 360 - 180) > 2:
            others.append(run.text)
            continue
        placed = _turned(run, usual, page)
        doubles = seen.setdefault(placed.text, [])
        # Bold is sometimes drawn as the same text twice, a little apart.
        if any(abs(each.x0 - placed.x0) < 1.2 and abs(each.y - placed.y) < 1.2 for each in doubles):
            continue
        doubles.append(placed)
        kept.append(placed)
    return kept, others


def _turned(run: Run, turn: int, page: Page) -> Run:
    if turn == 90:
        return replace(run, x0=run.y, x1=run.y1, y=page.width - run.x0, turn=0)
    if turn == 270:
        return replace(run, x0=page.height - run.y, x1=page.height - run.y1, y=run.x0, turn=0)
    if turn == 180:
        return replace(run, x0=page.width - run.x0, x1=page.width - run.x1, y=page.height - run.y, turn=0)
    return run


def _lines(runs: Sequence[Run], rules: Sequence[Rule], number: int) -> list[Line]:
    """Runs that stand beside each other joined, cut where the white space is wide or a line is drawn between."""
    upright = [rule for rule in rules if rule.x1 - rule.x0 < 2.5 and rule.y1 - rule.y0 > 5]
    rows = [sorted(row, key=lambda run: run.x0) for row in _rows(runs)]
    starts = _column_starts(rows)
    found: list[Line] = []
    for row in rows:
        group: list[Run] = []
        for run in row:
            if group:
                gap = run.x0 - max(each.x1 for each in group)
                size = max(run.size, group[-1].size)
                barred = gap > 0 and any(
                    group[-1].x1 - 1 <= rule.x0 <= run.x0 + 1 and rule.y0 <= run.y <= rule.y1 for rule in upright
                )
                if gap > _APART * size or barred or (gap >= _TIGHT * size and round(run.x0) in starts):
                    found.append(_line(group, number))
                    group = []
            group.append(run)
        if group:
            found.append(_line(group, number))
    return found


def _column_starts(rows: Sequence[Sequence[Run]]) -> set[int]:
    """Where runs begin one below the other after a gap that is no usual space: columns that stand close together."""
    after_gap = Counter[int]()
    for row in rows:
        for before, run in pairwise(row):
            if run.x0 - before.x1 >= _NARROW * max(run.size, before.size):
                after_gap[round(run.x0)] += 1
    starts: set[int] = set()
    for start, _ in after_gap.most_common(_MOST_STARTS):
        near = after_gap[start - 1] + after_gap[start] + after_gap[start + 1]
        if near >= _FEWEST_BELOW:
            crossing = sum(any(run.x0 < start - 2 and run.x1 > start + 2 for run in row) for row in rows)
            if crossing <= near:
                starts.add(start)
    return starts


def _rows(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs by base line, from the top; small raised and lowered ones belong to the line they stand in."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: -run.y):
        if rows and rows[-1][0].y - run.y <= 0.3 * min(run.size, rows[-1][0].size):
            rows[-1].append(run)
        else:
            rows.append([run])
    for at, row in enumerate(rows):
        for run in row[:]:
            near = (each for each in (*rows[max(0, at - 2) : at], *rows[at + 1 : at + 3]) if _beside(run, each))
            if holder := next(near, None):
                row.remove(run)
                holder.append(run)
    return [row for row in rows if row]


def _beside(small: Run, row: Sequence[Run]) -> bool:
    """Whether a small run stands right before or after one of a row, a little above or below its base line."""
    if not row or small.size >= 0.9 * row[0].size or abs(small.y - row[0].y) > 0.6 * row[0].size:
        return False
    reach = 0.35 * row[0].size
    return any(-2 <= small.x0 - run.x1 <= reach or -2 <= run.x0 - small.x1 <= reach for run in row)


def _line(group: Sequence[Run], number: int) -> Line:
    letters = sum(len(run.text) for run in group)
    size = max(Counter({run.size: len(run.text) for run in group}).items(), key=lambda each: each[1])[0]
    base = next(run.y for run in group if run.size == size)
    parts: list[str] = []
    for at, run in enumerate(group):
        if at and (run.x0 - group[at - 1].x1 > _SPACE * run.size or (at == 1 and _MARKER.fullmatch(group[0].text))):
            parts.append(" ")
        above = run.size < 0.9 * size and 0.2 * size < run.y - base
        parts.append(raised(run.text) if above else run.text)
    text = " ".join(unicodedata.normalize("NFC", "".join(parts)).translate(_LIGATURES).split())
    bold = sum(len(run.text) for run in group if run.bold) >= 0.9 * letters
    return Line(text, group[0].x0, max(run.x1 for run in group), group[0].y, size, bold, number)


def _dotted(lines: Sequence[Line], dots: Sequence[Rule]) -> list[Line]:
    """The lines, those with a round mark right before them as items of a list."""
    if not dots:
        return list(lines)
    found: list[Line] = []
    for line in lines:
        marked = any(
            0 < line.x0 - dot.x1 < 1.5 * line.size and line.y < (dot.y0 + dot.y1) / 2 < line.y + line.size
            for dot in dots
        )
        found.append(replace(line, text=f"• {line.text}") if marked else line)
    return found


# Ruled tables


def _ruled_tables(runs: Sequence[Run], rules: Sequence[Rule], number: int) -> tuple[list[Line], list[Run]]:
    """Tables whose cells are drawn, each as one line of Markdown, and the runs outside of them."""
    tables: list[Line] = []
    rest = list(runs)
    for group in _meeting(rules):
        across = _distinct([rule.x0 for rule in group if rule.x1 - rule.x0 < 2.5])
        down = _distinct([rule.y0 for rule in group if rule.y1 - rule.y0 < 2.5])
        left, right = min(rule.x0 for rule in group), max(rule.x1 for rule in group)
        columns = _distinct([left, *across, right])
        if not across or len(columns) < 3 or len(down) < 3:
            continue
        inside = [
            run
            for run in rest
            if left - 1 <= (run.x0 + run.x1) / 2 <= right + 1 and down[0] - 1 <= run.y <= down[-1] + 1
        ]
        grid = _grid(inside, columns, down)
        if len(grid) < 2 or len(grid[0]) < 2:
            continue
        rest = (
            [run for run in rest if run not in inside]
            if len(inside) < 2000
            else [
                run
                for run in rest
                if not (left - 1 <= (run.x0 + run.x1) / 2 <= right + 1 and down[0] - 1 <= run.y <= down[-1] + 1)
            ]
        )
        first = [run for run in inside if run.y >= down[-2]]
        text = " ".join(cell for row in grid for cell in row if cell)
        block = _table_markdown(grid, header=bool(first) and (all(run.bold for run in first) or _is_header(grid[0])))
        size = inside[0].size
        tables.append(Line(text, left, right, down[-1] - size, size, False, number, block))
    return tables, rest


def _meeting(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Groups of drawn lines that touch one another, with the box around each."""
    places = {(round(rule.x0), round(rule.y0), round(rule.x1), round(rule.y1)): rule for rule in rules}
    if not 4 < len(places) <= _MOST_RULES:
        return []
    groups: list[tuple[Rule, list[Rule]]] = []
    for rule in sorted(places.values(), key=lambda rule: -rule.y1):
        touched = [
            group for group in groups if _touch(rule, group[0]) and any(_touch(rule, other) for other in group[1])
        ]
        merged = [rule, *(other for _, group in touched for other in group)]
        boxes = [rule, *(box for box, _ in touched)]
        around = Rule(
            *(min(getattr(box, name) for box in boxes) for name in ("x0", "y0")),
            *(max(getattr(box, name) for box in boxes) for name in ("x1", "y1")),
        )
        groups = [group for group in groups if group not in touched]
        groups.append((around, merged))
    return [group for _, group in groups if len(group) > 4]


def _touch(one: Rule, other: Rule) -> bool:
    across = one.x0 - _TOLERANCE <= other.x1 and other.x0 - _TOLERANCE <= one.x1
    return across and one.y0 - _TOLERANCE <= other.y1 and other.y0 - _TOLERANCE <= one.y1


def _distinct(places: Sequence[float]) -> list[float]:
    found: list[float] = []
    for place in sorted(places):
        if not found or place - found[-1] > _TOLERANCE:
            found.append(place)
    return found


def _grid(runs: Sequence[Run], across: Sequence[float], down: Sequence[float]) -> list[tuple[str, ...]]:
    """The texts of the cells, the top row first, without rows and columns that are empty."""
    cells: dict[tuple[int, int], list[Run]] = {}
    for run in runs:
        column = sum(place <= run.x0 + 1 for place in across[1:-1])
        row = sum(place <= run.y for place in down[1:-1])
        cells.setdefault((len(down) - 2 - row, column), []).append(run)
    texts = {place: " ".join(line.text for line in _lines(group, (), 0)) for place, group in cells.items()}
    columns = [column for column in range(len(across) - 1) if any(place[1] == column for place in texts)]
    rows = [row for row in range(len(down) - 1) if any(place[0] == row for place in texts)]
    return [tuple(texts.get((row, column), "") for column in columns) for row in rows]


def _is_header(row: Sequence[str]) -> bool:
    """Whether the cells of a row are names of columns."""
    named = all(cell and len(cell.split()) <= 5 and cell[-1] not in ".;,?" for cell in row)
    return named and not any(map(str.isdigit, "".join(row)))


def _table_markdown(grid: Sequence[tuple[str, ...]], *, header: bool) -> str:
    asked = question_table(grid)
    if asked is not None:
        return "\n\n".join(f"## {question}\n\n{answer}" for question, answer in asked.pairs)
    return markdown_table(grid if header else [tuple("" for _ in grid[0]), *grid])


# Heads, feet, columns


def _without_edges(pages: Sequence[Sequence[Line]]) -> tuple[list[list[Line]], list[str]]:
    """Pages without lines that stand, but for their digits, in the same place at the edge of many, and those lines."""
    places: dict[str, list[tuple[int, float]]] = {}
    for number, page in enumerate(pages):
        for line in page:
            if not line.block:
                places.setdefault(_DIGITS.sub("0", line.text), []).append((number, line.y))
    need = max(2, round(_REPEATED * len(pages)))

    def repeated(line: Line) -> bool:
        there = places.get(_DIGITS.sub("0", line.text), ()) if not line.block else ()
        return len({number for number, y in there if abs(y - line.y) <= _SAME_PLACE}) >= need

    removed: list[str] = []
    kept: list[list[Line]] = []
    heights = [line.y for page in pages for line in page] or [0.0]
    bottom, height = min(heights), max(heights) - min(heights)
    for page in pages:
        rows = _line_rows(page)
        same = all(repeated(line) or _PAGE_NUMBER.fullmatch(line.text) for line in page)  # as other pages, all of it
        gone: set[int] = set()
        for direction in (rows, rows[::-1]):
            for at, row in enumerate(direction):
                number_only = at < 2 and all(_PAGE_NUMBER.fullmatch(line.text) for line in row) and len(pages) > 1
                middle = bottom + _EDGE * height < row[0].y < bottom + (1 - _EDGE) * height
                running = all(repeated(line) for line in row) and not middle and not same
                if not (running or number_only) or (len(pages) == 1):
                    break
                gone.update(id(line) for line in row)
        removed += [line.text for line in page if id(line) in gone]
        kept.append([line for line in page if id(line) not in gone])
    return kept, removed


def _line_rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines side by side, from the top."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (-line.y, line.x0)):
        if (
            rows
            and rows[-1][0].y - line.y <= 0.4 * max(line.size, rows[-1][0].size)
            and not line.block
            and not rows[-1][0].block
        ):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.x0) for row in rows]


def _tabulated(lines: Sequence[Line]) -> list[Line]:
    """The lines with each run of rows of short cells that stand below one another as a table."""
    rows = _line_rows(lines)
    found: list[Line] = []
    at = 0
    while at < len(rows):
        end, grid = _table_under_names(rows, at)
        if grid:
            lines_of = [line for row in rows[at:end] for line in row]
            text = " ".join(line.text for line in lines_of)
            block = _table_markdown(grid, header=True)
            found.append(replace(rows[at][0], text=text, x1=max(line.x1 for line in lines_of), bold=False, block=block))
            at = end
            continue
        end = at + 1
        while (
            end < len(rows)
            and _aligned(rows[at], rows[end])
            and rows[end - 1][0].y - rows[end][0].y < 3 * rows[end][0].size
        ):
            end += 1
        cells = [line for row in rows[at:end] for line in row]
        short = len(rows[at]) > 1 and end - at >= 3 and median(len(line.text.split()) for line in cells) <= 3
        if short and not any(line.block for line in cells):
            grid = [tuple(line.text for line in row) for row in rows[at:end]]
            header = all(line.bold for line in rows[at]) and not all(line.bold for line in cells)
            first = rows[at][0]
            text = " ".join(line.text for line in cells)
            block = _table_markdown(
                grid,
                header=header
                or (
                    _is_header(grid[0])
                    and any(map(str.isdigit, "".join(map("".join, grid[1:]))))
                    and not any(line.bold for line in cells)
                ),
            )
            found.append(replace(first, text=text, x1=max(line.x1 for line in cells), bold=False, block=block))
        else:
            end = at + 1
            found += rows[at]
        at = end
    return found


def _table_under_names(rows: Sequence[Sequence[Line]], at: int) -> tuple[int, list[tuple[str, ...]]]:
    """The end and the cells of a table without lines under bold names, cells of several lines too; none if it is not.

    Its first column holds short names. White space parts rows, else each line of the first column begins one.
    """
    names = rows[at]
    body: list[list[str]] = []
    if len(names) < 2 or any(line.block or not line.bold for line in names):
        return at, []
    taken: list[tuple[float, dict[int, str]]] = []
    for row in rows[at + 1 :]:
        places = [sum(name.x1 <= line.x0 + 2 for name in names[:-1]) for line in row]
        fits = all(
            not line.block and not line.bold and (place + 1 == len(names) or line.x1 <= names[place + 1].x0 + 2)
            for place, line in zip(places, row, strict=True)
        )
        above = taken[-1][0] if taken else names[0].y
        if not fits or len(set(places)) < len(row) or above - row[0].y > 4 * row[0].size:
            break
        taken.append((row[0].y, {place: line.text for place, line in zip(places, row, strict=True)}))
    gaps = [before - after for (before, _), (after, _) in pairwise(taken)]
    usual = min(gaps, default=0.0)
    apart = any(gap > 1.3 * usual for gap in gaps)
    lines_of: list[int] = []
    for gap, (_, texts) in zip([0.0, *gaps], taken, strict=bool(taken)):
        if not body or (gap > 1.3 * usual if apart else 0 in texts):
            body.append([""] * len(names))
            lines_of.append(0)
        lines_of[-1] += 1
        for place, text in texts.items():
            body[-1][place] = f"{body[-1][place]} {text}".strip()
    whole = 0
    for cells in body:
        name = cells[0]
        if not name or len(name.split()) > _LONGEST_NAME or _ENDS.search(name) or sum(map(bool, cells)) < 2:
            break
        whole += 1
    if whole < 2:
        return at, []
    grid = [tuple(line.text for line in names), *(tuple(cells) for cells in body[:whole])]
    return at + 1 + sum(lines_of[:whole]), grid


def _aligned(one: Sequence[Line], other: Sequence[Line]) -> bool:
    """Whether two rows have as many cells in the same places."""
    same = len(one) == len(other) > 1
    return same and all(
        min(abs(a.x0 - b.x0), abs(a.x1 - b.x1), abs(a.x0 + a.x1 - b.x0 - b.x1) / 2) < 4
        for a, b in zip(one, other, strict=True)
    )


def _in_order(lines: Sequence[Line], depth: int = 0) -> list[Line]:
    """Lines as they are read: columns one after the other, between the lines that go over all of them."""
    gutter = _gutter(lines) if depth < 8 and len(lines) <= _MOST_LINES else None
    if gutter is None:
        return [line for row in _line_rows(lines) for line in row]
    found: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []

    def flush() -> None:
        nonlocal left, right
        found.extend(_in_order(left, depth + 1))
        found.extend(_in_order(right, depth + 1))
        left, right = [], []

    for line in sorted(lines, key=lambda line: (-line.y, line.x0)):
        if line.x0 < gutter - 2 and line.x1 > gutter + 2:
            flush()
            found.append(line)
        else:
            (left if line.x1 <= gutter + 2 else right).append(line)
    flush()
    return found


def _gutter(lines: Sequence[Line]) -> float | None:
    """The left edge of a column that has others to its left and that few lines cross."""
    starts = Counter(round(line.x0) for line in lines)
    best: tuple[float, float] | None = None
    for edge, count in starts.items():
        near = count + starts[edge - 1] + starts[edge + 1]
        if near < _FEWEST_IN_COLUMN and len(lines) > _MANY_LINES:
            continue
        before = [line for line in lines if line.x1 <= edge + 1]
        after = [line for line in lines if line.x0 >= edge - 2]
        if near < _FEWEST_IN_COLUMN and not _clear(edge, before, after, lines):
            continue
        crossing = len(lines) - len(before) - len(after)
        fewer = min(len(before), len(after))
        fewest = 2 if count == len(after) and len(before) >= 2 * _FEWEST_IN_COLUMN else _FEWEST_IN_COLUMN
        if fewer >= fewest and crossing <= 0.4 * len(lines) and _side_by_side(before, after):
            score = fewer - crossing
            if best is None or score > best[0]:
                best = (score, edge - 1.5)
    return best[1] if best else None


def _clear(edge: float, before: Sequence[Line], after: Sequence[Line], lines: Sequence[Line]) -> bool:
    """Whether a strip of paper is empty beside all lines to the right of a place, as it is beside a box of text."""
    if len(before) < _FEWEST_IN_COLUMN or len(after) < 2:
        return False
    low, high = min(line.y for line in after), max(line.y for line in after)
    strip = _APART * max(line.size for line in after)
    return not any(low <= line.y <= high and line.x0 < edge - 2 and line.x1 > edge - strip for line in lines)


def _side_by_side(before: Sequence[Line], after: Sequence[Line]) -> bool:
    """Whether lines of two columns stand at the same height, as those of a quotation further in do not."""
    low, high = (
        max(min(line.y for line in side) for side in (before, after)),
        min(max(line.y for line in side) for side in (before, after)),
    )
    return (
        sum(low - 2 <= line.y <= high + 2 for line in before) >= 2
        and sum(low - 2 <= line.y <= high + 2 for line in after) >= 2
    )


# Paragraphs and headings


def _markdown(lines: Sequence[Line], known: set[str], tables: list[str]) -> tuple[str, bool]:
    """The blocks of the text, and whether any heading was told by its looks; tables are put aside."""
    body = _body_size(lines)
    bold_share = sum(len(line.text) for line in lines if line.bold) / max(1, sum(len(line.text) for line in lines))
    paragraphs = list(_paragraphs(lines))
    heads = [
        _is_heading(group, following, body, bold_share)
        for group, following in zip(paragraphs, [*paragraphs[1:], None], strict=False)
    ]
    has_headings = any(heads)
    levels = _levels([group for group, head in zip(paragraphs, heads, strict=True) if head], paragraphs, heads, body)
    blocks: list[str] = []
    for group, head in zip(paragraphs, heads, strict=True):
        if group[0].block:
            blocks.append(f"\ue001{len(tables)}\ue001")
            tables.append(group[0].block)
            continue
        text = _joined_hyphens("\n".join(line.text for line in group), known)
        flat = " ".join(text.split())
        if head:
            blocks.append(f"{'#' * levels.pop(0)} {tidy(flat).rstrip(':').strip()}")
            continue
        item = _item(flat) if not is_question(flat) or not _NUMBER.match(flat) else ""
        if item and blocks and blocks[-1].startswith(("- ", "1. ")) and _same_kind(blocks[-1], item):
            blocks[-1] += f"\n{item}"
        elif item:
            blocks.append(item)
        else:
            blocks.append(tidy(flat) if has_headings else flat)
    return "\n\n".join(blocks) + "\n", has_headings


def _item(text: str) -> str:
    bullet = _BULLET.match(text)
    if bullet:
        return f"- {text[bullet.end() :]}"
    number = _NUMBER.match(text)
    return f"{number[1]}. {text[number.end() :]}" if number else ""


def _same_kind(block: str, item: str) -> bool:
    return block.startswith("- ") == item.startswith("- ")


def _body_size(lines: Sequence[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return max(sizes, key=lambda size: sizes[size]) if sizes else 12.0


def _paragraphs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines that belong together, by their distance, their looks, and how full they are."""
    of_size: dict[int, list[float]] = {}
    for before, line in pairwise(lines):
        if before.page == line.page and 0 < before.y - line.y < 3 * line.size and abs(before.size - line.size) < 0.6:
            of_size.setdefault(round(line.size), []).append(before.y - line.y)
    usual = {size: _usual_step(steps) for size, steps in of_size.items()}
    count = sum(map(len, of_size.values()))
    wide = sum(step > _GAP * usual[size] for size, steps in of_size.items() for step in steps)
    spaced = wide >= 0.08 * count and count > 3
    lengths = sorted(len(line.text) for line in lines)
    full = lengths[len(lengths) * 9 // 10] if lengths else 0
    group: list[Line] = []
    for line in lines:
        step = usual.get(round(line.size), 1.2 * line.size)
        if group and _begins(group[-1], line, step, spaced=spaced, full=full, first=group[0]):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _usual_step(steps: Sequence[float]) -> float:
    """The distance of lines within paragraphs: the smallest that is common."""
    tight = Counter(round(step) for step in steps)
    return min((step for step, count in tight.items() if count >= 0.2 * len(steps)), default=median(steps))


def _begins(before: Line, line: Line, usual: float, *, spaced: bool, full: int, first: Line) -> bool:
    """Whether a line begins a paragraph."""
    if before.block or line.block or abs(before.size - line.size) > 0.6 or before.bold != line.bold:
        return True
    if _LISTED.match(line.text) and (_LISTED.match(before.text) or not _CITED.match(line.text)):
        return spaced or not _LISTED.match(before.text) or bool(_BULLET.match(line.text) or _NUMBER.match(line.text))
    asked = is_question(before.text) and before is first
    if asked and (before.bold or len(before.text) < _SHORT * max(full, len(line.text))):
        return True
    step = before.y - line.y
    if before.page != line.page or step < 0:  # the next column or page
        return bool(_ENDS.search(before.text)) or not line.text[:1].islower()
    if step > _GAP * max(usual, 0.9 * line.size):
        return True
    if spaced:
        return False
    short = len(before.text) < _SHORT * full
    if _ENDS.search(before.text):
        return short
    heading_before = short and title_case(before.text) and not _LISTED.match(before.text) and line.text[:1].isupper()
    return heading_before or (
        short and before.text[:1].isupper() and line.text[:1].isupper() and not _LISTED.match(first.text)
    )


def _is_heading(group: Sequence[Line], following: Sequence[Line] | None, body: float, bold_share: float) -> bool:
    text = " ".join(line.text for line in group)
    if group[0].block or following is None or len(group) > 3 or len(text.split()) > _LONGEST_HEADING:
        return False
    if text[-1] in ".,;" or _BULLET.match(text) or not any(map(str.isalpha, text)):
        return False
    larger = all(line.size >= _LARGER * body for line in group)
    return larger or (
        all(line.bold for line in group) and bold_share < 0.4 and all(line.size >= 0.9 * body for line in group)
    )


def _levels(
    heads: Sequence[Sequence[Line]], paragraphs: Sequence[Sequence[Line]], marks: Sequence[bool], body: float
) -> list[int]:
    """The level of each heading: by size, bold ones of the text's own size last; the first by itself is the title."""
    sizes = [max(round(group[0].size), round(body)) for group in heads]
    ranks = sorted(set(sizes), reverse=True)
    levels = [min(ranks.index(size) + 2, 6) for size in sizes]
    if not heads:
        return levels
    title = marks[0] and not is_question(" ".join(line.text for line in heads[0]))
    alone = sizes.count(sizes[0]) == 1 and sizes[0] == ranks[0]
    above = len(marks) > 1 and marks[1]
    if title and (alone or above):
        levels[0] = 1
        if alone:
            levels[1:] = [level - 1 if level > 2 else level for level in levels[1:]]
    return levels


def _joined_hyphens(text: str, known: set[str]) -> str:
    """The text with words in one piece again that were cut at the end of a line."""
    return _HYPHEN.sub(lambda found: _unhyphenated(found, known), text)


def _unhyphenated(found: re.Match[str], known: set[str]) -> str:
    """One word, unless the document writes it with the hyphen elsewhere, or only its two halves, and never without."""
    first, second = found.groups()
    parts, one = (first.casefold(), second.casefold()), f"{first}{second}".casefold()
    compound = "-".join(parts) in known or (known.issuperset(parts) and parts[0] not in _PREFIXES and len(second) > 2)
    return f"{first}-{second}" if compound and one not in known else first + second


# Direction of writing

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_OTHER = r"[^\s\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]*"
_LATIN_WORD = rf"{_OTHER}[A-Za-z0-9\u00c0-\u024f]{_OTHER}"
_LEFT_TO_RIGHT = re.compile(rf"{_LATIN_WORD}(?: {_LATIN_WORD})*")
_WORD = re.compile("[\u0590-\u08ff]{2,}")
_MIRRORED = str.maketrans("()[]{}«»<>", ")(][}{»«><")
_HEBREW_FINAL = "ךםןףץ"
_ARABIC_FINAL = "ةى"
_SHARE = 0.3  # of the letters; a document with more is written from right to left
_CLEAR = 0.75  # of the signs must speak for one order
_FEWEST = 3  # signs


def in_reading_order(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return lines of right-to-left text in the order they are read, others as they are.

    Some programs write such text as it is read, others as it is seen, from left to right. Letters that only end words
    tell which. Raises ReadError where they do not.
    """
    text = " ".join(line.text for page in pages for line in page)
    letters = sum(map(str.isalpha, text))
    if not letters or len(_RIGHT_TO_LEFT.findall(text)) < _SHARE * letters:
        return [list(page) for page in pages]
    lines = [line.text for page in pages for line in page]
    orders: tuple[Callable[[str], str], ...] = (_as_written, _reversed, _words_reversed)
    signs = [_signs(" ".join(order(line) for line in lines)) for order in orders]
    right, wrong = max(signs, key=lambda each: each[0] - each[1])
    if right < _FEWEST or right < _CLEAR * (right + wrong):
        raise ReadError("right-to-left text whose order cannot be told. Save the document as DOCX, HTML or text")
    order = orders[signs.index((right, wrong))]
    return [[replace(line, text=order(line.text)) for line in page] for page in pages]


def _as_written(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _reversed(text: str) -> str:
    """Text seen from left to right as it is read; numbers and Latin words in it keep their own order."""
    if not _RIGHT_TO_LEFT.search(text):
        return text
    turned = text[::-1].translate(_MIRRORED)
    return unicodedata.normalize("NFKC", _LEFT_TO_RIGHT.sub(lambda found: found[0][::-1].translate(_MIRRORED), turned))


def _words_reversed(text: str) -> str:
    """Words that are written as they are read but stand from left to right."""
    return unicodedata.normalize("NFKC", " ".join(text.split()[::-1])) if _RIGHT_TO_LEFT.search(text) else text


def _signs(text: str) -> tuple[int, int]:
    """How many words look right and how many wrong: by letters that end words, and by the Arabic article."""
    right = wrong = 0
    for word in _WORD.findall(text):
        if word[-1] in _HEBREW_FINAL or word[-1] in _ARABIC_FINAL or word.startswith("ال"):
            right += 1
        if (
            word[0] in _HEBREW_FINAL
            or word[0] in _ARABIC_FINAL
            or word.endswith("لا")
            or any(letter in _HEBREW_FINAL for letter in word[:-1])
        ):
            wrong += 1
    return right, wrong
