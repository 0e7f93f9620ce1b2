"""Wrong use gets one line that says what was found, what was expected and what to do, and the documented exit code."""

import hashlib
import io
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from command_line import run
from faqbot import FaqBot
from faqbot.errors import QuestionError, SettingsError
from faqbot.index.files import builder_lock
from faqbot.settings import Settings

ROOT = Path(__file__).parents[1]
FILES: dict[str, str | bytes] = {
    "page.md": "# Rest\n\nLie down for a short while.\n",
    "corpus/page.md": "# Rest\n\nLie down for a short while.\n",
    "bytes.jsonl": b"\x00\xff\xfe\x81",
    "broken.jsonl": "{not JSON\n",
    "empty.jsonl": "\n",
    "other.jsonl": '{"a": 1}\n',
    "rows.jsonl": "[1]\n",
    "broken.toml": "[[rule]\n",
    "half.toml": '[[rule]]\nid = "x"\n',
    "word.xyz": "x",
    "false.pdf": "x",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, index_folder: Path) -> Path:
    """A folder with everything that can be named wrongly, and a copy of the index in each state of ruin."""
    place = tmp_path_factory.mktemp("wrong")
    for name, content in FILES.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (place / "nothing").mkdir()
    for name in ("index", "newer", "elsewhere", "damaged", "unpointed", "locked"):
        shutil.copytree(index_folder, place / name, copy_function=os.link, ignore=shutil.ignore_patterns("LOCK"))
        (place / name / "LOCK").touch()
    _reseal(place / "newer", b'"format": 3', b'"format": 4')
    _reseal(place / "elsewhere", b'"encoders/', b'"encoders/0')
    vectors = _in_use(place / "damaged").with_suffix(".faiss")
    content = vectors.read_bytes()
    vectors.unlink()
    vectors.write_bytes(content[:-1])
    (place / "unpointed" / "CURRENT").unlink()
    return place


def _in_use(index: Path) -> Path:
    """The JSON file of the version in use."""
    return index / f"{(index / 'CURRENT').read_text().partition('-')[0]}.json"


def _reseal(index: Path, found: bytes, put: bytes) -> None:
    """Change the JSON file of a version as one would who could seal it."""
    path = _in_use(index)
    content = path.read_bytes()
    assert found in content
    path.unlink()
    path.write_bytes(content.replace(found, put, 1))
    (index / "CURRENT").unlink()
    (index / "CURRENT").write_text(f"{path.stem}-{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}\n")


@pytest.fixture(scope="module")
def taken() -> Iterator[str]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


