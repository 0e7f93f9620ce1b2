"""Columns of question-answer tables: what people call them, and tables of a page that have them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
    question, answer = _best(names, "question"), _best(names, "answer")
    return (question, answer) if question is not None and answer is not None and question != answer else None


def _best(names: Sequence[str], role: str) -> int | None:
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
