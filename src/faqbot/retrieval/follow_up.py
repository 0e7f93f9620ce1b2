"""A question and the earlier ones go in; what the question refers back to comes out, or "" where it stands alone."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
MOST_OWN = 3  # words of its own with which a question that points back may still need an earlier one
DEEPEST = 3  # earlier messages that one follow-up can lead through


@dataclass(frozen=True, slots=True)
class _Words:
    pointing: frozenset[str]
    empty: frozenset[str]
    opening: re.Pattern[str]


@cache
def _words() -> _Words:
    data = tomllib.loads(files("faqbot.retrieval").joinpath("follow_up.toml").read_text(encoding="utf-8"))
    opening = re.compile(rf"\s*(?:{'|'.join(data['opening'])})\b", re.IGNORECASE)
    return _Words(frozenset(data["pointing"].split()), frozenset(data["empty"].split()), opening)


def refers_back(question: str) -> bool:
    """Whether a question needs an earlier one to be understood: it points back, continues, or has no subject."""
    known = _words()
    words = [word.lower().replace("’", "'").removesuffix("'s") for word in WORD.findall(question)]
    own = [word for word in words if word not in known.empty and word not in known.pointing]
    if len(own) <= MOST_OWN and (known.opening.match(question) or any(word in known.pointing for word in words)):
        return True
    return not own


def referred_to(question: str, history: Sequence[str], *, depth: int = DEEPEST) -> str:
    """The earlier message that a question refers to, with what that one refers to in turn."""
    if not history or depth == 0 or not refers_back(question):
        return ""
    last = history[-1].strip()
    return f"{referred_to(last, history[:-1], depth=depth - 1)} {last}".strip()
