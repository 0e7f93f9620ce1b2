"""Write docs/examples.md: twenty questions of a worried person with the first passage of each answer."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from faqbot.bot import FaqBot
from faqbot.types import Answer

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "examples.md"
QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("hi",),
    ("since monday",),
    ("my back hurts, what should I do",),
    ("is it bad to walk when my back hurts",),
    ("does walking cause back pain",),
    ("how far should I walk",),
    ("should I stay in bed",),
    ("sciatica",),
    ("can I take ibuprofen and naproxen together",),
    ("can I drink beer with ibuprofen",),
    ("how do I do a bridge", "and how often?"),
    ("can I walk with a slipped disc", "what else?"),
    ("which shoes are best and is a treadmill ok",),
    ("my leg goes numb when I walk",),
    ("I can't pee and I am numb between my legs",),
    ("when should I see a doctor",),
    ("is it cancer",),
    ("does a copper bracelet help",),
    ("what is the capital of France",),
    ("are you a doctor?",),
    ("thanks, that helps",),
)


def main() -> int:
    """Ask every question of the index named on the command line (default: index) and write the page."""
    with FaqBot.load(sys.argv[1] if len(sys.argv) > 1 else "index") as bot:
        head = (
            "# Twenty answers, read as a worried person\n\n"
            f"Written by `python scripts/examples.py` on {datetime.now(UTC):%Y-%m-%d}, "
            f"index {bot.index_version}. "
            "Each shows the last message, how sure the answer is, and the marked sentence of its first passage.\n"
        )
        parts = [_shown(bot.answer(each[-1], history=each[:-1]), each[:-1]) for each in QUESTIONS]
    TARGET.write_text("\n".join([head, *parts]), encoding="utf-8")
    return 0


def _shown(answer: Answer, history: tuple[str, ...]) -> str:
    after = f" (after “{'”, “'.join(history)}”)" if history else ""
    lines = [f"## {answer.question}{after}", ""]
    if answer.alert.level != "none":
        lines += [f"**{answer.alert.level}: {answer.alert.heading}**", ""]
    if answer.reply:
        return "\n".join([*lines, answer.reply, ""])
    lines += [answer.certainty_text, ""]
    for each in answer.parts or (answer,):
        if each.band != "none" and each.hits:
            lines += [_passage(each), ""]
    if answer.unmatched:
        lines += [f"The first passage does not mention: {', '.join(answer.unmatched)}.", ""]
    if answer.note:
        lines += [answer.note, ""]
    if answer.choices:
        lines += [f"Choices: {' · '.join(answer.choices)}", ""]
    return "\n".join(lines)


def _passage(answer: Answer) -> str:
    hit = answer.hits[0]
    marked = " ".join(" ".join(hit.passage.text[start:end].split()) for start, end in hit.highlights)
    name = hit.passage.question or " > ".join(hit.passage.headings) or hit.passage.title
    return f"> **{name}** ({hit.passage.document_id}): {marked}"


if __name__ == "__main__":
    sys.exit(main())
