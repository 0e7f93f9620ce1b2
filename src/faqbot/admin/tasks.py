"""What `faqbot.admin.jobs` has done in a process of its own, by the functions that the command line calls.

One line of JSON on standard input names the task. JSON lines on standard output are progress, then one result or
error. The end of standard input ends the process.
"""

import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from faqbot.errors import FaqbotError
from faqbot.settings import Settings


def preview(settings: Settings, path: str, document_id: str) -> dict[str, Any]:
    """Return how a file is read and split, as `faqbot inspect` shows it."""
    from faqbot.chunking import report_word_loss, split
    from faqbot.encoders.models import Model
    from faqbot.index import encoder_folders
    from faqbot.readers import read_report

    report = read_report(Path(path), document_id=document_id)
    model = Model(settings.model, encoder_folders(Path(settings.index), settings.encoder_cache))
    passages = split(report.document, model.tokenizer.count, limit=model.info.token_limit, words=settings.passage_words)
    left_out = [part.text for part in report.left_out]
    document = report_word_loss(report.document, passages, extracted=report.extracted, left_out=left_out)
    return {
        "title": document.title,
        "facts": {name: getattr(document, name) for name in ("author", "date", "url", "licence")},
        "warnings": [each.message for each in document.warnings],
        "left_out": [{"reason": part.reason, "text": part.text[:500]} for part in report.left_out],
        "passages": [
            {
                "headings": list(passage.headings),
                "question": passage.question,
                "variants": list(passage.alternates),
                "context": passage.context,
                "text": passage.text,
            }
            for passage in passages
        ],
    }


def read(settings: Settings, files: list[tuple[str, str]]) -> dict[str, Any]:
    """Read files, each given as its path and document id, and report each: its id, number of passages, error."""
    for path, document_id in files:
        try:
            _print({"progress": [document_id, len(preview(settings, path, document_id)["passages"]), ""]})
        except FaqbotError as error:
            _print({"progress": [document_id, 0, str(error)]})
    return {}


def check(settings: Settings, corpus: str) -> dict[str, Any]:
    """Return the lint issues of a corpus folder, and the files that cannot be read."""
    from faqbot.encoders.models import Model
    from faqbot.index import check_words, encoder_folders, read_all, split_all
    from faqbot.lint import lint
    from faqbot.readers import discover

    found = discover(Path(corpus))
    read = read_all(found.files)
    model = Model(settings.model, encoder_folders(Path(settings.index), settings.encoder_cache))
    passages = split_all(read.documents, model, settings)
    documents = check_words(read, passages).documents
    issues = lint(Path(corpus), documents=documents, passages=passages)
    shown = [
        {"document_id": each.path, "place": each.place, "message": each.message, "severity": each.severity}
        for each in issues
    ]
    skipped = [
        {"document_id": each.document_id, "place": "", "message": f"Not read: {each.reason}", "severity": "error"}
        for each in (*found.skipped, *read.skipped)
    ]
    return {"issues": [*skipped, *shown], "documents": len(documents), "passages": len(passages)}


def publish(settings: Settings, corpus: str) -> dict[str, Any]:
    """Build the index from a corpus folder, as `faqbot build` does, unless a process that died has built it."""
    from faqbot.index import build, current_name, is_current, is_index, open_index

    index = Path(settings.index)
    if is_index(index) and is_current(Path(corpus), index, settings=settings):
        with closing(open_index(index, store=settings.store, token=settings.store_token)) as opened:
            made = opened.version
        return {"version": current_name(index), "documents": made.documents, "passages": made.passages, "skipped": []}
    report = build(Path(corpus), index, settings=settings, progress=_tell_progress)
    skipped = [f"{each.document_id}: {each.reason}" for each in report.skipped]
    return {"version": report.version, "documents": report.documents, "passages": report.passages, "skipped": skipped}


def groups(settings: Settings, corpus: str) -> dict[str, Any]:
    """Return unanswered questions in groups, as `faqbot unanswered` does, and the questions of the corpus.

    Questions that the corpus asks by now, published or waiting, are left out, and so are those whose personal data was
    taken out, unless nothing else is left of their group.
    """
    from faqbot.feedback import read_entries
    from faqbot.promotion import group_questions, read_corpus, select_candidates

    entries = [each for each in read_entries(Path(settings.feedback)) if each.verdict != "helpful"]
    documents = read_corpus(Path(corpus))
    shown = []
    for group in group_questions(entries, Path(settings.index), settings):
        candidates = select_candidates(documents, group.questions)
        if candidates.added:
            left_out = [question for question, reason in candidates.left_out.items() if "personal" in reason]
            shown.append(
                {"id": group.id, "count": group.count, "questions": list(candidates.added), "left_out": left_out}
            )
    return {"groups": shown, "questions": sorted({pair.question for each in documents for pair in each.pairs})}


def promote(settings: Settings, questions: list[str], to: str, waiting: dict[str, list[str]]) -> dict[str, Any]:
    """Try questions as variants of the entry that asks `to`, as `faqbot unanswered --promote` does.

    `waiting` are variants that are to be published anyway. Returns what would get worse, and figures before and after.
    """
    from faqbot.promotion import compare, find_target, own_questions, select_candidates

    corpus = Path(settings.corpus)
    documents, entry = find_target(corpus, to, waiting)
    candidates = select_candidates(documents, questions)
    found: dict[str, Any] = {"question": entry.pair.question, "left_out": dict(candidates.left_out), "added": []}
    if not candidates.added:
        return found
    compared = compare(
        corpus,
        Path(settings.index),
        entry,
        candidates.added,
        own_questions(corpus),
        settings=settings,
        waiting=waiting,
        progress=_tell_progress,
    )
    return found | {
        "added": list(candidates.added),
        "losses": list(compared.losses()),
        "found_first": [len(each.found_first) for each in (compared.before, compared.after)],
        "ranks": {
            question: [each.candidates[question].rank for each in (compared.before, compared.after)]
            for question in candidates.added
        },
    }


TASKS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "preview": preview,
    "read": read,
    "check": check,
    "publish": publish,
    "groups": groups,
    "promote": promote,
}


def _tell_progress(step: str, done: int, total: int) -> None:
    _print({"progress": [step, done, total]})


def _print(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main(lines: TextIO) -> None:
    """Run the task that the first line describes; the end of the others ends this process."""
    request = json.loads(lines.readline())
    threading.Thread(target=_end_with, args=(lines,), daemon=True).start()
    settings = Settings(**request["settings"])
    try:
        settings = replace(settings, threads=settings.threads or 1)
        _print({"result": TASKS[request["task"]](settings, **request["given"])})
    except FaqbotError as error:
        _print({"error": str(error)})
    except OSError as error:
        _print({"error": f"{error.filename or 'The disk'}: {error.strerror or error}"})


def _end_with(lines: TextIO) -> None:
    lines.read()
    os._exit(1)


if __name__ == "__main__":
    main(sys.stdin)
