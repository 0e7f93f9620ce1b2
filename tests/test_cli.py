"""The command line: exit codes, one clear line for wrong use, and never a traceback."""

import io
import json
from pathlib import Path

import pytest

from faqbot.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        code = main(list(arguments))
    except SystemExit as stopped:
        code = int(str(stopped.code))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


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


WRONG_USE = [
    ((), 2, "required: COMMAND"),
    (("fly",), 2, "invalid choice: 'fly'"),
    (("ask",), 2, "required: question"),
    (("ask", "x", "--top-k", "many"), 2, "invalid int value"),
    (("ask", "x", "--colour"), 2, "unrecognized arguments"),
    (("ask", "x", "--index", "{tmp}/none"), 1, "No index at"),
    (("ask", "", "--index", "{index}"), 1, "The question is empty"),
    (("ask", "   ", "--index", "{index}"), 1, "The question is empty"),
    (("build", "{tmp}/none", "--index", "{tmp}/i"), 1, "No corpus at"),
    (("build", "{tmp}", "--index", "{tmp}/i"), 1, "Nothing to index"),
    (("build", "{corpus}", "--index", "{tmp}/i", "--model", "no-such-model"), 1, "FAQBOT_MODEL"),
    (("passages", "{tmp}/none.md"), 1, "none.md"),
    (("eval", "{tmp}/none.jsonl", "--index", "{index}"), 1, "none.jsonl"),
    (("eval", "{tmp}", "--index", "{index}"), 1, "corpus.jsonl"),
    (("calibrate", "{tmp}/none.jsonl", "--index", "{index}"), 1, "none.jsonl"),
    (("verify", "--index", "{tmp}/none"), 1, "No index at"),
    (("repair", "--index", "{tmp}/none"), 1, "No index at"),
    (("rollback", "--index", "{tmp}/none"), 1, "No index at"),
    (("rules", "--check", "{tmp}/none.toml"), 1, "none.toml"),
    (("eval-safety", "{tmp}/none.jsonl"), 1, "none.jsonl"),
    (("lint", "{tmp}/none", "--index", "{index}"), 1, "No corpus at"),
    (("serve", "--index", "{index}", "--port", "eighty"), 2, "invalid int value"),
]


@pytest.mark.parametrize(
    ("arguments", "code", "said"), WRONG_USE, ids=lambda value: " ".join(value) if isinstance(value, tuple) else None
)
def test_wrong_use_is_one_clear_line(
    capsys: pytest.CaptureFixture[str],
    index_folder: Path,
    corpus: Path,
    tmp_path: Path,
    arguments: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    given = [part.format(tmp=tmp_path, index=index_folder, corpus=corpus) for part in arguments]
    found, _, err = run(capsys, *given)
    assert found == code
    assert said in err
    assert "Traceback" not in err
    if code == 1:
        assert len(err.strip().splitlines()) == 1, err


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"FAQBOT_PORT": "x"}, "FAQBOT_PORT"),
        ({"FAQBOT_NONSENSE": "1"}, "FAQBOT_NONSENSE is not a setting"),
        ({"FAQBOT_LOG_LEVEL": "LOUD"}, "FAQBOT_LOG_LEVEL"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], said: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code, _, err = run(capsys, "rules")
    assert code == 1
    assert said in err
    assert len(err.strip().splitlines()) == 1
