"""The command line's commands and arguments. Loads nothing heavy, so that `faqbot --help` is quick."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from faqbot import __version__
from faqbot.settings import Settings

DONE, FAILED, NO_ANSWER = 0, 1, 3  # exit codes of every command; 2 is argparse's, for wrong usage

Parser = argparse.ArgumentParser


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its help line, the "module.function" of faqbot.cli that runs it, and what adds its arguments."""

    name: str
    help: str
    run: str
    add: Callable[[Parser, Settings], None]


def make_parser(settings: Settings) -> Parser:
    """Return the parser of all commands, with the settings as defaults."""
    parser = Parser(
        prog="faqbot",
        description="A chatbot that answers questions with passages from your documents, word for word and with their "
        "sources. It generates no text.",
    )
    parser.add_argument("--version", action="version", version=f"faqbot {__version__}")
    commands = parser.add_subparsers(title="commands", dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        one = commands.add_parser(command.name, help=command.help, description=command.help)
        one.set_defaults(run=command.run)
        command.add(one, settings)
    return parser


def _number(text: str) -> int:
    """Parse a positive integer; argparse prints the error."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a positive integer, got {text!r}")
    return int(text)


def _index(parser: Parser, settings: Settings) -> None:
    parser.add_argument("--index", type=Path, default=Path(settings.index), help="index folder (default: %(default)s)")


def _config(parser: Parser, settings: Settings) -> None:
    parser.add_argument(
        "--config", default=settings.config, metavar="FILE", help="a faqbot.toml that overrides the one in the index"
    )


def _store(parser: Parser, settings: Settings) -> None:
    parser.add_argument(
        "--store",
        default=settings.store,
        metavar="STORE",
        help="where passages are: embedded, milvus-lite:PATH or milvus://HOST:PORT/NAME (default: as in the index)",
    )


def _place(parser: Parser, settings: Settings) -> None:
    _index(parser, settings)
    _config(parser, settings)
    _store(parser, settings)


def _build(parser: Parser, settings: Settings) -> None:
    parser.add_argument("corpus", type=Path, nargs="?", default=Path(settings.corpus), help="folder of documents")
    _place(parser, settings)
    parser.add_argument("--model", default=settings.model, help="sentence-transformers model or folder")
    parser.add_argument("--if-changed", action="store_true", help="do nothing if the index is up to date")
    parser.add_argument("--dry-run", action="store_true", help="show what would change without changing anything")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def _init(parser: Parser, settings: Settings) -> None:
    parser.add_argument("folder", type=Path, nargs="?", metavar="FOLDER", help="the folder, made if needed")
    parser.add_argument("--texts", action="store_true", help="print the texts of the page as [language] keys")
    parser.set_defaults(wrong_use=parser.error)


def _ask(parser: Parser, settings: Settings) -> None:
    parser.add_argument("question", help='the question, or "-" to read questions from standard input, one per line')
    _place(parser, settings)
    parser.add_argument(
        "--history", action="append", default=[], help="an earlier message; repeat the option, oldest first"
    )
    parser.add_argument("--top-k", type=_number, default=settings.top_k, help="passages to show (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")


def _address(parser: Parser, settings: Settings) -> None:
    parser.add_argument("--host", default=settings.host, help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=settings.port, help="port to listen on (default: %(default)s)")
    parser.add_argument(
        "--root-path",
        default=settings.root_path,
        metavar="PATH",
        help="path below which a reverse proxy serves this, such as /faq (default: none)",
    )


def _mcp(parser: Parser, settings: Settings) -> None:
    _place(parser, settings)
    parser.add_argument("--http", action="store_true", help="serve streamable HTTP at /mcp, and REST beside it")
    _address(parser, settings)


def _serve(parser: Parser, settings: Settings) -> None:
    _place(parser, settings)
    _address(parser, settings)
    parser.add_argument(
        "--workers",
        type=int,
        default=settings.workers,
        metavar="N",
        help="serve the REST API only, in N processes (default: page and REST API in one process)",
    )
    parser.add_argument(
        "--feedback",
        default=settings.feedback,
        metavar="FILE",
        help="record unanswered questions and feedback in this file, without personal data (default: record nothing)",
    )


def _eval(parser: Parser, settings: Settings) -> None:
    parser.add_argument(
        "questions", type=Path, help="questions with gold quotes (JSON Lines), or a folder in BEIR format"
    )
    _place(parser, settings)
    parser.add_argument(
        "--fields",
        choices=("all", "text"),
        default="all",
        help="text: leave questions out of the documents of a folder",
    )
    parser.add_argument("--out-of-scope", type=Path, help="questions that the corpus does not answer")
    parser.add_argument("--thresholds", type=Path, help="a TOML file of thresholds; exit code 1 if one is missed")
    parser.add_argument(
        "--set", default="", metavar="NAME", help="the table of that file to use (default: the whole file)"
    )
    parser.add_argument("--baseline", type=Path, help="a JSON file of earlier results to compare with")
    parser.add_argument("--json", type=Path, dest="output", help="write figures, results and confidences to this file")


def _calibrate(parser: Parser, settings: Settings) -> None:
    parser.add_argument("questions", type=Path, help="questions with gold quotes (JSON Lines)")
    _place(parser, settings)
    parser.add_argument("--out-of-scope", type=Path, help="questions that the corpus does not answer")


def _inspect(parser: Parser, settings: Settings) -> None:
    parser.add_argument("file", type=Path, help="a document")
    _index(parser, settings)


def _symptom_check(parser: Parser, settings: Settings) -> None:
    parser.add_argument("--summary", type=Path, metavar="FILE", help="write a summary for a visit (.md or .html)")
    _place(parser, settings)


def _lint(parser: Parser, settings: Settings) -> None:
    parser.add_argument("corpus", type=Path, nargs="?", default=Path(settings.corpus), help="folder of documents")
    _place(parser, settings)
    parser.add_argument("--reference", type=Path, help="folder of texts that must not be copied from")
    parser.add_argument(
        "--profile",
        choices=("articles", "plain"),
        help='"articles" asks for front matter, "plain" does not (default: as most files of the corpus have it)',
    )


def _unanswered(parser: Parser, settings: Settings) -> None:
    parser.add_argument("file", type=Path, help="the feedback file of faqbot serve --feedback")
    _place(parser, settings)
    parser.add_argument("--since", type=_day, metavar="DAY", help="count from this day on, such as 2026-11-22")
    parser.add_argument(
        "--most", type=_number, default=20, metavar="N", help="groups to show, or questions to promote (default: 20)"
    )
    parser.add_argument("--json", action="store_true", help="print the groups as JSON")
    parser.add_argument("--promote", default="", metavar="GROUP", help="make the group's questions variants of ...")
    parser.add_argument("--to", default="", metavar="QUESTION", help="... this question of the corpus")
    parser.add_argument(
        "--leave-out", action="append", default=[], metavar="QUESTION", help="but not this one of the group; repeat"
    )
    parser.add_argument("--corpus", type=Path, default=Path(settings.corpus), help="folder (default: %(default)s)")
    parser.add_argument(
        "--eval",
        type=Path,
        metavar="FILE",
        help="questions with gold quotes to compare with (default: tests/data/questions.jsonl beside the corpus)",
    )
    parser.add_argument("--dry-run", action="store_true", help="show the change and its effect without making it")
    parser.add_argument("--force", action="store_true", help="make the change even if answers get worse")
    parser.set_defaults(wrong_use=parser.error)


def _stats(parser: Parser, settings: Settings) -> None:
    _place(parser, settings)
    parser.add_argument("--feedback", type=Path, metavar="FILE", help="include the counts of a feedback file")
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")


def _day(text: str) -> str:
    """Parse a date; argparse prints the error."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a date such as 2026-11-22, got {text!r}") from None


