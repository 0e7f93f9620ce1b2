"""How a document was read and cut, as text for a person, and the check that no words are lost in silence."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from faqbot.chunking.sections import GENERIC
from faqbot.markdown import plain, word_count
from faqbot.types import Document, Passage, ReadWarning, Source


def render_passages(document: Document, passages: Sequence[Passage], left_out: Sequence[tuple[str, str]] = ()) -> str:
    """Return what a document says about itself, each passage with what it carries, and what is in none of them.

    `left_out` are reasons with text of the file that is not in the document's text.
    """
    parts = [_head(document, passages), *(_passage_text(number, passage) for number, passage in enumerate(passages, 1))]
    if document.boilerplate:
        lines = (f"  {start}-{end}  {_line(document.text[start:end])}" for start, end in document.boilerplate)
        parts.append("\n".join(("left out of passages:", *lines)))
    if left_out:
        parts.append("\n".join(("left out of the document:", *(f"  {why}: {_line(text)}" for why, text in left_out))))
    notes = [f"  {warning}" for warning in document.warnings]
    if notes:
        parts.append("\n".join(("warnings:", *notes)))
    return "\n\n".join(parts) + "\n"


def _head(document: Document, passages: Sequence[Passage]) -> str:
    words = [word_count(passage.text) for passage in passages]
    mean = f", {sum(words) / len(words):.0f} words on average, {max(words)} at most" if words else ""
    facts = {name: getattr(document, name) for name in ("title", "url", "author", "date", "reviewed", "licence")}
    facts["tags"] = ", ".join(document.tags)
    counts = f"{len(passages)} passages{mean}; {len(document.pairs)} question-answer pairs"
    sources = [f"  source {_source(source)}" for source in document.sources]
    return "\n".join(
        (document.id, *(f"  {name}: {value}" for name, value in facts.items() if value), *sources, f"  {counts}")
    )


def _passage_text(number: int, passage: Passage) -> str:
    """The passage under a line with its place; what is only embedded with it is marked with a colon."""
    about = {
        "headings": " > ".join(passage.headings),
        "question": passage.question,
        "alternates": " / ".join(passage.alternates),
        "context": passage.context.replace("\n", " / "),
        "sources": "; ".join(_source(source) for source in passage.sources if source.mark or source.url),
    }
    place = f"--- {number}  {passage.start}-{passage.end}  {word_count(passage.text)} words"
    return "\n".join((place, *(f"{name}: {value}" for name, value in about.items() if value), passage.text))


def _source(source: Source) -> str:
    mark = f"[{source.mark}]" if source.mark else ""
    return " ".join(part for part in (mark, source.title, source.author, source.date, source.url) if part)


def _line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 100 else f"{flat[:99]}…"


# Words that are in no passage and not listed as left out

LOSS_THRESHOLD = 0.02  # of a file's words
_FEWEST = 3  # words; labels such as "Q:" are no loss
_UNSPACED = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"  # of which each letter is counted
_WORD = re.compile(rf"[^\W_{_UNSPACED}]+|[{_UNSPACED}]")
# What stands before a question or its answer, and goes when they become a pair.
_LABEL = re.compile(
    r"[qa]\d{1,3}|question|answer|frage|antwort|pregunta|respuesta|réponse|domanda|risposta"
    r"|[问問答]|问题|問題|質問|答案|回答|вопрос|ответ"
)
_NUMBERED = re.compile(r"^[ \t>]*(?:[-*+][ \t]+)?\d{1,3}[.)][ \t]", re.MULTILINE)  # a list's own numbers
_MARKED = re.compile(r"[*_`~\[\\]")
_SHOWN = 5


def report_word_loss(
    document: Document, passages: Sequence[Passage], *, extracted: str = "", left_out: Iterable[str] = ()
) -> Document:
    """Return the document, with a warning if more than 2 % of the words of its file are lost.

    `extracted` is all text of the file by the plainest way of getting it, the document's own if empty; `left_out` are
    texts of the file that are listed as left out. Kept is what a passage, its headings, question or context hold.
    """
    there = words_of(_plain(extracted or document.text))
    total = there.total()
    beside = (document.title, document.author, *left_out, *_carried_by(passages)) if extracted else ()
    there.subtract(words_of(_plain("\n".join((*beside, *_kept(document, passages))))))
    lost = +there
    if lost.total() < _FEWEST or lost.total() <= LOSS_THRESHOLD * total:
        return document
    shown = ", ".join(word for word, _ in lost.most_common(_SHOWN))
    message = f"{lost.total()} of {total} words are in no passage and not listed as left out, such as: {shown}"
    return replace(document, warnings=(*document.warnings, ReadWarning(message)))


def words_of(text: str) -> Counter[str]:
    """Return how often each word stands in a text, letter case and forms of letters aside; single letters are none."""
    folded = unicodedata.normalize("NFKC", _NUMBERED.sub("", text)).casefold()
    found = Counter(_WORD.findall(folded))
    for word in [*found]:
        if (len(word) == 1 and word.isascii() and not word.isdigit()) or _LABEL.fullmatch(word):
            del found[word]
    return found


def _plain(text: str) -> str:
    """The text as a person reads it, its lines kept."""
    return "\n".join(plain(line) if _MARKED.search(line) else line for line in text.split("\n"))


def _kept(document: Document, passages: Sequence[Passage]) -> Iterator[str]:
    """The document's text in passages and boilerplate, and its lines between that passages carry along."""
    carried = {_key(text) for text in (document.title, *GENERIC)}
    for passage in passages:
        carried.update(map(_key, (*passage.headings, passage.question, *passage.context.split("\n"))))
    at = 0
    spans = sorted((*((passage.start, passage.end) for passage in passages), *document.boilerplate))
    for start, end in (*spans, (len(document.text), len(document.text))):
        for line in document.text[at:start].split("\n"):
            if _key(line) in carried:
                yield line
        yield document.text[max(start, at) : end]
        at = max(at, end)


def _carried_by(passages: Sequence[Passage]) -> Iterator[str]:
    """What passages have of a row besides question and answer."""
    for passage in passages:
        yield from passage.alternates
        if passage.question:
            yield from (f"{source.title} {source.url}" for source in passage.sources)


def _key(line: str) -> str:
    """The words of a line, for comparing headings, questions and table heads whatever marks are around them."""
    return " ".join(_WORD.findall(plain(line).casefold()))
