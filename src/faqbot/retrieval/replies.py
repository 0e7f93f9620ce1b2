"""Recognise messages that are no question to the corpus: small talk, questions about the bot, "more" and "simpler".

A message is compared with the examples of replies.toml: word for word, nearly so, as several in a row, and by the
encoder's nearest neighbour. The latter is asked only where no word of the message could be about a corpus.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from faqbot.retrieval.spelling import contractions
from faqbot.retrieval.terms import term_lists, words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MORE, SIMPLER, DETAIL = "more", "simpler", "detail"
MAX_WORDS = 9  # a longer message is a question or an account
NEAR = 0.86  # share of equal letters from which a message is an example with typing errors
NEAR_LENGTH = 6  # letters under which one typing error makes another word
MAX_NEIGHBOURS = 8  # examples that share most words with a message, which the encoder compares with it
MIN_SHARED = 0.25  # of the words of both
NEIGHBOUR = 0.76  # cosine from which a message means what an example means
_STRETCHED = re.compile(r"(.)\1{2,}")  # "hellooo"
_GREETING = re.compile(
    r"\A\s*(?:(?:hi+|hello+|hey+|hiya|howdy|hallo|greetings)\b"
    r"(?: (?:there|again|all|everyone|bot|robot|doctor|doc|dr)\b)*"
    r"|good (?:morning|afternoon|evening|day)(?: (?:all|everyone|doctor|to you)\b)*(?=\s*[,.!:;–—-]))[\s,.!:;–—-]*",
    re.IGNORECASE,
)
_SHORT = {"u": "you", "ur": "your", "thats": "that is"}
_CLAUSE = re.compile(r"[,.;:!?\n]+")
_PERSONS = (
    frozenset({"i", "me", "my", "im", "ive", "id"}),
    frozenset({"you", "your", "youre", "u", "r"}),
    frozenset({"not", "no", "dont", "doesnt", "didnt", "cant", "isnt", "never", "wont"}),
)

Similarities = Callable[[str, Sequence[str]], "NDArray[np.float32]"]


@dataclass(frozen=True, slots=True)
class ReplyText:
    """The shipped texts of one kind of reply: with health advice, without, and with the operator's contact."""

    text: str
    plain: str
    contact: str


@dataclass(frozen=True, slots=True)
class _Examples:
    kinds: Mapping[str, str]
    meanings: tuple[tuple[str, frozenset[str], tuple[bool, ...]], ...]  # each with its words and persons
    by_length: Mapping[int, Sequence[str]]
    order: tuple[str, ...]
    fillers: frozenset[str]
    words: frozenset[str]
    longest: int
    detail: frozenset[str]
    before_a_noun: frozenset[str]
    asking: frozenset[str]
    openings: Mapping[str, tuple[str, ...]]
    orders: tuple[str, ...]


@cache
def _data() -> dict[str, dict[str, object]]:
    return tomllib.loads(files("faqbot.retrieval").joinpath("replies.toml").read_text(encoding="utf-8"))


@cache
def _examples() -> _Examples:
    kinds: dict[str, str] = {}
    for kind, table in _data().items():
        for example in table.get("examples", ()):  # type: ignore[attr-defined]
            kinds.setdefault(" ".join(_words(example)), kind)
    words = frozenset(word for example in kinds for word in example.split())
    fillers = frozenset(str(_data()["fillers"]["words"]).split())
    order = tuple(kind for kind in _data() if kind not in ("fillers", "emoji"))
    meanings = tuple(
        (example, frozenset(example.split()), _persons(example.split()))
        for example, kind in kinds.items()
        if kind in reply_texts()
    )
    by_length: dict[int, list[str]] = {}
    for example in kinds:
        by_length.setdefault(len(example), []).append(example)
    detail, before_a_noun, asking = (
        frozenset(str(_data()[DETAIL][name]).split()) for name in ("words", "before_a_noun", "asking")
    )
    longest = max(len(each.split()) for each in kinds)
    openings = {kind: _starts(table["openings"]) for kind, table in _data().items() if "openings" in table}
    orders = _starts(_data()["about"]["orders"])
    return _Examples(
        kinds, meanings, by_length, order, fillers, words, longest, detail, before_a_noun, asking, openings, orders
    )


def _starts(texts: object) -> tuple[str, ...]:
    return tuple(f"{' '.join(_words(text))} " for text in texts)  # type: ignore[attr-defined]


@cache
def reply_texts() -> Mapping[str, ReplyText]:
    """Return the shipped texts by kind of reply."""
    return {
        kind: ReplyText(str(table["text"]), str(table.get("plain", table["text"])), str(table.get("contact", "")))
        for kind, table in _data().items()
        if "text" in table
    }


def _words(message: str) -> list[str]:
    bare = _STRETCHED.sub(r"\1", " ".join(words_of(message)).replace("'", "")).split()
    return [part for word in bare for part in _SHORT.get(word, contractions().get(word, word)).lower().split()]


