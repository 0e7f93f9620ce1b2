"""Highlights: the sentence of a passage that answers, and the words of question and passage that met."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from faqbot.retrieval.token_layout import Layout
    from faqbot.types import Span

SHORTEST, SHORT = 13, 24  # characters: "Usually not." answers, and what follows explains it; both are marked
MIN_SIMILARITY = 0.45  # of two words to be shown as having met
MAX_PAIRS = 8
FIT = 0.25  # what the form of an answer to the kind of question counts, in units of a sentence's similarity

_START = r"^(?:[\W\d]*)"
_AUXILIARIES = """
is are am was do does did can could should shall will would may might must has have
"""
_STEPS = """
lie sit stand bend lift hold keep start begin put place walk push pull press tighten raise lower turn roll breathe stay
use try do take go move stretch let rest choose wear ask tell call write stop avoid make add build repeat count wait
warm change get look step swing relax lean
"""
_POLAR = """
yes no not usually often mostly sometimes rarely seldom never always it_depends that_depends it_can it_may they_can
for_most in_most most_people only probably generally as_a_rule
"""


def _one_of(words: str) -> str:
    return "(?:" + "|".join(word.replace("_", " ") for word in words.split()) + r")\b"


_POLARITY = _START + _one_of(_POLAR)
_NUMBER = r"\d|\b" + _one_of(
    "one two three four five six seven eight nine ten twelve twenty thirty half once twice few every"
)
_STEP = _START + "(?:then |first,? |next,? |slowly |gently )?" + _one_of(_STEPS)
_REASON = r"\b" + _one_of("because since due_to reason cause causes caused come_from comes_from make makes so_that")
_DEFINITION = r"\b" + _one_of("is are mean means")
_TIME = r"\b" + _one_of("when if after before until once as_soon_as within straight_away at_once today")
# Kinds of questions, with the form that a sentence which answers one has.
_FORMS = (
    (r"\bhow " + _one_of("many much long far often soon fast big high old heavy"), _NUMBER),
    (r"\bhow " + _one_of("do can should must could to would") + r"|\bwhat (?:should|can|do) (?:i|we|you) do\b", _STEP),
    (r"\bwhy\b|\bwhat (?:causes|makes)\b", _REASON),
    (r"\bwhat(?:'s| is| are| does)\b", _DEFINITION),
    (r"\bwhen\b", _TIME),
    (_START + "(?:and |but |so )?" + _one_of(_AUXILIARIES), _POLARITY),
)


def highlight(
    layout: Layout, similar: NDArray[np.float32], weights: NDArray[np.float32], question: str = ""
) -> tuple[Span, ...]:
    """Return the sentence of a passage's text that answers best, as offsets.

    `similar` is (t, q), the cosines of the tokens of its `embedded_text` (special ones left out) with those of the
    question, `weights` (q,) what those count. A sentence of the form that answers the kind of question (a number
    under "how many", a step under "how do I", "usually not" under "does it") is preferred.
    """
    found = layout.sentences
    values = [similar[first:past].max(axis=0) @ weights if past > first else -1.0 for first, past in layout.tokens]
    if not found or max(values) < 0:
        return ()
    lead = len(layout.text) - layout.text_length
    texts = [layout.text[start + lead : end + lead] for start, end in found]
    form = _form(question)
    fits = [float(value) + _fit(text, form) for value, text in zip(values, texts, strict=True)]
    best = fits.index(max(fits))
    if form == _POLARITY and re.match(_POLARITY, texts[0], re.IGNORECASE) and values[best] - values[0] < 2 * FIT:
        best = 0  # the answer to a yes-or-no question leads
    first = best - 1 if best and _leads_into(texts[best - 1], found[best - 1], found[best]) else best
    last = best + 1 if best + 1 < len(found) and _leads_into(texts[best], found[best], found[best + 1]) else best
    return ((found[first][0], found[last][1]),)


@lru_cache(maxsize=256)
def _form(question: str) -> str:
    text = question.lower().replace("’", "'")
    return next((form for kind, form in _FORMS if re.search(kind, text)), "")


def _fit(sentence: str, form: str) -> float:
    if sentence.rstrip().endswith("?"):
        return -FIT
    return FIT if form and re.search(form, sentence, re.IGNORECASE) else 0.0


def _leads_into(text: str, before: Span, after: Span) -> bool:
    """Whether a sentence is a short answer that the next one explains."""
    answers = len(text) <= SHORTEST or bool(re.match(_POLARITY, text, re.IGNORECASE))
    return len(text) <= SHORT and answers and after[0] - before[1] <= 1


def matched_terms(
    question: Layout, layout: Layout, similar: NDArray[np.float32], weights: NDArray[np.float32]
) -> tuple[tuple[str, str], ...]:
    """Return which words of the question met which of the passage, those that count most first."""
    best = similar.argmax(axis=0).tolist()
    likeness = similar.max(axis=0).tolist()
    found: dict[str, str] = {}
    for column in np.argsort(-weights).tolist():
        if len(found) == MAX_PAIRS:
            break
        if likeness[column] < MIN_SIMILARITY:
            continue
        word, met = question.word(column), layout.word(best[column])
        if word[:1].isalnum() and met[:1].isalnum():
            found.setdefault(word, met)
    return tuple(found.items())
