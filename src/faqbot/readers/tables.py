"""Tables: rows as Markdown, tables of plain text that lost their columns, columns of questions and answers."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from faqbot.readers.lines import title_case, vocabulary

# What people call the columns; the first name that a row has is taken.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "question": (
        *("question", "questions", "q", "query", "prompt", "faq", "instruction", "input", "front", "ask"),
        *("frage", "pregunta", "domanda", "vraag", "pergunta", "问题", "問題", "質問", "вопрос", "name"),
    ),
    "answer": (
        *("answer", "answers", "a", "text", "response", "responses", "reply", "completion", "output", "solution"),
        *("back", "content", "body", "acceptedanswer", "suggestedanswer", "antwort", "respuesta", "réponse", "reponse"),
        *("risposta", "antwoord", "resposta", "答案", "回答", "ответ"),
    ),
    "alternates": (
        *("alternates", "alternate", "alternate_questions", "alternatives", "variants", "variant", "paraphrases"),
        *("question_variants", "synonyms"),
    ),
    "url": ("url", "link", "source_url", "source", "href"),
}
_NOT_THE_COLUMN = frozenset(("id", "no", "nr", "number", "type", "date", "count", "tags", "category", "author", "lang"))
_WORD = re.compile(r"\w+")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
# Where nothing names the question: columns that hold it if what stands there asks.
TITLES = ("title", "heading", "header", "headline", "subject", "topic", "label", "summary", "titel", "titre", "título")


@dataclass(frozen=True, slots=True)
class QuestionTable:
    """The pairs of a table with a question and an answer column, and what stands in its other columns, by name."""

    pairs: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[str, str], ...]


def question_table(grid: Sequence[Sequence[str]]) -> QuestionTable | None:
    """Return the pairs of a table whose first row names a question and an answer column, else None."""
    columns = pair_columns(grid[0]) if len(grid) > 1 else None
    if columns is None or any(not row[columns[0]] or not row[columns[1]] for row in grid[1:]):
        return None
    if "question" not in grid[0][columns[0]].casefold() and not all(row[columns[0]].endswith("?") for row in grid[1:]):
        return None
    others = [at for at in range(len(grid[0])) if at not in columns]
    left_out = tuple((grid[0][at], " | ".join(row[at] for row in grid[1:] if row[at])) for at in others)
    head = tuple((name, name) for name in (grid[0][columns[0]], grid[0][columns[1]]))
    return QuestionTable(tuple((row[columns[0]], row[columns[1]]) for row in grid[1:]), (*left_out, *head))


def pair_columns(names: Sequence[str]) -> tuple[int, int] | None:
    """Return the places of the question and answer columns among header names, None where there are not both."""
    question, answer = best_column(names, "question"), best_column(names, "answer")
    return (question, answer) if question is not None and answer is not None and question != answer else None


def best_column(names: Sequence[str], role: str) -> int | None:
    """Return the place of the name that names a role best, None where none does."""
    scored = [(column_match(name, role), -at) for at, name in enumerate(names)]
    score, place = max(scored, default=(0, 0))
    return -place if score else None


def column_match(name: str, role: str) -> int:
    """Return how well a column name names a role: 0 is not at all; the whole name counts more than a word of it."""
    folded = _BRACKETS.sub("", str(name)).strip().casefold().strip("\"'*_ :")
    known = COLUMNS[role]
    if folded in known:
        return 100 - known.index(folded)
    parts = [part.rstrip("s") for part in _WORD.findall(folded.replace("_", " "))]
    if len(parts) > 4 or _NOT_THE_COLUMN & set(parts):
        return 0
    told = [known.index(part) for part in parts if part in known[:2] or (part in known and len(part) > 4)]
    return 50 - min(told) if told and (role != "answer" or "question" not in parts) else 0


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