def recognise(message: str, similarities: Similarities, *, follows: bool = False) -> str:
    """Return the kind of a message ("greeting", ..., "more", "simpler"), empty for one that is to be answered.

    `follows` says that it may go on from an earlier question. `similarities` gives the cosines of a text with others;
    it is called only where words do not decide.
    """
    words = _words(message)
    if not words:
        return _in_emoji(message)
    start, complains = f"{' '.join(words)} ", not term_lists().complaints.isdisjoint(words)
    if start.startswith(_examples().orders) and not complains:
        return "about"
    if len(words) > MAX_WORDS:
        return _in_clauses(message)
    if kind := _in_words(words) or _misspelt(words):
        return kind
    for kind, openings in _examples().openings.items():
        if start.startswith(openings) and not complains:
            return kind
    if _is_detail(message, words, follows=follows):
        return DETAIL
    return _meant(message, words, similarities)


def without_greeting(message: str) -> str:
    """Return a message without the greeting that it opens with, itself where it has none or nothing else."""
    rest = _GREETING.sub("", message, count=1)
    return rest if words_of(rest) else message


def _is_detail(message: str, words: Sequence[str], *, follows: bool) -> bool:
    """Whether a message replies to a question that nobody asked: words of time, amount, place and assent only."""
    known, lists = _examples(), term_lists()
    if "?" in message or words[0] in known.asking:
        return False
    if follows and words[0] in known.before_a_noun and words[1:2] != ["and"]:
        return False
    counts = [word[0].isdigit() or word in lists.numbers for word in words]
    return all(
        is_count or word in known.detail or (counted and word in lists.units)
        for word, is_count, counted in zip(words, counts, [False, *counts], strict=False)
    )


def _in_emoji(message: str) -> str:
    """The kind of a message of emoji, that of the first."""
    typed = message.strip()
    kinds = (kind for kind, known in _data()["emoji"].items() if any(map(typed.startswith, str(known).split())))
    return next(kinds, "")


def _in_clauses(message: str) -> str:
    """The kind of a long message of which every clause is an example."""
    clauses = [words for clause in _CLAUSE.split(message) if (words := _words(clause))]
    kinds = [_in_words(words) for words in clauses if len(words) <= MAX_WORDS]
    if len(kinds) < len(clauses) or not all(kinds):
        return ""
    return min(kinds, key=_examples().order.index)


def _in_words(words: Sequence[str]) -> str:
    """The kind of a message that is an example, or several in a row with words of politeness between them."""
    known = _examples()
    if kind := known.kinds.get(" ".join(words)):
        return kind
    found: list[str | None] = [""]  # what kind the first n words are, "" for politeness only, None for neither
    for end in range(1, len(words) + 1):
        best = found[end - 1] if words[end - 1] in known.fillers else None
        for start in range(max(0, end - known.longest), end):
            kind = known.kinds.get(" ".join(words[start:end]))
            before = found[start]
            if kind and before is not None:
                best = _first(kind, _first(before, best or ""))
        found.append(best)
    return found[-1] or ""


def _first(kind: str, other: str) -> str:
    order = _examples().order
    return min((each for each in (kind, other) if each), key=order.index, default="")


def _misspelt(words: Sequence[str]) -> str:
    message = " ".join(words)
    if len(message) < NEAR_LENGTH:
        return ""
    known = _examples()
    lengths = range(max(NEAR_LENGTH, len(message) - 2), len(message) + 3)
    examples = [example for length in lengths for example in known.by_length.get(length, ())]
    found = process.extract(message, examples, scorer=OSA.normalized_similarity, score_cutoff=NEAR, limit=None)
    near = [(likeness, known.kinds[example]) for example, likeness, _ in found]
    return max(near)[1] if near and _is_empty(words, message) else ""


def _is_empty(words: Sequence[str], message: str) -> bool:
    """Whether no word could be the subject of a question, apart from words within a typing error of an example's."""
    known = _examples().words | term_lists().uninformative | term_lists().complaints
    return all(
        word in known or any(len(other) > 3 and OSA.distance(word, other, score_cutoff=2) <= 1 for other in known)
        for word in words
    )


def _meant(message: str, words: Sequence[str], similarities: Similarities) -> str:
    """The kind of the example that means the same, where no word could be the subject of a question."""
    known = _examples()
    empty = known.words | term_lists().uninformative | term_lists().complaints
    if len(words) < 2 or not empty.issuperset(words):
        return ""
    # Both speak of the same persons and both or neither deny: "what can I do" is not "what can you do".
    own, persons = frozenset(words), _persons(words)
    near = sorted(
        (len(own & others) / len(own | others), example)
        for example, others, theirs in known.meanings
        if persons == theirs
    )[-MAX_NEIGHBOURS:]
    examples = [example for shared, example in near if shared >= MIN_SHARED]
    if not examples:
        return ""
    cosines = similarities(message, examples)
    best = int(cosines.argmax())
    return known.kinds[examples[best]] if float(cosines[best]) >= NEIGHBOUR else ""


def _persons(words: Sequence[str]) -> tuple[bool, ...]:
    """Return whether words speak of the writer and of the bot, and whether they deny."""
    return tuple(not forms.isdisjoint(words) for forms in _PERSONS)
