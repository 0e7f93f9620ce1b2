"""`faqbot unanswered`: group unanswered questions, and turn a group into variants of a question."""

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from faqbot.alternates import Edit, add_wordings, find_target, normal
from faqbot.bot import FaqBot, open_encoder
from faqbot.building import build, read_all
from faqbot.cli.build import Bars
from faqbot.cli.codes import DONE, FAILED
from faqbot.errors import FeedbackError
from faqbot.evaluation import metrics as quotes
from faqbot.feedback import Entry, Group, different, group, read_entries, title_of
from faqbot.index import open_index
from faqbot.promoting import AMONG, Comparison, Found, choose, compare
from faqbot.readers import discover
from faqbot.service import ErrorResponse, safe_answer
from faqbot.settings import Settings
from faqbot.types import Answer

OWN_QUESTIONS = Path("tests", "data", "questions.jsonl")  # beside the corpus
_WORDINGS_SHOWN = 4


def run(given: argparse.Namespace, settings: Settings) -> int:
    """List the groups, the largest first, or promote one."""
    if bool(given.promote) != bool(given.to):
        given.wrong_use("--promote GROUP and --to QUESTION go together")
    entries = [each for each in read_entries(given.file, since=given.since or "") if each.verdict != "helpful"]
    groups = _groups(entries, given.index, settings)
    if given.promote:
        return _promote(_named(groups, given), given, settings)
    with FaqBot.load(given.index, settings=settings) as bot:
        gaps = [_gap(bot, each) for each in groups[: given.most]]
    if given.json:
        print(json.dumps([gap.to_dict() for gap in gaps], ensure_ascii=False, indent=2))
        return DONE
    for gap in gaps:
        print(gap.as_text())
    print(f"{given.file}: {len(entries)} questions in {len(groups)} groups, {len(gaps)} of them shown")
    return DONE


def _groups(entries: Sequence[Entry], index: Path, settings: Settings) -> tuple[Group, ...]:
    """The questions grouped by their vectors, as the index' own encoder makes them of questions."""
    wordings = different(entries)
    if not wordings:
        return ()
    with closing(open_index(index, store=settings.store, token=settings.store_token)) as generation:
        encoder = open_encoder(generation, threads=settings.threads)
        encoded = encoder.encode(wordings, prompt=generation.encoder.query_prompt)
    return group(entries, wordings, np.stack([each.vector for each in encoded]))


@dataclass(frozen=True, slots=True)
class Gap:
    """A group with what the bot says today to the wording that stands for it; None where it is refused."""

    group: Group
    answer: Answer | None

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        best = self.answer.hits[0].passage if self.answer and self.answer.hits else None
        return {
            "id": self.group.id,
            "count": self.group.count,
            "verdicts": self.group.verdicts,
            "days": list(self.group.days),
            "wordings": list(self.group.wordings),
            "band": self.answer.band if self.answer else "none",
            "confidence": round(self.answer.confidence, 4) if self.answer else 0.0,
            "nearest": best and {"id": best.id, "document_id": best.document_id, "title": title_of(best)},
        }

    def as_text(self) -> str:
        """The same for people."""
        group, shown = self.group, self.to_dict()
        verdicts = ", ".join(f"{number} {verdict.replace('_', ' ')}" for verdict, number in group.verdicts.items())
        days = group.days[0] if len(group.days) == 1 else f"{len(group.days)} days, {group.days[0]} to {group.days[-1]}"
        lines = [f"{group.id}  {group.count} ({verdicts}); {days}", f"    {group.name}"]
        lines += [f"    {wording}" for wording in group.wordings[1:_WORDINGS_SHOWN]]
        if len(group.wordings) > _WORDINGS_SHOWN:
            lines.append(f"    and {len(group.wordings) - _WORDINGS_SHOWN} more wordings")
        nearest = f"{shown['nearest']['title']} ({shown['nearest']['document_id']})" if shown["nearest"] else "nothing"
        return "\n".join(
            [*lines, f"    today: {shown['band']}, confidence {shown['confidence']:.2f}; nearest: {nearest}"]
        )


