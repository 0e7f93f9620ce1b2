"""`faqbot init`: the starter files are valid, complete, build into an index, and overwrite nothing."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from command_line import run
from faqbot.config import config_keys, load_config, read_config
from faqbot.readers import read
from faqbot.settings import Settings
from faqbot.texts import text_names


def test_init_writes_a_configuration_and_example_pairs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = run(capsys, "init", str(tmp_path / "new" / "shop"))
    assert code == 0
    assert "faqbot build" in out
    folder = tmp_path / "new" / "shop"
    config = load_config(Settings(config=str(folder / "faqbot.toml")))
    assert (config.page.title, config.safety.enabled) == ("Questions and answers", False)
    pairs = read(folder / "questions.csv", document_id="questions.csv").pairs
    assert [pair.question for pair in pairs] == ["When are you open?", "How can I reach you?"]
    assert pairs[0].alternates == ("What are your opening hours?", "Are you open on Saturday?")


@pytest.mark.parametrize("name", ["faqbot.toml", "questions.csv"])
def test_init_overwrites_nothing(name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    code, _, err = run(capsys, "init", str(tmp_path))
    assert code == 1
    assert f"{name} exists, and init overwrites nothing" in err
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [(name, "mine")]


def test_init_writes_through_no_link(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "faqbot.toml").symlink_to(tmp_path / "elsewhere")
    assert run(capsys, "init", str(folder))[0] == 1
    assert not (tmp_path / "elsewhere").exists()


def test_every_line_of_the_starter_is_valid_once_its_comment_mark_is_gone(tmp_path: Path) -> None:
    text = files("faqbot.cli").joinpath("starter", "faqbot.toml").read_text(encoding="utf-8")
    active = re.sub(r"^# (?=\[|[a-z_]+ = )", "", text, flags=re.MULTILINE)
    active = active.replace('profile = "none"', 'profile = "rules.toml"')
    for name in ("logo.svg", "rules.toml"):
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / "faqbot.toml").write_text(active, encoding="utf-8")
    read_config(tmp_path / "faqbot.toml")
    keys = set(config_keys()) - {f"language.{name}" for name in text_names() if name != "ask"}
    found = set()
    for line in active.splitlines():
        if table := re.match(r"\[([a-z]+)\]", line):
            section = table[1]
        elif key := re.match(r"([a-z_]+) = ", line):
            found.add(f"{section}.{key[1]}")
    assert found == keys


def test_the_texts_of_the_page_are_printed_as_keys_that_can_be_set(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, out, _ = run(capsys, "init", "--texts")
    (tmp_path / "faqbot.toml").write_text(out.replace("\n# ", "\n"), encoding="utf-8")
    assert read_config(tmp_path / "faqbot.toml").text.count(" = ") >= len(text_names())
    assert load_config(Settings(config=str(tmp_path / "faqbot.toml"))) == load_config(Settings())


def test_init_without_a_folder_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "init")
    assert code == 2
    assert "expected a FOLDER" in err
