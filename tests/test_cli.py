"""The command line: exit codes, one clear line for wrong use, and never a traceback."""

import importlib
import io
import json
from pathlib import Path

import pytest

from command_line import run
from faqbot.cli.parser import COMMANDS, Command
from faqbot.cli.progress import Progress


def test_an_answer_is_exit_code_0_and_names_its_source(capsys: pytest.CaptureFixture[str], index_folder: Path) -> None:
    code, out, _ = run(capsys, "ask", "can shoes make my back hurt", "--index", str(index_folder))
    assert code == 0
    assert "   from faq/shoes.yaml" in out


def test_no_answer_is_exit_code_3_and_says_so(capsys: pytest.CaptureFixture[str], index_folder: Path) -> None:
    code, out, _ = run(capsys, "ask", "translate good night into Japanese", "--index", str(index_folder))
    assert code == 3
    assert "I don't have an answer to that" in out


def test_json_is_the_form_of_every_door(capsys: pytest.CaptureFixture[str], index_folder: Path) -> None:
    code, out, _ = run(capsys, "ask", "what is sciatica", "--index", str(index_folder), "--json")
    form = json.loads(out)
    assert (code, form["version"], form["alert"]["level"]) == (0, 1, "none")
    assert form["hits"][0]["passage"]["document_id"]


def test_questions_from_standard_input_are_json_lines(
    capsys: pytest.CaptureFixture[str], index_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("what is sciatica\n\n" + "x" * 3000 + "\n"))
    code, out, _ = run(capsys, "ask", "-", "--index", str(index_folder))
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [("error" in line) for line in lines] == [False, True]


def test_history_is_what_a_follow_up_refers_to(capsys: pytest.CaptureFixture[str], index_folder: Path) -> None:
    _, out, _ = run(
        capsys, "ask", "and how often?", "--history", "How do I do a bridge?", "--index", str(index_folder), "--json"
    )
    assert "bridge" in json.loads(out)["query"]


def test_an_alert_is_given_even_where_there_is_no_index(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = run(capsys, "ask", "I can't feel my legs and I've wet myself", "--index", str(tmp_path / "none"))
    assert code == 1
    assert out.startswith("*** EMERGENCY ***")
    assert "Run: faqbot build" in err


def test_an_over_long_question_is_refused_with_its_alert(
    capsys: pytest.CaptureFixture[str], index_folder: Path
) -> None:
    question = "I cannot pee since this morning and my saddle area is numb. " + "It hurts. " * 400
    code, out, err = run(capsys, "ask", question, "--index", str(index_folder))
    assert code == 1
    assert "EMERGENCY" in out
    assert "at most 2,000" in err


def test_a_function_that_is_counted_answers_as_before_and_shows_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with Progress() as progress:
        double = progress.counted("doubling", 3, lambda number: 2 * number)
        assert [double(number) for number in (1, 2, 3)] == [2, 4, 6]
    assert "doubling" in capsys.readouterr().err
    with Progress(quiet=True) as progress:
        assert progress.counted("doubling", 1, lambda number: 2 * number)(4) == 8
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_names_the_function_that_runs_it(command: Command) -> None:
    module, _, function = command.run.partition(".")
    assert callable(getattr(importlib.import_module(f"faqbot.cli.{module}"), function))


def test_the_questions_are_read_before_those_that_nothing_answers(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, _, err = run(capsys, "eval", str(tmp_path / "a.jsonl"), "--out-of-scope", str(tmp_path / "b.jsonl"))
    assert code == 1
    assert "a.jsonl cannot be read" in err