# What is typed -> the exit code, what was found, and what is expected or to be done.
BUILD: list[tuple[str, int, str, str]] = [
    ("build {}/none --index {}/i", 1, "No corpus at", "expected a folder of documents. Run: faqbot build FOLDER"),
    ("build {}/nothing --index {}/i", 1, "Nothing to index in", "Put Markdown, text, HTML or PDF files there"),
    ("build {}/false.pdf --index {}/i", 1, "false.pdf: not a PDF", "Put Markdown, text, HTML or PDF files there"),
    ("build {}/corpus --index {}/page.md", 1, "Cannot write {}/page.md", "run the same command again"),
    ("build {}/corpus --index {}/page.md/in", 1, "Not a directory", "run the same command again"),
    ("build {}/index --index {}/i", 1, "{}/index is an index", "expected a folder of documents. Run: faqbot build"),
    ("build {}/index --index {}/corpus", 1, "{}/index is an index", "expected a folder of documents"),
    ("build {}/corpus --index {}/corpus", 1, "would lie in the corpus", "Name a folder elsewhere with --index"),
    ("build {}/corpus --index {}/corpus/index", 1, "would lie in the corpus", "Name a folder elsewhere with --index"),
    ("build {}/corpus --index {}/i --model no-such-model", 1, "'no-such-model' cannot be loaded", "FAQBOT_MODEL"),
    ("build {}/corpus --index {}/i --model {}/nothing", 1, "cannot be loaded", "the bundled one is all-MiniLM-L6-v2"),
    ("build {}/corpus --index {}/i --model {}/page.md", 1, "cannot be loaded", "the bundled one is all-MiniLM-L6-v2"),
    (
        "build {}/corpus --index {}/locked --store redis://x",
        1,
        "The store is 'redis://x'",
        "expected embedded, milvus-lite:PATH",
    ),
    (
        "build {}/corpus --index {}/locked --store milvus://",
        1,
        "The store is 'milvus://'",
        "expected embedded, milvus-lite:PATH",
    ),
    (
        "build {}/corpus --index {}/locked --store milvus-lite:",
        1,
        "The store is 'milvus-lite:'",
        "expected embedded, milvus-lite:PATH",
    ),
]
INDEX: list[tuple[str, int, str, str]] = [
    ("ask x --index {}/none", 1, "No index at", "Run: faqbot build corpus --index"),
    ("ask x --index {}/nothing", 1, "No index at", "Run: faqbot build corpus --index"),
    ("ask x --index {}/page.md", 1, "No index at", "Run: faqbot build corpus --index"),
    ("ask x --index {}/corpus", 1, "No index at", "Run: faqbot build corpus --index"),
    (
        "ask x --index {}/newer",
        1,
        "made by a newer faqbot in another format",
        "this one reads format 3. Run: faqbot build",
    ),
    ("ask x --index {}/elsewhere", 1, "encoders", "Run: faqbot build CORPUS --index"),
    ("ask x --index {}/unpointed", 1, "CURRENT is missing", "Run: faqbot build CORPUS --index"),
    (
        "ask x --index {}/index --store milvus://127.0.0.1:9/x",
        1,
        "holds its passages itself, not milvus://127.0.0.1:9/x",
        "run: faqbot build CORPUS --index",
    ),
    ("verify --index {}/none", 1, "No index at", "Run: faqbot build"),
    ("rollback --index {}/none", 1, "No index at", "Run: faqbot build"),
    ("rollback --index {}/index", 1, "no", "Run: faqbot"),
    ("ask x --index {}/damaged", 1, ".faiss is", "Run: faqbot build CORPUS"),
    ("verify --index {}/page.md", 1, "No index at", "Run: faqbot build"),
    ("calibrate {}/other.jsonl --index {}/none", 1, "other.jsonl, line 1 is no question", 'Expected {"id"'),
]
REST: list[tuple[str, int, str, str]] = [
    ("serve --index {}/index --port {taken}", 1, "Cannot listen on 127.0.0.1:{taken}", "Choose another with --port"),
    ("serve --index {}/index --port 70000", 1, "FAQBOT_PORT is 70000", "expected 0 to 65535"),
    ("serve --index {}/index --host no.such.host.invalid", 1, "Cannot listen on no.such.host.invalid", "or --host"),
    ("inspect {}/none.md", 1, "none.md cannot be read", "o"),
    ("inspect {}/corpus", 1, "{}/corpus is a folder", "expected one document. Run: faqbot inspect"),
    ("inspect {}/word.xyz", 1, "the suffix .xyz is none of", ".md"),
    ("inspect {}/false.pdf", 1, "false.pdf cannot be read: not a PDF", "it does not begin as one"),
    ("lint {}/none --index {}/index", 1, "No corpus at", "expected a folder of documents"),
    ("lint {}/corpus --index {}/index --reference {}/none", 1, "No corpus at", "expected a folder of documents"),
    ("eval {}/none.jsonl --index {}/index", 1, "none.jsonl cannot be read", "Expected JSON, one a line"),
    ("eval {}/bytes.jsonl --index {}/index", 1, "bytes.jsonl cannot be read", "Expected JSON, one a line"),
    ("eval {}/broken.jsonl --index {}/index", 1, "broken.jsonl, line 1 is no question", 'Expected {"id"'),
    ("eval {}/other.jsonl --index {}/index", 1, "other.jsonl, line 1 is no question", 'Expected {"id"'),
    ("eval {}/rows.jsonl --index {}/index", 1, "rows.jsonl, line 1 is no question", 'Expected {"id"'),
    ("eval {}/empty.jsonl --index {}/index", 1, "empty.jsonl holds no questions", "Expected JSON, one a line"),
    ("eval {}/corpus --index {}/index", 1, "corpus.jsonl", "{}/corpus"),
    (
        "eval {asked} --index {}/index --thresholds {}/none.toml",
        1,
        "none.toml is no TOML file of thresholds",
        "table for ''",
    ),
    ("eval {asked} --index {}/index --thresholds {}/broken.toml", 1, "broken.toml is no TOML file of", "table for ''"),
    (
        "eval {asked} --index {}/index --baseline {}/none.json",
        1,
        "none.json is no file of earlier",
        "faqbot eval --json",
    ),
    ("eval {asked} --index {}/index --baseline {}/rows.jsonl", 1, "no file of earlier figures", "faqbot eval --json"),
    ("eval {asked} --index {}/index --json {}/none/out.json", 1, "out.json: No such file", "or name another"),
    ("calibrate {asked} --index {}/index", 1, "too few to calibrate on", "Expected at least 30"),
    ("eval-safety {}/none.jsonl", 1, "Cannot read", "Expected labelled messages, JSON, one a line"),
    ("eval-safety {}/bytes.jsonl", 1, "Cannot read", "Expected labelled messages, JSON, one a line"),
    ("eval-safety {}/other.jsonl", 1, "line 1: not a labelled message", "expected text and expect"),
    ("eval-safety {}/empty.jsonl", 1, "empty.jsonl holds no messages", "Expected labelled messages"),
    ("safety-rules --check {}/none.toml", 1, "No rules file at {}/none.toml", "Name a file"),
    ("safety-rules --check {}/broken.toml", 1, "broken.toml, line 1: not valid TOML", "Expected ']]'"),
    (
        "safety-rules --check {}/half.toml",
        1,
        "half.toml, line 1: level of [[rule]] is None",
        "expected a text in quotes",
    ),
    ("safety-rules --check {}/corpus", 1, "Is a directory", "Expected TOML in UTF-8"),
    ("symptom-check --summary {}/none/sheet.md", 1, "sheet.md: No such file or directory", "or name another"),
]
ASKED: list[tuple[str, int, str, str]] = [
    ("", 2, "required: COMMAND", "usage: faqbot"),
    ("fly", 2, "invalid choice: 'fly'", "choose from 'init', 'build'"),
    ("ask", 2, "required: question", "usage: faqbot ask"),
    ("ask x y", 2, "unrecognized arguments: y", "usage: faqbot"),
    ("ask x --colour", 2, "unrecognized arguments: --colour", "usage: faqbot"),
    ("ask x --top-k many", 2, "must be a positive integer, got 'many'", "usage: faqbot ask"),
    ("ask x --top-k 0", 2, "must be a positive integer, got '0'", "usage: faqbot ask"),
    ("ask x --top-k -3", 2, "must be a positive integer, got '-3'", "usage: faqbot ask"),
    ("serve --port eighty", 2, "invalid int value: 'eighty'", "usage: faqbot serve"),
    ("eval x --fields some", 2, "invalid choice: 'some'", "choose from 'all', 'text'"),
    ("build --index", 2, "expected one argument", "usage: faqbot build"),
]
TYPED = [*BUILD, *INDEX, *REST, *ASKED]


