"""A text classifier beside the rules: whether a message is like those of people who needed urgent help.

The rules find what somebody thought of; people hint at red flags in words that nobody did. This is logistic regression
over words and pairs of words (Wang & Manning 2012 found such features hard to beat on short texts), fitted by
`scripts/fit_classifier.py`; `classifier.tsv` holds its weights. It may raise a conversation to urgent, never to an
emergency, never lower what the rules found, and quotes nobody. What it raised comes down when the person takes it
back. It reads ten to seventy words: fewer say too little, more are stories of many things.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from math import exp, sqrt

from faqbot.safety.context import read_message
from faqbot.safety.rules import RuleSet

WEIGHTS = "classifier.tsv"
THRESHOLD = 0.85  # probability from which a conversation is urgent; with FEWEST chosen by cross-validation over writers
FEWEST, MOST = 10, 70  # words
TURNS = 2  # messages that are read together
SIMILAR = "similar_to_urgent"  # the sign that it finds


@dataclass(frozen=True, slots=True)
class Classifier:
    """A linear model: the bias and the weights of words and of pairs of words."""

    bias: float
    weights: Mapping[str, float]

    def probability(self, features: Sequence[str]) -> float:
        """Return how probable it is that a message with these features needs urgent help, 0 to 1."""
        unique = set(features)
        total = sum(self.weights.get(feature, 0.0) for feature in unique)
        return 1 / (1 + exp(-self.bias - total / sqrt(len(unique) or 1)))


@cache
def load_classifier() -> Classifier:
    """Return the classifier that ships."""
    lines = files("faqbot.safety").joinpath(WEIGHTS).read_text(encoding="utf-8").splitlines()
    rows = (line.rsplit("\t", 1) for line in lines if not line.startswith("#"))
    weights = {feature: float(weight) for feature, weight in rows}
    return Classifier(weights.pop(""), weights)


@lru_cache(maxsize=4096)
def features_of(rules: RuleSet, message: str) -> tuple[str, ...]:
    """Return the words of a message as the rules read them, and the pairs of neighbours in a sentence.

    A word that a negation reaches is marked: "no pain in my leg" has "not_pain" (Pang, Lee & Vaithyanathan 2002).
    """
    read = read_message(rules, message)
    reached = (range(scope.start, scope.end) for scopes in read.negation_scopes.values() for scope in scopes)
    negated = {place for places in reached for place in places}
    words = [f"not_{word}" if place in negated else word for place, word in enumerate(read.words.words)]
    pairs = zip(pairwise(words), pairwise(read.words.sentences), strict=True)
    return (*words, *(f"{one} {other}" for (one, other), (here, there) in pairs if here == there))


def is_similar(rules: RuleSet, messages: Sequence[str]) -> bool:
    """Return whether the last of some messages, alone or read with those before it, is like urgent ones."""
    features: list[str] = []
    words = 0
    for message in reversed(messages):
        features += features_of(rules, message)
        words += len(message.split())
        if words > MOST:
            return False
        if words >= FEWEST and load_classifier().probability(features) >= THRESHOLD:
            return True
    return False
