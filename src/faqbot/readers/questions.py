"""Questions in running Markdown, however they are marked: one way for all formats.

A bold line, a line after `Q:`, a list item that begins with either, or lines that stand alone between answers become
headings; the text below a heading that asks is its answer (postprocess.py).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
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
    search = _Search(text, found, _standing_alone(found, text))
    for at in range(len(found)):
        search.look_at(at)
    parts: list[str] = []
    done = 0
    for start, end, put in search.edits:
        parts += (text[done:start], put)
        done = end
    return "".join((*parts, text[done:])), frozenset(search.marked)


@dataclass(slots=True)
class _Search:
    """Goes over the blocks of a text in order and takes down what comes in the place of which."""

    text: str
    found: tuple[Block, ...]
    alone: frozenset[int]  # places of blocks that are a question by where they stand
    edits: list[tuple[int, int, str]] = field(default_factory=list)
    marked: set[str] = field(default_factory=set)
    tables: set[Span] = field(default_factory=set)  # headers of those that were looked at
    level: int = 1  # of the last heading that asks nothing
    waiting: bool = False  # the last block is a question whose answer is still to come
    labelled: bool = False  # and begins with a label such as "Q:"
    bold: bool = False  # bold questions were found, so that other bold lines are headings

    def look_at(self, at: int) -> None:
        """Take down what becomes of one block."""
        block = self.found[at]
        piece = self.text[block.start : block.end]
        following = self.found[at + 1] if at + 1 < len(self.found) else None
        if block.kind == "heading":
            self.heading(block, piece)
        elif block.kind == "row":
            self.row(at)
        elif at in self.alone and block.kind == "item":
            first, _, rest = _dedented(piece).partition("\n")
            self.put(block, f"{self.gap_above(at)}{self.hashes}{first.strip()}\n\n{_without_label(rest)}")
            self.waiting = self.labelled = False
        elif head := self.question_at_head(block, piece, following):
            self.question(at, head)
            self.bold = self.bold or bool(_BOLD.match(piece))
        elif line := self.bold_line(block, piece, following):
            self.put(block, f"{self.hashes}{line['text']}\n\n{line['rest'] or ''}".rstrip())
        elif at in self.alone:
            self.put(block, f"{self.hashes}{' '.join(_unmarked(piece).split())}")
            self.waiting, self.labelled = True, False
        else:
            known = _ANSWERED if self.labelled else _STRICT_ANSWERED
            if self.waiting and block.kind in ("paragraph", "item") and known.match(_bare(piece)):
                self.put(block, _without_label(_dedented(piece)))
            self.waiting = False

    @property
    def hashes(self) -> str:
        """The mark of a heading below the last one that asks nothing."""
        return f"{'#' * min(self.level + 1, 6)} "

    def put(self, block: Block, text: str) -> None:
        self.edits.append((block.start, block.end, text))

    def gap_above(self, at: int) -> str:
        """The line that parts what was an item from the block above it."""
        block = self.found[at]
        return "\n" if at and block.kind == "item" and self.found[at - 1].kind in ("item", "paragraph") else ""

    def heading(self, block: Block, piece: str) -> None:
        """A heading as it is, but for a label before its question."""
        bare = heading_text(block, self.text)
        label = _ASKED.match(bare)
        self.waiting, self.labelled = is_question(bare), label is not None
        if not self.waiting:
            self.level = block.level
        elif label and piece.startswith("#"):
            self.marked.add(plain(bare[label.end() :]))
            self.put(block, f"{'#' * block.level} {bare[label.end() :]}")

    def question_at_head(self, block: Block, piece: str, following: Block | None) -> _Found | None:
        """The question that a paragraph or an item begins with, if an answer is there."""
        if block.kind not in ("paragraph", "item") or piece.startswith((">", "<")):
            return None
        next_piece = self.text[following.start : following.end] if following else ""
        head = _question_at_head(block, piece, answered=bool(_STRICT_ANSWERED.match(_bare(next_piece))))
        return head if head and (head.rest or _is_answer(following)) else None

    def question(self, at: int, head: _Found) -> None:
        block, rest = self.found[at], _without_label(head.rest)
        gap = "\n" if not rest and not self.text.startswith("\n\n", block.end) else ""
        self.put(block, f"{self.gap_above(at)}{self.hashes}{head.question}\n\n{rest}".rstrip() + gap)
        if head.marked:
            self.marked.add(plain(head.question))
        self.waiting, self.labelled = not rest, head.marked

    def bold_line(self, block: Block, piece: str, following: Block | None) -> re.Match[str] | None:
        """A bold line with text below it, among bold questions."""
        line = _BOLD_LINE.match(piece) if self.bold and block.kind == "paragraph" else None
        return line if line and (line["rest"] or _is_answer(following)) else None

    def row(self, at: int) -> None:
        """Pairs of a table with a question and an answer column; other tables stay."""
        header = self.found[at].header
        if header is None or header in self.tables:
            return
        self.tables.add(header)
        rows = list(takewhile(lambda block: block.header == header, self.found[at:]))
        grid = [_cells(self.text[slice(*header)]), *(_cells(self.text[row.start : row.end]) for row in rows)]
        table = question_table(grid) if {len(row) for row in grid} == {2} else None
        if table:
            self.marked.update(plain(question) for question, _ in table.pairs)
            pairs = "\n\n".join(f"{self.hashes}{question}\n\n{answer}" for question, answer in table.pairs)
            self.edits.append((header[0], rows[-1].end, f"{pairs}\n"))


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
