"""Every command with its arguments, as data for argparse; nothing heavy is loaded to print a help text."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from faqbot import __version__
from faqbot.settings import Settings

Parser = argparse.ArgumentParser


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its line in the help, the module of faqbot.cli that runs it, and what adds its arguments."""

    name: str
    help: str
    module: str
    add: Callable[[Parser, Settings], None]


def make_parser(settings: Settings) -> Parser:
    """The parser of all commands, with the settings as defaults."""
    parser = Parser(
        prog="faqbot",
        description="Answers questions with passages that somebody wrote, word for word and with their sources. "
        "It does not replace a professional: in an emergency call your local emergency number.",
    )
    parser.add_argument("--version", action="version", version=f"faqbot {__version__}")
    commands = parser.add_subparsers(title="commands", dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        one = commands.add_parser(command.name, help=command.help, description=command.help)
        one.set_defaults(module=command.module)
        command.add(one, settings)
    return parser


def _number(text: str) -> int:
    """A whole number from 1 on; argparse makes one line of the error."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a positive integer, got {text!r}")
    return int(text)


def _index(parser: Parser, settings: Settings) -> None:
    parser.add_argument("--index", type=Path, default=Path(settings.index), help="index folder (default: %(default)s)")


def _config(parser: Parser, settings: Settings) -> None:
    parser.add_argument(
        "--config", default=settings.config, metavar="FILE", help="a faqbot.toml to take before the index's own"
    )


def _store(parser: Parser, settings: Settings) -> None:
    parser.add_argument(
        "--store",
        default=settings.store,
        metavar="STORE",
        help="where passages are: embedded, milvus-lite:PATH or milvus://HOST:PORT/NAME (default: as the index has it)",
    )


def _place(parser: Parser, settings: Settings) -> None:
    _index(parser, settings)
    _config(parser, settings)
    _store(parser, settings)


def _build(parser: Parser, settings: Settings) -> None:
    parser.add_argument("corpus", type=Path, nargs="?", default=Path(settings.corpus), help="folder of documents")
    _place(parser, settings)
    parser.add_argument("--model", default=settings.model, help="sentence-transformers model or folder")
    parser.add_argument("--if-changed", action="store_true", help="do nothing where the index is up to date")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def _ask(parser: Parser, settings: Settings) -> None:
    parser.add_argument("question", help='the question, or "-" to read one a line from standard input')
    _place(parser, settings)
    parser.add_argument("--history", action="append", default=[], help="an earlier question; repeat, oldest first")
    parser.add_argument("--top-k", type=_number, default=settings.top_k, help="passages to show (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="the answer as JSON")


def _serve(parser: Parser, settings: Settings) -> None:
    _place(parser, settings)
    parser.add_argument("--host", default=settings.host, help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=settings.port, help="port to listen on (default: %(default)s)")
    parser.add_argument(
        "--workers",
        type=int,
        default=settings.workers,
        metavar="N",
        help="serve REST only, in N processes (default: the page and REST in one)",
    )
    parser.add_argument(
        "--feedback",
        default=settings.feedback,
        metavar="FILE",
        help="keep unanswered questions and what people say of answers, without who they are (default: keep nothing)",
    )


def _eval(parser: Parser, settings: Settings) -> None:
    parser.add_argument("questions", type=Path, help="a file of questions with gold quotes, or a folder with qrels")
    _place(parser, settings)
    parser.add_argument(
        "--fields", choices=("all", "text"), default="all", help="text: leave questions out of a folder"
    )
    parser.add_argument("--out-of-scope", type=Path, help="a file of questions that nothing answers")
    parser.add_argument("--floors", type=Path, help="a TOML file of floors; one that is missed is exit code 1")
    parser.add_argument("--set", default="", metavar="NAME", help="the table of that file to take (default: all of it)")
    parser.add_argument("--baseline", type=Path, help="a JSON file of earlier figures to compare with")
    parser.add_argument("--json", type=Path, dest="output", help="write the figures, results and confidences to a file")


def _calibrate(parser: Parser, settings: Settings) -> None:
    parser.add_argument("questions", type=Path, help="a file of questions with gold quotes")
    _place(parser, settings)
    parser.add_argument("--out-of-scope", type=Path, help="a file of questions that nothing answers")


def _inspect(parser: Parser, settings: Settings) -> None:
    parser.add_argument("file", type=Path, help="a document")
    _index(parser, settings)


def _symptom_check(parser: Parser, settings: Settings) -> None:
    parser.add_argument("--summary", type=Path, metavar="FILE", help="write a sheet for a visit (.md or .html)")
    _config(parser, settings)


def _lint(parser: Parser, settings: Settings) -> None:
    parser.add_argument("corpus", type=Path, nargs="?", default=Path(settings.corpus), help="folder of documents")
    _place(parser, settings)
    parser.add_argument("--reference", type=Path, help="folder of texts that no sentence may be taken from")


def _unanswered(parser: Parser, settings: Settings) -> None:
    parser.add_argument("file", type=Path, help="the feedback file of faqbot serve --feedback")
    _place(parser, settings)
    parser.add_argument("--since", type=_day, metavar="DAY", help="leave out what came before this day")
    parser.add_argument(
        "--most", type=_number, default=20, metavar="N", help="groups to show, or questions to promote (default: 20)"
    )
    parser.add_argument("--json", action="store_true", help="the groups as JSON")
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
    parser.add_argument("--dry-run", action="store_true", help="show the change and the comparison, change nothing")
    parser.add_argument("--force", action="store_true", help="make the change even where answers get worse")
    parser.set_defaults(wrong_use=parser.error)


def _stats(parser: Parser, settings: Settings) -> None:
    _place(parser, settings)
    parser.add_argument("--feedback", type=Path, metavar="FILE", help="count what is in a feedback file too")
    parser.add_argument("--json", action="store_true", help="the numbers as JSON")


def _day(text: str) -> str:
    """A day as feedback has it; argparse makes one line of the error."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day, expected one such as 2026-11-22") from None


