"""A linear classifier beside the rules: a message goes in, how alarming messages in such words were comes out.

The rules hear what somebody thought of; this hears more of what nobody did. It is logistic regression over words, pairs
of neighbours and the groups of the rules' lexicon, fitted on this project's own labelled messages by
`scripts/fit_classifier.py`; `classifier.tsv` holds its weights, readable. It raises nothing: where
it is sure that a message is harmless it makes the alert of a rule conditional, unless the rule is firm.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from math import exp, sqrt

from faqbot.safety.language import Words
from faqbot.safety.phrases import Mention

NAME = "classifier.tsv"
# Chosen on messages of writers that a fit had not seen (docs/safety.md).
CALM = 0.02  # chance below which a rule that is not firm gives no more than a conditional card
WINDOW = 30  # words looked at together; of a longer message the window that alarms most counts
_STEP = 10


@dataclass(frozen=True, slots=True)
class Likeness:
    """What messages in such words were: chances that they call for help soon, at once if so, and for a crisis line."""

    alarm: float
    emergency: float
    crisis: float


@dataclass(frozen=True, slots=True)
class Classifier:
    """Weights of features, three each: for an alarm, for an emergency given an alarm, for a crisis given an alarm."""

    bias: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]

    def judge(self, words: Words, mentions: Mapping[str, Sequence[Mention]]) -> Likeness | None:
        """How alarming the most alarming window of a message is; None for one without words."""
        places = place_features(words, mentions)
        alarms = [self._total(place, 0) for place in places]
        sums, counts = [0.0, *accumulate(alarms)], [0, *accumulate(map(len, places))]
        judged = [
            (self._chance(sums[end] - sums[start], counts[end] - counts[start], 0), start, end)
            for start, end in _windows(words)
        ]
        if not judged:
            return None
        alarm, start, end = max(judged)
        features = [feature for place in places[start:end] for feature in place]
        emergency, crisis = (self._chance(self._total(features, column), len(features), column) for column in (1, 2))
        return Likeness(alarm, emergency, crisis)

    def _total(self, features: Sequence[str], column: int) -> float:
        return sum([self.weights[feature][column] for feature in features if feature in self.weights])

    def _chance(self, total: float, size: int, column: int) -> float:
        return 1 / (1 + exp(-(self.bias[column] + total / sqrt(size))))


def place_features(words: Words, mentions: Mapping[str, Sequence[Mention]]) -> list[list[str]]:
    """For each word its features: itself, the pair with the word before, the question behind it, groups that start."""
    shown = ["0" if word[0].isdigit() else word for word in words.words]
    places = [[word, f"{before} {word}"] for before, word in zip(["^", *shown], shown, strict=False)]
    sentences = words.sentences
    for place in range(1, len(places)):
        if sentences[place] != sentences[place - 1]:
            places[place][1] = f"^ {shown[place]}"
    for place, mark in enumerate(words.marks[1:]):
        if "?" in mark:
            places[place].append("?")
    for group, listed in mentions.items():
        for mention in listed:
            places[mention.start].append(f"<{group}>")
    return places


def _windows(words: Words) -> Iterator[tuple[int, int]]:
    """The whole of a short message; of a long one, stretches that begin with a sentence or every few words."""
    count, last = len(words.words), -_STEP
    if count <= WINDOW:
        yield from [(0, count)] if count else []
        return
    for start in range(count):
        begins = start == 0 or words.sentences[start] != words.sentences[start - 1]
        if begins or start - last >= _STEP:
            last = start
            yield start, min(count, start + WINDOW)


@cache
def packaged_classifier() -> Classifier:
    """The classifier that ships."""
    lines = files("faqbot.safety").joinpath(NAME).read_text(encoding="utf-8").split("\n")
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    weights = {name: tuple(map(float, numbers)) for name, *numbers in rows}
    return Classifier(weights.pop("(bias)"), weights)
