"""Every example runs, against the real index, and gives what the bot gives."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from faqbot import FaqBot

EXAMPLES = Path(__file__).parents[1] / "examples"
QUESTION = "should I walk through the ache or stop"
ALARM = "I can't feel my legs and I've wet myself"


def run(name: str, index_folder: Path) -> str:
    command = [sys.executable, str(EXAMPLES / name), str(index_folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def test_the_examples_are_all_listed_and_tested() -> None:
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    files = sorted(path.name for path in EXAMPLES.glob("*.py"))
    assert files == ["flask_app.py", "many_at_once.py", "notebook.py"]
    assert all(f"`{name}`" in listed for name in files)


def test_the_notebook(index_folder: Path, bot: FaqBot) -> None:
    printed = run("notebook.py", index_folder)
    best = bot.answer("how should I start walking again?", ["my lower back aches on long walks"]).hits[0]
    assert best.passage.text in printed
    assert f"From: {best.passage.document_id}" in printed
    assert printed.strip().endswith("emergency")


def test_many_at_once(index_folder: Path, bot: FaqBot) -> None:
    printed = run("many_at_once.py", index_folder)
    best = bot.answer("which shoes help?").hits[0].passage
    assert printed.startswith(f"which shoes help?\n  answer: {best.question or best.title}\n")
    assert len(printed.splitlines()) == 6


def test_the_flask_app(index_folder: Path, bot: FaqBot, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("flask", reason="flask is not installed")
    monkeypatch.setenv("FAQBOT_INDEX", str(index_folder))
    spec = importlib.util.spec_from_file_location("flask_app", EXAMPLES / "flask_app.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    client = module.app.test_client()
    given = client.post("/ask", json={"question": QUESTION, "history": ["my back aches"]})
    assert given.status_code == 200
    assert given.get_json() == bot.answer(QUESTION, ["my back aches"]).to_dict()
    refused = client.post("/ask", json={"question": "my back aches. " * 200 + ALARM})
    assert refused.status_code == 422
    assert refused.get_json()["alert"]["level"] == "emergency"
    module.bot.close()