def _gap(bot: FaqBot, found: Group) -> Gap:
    answer = safe_answer(bot, found.name)
    return Gap(found, None if isinstance(answer, ErrorResponse) else answer)


def _named(groups: Sequence[Group], given: argparse.Namespace) -> Group:
    """The group with the id. Raises FeedbackError: one that has changed since it was looked at has another id."""
    for each in groups:
        if each.id == given.promote:
            return each
    known = ", ".join(each.id for each in groups[:5]) or "none"
    raise FeedbackError(
        f"No group {given.promote} in {given.file} now. Groups: {known}. One that has grown has another name: "
        f"look again with faqbot unanswered {given.file} --index {given.index}"
    )


def _promote(found: Group, given: argparse.Namespace, settings: Settings) -> int:
    """Try the group's wordings as other ways to ask the entry, and add them where nothing gets worse."""
    documents, _ = read_all(discover(given.corpus).files)
    target = find_target(documents, given.to)
    chosen = choose(documents, target, _wanted(found, given))
    for wording, reason in chosen.left_out.items():
        print(f"left out: {wording}: {reason}")
    if not chosen.added:
        raise FeedbackError(f"Nothing of group {found.id} is left to add to {target.pair.question!r}")
    edit = add_wordings(_path(given.corpus, target.document_id), target, chosen.added)
    print(edit.diff())
    questions = _questions(given)
    with Bars(quiet=not sys.stderr.isatty()) as bars:
        compared = compare(
            given.corpus, given.index, edit, target, chosen.added, questions, settings=settings, progress=bars.show
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
    return _carry_out(edit, given, settings)


def _wanted(found: Group, given: argparse.Namespace) -> list[str]:
    """The group's wordings without those that are to be left out. Raises FeedbackError for one that is not in it."""
    unwanted = {normal(wording): wording for wording in given.leave_out}
    strange = unwanted.keys() - {normal(wording) for wording in found.wordings}
    if strange:
        raise FeedbackError(
            f"Group {found.id} has no wording {unwanted[min(strange)]!r}. It has: {'; '.join(found.wordings)}"
        )
    return [wording for wording in found.wordings if normal(wording) not in unwanted][: given.most]


def _carry_out(edit: Edit, given: argparse.Namespace, settings: Settings) -> int:
    edit.write()
    print(f"{edit.path}: written")
    with Bars(quiet=not sys.stderr.isatty()) as bars:
        report = build(given.corpus, given.index, settings=settings, progress=bars.show)
    print(f"{given.index}: {report.passages} passages of {report.documents} documents ({report.generation})")
    return DONE


def _path(corpus: Path, document_id: str) -> Path:
    return corpus if corpus.is_file() else corpus / document_id


def _questions(given: argparse.Namespace) -> tuple[quotes.Question, ...]:
    """The questions to compare with: those of the file that was named, else those beside the corpus, if any."""
    beside = given.corpus.resolve().parent / OWN_QUESTIONS
    path = given.eval or (beside if beside.is_file() else None)
    return quotes.load_questions(path) if path else ()


def _table(compared: Comparison, questions: int) -> str:
    """What was measured, before and after, a line each."""
    both = (compared.before, compared.after)
    rows = {"": ["before", "after"]}
    if questions:
        for name, depth in (("right passage first", 1), (f"right passage among {AMONG}", AMONG)):
            rows[f"{name}, of {questions} questions"] = [str(len(each.within(depth))) for each in both]
    rows["the corpus' own ways to ask that find their entry first"] = [str(len(each.own)) for each in both]
    rows |= {wording: [_fare(each.wordings[wording]) for each in both] for wording in compared.after.wordings}
    width = max(map(len, rows))
    return "\n".join(f"{name:<{width}}  {before:<32} {after}".rstrip() for name, (before, after) in rows.items())


def _fare(found: Found) -> str:
    place = f"rank {found.rank}" if found.rank else "not among ten"
    return f"{place}, {found.band}, {found.confidence:.2f}"