@pytest.mark.parametrize(("typed", "code", "found", "expected"), TYPED, ids=[typed or "nothing" for typed, *_ in TYPED])
def test_wrong_use_is_one_clear_line(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    place: Path,
    taken: str,
    typed: str,
    code: int,
    found: str,
    expected: str,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    (place / "asked.jsonl").write_text('{"id": "1", "question": "Is walking good?", "gold": []}\n')
    filled = [text.replace("{asked}", "{}/asked.jsonl").replace("{}", str(place)) for text in (typed, found, expected)]
    arguments, *said = (text.replace("{taken}", taken) for text in filled)
    given, _, error = run(capsys, *arguments.split())
    assert given == code
    for words in said:
        assert words in error
    assert "Traceback" not in error
    if code == 1:
        assert error.startswith("faqbot: ")
        assert len(error.strip().splitlines()) == 1, error


def test_the_table_has_as_many_cases_as_were_promised() -> None:
    assert len({typed for typed, *_ in TYPED}) == len(TYPED) >= 45


SETTINGS = [
    ("FAQBOT_PORT", "x", "is 'x', expected a whole number"),
    ("FAQBOT_PORT", "-1", "is -1, expected 0 to 65535"),
    ("FAQBOT_NONSENSE", "1", "is not a setting. Settings: FAQBOT_ADMIN_TOKEN"),
    ("FAQBOT_LOG_LEVEL", "LOUD", "is 'LOUD', expected one of CRITICAL"),
    ("FAQBOT_PASSAGE_WORDS", "0", "is 0, expected 1 or more"),
    ("FAQBOT_KEEP_VERSIONS", "0", "is 0, expected 1 or more"),
    ("FAQBOT_CONCURRENCY", "0", "is 0, expected 1 or more"),
    ("FAQBOT_QUEUE_LIMIT", "-1", "is -1, expected 0 or more"),
    ("FAQBOT_TOP_K", "0", "is 0, expected 1 or more"),
    ("FAQBOT_THREADS", "-2", "is -2, expected 0 or more"),
    ("FAQBOT_MAX_QUESTION_CHARS", "0", "is 0, expected 1 or more"),
    ("FAQBOT_MAX_HISTORY", "-1", "is -1, expected 0 or more"),
    ("FAQBOT_MAX_BODY_BYTES", "-1", "is -1, expected 1 or more"),
    ("FAQBOT_STORE_TIMEOUT", "0", "is 0, expected 1 or more"),
    ("FAQBOT_ORIGINS", "clinic.example", "is 'clinic.example', expected https://HOST"),
    ("FAQBOT_FRAME_ANCESTORS", "'self'\r\nX: y", "expected text on one line"),
    ("FAQBOT_TOKEN", "secret\n", "expected text on one line"),
]


@pytest.mark.parametrize(("name", "value", "said"), SETTINGS, ids=lambda value: repr(value)[:40])
def test_a_wrong_setting_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    code, _, error = run(capsys, "safety-rules")
    assert code == 1
    assert f"{name} {said}" in error or (name in error and said in error)
    assert len(error.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"FAQBOT_REGION": "mars"}, "The region is 'mars', expected one of: neutral, uk, us, eu. Change FAQBOT_REGION"),
        ({"FAQBOT_RULES": "{}/none.toml"}, "No rules file at {}/none.toml"),
        ({"FAQBOT_RULES": "{}/broken.toml"}, "broken.toml, line 1: not valid TOML"),
        ({"FAQBOT_RULES": "{}/corpus"}, "Expected TOML in UTF-8"),
        ({"FAQBOT_RULES": "{}/bytes.jsonl"}, "Expected TOML in UTF-8"),
    ],
)
@pytest.mark.parametrize("command", ["ask", "serve"])
def test_rules_that_cannot_be_read_stop_every_command(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    place: Path,
    variables: dict[str, str],
    said: str,
    command: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value.replace("{}", str(place)))
    arguments = ("ask", "x") if command == "ask" else ("serve", "--port", "0")
    code, _, error = run(capsys, *arguments, "--index", str(place / "index"))
    assert code == 1
    assert said.replace("{}", str(place)) in error
    assert len(error.strip().splitlines()) == 1


