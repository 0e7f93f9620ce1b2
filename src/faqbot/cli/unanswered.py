"""`faqbot unanswered`: group unanswered questions, and turn a group into variants of a question."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from faqbot.bot import FaqBot
from faqbot.cli.index import build_index
from faqbot.cli.parser import DONE, FAILED
from faqbot.cli.progress import Progress
from faqbot.errors import FeedbackError
from faqbot.evaluation.metrics import load_questions
from faqbot.feedback import QuestionGroup, passage_title, read_entries
from faqbot.promotion import (
    FOUND_WITHIN,
    Comparison,
    VariantResult,
    compare,
    group_questions,
    load_group,
    own_questions,
    read_corpus,
    select_candidates,
)
from faqbot.service import ErrorResponse, safe_answer
from faqbot.settings import Settings
from faqbot.types import Answer
from faqbot.variants import (
    VARIANTS_FILE,
    add_variants,
    find_entry,
    normalize_question,
    read_variants,
    write_variants,
)

_SHOWN = 4  # questions of a group


def unanswered(given: argparse.Namespace, settings: Settings) -> int:
    """List the groups, the largest first, or promote one."""
    if bool(given.promote) != bool(given.to):
        given.wrong_use("--promote GROUP and --to QUESTION go together")
    entries = [each for each in read_entries(given.file, since=given.since or "") if each.verdict != "helpful"]
    groups = group_questions(entries, given.index, settings)
    if given.promote:
        return _promote(load_group(groups, given.promote), given, settings)
    with FaqBot.load(given.index, settings=settings) as bot:
        shown = [_current_answer(bot, group) for group in groups[: given.most]]
    if given.json:
        print(json.dumps([each.to_dict() for each in shown], ensure_ascii=False, indent=2))
        return DONE
    for each in shown:
        print(each.as_text())
    print(f"{given.file}: {len(entries)} questions in {len(groups)} groups, {len(shown)} of them shown")
    return DONE


@dataclass(frozen=True, slots=True)
class UnansweredGroup:
    """A group with the bot's present answer to the question that stands for it; None where it is refused."""

    group: QuestionGroup
    answer: Answer | None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        best = self.answer.hits[0].passage if self.answer and self.answer.hits else None
        return {
            "id": self.group.id,
            "count": self.group.count,
            "verdicts": self.group.verdicts,
            "days": list(self.group.days),
            "questions": list(self.group.questions),
            "band": self.answer.band if self.answer else "none",
            "confidence": round(self.answer.confidence, 4) if self.answer else 0.0,
            "nearest": best and {"id": best.id, "document_id": best.document_id, "title": passage_title(best)},
        }

    def as_text(self) -> str:
        """Return the same as lines for the terminal."""
        group, shown = self.group, self.to_dict()
        verdicts = ", ".join(f"{number} {verdict.replace('_', ' ')}" for verdict, number in group.verdicts.items())
        lines = [f"{group.id}  {group.count} ({verdicts}); {_period(group.days)}", f"    {group.name}"]
        lines += [f"    {question}" for question in group.questions[1:_SHOWN]]
        if len(group.questions) > _SHOWN:
            lines.append(f"    and {len(group.questions) - _SHOWN} more questions")
        nearest = f"{shown['nearest']['title']} ({shown['nearest']['document_id']})" if shown["nearest"] else "nothing"
        return "\n".join(
            [*lines, f"    today: {shown['band']}, confidence {shown['confidence']:.2f}; nearest: {nearest}"]
        )


def _current_answer(bot: FaqBot, group: QuestionGroup) -> UnansweredGroup:
    answer = safe_answer(bot, group.name)
    return UnansweredGroup(group, None if isinstance(answer, ErrorResponse) else answer)


def _promote(group: QuestionGroup, given: argparse.Namespace, settings: Settings) -> int:
    """Try the group's questions as variants of the entry, and keep them where nothing gets worse."""
    documents = read_corpus(given.corpus)
    entry = find_entry(documents, given.to)
    candidates = select_candidates(documents, _wanted(group, given))
    for question, reason in candidates.left_out.items():
        print(f"left out: {question}: {reason}")
    if not candidates.added:
        raise FeedbackError(f"Nothing of group {group.id} is left to add to {entry.pair.question!r}")
    print(f"{given.corpus / VARIANTS_FILE}, {entry.pair.question}:")
    for question in candidates.added:
        print(f"+ {question}")
    questions = load_questions(given.eval) if given.eval else own_questions(given.corpus)
    with Progress() as progress:
        compared = compare(
            given.corpus, given.index, entry, candidates.added, questions, settings=settings, progress=progress.show
        )
    print(_table(compared, len(questions)))
    losses = compared.losses()
    for loss in losses:
        print(f"WORSE {loss}")
    if given.dry_run:
        print("nothing was changed: --dry-run")
        return DONE
    if losses and not given.force:
        print("nothing was changed: answers would get worse. Choose another entry, or add --force")
        return FAILED
    variants = add_variants(read_variants(given.corpus), entry.pair.question, candidates.added)
    print(f"{write_variants(given.corpus, variants)}: written")
    build_index(given.corpus, given.index, settings)
    return DONE


def _wanted(group: QuestionGroup, given: argparse.Namespace) -> list[str]:
    """The group's questions without those to be left out. Raises FeedbackError for one that is not in it."""
    unwanted = {normalize_question(question): question for question in given.leave_out}
    unknown = unwanted.keys() - {normalize_question(question) for question in group.questions}
    if unknown:
        raise FeedbackError(
            f"Group {group.id} has no question {unwanted[min(unknown)]!r}. It has: {'; '.join(group.questions)}"
        )
    return [each for each in group.questions if normalize_question(each) not in unwanted][: given.most]


def _table(compared: Comparison, questions: int) -> str:
    """The evaluation before and after, a line each."""
    both = (compared.before, compared.after)
    rows = {"": ["before", "after"]}
    if questions:
        for name, depth in (("right passage first", 1), (f"right passage within {FOUND_WITHIN}", FOUND_WITHIN)):
            rows[f"{name}, of {questions} questions"] = [str(len(each.within(depth))) for each in both]
    rows["questions and variants of the corpus that find their entry first"] = [
        str(len(each.found_first)) for each in both
    ]
    rows |= {name: [_shown(each.candidates[name]) for each in both] for name in compared.after.candidates}
    width = max(map(len, rows))
    return "\n".join(f"{name:<{width}}  {before:<32} {after}".rstrip() for name, (before, after) in rows.items())


def _shown(result: VariantResult) -> str:
    place = f"rank {result.rank}" if result.rank else "not within ten"
    return f"{place}, {result.band}, {result.confidence:.2f}"


def _period(days: Sequence[str]) -> str:
    """From which day to which; an entry may have no day."""
    if len(days) > 1:
        return f"{len(days)} days, {days[0]} to {days[-1]}"
    return days[0] if days else "no day known"
