"""The evaluation that CI runs: thresholds on the project's own questions, and on ../shared/eval where it is there."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
THRESHOLDS = ("--thresholds", ROOT / "tests" / "thresholds.toml", "--set")
SHARED = ROOT.parent / "shared"


def faqbot(*arguments: object) -> int:
    """Run one command of faqbot, shown as it could be typed."""
    print("$ faqbot", *arguments, flush=True)
    return subprocess.call([sys.executable, "-m", "faqbot", *map(str, arguments)])


def own() -> int:
    """The corpus that ships, with the project's own questions."""
    data = ROOT / "tests" / "data"
    index = BUILD / "index"
    others = ("--out-of-scope", data / "out_of_scope.jsonl", *THRESHOLDS, "own")
    return faqbot("build", ROOT / "corpus", "--index", index, "--if-changed") or faqbot(
        "eval", data / "questions.jsonl", "--index", index, *others
    )


def seeds() -> int:
    """The reference documents, with the development questions on them."""
    index, questions = BUILD / "seeds", SHARED / "eval" / "seeds"
    others = ("--out-of-scope", questions / "out_of_scope.jsonl", *THRESHOLDS, "seeds")
    return faqbot("build", SHARED / "reference" / "seeds", "--index", index, "--if-changed") or faqbot(
        "eval", questions / "questions.jsonl", "--index", index, *others
    )


def redflags() -> int:
    """The development messages for the safety rules."""
    folder = SHARED / "eval" / "redflags"
    return max(faqbot("eval-safety", path) for path in sorted(folder.glob("*.jsonl")))


def folders() -> int:
    """The public benchmarks; some minutes each."""
    fields = {"medquad_qa": ("--fields", "text")}
    names = ("covid_faq_match", "medquad_qa", "covidqa_passages", "oos_clinc")
    return max(
        faqbot("eval", SHARED / "eval" / "datasets" / name, *fields.get(name, ()), *THRESHOLDS, name) for name in names
    )


def main() -> int:
    """Everything that can be run here; with "all" the public benchmarks too."""
    parts = [own]
    if (SHARED / "eval").is_dir():
        parts += [seeds, redflags]
    if "all" in sys.argv[1:]:
        parts.append(folders)
    return max(part() for part in parts)


if __name__ == "__main__":
    sys.exit(main())
