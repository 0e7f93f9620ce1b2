"""Follow-up questions: whether a question needs an earlier one, and which."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from faqbot.retrieval.terms import stem, words_of

MAX_OWN = 3  # words of its own with which a question that points back may still need an earlier one
MAX_DEPTH = 3  # earlier messages that one follow-up can lead through
SAME_QUESTION = 0.8  # share of content words (Jaccard) from which a question is a stored one


@dataclass(frozen=True, slots=True)
class _Words:
    """The lists of follow_up.toml."""

    opening: re.Pattern[str]
    pointing: frozenset[str]
    weak: frozenset[str]
    anaphors: frozenset[str]
    empty: frozenset[str]
    function: frozenset[str]


@cache
def _words() -> _Words:
    data = tomllib.loads(files("faqbot.retrieval").joinpath("follow_up.toml").read_text(encoding="utf-8"))
    opening = re.compile(rf"\s*(?:{'|'.join(data['opening'])})\b", re.IGNORECASE)
    return _Words(opening, **{name: frozenset(words.split()) for name, words in data.items() if name != "opening"})


_EXISTENTIAL = re.compile(
    r"\b(?:is|are|was|were|will|be|isn't|aren't) there\b|\bthere (?:is|are|was|were|will|a|any|such)\b|\bthere's\b"
)
# "is it safe to walk", "it is normal that ...": the pronoun stands for what follows.
_ANTICIPATED = re.compile(
    r"\bit(?:'s| is| was| be)?(?: \w+){0,3} (?:to|that|if|when|for|which|whether|how|what|where)\b"
)
# "can I walk if it hurts": the pronoun stands for nothing.
_IMPERSONAL = re.compile(
    r"\b(?:if|when|where|until|while|because|although) it (?:hurts|aches|rains|snows|is (?:cold|hot|wet|icy|dark))\b"
)
_POINTING = re.compile(r"[^\s']+")
# A noun of the question with a clause after it, in which a pronoun may stand for it: "my knee clicks, is it ...".
_NOUN = re.compile(
    r"\b(?:my|your|our|his|her|the|a|an) (?!same\b|first\b|other\b|next\b|last\b)[^\s']{3,}\b.*"
    r"\b(?:and|but|if|when|because|so|that|is|are|was|does|do|did|can|could|should|will|would|may) (?:\S+ )?$"
)
_WHETHER = re.compile(r"\bthat (?:i|you|we|they|he|she|it|my|your|the|a|an|is|are|was|can|may|might|goes?|comes?)\b")


def refers_back(question: str) -> bool:
    """Return whether a question needs an earlier one: it points back, continues one, or has no subject of its own."""
    known = _words()
    words = [word.removesuffix("'s") for word in words_of(question)]
    own = [word for word in words if word not in known.empty and word not in known.pointing]
    if not own:
        return True
    if len(own) > MAX_OWN:
        return False
    if known.opening.match(question):
        return True
    return _points_back(question, known, weakly=len(own) < 2)


def _points_back(question: str, known: _Words, *, weakly: bool) -> bool:
    """Whether a word points outside the question: no existential "there", no pronoun whose noun comes before it.

    `weakly`: words such as "other" and "else" count too, which seldom point back from a question with a subject.
    """
    text = " ".join(words_of(question))
    for pattern in (_EXISTENTIAL, _ANTICIPATED, _WHETHER, _IMPERSONAL):
        text = pattern.sub(" ", text)
    for match in _POINTING.finditer(text):
        word = match.group()
        if word in known.weak and not weakly:
            continue
        if word in known.pointing and not (word in known.anaphors and _NOUN.search(text[: match.start()])):
            return True
    return False


def referred_to(question: str, history: Sequence[str], *, depth: int = MAX_DEPTH) -> str:
    """Return the earlier message that a question refers to, with what that one refers to in turn."""
    if not history or depth == 0 or not refers_back(question):
        return ""
    last = history[-1].strip()
    return f"{referred_to(last, history[:-1], depth=depth - 1)} {last}".strip()


def is_same_question(question: str, stored: str) -> bool:
    """Return whether a question is a stored one in the same or nearly the same words; word order does not count."""
    return question_similarity(question, stored) >= SAME_QUESTION


def question_similarity(question: str, other: str) -> float:
    """Return how many content stems two questions share, as a share of all they have (Jaccard), 0 to 1."""
    first, second = _stems(question), _stems(other)
    return len(first & second) / len(first | second) if first and second else 0.0


@lru_cache(maxsize=4_000)
def _stems(text: str) -> frozenset[str]:
    function = _words().function
    return frozenset(stem(word) for word in words_of(text) if word not in function)