def test_a_locked_index_names_the_process_that_builds(capsys: pytest.CaptureFixture[str], place: Path) -> None:
    with builder_lock(place / "locked"):
        code, _, error = run(capsys, "build", str(place / "corpus"), "--index", str(place / "locked"))
    assert code == 1
    assert f"Another process ({os.getpid()}) is building the index at {place / 'locked'}. Wait until it" in error
    assert len(error.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("package", "command", "extra"),
    [
        ("gradio", "serve --index {}/index", "web"),
        ("pdfminer", "inspect {}/false2.pdf", "build"),
        ("mcp", "mcp --index {}/index", "mcp"),
    ],
)
def test_a_missing_extra_names_the_command_that_installs_it(
    place: Path, package: str, command: str, extra: str
) -> None:
    (place / "false2.pdf").write_bytes(b"%PDF-1.4\n")
    code = f"import sys; sys.modules[{package!r}] = None; from faqbot.cli import main; sys.exit(main(sys.argv[1:]))"
    arguments = command.replace("{}", str(place)).split()
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1, done.stderr
    assert f"Run: pip install -e '.[{extra}]' in the checkout" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


OLD_PYTHON = """#!/bin/sh
[ "$1" = -c ] && exec {python} -c "import sys; sys.version_info = (3, 10, 9); sys.version = '3.10.9 (old)'; exec(sys.argv[1])" "$2"
echo "went on with an old Python" >&2; exit 1
"""