def _safety_rules(parser: Parser, settings: Settings) -> None:
    _config(parser, settings)
    parser.add_argument("--check", type=Path, metavar="FILE", help="check a rules file")


def _visit_summary(parser: Parser, settings: Settings) -> None:
    _place(parser, settings)
    parser.add_argument("--output", type=Path, metavar="FILE", help="write to this file (.md or .html)")


def _eval_safety(parser: Parser, settings: Settings) -> None:
    parser.add_argument("messages", type=Path, help="labelled messages or conversations (JSON Lines)")
    _config(parser, settings)


COMMANDS = (
    Command("init", "Start a corpus folder with a commented faqbot.toml and an example", "init.init", _init),
    Command("build", "Index a folder of documents", "index.build", _build),
    Command("ask", "Answer a question", "ask.ask", _ask),
    Command("serve", "Serve the chat page and the REST API", "serve.serve", _serve),
    Command("inspect", "Show how a file is read and split", "corpus.inspect", _inspect),
    Command("lint", "Check a corpus for problems", "corpus.lint", _lint),
    Command("eval", "Evaluate retrieval and confidence", "evaluate.evaluate", _eval),
    Command("calibrate", "Calibrate confidence on labelled questions", "evaluate.calibrate", _calibrate),
    Command("verify", "Verify every file of an index", "index.verify", _place),
    Command("rollback", "Go back to the previous index version", "index.rollback", _place),
    Command("safety-rules", "List the safety rules, or check a rules file", "safety.safety_rules", _safety_rules),
    Command("symptom-check", "Ask about warning signs, question by question", "safety.symptom_check", _symptom_check),
    Command(
        "visit-summary",
        "Write a summary for a doctor's visit from messages on standard input",
        "safety.visit_summary",
        _visit_summary,
    ),
    Command("mcp", "Serve answers to AI assistants over MCP (standard input and output, or HTTP)", "serve.mcp", _mcp),
    Command(
        "unanswered",
        "Group unanswered questions, and add a group to the corpus as variants of a question",
        "unanswered.unanswered",
        _unanswered,
    ),
    Command("stats", "Show counts of an index and of a feedback file", "index.stats", _stats),
    Command("eval-safety", "Evaluate the safety rules on labelled messages", "safety.eval_safety", _eval_safety),
)
