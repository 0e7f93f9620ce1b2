"""Report which passage of the corpus states each fact of the reference documents.

python scripts/coverage.py            writes build/coverage.md, prints the share covered and the facts that are not
python scripts/coverage.py --check    writes nothing; exit code 1 if a fact is missing
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from facts import Fact, Plain, load_facts, spread, states

from faqbot.chunking import split
from faqbot.encoders.model_files import find_model
from faqbot.encoders.tokenizer import EncoderTokenizer
from faqbot.readers import discover, read
from faqbot.settings import Settings

ROOT = Path(__file__).parents[1]
HEAD = """# What the corpus covers

Made by `python scripts/coverage.py` from `tests/data/facts.jsonl`; do not edit. Each line is a fact of one of the five
reference documents, told in our own words, with the passage that states it most closely and how many others do too.

"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if every fact is stated, else 1."""
    options = _options(arguments)
    facts = load_facts(options.facts)
    found = coverage(facts, passages(options.corpus))
    uncovered = [fact for fact in facts if not found[fact.id]]
    for fact in uncovered:
        print(f"not covered: {fact.id} ({fact.document}) {fact.text}")
    print(share(facts, found))
    if not options.check:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(table(facts, found), encoding="utf-8")
    return 1 if uncovered else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Which passage of the corpus states each fact.")
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    parser.add_argument("--facts", type=Path, default=ROOT / "tests/data/facts.jsonl")
    parser.add_argument("--out", type=Path, default=ROOT / "build/coverage.md")
    return parser.parse_args(arguments)


def passages(corpus: Path) -> Iterator[Plain]:
    """Every passage of a corpus folder, cut as the default encoder's index cuts it."""
    pieces = EncoderTokenizer.from_file(Path(find_model(Settings().model)) / "tokenizer.json")
    for file in discover(corpus).files:
        document = read(file.path, document_id=file.document_id)
        yield from map(Plain.of, split(document, pieces.count))


def coverage(facts: Sequence[Fact], corpus: Iterator[Plain]) -> dict[str, list[Plain]]:
    """The passages that state each fact, by its id, the plainest first."""
    found: dict[str, list[Plain]] = {fact.id: [] for fact in facts}
    for passage in corpus:
        for fact in facts:
            if states(fact, passage):
                found[fact.id].append(passage)
    return {fact.id: sorted(found[fact.id], key=lambda passage: spread(fact, passage)) for fact in facts}


def share(facts: Sequence[Fact], found: Mapping[str, Sequence[Plain]]) -> str:
    """How many of the facts are stated, as a line."""
    covered = sum(1 for fact in facts if found[fact.id])
    return f"{covered} of {len(facts)} facts covered ({covered / max(1, len(facts)):.1%})"


def table(facts: Sequence[Fact], found: Mapping[str, Sequence[Plain]]) -> str:
    """Return the coverage table as Markdown."""
    parts = [HEAD, share(facts, found), "\n"]
    for document in dict.fromkeys(fact.document for fact in facts):
        parts.append(f"\n## Document {document}\n\n| | fact | stated in | and |\n|---|---|---|---|\n")
        parts += [_row(fact, found[fact.id]) for fact in facts if fact.document == document]
    return "".join(parts)


def _row(fact: Fact, found: Sequence[Plain]) -> str:
    place = _place(found[0]) if found else "**nowhere**"
    more = f"{len(found) - 1} more" if len(found) > 1 else ""
    return f"| {fact.id} | {_cell(fact.text)} | {_cell(place)} | {more} |\n"


def _place(plain: Plain) -> str:
    passage = plain.passage
    heading = passage.question or " › ".join(passage.headings) or passage.title
    return f"{passage.document_id}: {heading}"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    sys.exit(main())