@pytest.mark.skipif(not shutil.which("make"), reason="no make here")
def test_an_old_python_is_told_before_anything_is_made(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    old = tmp_path / "python3.10"
    old.write_text(OLD_PYTHON.format(python=sys.executable))
    old.chmod(0o755)
    done = subprocess.run(["make", "-s", f"PYTHON={old}", "chat"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == (
        "faqbot needs Python 3.11 or newer, found 3.10.9. Run: make PYTHON=python3.11 chat"
    )
    assert not (tmp_path / ".venv").exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can hand a process to somebody else")
def test_files_that_may_not_be_read_are_named_and_the_rest_is_built(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    corpus = tmp_path / "corpus"
    for name in ("open/a.md", "shut/b.md", "c.md"):
        (corpus / name).parent.mkdir(parents=True, exist_ok=True)
        (corpus / name).write_text("# Rest\n\nLie down for a short while.\n")
    (corpus / "c.md").chmod(0)
    (corpus / "shut").chmod(0)
    code = (
        "import os, sys, pathlib\nfrom faqbot.readers import discover\nfrom faqbot.index import read_all\nfrom faqbot.index.builder import describe_source\n"
        "from faqbot.settings import Settings\ncorpus = pathlib.Path(sys.argv[1])\n"
        "read_all(discover(corpus).files)\nos.setuid(65534)\n"  # so that all that is needed is loaded
        "found = discover(corpus)\nread = read_all(found.files)\ndescribe_source(corpus, Settings())\n"
        "print([each.id for each in read.documents], [(each.document_id, each.reason) for each in (*found.skipped, *read.skipped)])"
    )
    reachable = corpus
    for parent in reachable.parents:
        if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)
    done = subprocess.run([sys.executable, "-c", code, str(corpus)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("['open/a.md'] [('shut', 'a folder that cannot be read (Permission denied).")
    assert "('c.md', " in done.stdout


@pytest.mark.parametrize("question", ["\udcff", "my back hurts \ud800", "x\udfff"])
def test_what_is_not_text_is_refused_with_its_alert(bot: FaqBot, question: str) -> None:
    with pytest.raises(QuestionError, match="holds bytes that are no text"):
        bot.answer(question)
    with pytest.raises(QuestionError, match="no text") as refused:
        bot.answer("and now?", history=[f"I can't feel my legs and I've wet myself {question}"])
    assert refused.value.alert.level == "emergency"


@pytest.mark.parametrize("top_k", [0, -1])
def test_a_depth_that_means_nothing_is_refused_with_its_alert(bot: FaqBot, top_k: int) -> None:
    with pytest.raises(QuestionError, match=f"top_k is {top_k}, expected 1 or more") as refused:
        bot.answer("I can't feel my legs and I've wet myself", top_k=top_k)
    assert refused.value.alert.level == "emergency"


def test_bytes_that_are_no_text_on_standard_input_are_read_with_a_mark(index_folder: Path) -> None:
    command = [sys.executable, "-m", "faqbot", "ask", "-", "--index", str(index_folder)]
    done = subprocess.run(command, input=b"what is sciatica \xff\xfe\n", capture_output=True, timeout=60)
    assert done.returncode in (0, 3), done.stderr
    assert b"Traceback" not in done.stderr


def test_a_terminal_that_knows_no_more_than_ascii_gets_an_answer(index_folder: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "faqbot",
        "ask",
        "I can't feel my legs and I've wet myself",
        "--index",
        str(index_folder),
    ]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert done.stdout.startswith("*** EMERGENCY ***")
    assert done.stderr == ""


def test_a_setting_that_means_nothing_is_refused_from_python_too() -> None:
    with pytest.raises(SettingsError, match="FAQBOT_PASSAGE_WORDS is 0, expected 1 or more"):
        Settings(passage_words=0)
