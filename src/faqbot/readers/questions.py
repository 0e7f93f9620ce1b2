"""Questions in running Markdown, however they are marked: one way for all formats.

A bold line, a line after `Q:`, a list item that begins with either, or lines that stand alone between answers become
headings; the text below a heading that asks is its answer (postprocess.py).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from faqbot.markdown import Block, blocks, heading_text, is_question, plain
from faqbot.readers.tables import question_table
from faqbot.types import Span

_ASKED = re.compile(
    r"(?:q(?:uestion)?|frage|f|pregunta|p|domanda|d|vraag|v|问题?|問題?)\s?(?:no\.?\s?)?\d{0,3}\s?[:：.．)]\s*"
    r"|\\?\[q(?:uestion)?\s?\d{0,3}\\?\]:?\s*|q(?:uestion)?\s?\d{0,3}\s[-–—]\s",
    re.IGNORECASE,
)
_ANSWERED = re.compile(
    r"(?P<mark>\*\*|__|\*)?(?:(?:a(?:nswer)?|antwort|respuesta|r|réponse|risposta|antwoord|答案?)\s?\d{0,3}\s?[:：.．)]"
    r"|\\?\[a(?:nswer)?\s?\d{0,3}\\?\]:?|a(?:nswer)?\s?\d{0,3}\s[-–—](?=\s))\s*(?P<after>\*\*|__|\*)?\s*",
    re.IGNORECASE,
)
_STRICT_ANSWERED = re.compile(
    r"(?:\*\*|__|\*)?(?:(?:a|answer|antwort|respuesta|réponse|risposta|antwoord|答案?)\s?\d{0,3}\s?[:：．]"
    r"|\\?\[a(?:nswer)?\s?\d{0,3}\\?\])",
    re.IGNORECASE,
)
_BOLD = re.compile(r"(?P<mark>\*\*\*|\*\*|___|__)(?=\S)(?P<text>[^\n]{1,300}?)(?<=\S)(?P=mark)(?![*_])\s*")
# Among bold questions, a bold line without an end mark is a heading, too.
_BOLD_LINE = re.compile(
    r"(?P<mark>\*\*|__)(?P<text>[^*_\n.!?:;,]{2,80})(?P=mark)[ \t]*(?:\n(?P<rest>.+))?\Z", re.DOTALL
)
_BEFORE_QUESTION = re.compile(r"\A(?:> ?)?(?:\\?\d{1,3}\\?[.)]\s+)?")
_EMPHASIS = re.compile(r"(?P<mark>\*|_)(?=\S)(?P<text>[^\n*_]{1,300}?)(?<=\S)(?P=mark)\s*\Z")
_MARKER = re.compile(r"(?:[-*+]|\d{1,3}[.)])(?P<space>[ \t]+)")
_LONGEST = 40  # words of a question
_ONE_SENTENCE = re.compile(r"[.!;。！]\s")


@dataclass(frozen=True, slots=True)
class _Found:
    """A question at the head of a block, what follows it there, and whether the text itself marks it as one."""

    question: str
    rest: str
    marked: bool


def questions_as_headings(text: str) -> tuple[str, frozenset[str]]:
    """Return the text with its questions as headings, and those that are marked as questions by label."""
    found = blocks(text)
    alone = _standing_alone(found, text)
    edits: list[tuple[int, int, str]] = []
    marked: set[str] = set()
    tables: set[Span] = set()
    level, open_label, labelled, bold = 1, False, False, False
    for at, block in enumerate(found):
        piece = text[block.start : block.end]
        if block.kind == "heading":
            bare = heading_text(block, text)
            label = _ASKED.match(bare)
            if label and is_question(bare) and piece.startswith("#"):
                marked.add(plain(bare[label.end() :]))
                edits.append((block.start, block.end, f"{'#' * block.level} {bare[label.end() :]}"))
            level = block.level if not is_question(bare) else level
            open_label, labelled = is_question(bare), label is not None
            continue
        if block.kind == "row":
            if block.header and block.header not in tables:
                tables.add(block.header)
                edits += _table_of_questions(text, found[at:], f"{'#' * min(level + 1, 6)} ", marked)
            continue
        following = found[at + 1] if at + 1 < len(found) else None
        answered = following is not None and bool(_STRICT_ANSWERED.match(_bare(text[following.start : following.end])))
        if at in alone and block.kind == "item":
            first, _, rest = _dedented(piece).partition("\n")
            heading = f"{'#' * min(level + 1, 6)} {first.strip()}"
            apart = "\n" if at and found[at - 1].kind in ("item", "paragraph") else ""
            edits.append((block.start, block.end, f"{apart}{heading}\n\n{_without_label(rest)}"))
            open_label, labelled = False, False
            continue
        asked = (
            _question_at_head(block, piece, answered)
            if block.kind in ("paragraph", "item") and not piece.startswith((">", "<"))
            else None
        )
        if asked and (asked.rest or _is_answer(following)):
            heading = f"{'#' * min(level + 1, 6)} {asked.question}"
            rest = _without_label(asked.rest)
            apart = "\n" if at and block.kind == "item" and found[at - 1].kind in ("item", "paragraph") else ""
            gap = "\n" if not rest and not text.startswith("\n\n", block.end) else ""
            edits.append((block.start, block.end, f"{apart}{heading}\n\n{rest}".rstrip() + gap))
            bold = bold or bool(_BOLD.match(piece))
            if asked.marked:
                marked.add(plain(asked.question))
            open_label, labelled = not rest, asked.marked
        elif (
            bold
            and block.kind == "paragraph"
            and (line := _BOLD_LINE.match(piece))
            and (line["rest"] or _is_answer(following))
        ):
            heading = f"{'#' * min(level + 1, 6)} {line['text']}"
            edits.append((block.start, block.end, f"{heading}\n\n{line['rest'] or ''}".rstrip()))
        elif at in alone:
            edits.append((block.start, block.end, f"{'#' * min(level + 1, 6)} {' '.join(_unmarked(piece).split())}"))
            open_label, labelled = True, False
        else:
            bare = _bare(piece)
            known = _ANSWERED if labelled else _STRICT_ANSWERED
            if open_label and known.match(bare) and block.kind in ("paragraph", "item"):
                edits.append((block.start, block.end, _without_label(_dedented(piece))))
            open_label = False
    parts: list[str] = []
    done = 0
    for start, end, put in edits:
        parts += (text[done:start], put)
        done = end
    return "".join((*parts, text[done:])), frozenset(marked)


def _table_of_questions(text: str, found: Sequence[Block], heads: str, marked: set[str]) -> list[tuple[int, int, str]]:
    """The edit that makes pairs of a table with a question and an answer column; none for other tables."""
    header = found[0].header
    if header is None:
        return []
    rows = list(takewhile(lambda block: block.header == header, found))
    grid = [_cells(text[slice(*header)]), *(_cells(text[row.start : row.end]) for row in rows)]
    table = question_table(grid) if len({len(row) for row in grid}) == 1 else None
    if table is None or len(grid[0]) != 2:
        return []
    marked.update(plain(question) for question, _ in table.pairs)
    pairs = "\n\n".join(f"{heads}{question}\n\n{answer}" for question, answer in table.pairs)
    return [(header[0], rows[-1].end, f"{pairs}\n")]


def _cells(row: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|")))


def _question_at_head(block: Block, piece: str, answered: bool) -> _Found | None:
    """The question that a paragraph or an item begins with."""
    body = _dedented(piece) if block.kind == "item" else piece
    bold = _BOLD.match(body)
    if bold:
        return _after_bold(bold["text"].strip(), body[bold.end() :].strip(), answered)
    label = _ASKED.match(body)
    if label:
        question, rest = _labelled(body[label.end() :])
        known = _STRICT_ANSWERED.match(rest) or answered
        if _fits(question) and (is_question(question) or known):
            return _Found(question, rest, True)
    lean = _EMPHASIS.match(body) if "\n" not in body else None
    if lean and is_question(lean["text"]) and _fits(lean["text"]):
        return _Found(lean["text"], "", False)
    return None


def _after_bold(text: str, rest: str, answered: bool) -> _Found | None:
    label = _ASKED.match(text)
    asked = text[label.end() :].strip() if label else text
    if not asked.strip(": "):  # only the label is bold
        question, rest = _labelled(rest)
        return _Found(question, rest, True) if _fits(question) and (is_question(question) or answered) else None
    if _fits(asked) and (is_question(asked) or (label and (answered or _STRICT_ANSWERED.match(rest)))):
        return _Found(asked, rest, bool(label))
    return None


def _labelled(text: str) -> tuple[str, str]:
    """A question that may go over several lines, and the lines after it."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if at and _STRICT_ANSWERED.match(line.strip()):
            return " ".join(part.strip() for part in lines[:at]), "\n".join(lines[at:])
        if is_question(line.strip()):
            return " ".join(part.strip() for part in lines[: at + 1]), "\n".join(lines[at + 1 :])
    first, _, rest = text.partition("\n")
    inner = re.match(r"(.{3,300}?[?？؟])\s+(?=(?:\*\*|__|\*)?a(?:nswer)?\s?[:.])", first, re.IGNORECASE)
    if inner:
        return inner[1], f"{first[inner.end() :]}\n{rest}".strip()
    return first.strip(), rest.strip()


