"""Fits the safety classifier on labelled messages and writes its weights.

Fitted on the project's own messages (tests/data/redflags/train and dev), its questions, and, where ../shared is there,
on ordinary messages to doctors' forums under the MIT licence and on questions to a bank under CC BY 4.0: of those only
weights are kept, no text. With --validate each file is first judged by a fit on all the others, so that the figures
are of writers whom that fit had not seen. Needs scikit-learn (extra "eval").
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from faqbot.evaluation.safety import read_items
from faqbot.safety import assess
from faqbot.safety.classifier import FEWEST, MOST, THRESHOLD, WEIGHTS, Classifier, features_of
from faqbot.safety.rules_file import load_rules

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data"
REAL = ROOT.parent / "shared" / "eval" / "real"
LICENSED = ("questiondoctors", "icliniq", "ehealthforum")  # MIT
BANK = 800  # questions to a bank, of about 3,000
STRENGTH = 10.0  # inverse of the regularisation
LEAST = 3  # messages that a feature must occur in
KEPT = 4_000  # features with the largest weights, fitted again by themselves
ORDINARY, EMPHASIS = "ordinary.jsonl", 3.0  # what most people write, of which few examples were written, counts more
LEFT_OUT = "everyday_*.jsonl"  # with these, recall on writers whom nobody fitted falls by .02
UP = ("urgent", "emergency")


@dataclass(frozen=True, slots=True)
class Example:
    """The messages of one person, whether they need urgent help, and the file they come from."""

    turns: tuple[str, ...]
    urgent: bool
    file: str


def main() -> None:
    """Fit on everything and write the weights; with --validate print figures of unseen writers first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--validate", action="store_true", help="judge each file by a fit on all the others")
    examples = [*written(), *ordinary()]
    if parser.parse_args().validate:
        validate(examples)
    write(fit(examples), len(examples))


def written() -> list[Example]:
    """Return the project's own labelled messages, without those kept for judging."""
    found = (path for part in ("train", "dev") for path in (DATA / "redflags" / part).glob("*.jsonl"))
    paths = sorted(path for path in found if not path.match(LEFT_OUT))
    return [Example(item.turns, item.expect in UP, path.name) for path in paths for item in read_items(path)]


def ordinary() -> list[Example]:
    """Return messages that need no alarm: the project's questions, and real ones where they are there."""
    questions = [json.loads(line)["question"] for line in _lines(DATA / "questions.jsonl")]
    found = [Example((question,), False, "questions") for question in questions]
    if REAL.is_dir():
        rows = [json.loads(line) for line in _lines(REAL / "medical_unlabelled.jsonl")]
        texts = [row["text"] for row in rows if row["source"] in LICENSED]
        # About 4 in 100 of the unlabelled ones need help; those that the rules find are left out.
        found += [Example((text,), False, "forums") for text in texts if assess([text]).level not in UP]
        found += [Example((text,), False, "bank") for text in _lines(REAL / "chat.txt")[:BANK]]
    return found


def fit(examples: Sequence[Example]) -> Classifier:
    """Return the classifier fitted on examples, with the features of largest weight."""
    features = [_features(example) for example in examples]
    counted = Counter(feature for each in features for feature in each)
    urgent = np.array([example.urgent for example in examples])
    counts = np.array([EMPHASIS if example.file == ORDINARY else 1.0 for example in examples])
    names = sorted(feature for feature, count in counted.items() if count >= LEAST)
    weights, _ = _regression(features, names, urgent, counts)
    names = [names[place] for place in np.argsort(-np.abs(weights))[:KEPT]]
    weights, bias = _regression(features, names, urgent, counts)
    return Classifier(bias, dict(sorted(zip(names, weights.tolist(), strict=True))))


def _regression(
    features: Sequence[set[str]], names: Sequence[str], urgent: NDArray[np.bool_], counts: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    places = {name: place for place, name in enumerate(names)}
    columns = [[places[feature] for feature in each if feature in places] for each in features]
    values = [len(each) ** -0.5 for each, kept in zip(features, columns, strict=True) for _ in kept]
    starts = np.cumsum([0, *map(len, columns)])
    matrix = csr_matrix((values, [place for kept in columns for place in kept], starts), (len(features), len(names)))
    model = LogisticRegression(C=STRENGTH, max_iter=2_000).fit(matrix, urgent, sample_weight=counts)
    return model.coef_[0], float(model.intercept_[0])


def validate(examples: Sequence[Example]) -> None:
    """Print for each file of written messages what rules, and rules with an unseen classifier, find."""
    print("| file | urgent | found by rules | with classifier | harmless | alarms by rules | with classifier |")
    print("|---|---|---|---|---|---|---|")
    for name in dict.fromkeys(example.file for example in examples):
        held = [example for example in examples if example.file == name]
        classifier = fit([example for example in examples if example.file != name])
        rules = np.array([_rules_alarm(example) for example in held])
        both = rules | np.array([_alarms(classifier, example) for example in held])
        urgent = np.array([example.urgent for example in held])
        cells = [f"{part.sum()} | {_mean(rules[part])} | {_mean(both[part])}" for part in (urgent, ~urgent)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def write(classifier: Classifier, messages: int) -> None:
    """Write the weights, a feature a line."""
    target = ROOT / "src" / "faqbot" / "safety" / WEIGHTS
    head = f"# Feature and weight, by scripts/{Path(__file__).name} on {messages} messages; the first line is the bias."
    rows = {"": classifier.bias, **classifier.weights}
    target.write_text("\n".join([head, *(f"{name}\t{weight:.2f}" for name, weight in rows.items()), ""]), "utf-8")


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def _features(example: Example) -> set[str]:
    return {feature for turn in example.turns for feature in features_of(load_rules(), turn)}


def _rules_alarm(example: Example) -> bool:
    alert = assess(example.turns)
    return alert.level in UP and alert.rules != ("similar-messages",)


def _alarms(classifier: Classifier, example: Example) -> bool:
    words = sum(len(turn.split()) for turn in example.turns)
    return FEWEST <= words <= MOST and classifier.probability([*_features(example)]) >= THRESHOLD


def _mean(found: NDArray[np.bool_]) -> str:
    return f"{found.mean():.3f}" if len(found) else ""


if __name__ == "__main__":
    main()
