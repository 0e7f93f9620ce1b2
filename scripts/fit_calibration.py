"""Fit the calibration that ships, on several corpora so that it is no one corpus's; needs ../shared, writes its JSON.

Questions and refusals: the reference documents and the corpus that ships, each with its own questions and with
questions that it cannot answer; a public FAQ set (covid_faq_match) with the far-off questions of both; 400 utterances
of the validation part of oos_clinc, 100 of them out of scope; 300 questions to a bank (banking77, CC BY 4.0) as
questions that the shipped corpus cannot answer; small talk and other subjects (tests/data/off_topic/train.jsonl).
"""

import json
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from faqbot.bot import FaqBot
from faqbot.evaluation.benchmark import read_folder
from faqbot.evaluation.metrics import Question, load_questions, ranked
from faqbot.evaluation.selective import Case, calibrate, cross_validated, label, levels, measure, threshold, wilson
from faqbot.index import build, build_documents
from faqbot.settings import Settings

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
BUILD = ROOT / "build"
DATA = ROOT / "tests" / "data"
SEEDS = SHARED / "eval" / "seeds"
MOST_REFUSED = 0.04
BANK_WEIGHT = 0.3
NEAR_WEIGHT = 0.1  # for answerability: a near miss is better marked with what is missing than refused
UTTERED_WEIGHT = 0.1  # a corpus of utterances is unlike one of passages
TARGET = ROOT / "src" / "faqbot" / "calibration.json"


def labelled(bot: FaqBot, questions: Sequence[Question]) -> list[Case]:
    """Cases of questions with gold quotes, or with none where the corpus does not answer."""
    return [label(question, ranked(bot.rank, question)) for question in questions]


def quoted(corpus: Path, questions: Path, out_of_scope: Path, name: str) -> tuple[list[Case], str]:
    """Cases of a corpus whose questions have gold quotes, and its encoder's fingerprint."""
    index = BUILD / f"fit-{name}"
    build(corpus, index, settings=Settings())
    with FaqBot.load(index, settings=Settings()) as bot:
        cases = labelled(bot, (*load_questions(questions), *load_questions(out_of_scope)))
        weights = {True: 1.0, False: NEAR_WEIGHT}
        cases = [replace(case, id=f"{name}-{case.id}", weight=weights[case.kind != "near"]) for case in cases]
        return cases, bot.encoder.fingerprint


def judged(folder: Path, far: list[Question]) -> list[Case]:
    """Cases of a benchmark folder, with far-off questions that it does not answer."""
    known = read_folder(folder)
    with tempfile.TemporaryDirectory() as index:
        build_documents(known.documents, Path(index), settings=Settings())
        with FaqBot.load(index, settings=Settings()) as bot:
            cases = labelled(bot, far)
            for query, right in known.relevant.items():
                found = ranked(bot.rank, Question(query, known.queries[query], "faq"))
                if found and found.hits:
                    first = found.hits[0].passage.document_id in right
                    cases.append(Case(query, "faq", in_scope=True, right=first, features=dict(found.features)))
    return [replace(case, id=f"{folder.name}-{case.id}") for case in cases]


def uttered(folder: Path) -> list[Case]:
    """Cases of a set of utterances whose intent is the answer, from its validation part."""
    known = read_folder(folder)
    titles = {document.id: document.title for document in known.documents}
    rows = [json.loads(line) for line in (folder / "val.jsonl").read_text(encoding="utf-8").split("\n") if line.strip()]
    random.Random(0).shuffle(rows)
    inside = [row for row in rows if row["label"] == "in"][:300]
    with tempfile.TemporaryDirectory() as index:
        build_documents(known.documents, Path(index), settings=Settings())
        with FaqBot.load(index, settings=Settings()) as bot:
            cases = []
            for row in (*inside, *[row for row in rows if row["label"] != "in"][:100]):
                ranking = bot.rank(row["text"], (), 1)
                first = titles[ranking.hits[0].passage.document_id] if ranking.hits else ""
                scope = row["label"] == "in"
                right = scope and first == row["intent"]
                found = dict(ranking.features)
                cases.append(Case(f"{folder.name}-{row['id']}", "far", scope, right, found, UTTERED_WEIGHT))
    return cases


def off_topic(path: Path, index: Path) -> list[Case]:
    """Cases of small talk and of questions on other subjects."""
    with FaqBot.load(index, settings=Settings()) as bot:
        return labelled(bot, load_questions(path))


def bank(path: Path, index: Path) -> list[Case]:
    """Cases of questions to a bank, which a corpus on backs cannot answer."""
    lines = [line for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    with FaqBot.load(index, settings=Settings()) as bot:
        return [
            Case(f"bank-{number}", "bank", False, False, dict(bot.rank(line, (), 1).features), BANK_WEIGHT)
            for number, line in enumerate(random.Random(0).sample(lines, 300))
        ]


def main() -> int:
    """Fit, print what cross-validation says, and write the calibration."""
    own, encoder = quoted(ROOT / "corpus", DATA / "questions.jsonl", DATA / "out_of_scope.jsonl", "own")
    seeds, _ = quoted(SHARED / "reference" / "seeds", SEEDS / "questions.jsonl", SEEDS / "out_of_scope.jsonl", "seeds")
    every = (*load_questions(SEEDS / "out_of_scope.jsonl"), *load_questions(DATA / "out_of_scope.jsonl"))
    public = judged(SHARED / "eval" / "datasets" / "covid_faq_match", [one for one in every if one.kind == "far"])
    intents = uttered(SHARED / "eval" / "datasets" / "oos_clinc")
    banking = bank(SHARED / "eval" / "real" / "chat.txt", BUILD / "fit-own")
    talk = off_topic(DATA / "off_topic" / "train.jsonl", BUILD / "fit-own")
    cases = [*own, *seeds, *public, *intents, *banking, *talk]
    random.Random(0).shuffle(cases)
    found = measure(cases, *cross_validated(cases))
    calibration = calibrate(cases, encoder=encoder)
    # The threshold is that of the corpus that needs the lowest: on none may too many answers be withheld.
    parts = {"own": own, "seeds": seeds, "public": public, "intents": intents}
    wanted = {name: threshold(calibration, part, MOST_REFUSED) for name, part in parts.items()}
    print("thresholds", wanted)
    figures = {"questions": len(cases), **found.to_dict()}
    calibration = replace(calibration, none_below=min(wanted.values()), figures=figures)
    TARGET.write_text(json.dumps(calibration.to_dict(), indent=1) + "\n", encoding="utf-8")
    print(f"{len(cases)} questions\n{found.as_text()}")
    for name, part in {"own": own, "seeds": seeds}.items():
        inside = [case for case in part if case.in_scope]
        print(f"\n{name} ({len(inside)}):")
        for level, right in levels(calibration, inside).items():
            share, low, high = wilson(right)
            print(f"{level:<12} {len(right):>4}  {share:.3f}  ({low:.3f} to {high:.3f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
