"""Work on uploaded files in a process of its own: it can be ended, and takes nothing down if a file is hostile.

`run_task` starts `python -m faqbot.admin.tasks`, which reads one JSON object from standard input, calls the functions
that the command line calls, and prints JSON lines: progress, then one result or error.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from faqbot.errors import FaqbotError
from faqbot.settings import Settings

SECONDS = 120.0  # for reading one file or checking a corpus
PUBLISH_SECONDS = 6 * 3600.0

Progress = Callable[[str, int, int], None]


class TaskError(FaqbotError):
    """The work could not be done, with the reason in words for the owner."""


def run_task(
    name: str, settings: Settings, *, seconds: float = SECONDS, progress: Progress | None = None, **given: Any
) -> dict[str, Any]:
    """Run one task in a new process and return its result. Raises TaskError."""
    request = json.dumps({"task": name, "settings": asdict(settings), "given": given})
    environment = {key: value for key, value in os.environ.items() if not key.startswith("FAQBOT_")}
    command = [sys.executable, "-m", "faqbot.admin.tasks"]
    with subprocess.Popen(  # noqa: S603 - this program itself
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        timer = _killed_after(process, seconds)
        try:
            return _result(process, request, progress)
        finally:
            timer.cancel()
            process.kill()


def _killed_after(process: subprocess.Popen[str], seconds: float) -> Any:
    import threading

    timer = threading.Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    return timer


def _result(process: subprocess.Popen[str], request: str, progress: Progress | None) -> dict[str, Any]:
    assert process.stdin and process.stdout
    try:
        process.stdin.write(request)
        process.stdin.close()
    except BrokenPipeError:
        pass
    for line in process.stdout:
        message = json.loads(line)
        if "error" in message:
            raise TaskError(message["error"])
        if "result" in message:
            return dict(message["result"])
        if progress:
            progress(*message["progress"])
    raise TaskError("The work was stopped before it ended: it took too long or too much memory. Nothing was changed")


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
        "warnings": [str(getattr(each, "message", each)) for each in getattr(document, "warnings", ())],
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
    """Build the index from a corpus folder, as `faqbot build` does."""
    from faqbot.index import build

    report = build(Path(corpus), Path(settings.index), settings=settings, progress=_tell_progress)
    skipped = [f"{each.document_id}: {each.reason}" for each in report.skipped]
    return {
        "version": report.version,
        "documents": report.documents,
        "passages": report.passages,
        "skipped": skipped,
    }


def groups(settings: Settings, corpus: str, since: str = "") -> dict[str, Any]:
    """Return unanswered questions in groups, as `faqbot unanswered` does, and the questions of the corpus."""
    from faqbot.feedback import read_entries
    from faqbot.promotion import group_questions, read_corpus

    entries = [each for each in read_entries(Path(settings.feedback), since=since) if each.verdict != "helpful"]
    found = group_questions(entries, Path(settings.index), settings)
    questions = sorted({pair.question for document in read_corpus(Path(corpus)) for pair in document.pairs})
    shown = [{"id": each.id, "count": each.count, "questions": list(each.questions)} for each in found]
    return {"groups": shown, "questions": questions}


def promote(settings: Settings, corpus: str, questions: list[str], to: str) -> dict[str, Any]:
    """Return which questions can become variants of the entry that asks `to`, and why the others cannot."""
    from faqbot.promotion import read_corpus, select_candidates
    from faqbot.variants import find_entry

    documents = read_corpus(Path(corpus))
    entry = find_entry(documents, to)
    candidates = select_candidates(documents, questions)
    return {
        "question": entry.pair.question,
        "added": list(candidates.added),
        "left_out": dict(candidates.left_out),
    }


TASKS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "preview": preview,
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


def main(lines: Iterator[str]) -> None:
    """Run the task that standard input describes."""
    request = json.loads("".join(lines))
    settings = Settings(**request["settings"])
    try:
        settings = replace(settings, threads=settings.threads or 1)
        _print({"result": TASKS[request["task"]](settings, **request["given"])})
    except FaqbotError as error:
        _print({"error": str(error)})
    except OSError as error:
        _print({"error": f"{error.filename or 'The disk'}: {error.strerror or error}"})


if __name__ == "__main__":
    main(iter(sys.stdin))