def _safety_rules(parser: Parser, settings: Settings) -> None:
    _config(parser, settings)
    parser.add_argument("--check", type=Path, metavar="FILE", help="check a rules file of your own")


def _visit_summary(parser: Parser, settings: Settings) -> None:
    _place(parser, settings)
    parser.add_argument("--output", type=Path, metavar="FILE", help="write it to a file (.md or .html)")


def _eval_safety(parser: Parser, settings: Settings) -> None:
    parser.add_argument("messages", type=Path, help="a file of labelled messages or conversations")
    _config(parser, settings)


COMMANDS = (
    Command("build", "Index a folder of documents", "build", _build),
    Command("ask", "Answer a question", "ask", _ask),
    Command("serve", "Serve the chat page and the REST door", "serve", _serve),
    Command("inspect", "Show how a file is read and split", "inspect", _inspect),
    Command("lint", "Check a corpus", "lint", _lint),
    Command("eval", "Measure retrieval and confidence", "evaluate", _eval),
    Command("calibrate", "Fit how sure answers are on labelled questions", "calibrate", _calibrate),
    Command("verify", "Check every file of an index", "index", _place),
    Command("repair", "Rebuild what can be rebuilt of an index without encoding", "index", _place),
    Command("rollback", "Go back to the generation before", "index", _place),
    Command("safety-rules", "List the safety rules, or check a file of your own", "safety", _safety_rules),
    Command("symptom-check", "Go through the guided check of warning signs", "symptom_check", _symptom_check),
    Command(
        "visit-summary",
        "Make a sheet for a visit from messages on standard input, one a line",
        "symptom_check",
        _visit_summary,
    ),
    Command("mcp", "Serve the answers to assistants over MCP, on standard input and output", "mcp", _place),
    Command(
        "unanswered",
        "Group unanswered questions, and add a group to the corpus as variants of a question",
        "unanswered",
        _unanswered,
    ),
    Command("stats", "Count what is in an index, and in a feedback file", "stats", _stats),
    Command("eval-safety", "Measure the safety rules on labelled messages", "safety", _eval_safety),
)