def _fits(question: str) -> bool:
    return 0 < len(question.split()) <= _LONGEST and len(question) <= 300


def _without_label(text: str) -> str:
    """An answer without "A:"; a mark of emphasis that began before the label begins after it."""
    found = _ANSWERED.match(text.strip())
    if not found:
        return text.strip()
    rest = text.strip()[found.end() :]
    return rest if not found["mark"] or found["after"] else f"{found['mark']}{rest}"


def _bare(piece: str) -> str:
    marker = _MARKER.match(piece)
    return piece[marker.end() :] if marker else piece


def _dedented(piece: str) -> str:
    """A list item's text without its marker and the indentation of its other lines."""
    marker = _MARKER.match(piece)
    if not marker:
        return piece
    first, *others = piece[marker.end() :].split("\n")
    depth = min((len(line) - len(line.lstrip()) for line in others if line.strip()), default=0)
    return "\n".join((first, *(line[depth:] for line in others)))


def _is_answer(block: Block | None) -> bool:
    return block is not None and block.kind not in ("heading", "break")


def _standing_alone(found: Sequence[Block], text: str) -> frozenset[int]:
    """Places of paragraphs that are one question each, with an answer between them: at least two, and most of such.

    Items of a list that begin with a line that asks and go on below it are such, too.
    """
    items = [at for at, block in enumerate(found) if block.kind == "item" and block.level == 1]
    telling = [at for at in items if _asks_and_tells(_dedented(text[found[at].start : found[at].end]))]
    asking = [
        at
        for at, block in enumerate(found)
        if block.kind == "paragraph" and _is_lone_question(text[block.start : block.end])
    ]
    answered = [
        at
        for at in asking
        if at + 1 < len(found) and at + 1 not in asking and found[at + 1].kind in ("paragraph", "item", "row")
    ]
    places = answered if len(answered) >= 2 and len(answered) * 2 > len(asking) else []
    return frozenset((*places, *(telling if len(telling) >= 2 and len(telling) * 2 > len(items) else ())))


def _asks_and_tells(piece: str) -> bool:
    """Whether an item is a line that asks and an answer below it."""
    first, _, rest = piece.partition("\n")
    return (
        bool(rest.strip())
        and not _ASKED.match(first)
        and _is_lone_question(first.strip())
        and not is_question(rest.strip())
    )


def _unmarked(piece: str) -> str:
    """A question without its number and the mark of a quotation."""
    return _BEFORE_QUESTION.sub("", piece, count=1)


def _is_lone_question(piece: str) -> bool:
    piece = _unmarked(piece)
    one = "\n" not in piece and is_question(piece) and not piece.startswith((">", "<", "|", "*", "_"))
    return one and len(piece.split()) <= 25 and not _ONE_SENTENCE.search(piece) and piece.count("?") <= 1
