"""The layout of printed pages: runs of text put together into lines, tables and columns by their places."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from faqbot.readers.html_markdown import raised
from faqbot.readers.lines import BULLETS, SENTENCE_END
from faqbot.readers.tables import markdown_table, question_table

_MARKER = re.compile(rf"\s*(?:\d{{1,3}}[.)]|[a-z][.)]|[{BULLETS}*–—-])\s*")
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_SPACE = 0.15  # of the font size; white space as wide as this parts words
_NARROW = 0.75  # of the font size; white space as wide, before what stands below one another, parts columns
_TIGHT = 0.4  # of the font size; white space as wide parts columns that are known
_LONGEST_NAME = 6  # words, in the first column of a table
_FEWEST_BELOW, _MOST_STARTS = 4, 100  # lines that begin at a place; places that are looked at
_MANY_LINES = 400  # of a page; boxes of text are not looked for among more
_APART = 1.5  # of the font size; white space as wide as this parts columns and cells
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


def page_lines(page: Page, number: int) -> tuple[list[Line], list[str]]:
    """Return the lines of a page, with its ruled tables, and the texts that stand in another direction than most."""
    runs, turned = _upright(page)
    tables, rest = _ruled_tables(runs, page.rules, number)
    return [*tables, *_dotted(_lines(rest, page.rules, number), page.dots)], turned


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a page as they are read, those of tables without rules as one line of Markdown."""
    return _columns_in_order(_tabulated(lines))


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


def line_rows(lines: Sequence[Line]) -> list[list[Line]]:
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


# Tables


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
        inside: list[Run] = []
        outside: list[Run] = []
        for run in rest:
            within = left - 1 <= (run.x0 + run.x1) / 2 <= right + 1 and down[0] - 1 <= run.y <= down[-1] + 1
            (inside if within else outside).append(run)
        grid = _grid(inside, columns, down)
        if len(grid) < 2 or len(grid[0]) < 2:
            continue
        rest = outside
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


def _tabulated(lines: Sequence[Line]) -> list[Line]:
    """The lines with each run of rows of short cells that stand below one another as a table."""
    rows = line_rows(lines)
    found: list[Line] = []
    at = 0
    while at < len(rows):
        end, grid = _table_under_names(rows, at)
        if grid:
            found.append(_table_line(rows[at:end], grid, header=True))
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
            bold_names = all(line.bold for line in rows[at]) and not all(line.bold for line in cells)
            plain_names = _is_header(grid[0]) and not any(line.bold for line in cells)
            numbers = any(map(str.isdigit, "".join(map("".join, grid[1:]))))
            found.append(_table_line(rows[at:end], grid, header=bold_names or (plain_names and numbers)))
        else:
            end = at + 1
            found += rows[at]
        at = end
    return found


def _table_line(rows: Sequence[Sequence[Line]], grid: Sequence[tuple[str, ...]], *, header: bool) -> Line:
    """Rows of cells as one line with the Markdown of their table."""
    cells = [line for row in rows for line in row]
    text = " ".join(line.text for line in cells)
    block = _table_markdown(grid, header=header)
    return replace(rows[0][0], text=text, x1=max(line.x1 for line in cells), bold=False, block=block)


def _table_under_names(rows: Sequence[Sequence[Line]], at: int) -> tuple[int, list[tuple[str, ...]]]:
    """The end and the cells of a table without lines under bold names, cells of several lines too; none if it is not.

    Its first column holds short names. White space parts rows, else each line of the first column begins one.
    """
    names = rows[at]
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
    begins = [after for after, gap in enumerate(gaps, 1) if (gap > 1.3 * usual if apart else 0 in taken[after][1])]
    grid = [tuple(line.text for line in names)]
    end = at + 1
    for first, after in pairwise((0, *begins, len(taken))):
        texts_of = [texts for _, texts in taken[first:after]]
        cells = tuple(" ".join(texts[place] for texts in texts_of if place in texts) for place in range(len(names)))
        name = cells[0]
        if not name or len(name.split()) > _LONGEST_NAME or SENTENCE_END.search(name) or sum(map(bool, cells)) < 2:
            break
        grid.append(cells)
        end += after - first
    return (end, grid) if len(grid) > 2 else (at, [])


def _aligned(one: Sequence[Line], other: Sequence[Line]) -> bool:
    """Whether two rows have as many cells in the same places."""
    same = len(one) == len(other) > 1
    return same and all(
        min(abs(a.x0 - b.x0), abs(a.x1 - b.x1), abs(a.x0 + a.x1 - b.x0 - b.x1) / 2) < 4
        for a, b in zip(one, other, strict=True)
    )


# Columns


def _columns_in_order(lines: Sequence[Line], depth: int = 0) -> list[Line]:
    """Lines as they are read: columns one after the other, between the lines that go over all of them."""
    gutter = _gutter(lines) if depth < 8 and len(lines) <= _MOST_LINES else None
    if gutter is None:
        return [line for row in line_rows(lines) for line in row]
    found: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []

    def flush() -> None:
        nonlocal left, right
        found.extend(_columns_in_order(left, depth + 1))
        found.extend(_columns_in_order(right, depth + 1))
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
