"""Fits the calibration that ships, on four corpora so that it is no one corpus's: needs ../shared, writes its JSON.

Questions and refusals: the reference documents and the corpus that ships, each with its own questions and with
questions that it cannot answer, a public FAQ set (covid_faq_match) with the far-off questions of both, and 400
utterances of the validation part of oos_clinc, 100 of them out of scope.
"""

import json
import random
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from faqbot.bot import FaqBot
from faqbot.cli.calibrate import figures, table
from faqbot.evaluation.benchmark import read_folder
from faqbot.evaluation.metrics import Question, load_questions
from faqbot.evaluation.runner import label, ranked
from faqbot.evaluation.selective import Case, calibrate, cross_validated, labelled, measure
from faqbot.index import build, build_documents
from faqbot.retrieval.calibration import threshold
from faqbot.settings import Settings

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
DATA = ROOT / "tests" / "data"
SEEDS = SHARED / "eval" / "seeds"
MOST_REFUSED = 0.045
TARGET = ROOT / "src" / "faqbot" / "calibration.json"


def quoted(corpus: Path, questions: Path, out_of_scope: Path, name: str) -> tuple[list[Case], str]:
    """Cases of a corpus whose questions have gold quotes, and its encoder's fingerprint."""
    with tempfile.TemporaryDirectory() as index:
        build(corpus, Path(index), settings=Settings())
        with FaqBot.load(index, settings=Settings()) as bot:
            cases = label(bot.rank, load_questions(questions), load_questions(out_of_scope))
            return [replace(case, id=f"{name}-{case.id}") for case in cases], bot.encoder.fingerprint


def judged(folder: Path, far: list[Question]) -> list[Case]:
    """Cases of a benchmark folder, with far-off questions that it does not answer."""
    known = read_folder(folder)
    with tempfile.TemporaryDirectory() as index:
        build_documents(known.documents, Path(index), settings=Settings())
        with FaqBot.load(index, settings=Settings()) as bot:
            cases = label(bot.rank, [], far)
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
                cases.append(Case(f"{folder.name}-{row['id']}", "far", scope, right, dict(ranking.features)))
    return cases


def main() -> int:
    """Fit, print what cross-validation says, and write the calibration."""
    own, encoder = quoted(ROOT / "corpus", DATA / "questions.jsonl", DATA / "out_of_scope.jsonl", "own")
    seeds, _ = quoted(SHARED / "reference" / "seeds", SEEDS / "questions.jsonl", SEEDS / "out_of_scope.jsonl", "seeds")
    every = (*load_questions(SEEDS / "out_of_scope.jsonl"), *load_questions(DATA / "out_of_scope.jsonl"))
    public = judged(SHARED / "eval" / "datasets" / "covid_faq_match", [one for one in every if one.kind == "far"])
    intents = uttered(SHARED / "eval" / "datasets" / "oos_clinc")
    cases = [*own, *seeds, *public, *intents]
    random.Random(0).shuffle(cases)
    found = measure(cases, *cross_validated(cases))
    fitted = calibrate(cases, encoder=encoder)
    # The threshold is that of the corpus that needs the lowest: on none of them may too many answers be withheld.
    lowest = min(threshold(fitted, labelled(part), MOST_REFUSED) for part in (own, seeds, public, intents))
    calibration = replace(fitted, none_below=lowest, figures=figures(found, len(cases)))
    TARGET.write_text(json.dumps(calibration.to_dict(), indent=1) + "\n", encoding="utf-8")
    print(f"{len(cases)} questions\n{table(found)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
