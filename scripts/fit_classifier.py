"""Fits the safety classifier on the project's labelled messages and writes its weights.

It is fitted on every file in tests/data/redflags but those kept for judging (`unseen_*`). With --judge each file is
judged first by a fit on all the others, so that the figures are of messages by a writer whom that fit had not seen.
Needs scikit-learn, which comes with sentence-transformers. Run it again when messages or word groups have changed.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from faqbot.safety import assess
from faqbot.safety.classifier import CALM, NAME, Classifier, place_features
from faqbot.safety.language import Words, read_words
from faqbot.safety.loading import load_book
from faqbot.safety.phrases import Mention, find_mentions

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data" / "redflags"
TARGET = ROOT / "src" / "faqbot" / "safety" / NAME
STRENGTH = 30.0  # inverse of the regularisation
LEAST = 2  # messages a feature must occur in
NAMED = f"scripts/{Path(__file__).name}"
HELP = (
    "Feature, then what it adds for an alarm, for an emergency and for a crisis: a word, a word after another (^: the "
    "first of a sentence), ? for a question, <a word group of the rules>."
)
ROUTINE, EMERGENT, CRISIS = "routine", "emergency", "crisis"


@dataclass(frozen=True, slots=True)
class Message:
    """One labelled message: the file that holds it, its text, level and category; `open` where two levels are right."""

    file: str
    text: str
    expect: str
    category: str
    open: bool


def main() -> None:
    """Fit on all and write; with --judge first fit without each file in turn and judge it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judge", action="store_true", help="print what is heard of each file by a fit without it")
    written = [message for path in sorted(DATA.glob("*.jsonl")) for message in _read(path)]
    messages = [*_examples(), *written]
    if parser.parse_args().judge:
        print("| file | messages | red flags held harmless | harmless held so |\n|---|---|---|---|")
        for name in dict.fromkeys(message.file for message in messages):
            held = [message for message in messages if message.file == name]
            print(_judged(name, held, fit([message for message in messages if message.file != name])), flush=True)
    write(fit(messages), len(written))


def fit(messages: Sequence[Message]) -> Classifier:
    """Three regressions over the same features: alarm, and given an alarm emergency and crisis."""
    vectorizer = DictVectorizer(dtype=np.float32)
    rows = vectorizer.fit_transform([_scaled(message.text) for message in messages])
    kept = np.flatnonzero(np.asarray((rows > 0).sum(axis=0)).ravel() >= LEAST)
    rows = rows[:, kept]
    alarm = np.array([message.expect != ROUTINE for message in messages])
    clear = alarm & np.array([not message.open for message in messages])
    models = [
        _regression(rows, alarm),
        _regression(rows[clear], np.array([message.expect == EMERGENT for message in messages])[clear]),
        _regression(rows[alarm], np.array([message.category == CRISIS for message in messages])[alarm]),
    ]
    names = vectorizer.get_feature_names_out()[kept]
    columns = np.stack([model.coef_[0] for model in models], axis=1)
    weights = {str(name): tuple(row) for name, row in zip(names, columns.tolist(), strict=True)}
    return Classifier(tuple(float(model.intercept_[0]) for model in models), weights)


def write(classifier: Classifier, count: int) -> None:
    """The weights as text, most alarming first; those that round to nothing are left out."""
    ordered = sorted(classifier.weights.items(), key=lambda item: (-item[1][0], item[0]))
    lines = [
        f"# {HELP} Fitted on {count} messages and the rules' examples by {NAMED}.",
        _line("(bias)", classifier.bias),
    ]
    lines += [_line(name, row) for name, row in ordered if any(abs(value) >= 0.05 for value in row)]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"\n{len(lines) - 2} features in {TARGET.relative_to(ROOT)}")


def _line(name: str, numbers: Sequence[float]) -> str:
    return "\t".join([name, *(f"{value:.2f}" for value in numbers)])


def _judged(file: str, held: Sequence[Message], classifier: Classifier) -> str:
    judged = [classifier.judge(*_read_words(message.text)) for message in held]
    calm = [likeness is not None and likeness.alarm < CALM for likeness in judged]
    harmful = [each for each, message in zip(calm, held, strict=True) if message.expect != ROUTINE]
    harmless = [each for each, message in zip(calm, held, strict=True) if message.expect == ROUTINE]
    shares = [sum(part) / max(1, len(part)) for part in (harmful, harmless)]
    return f"| {file} | {len(held)} | {shares[0]:.3f} | {shares[1]:.3f} |"


def _examples() -> list[Message]:
    """The examples of the rules: those that fire at the rule's level, and the quiet ones that meet no rule at all."""
    fires = [
        Message("rules", text, rule.level, rule.category, False) for rule in load_book().rules for text in rule.fires
    ]
    quiet = [
        Message("rules", text, ROUTINE, "", False)
        for rule in load_book().rules
        for text in rule.quiet
        if assess([text]).level in ("none", "conditional")
    ]
    return fires + quiet


def _read(path: Path) -> list[Message]:
    if path.stem.startswith(("unseen", "multiturn")):
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    return [
        Message(path.stem, row["text"], row["expect"], row["category"], "also acceptable" in row.get("note", ""))
        for row in rows
    ]


def _read_words(text: str) -> tuple[Words, dict[str, list[Mention]]]:
    book = load_book()
    words = read_words(book, text)
    return words, find_mentions(book, words)


def _scaled(text: str) -> dict[str, float]:
    counts = Counter(feature for place in place_features(*_read_words(text)) for feature in place)
    length = sum(counts.values()) ** 0.5
    return {name: count / length for name, count in counts.items()}


def _regression(rows: object, right: NDArray[np.bool_]) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=3000).fit(rows, right)


if __name__ == "__main__":
    main()
