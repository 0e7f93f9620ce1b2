"""docs/interfaces.md tells the truth: its Python runs, its addresses answer, its settings exist."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from faqbot import FaqBot
from faqbot.server.app import create_app
from faqbot.settings import PREFIX, Settings

TEXT = (Path(__file__).parents[1] / "docs" / "interfaces.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("code", PYTHON)
def test_every_block_of_python_runs_in_about_ten_lines(
    code: str, index_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if "langchain" in code:
        pytest.importorskip("langchain_core", reason="langchain-core is not installed")
    (tmp_path / "index").symlink_to(index_folder)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(code, names)
    assert len(code.splitlines()) <= 10
    assert ("print" in code) == bool(capsys.readouterr().out)
    if "app" in names:
        names["bot"].close()  # type: ignore[attr-defined]


def test_there_are_blocks_to_run() -> None:
    assert len(PYTHON) == 3


def test_the_request_shown_is_answered(bot: FaqBot) -> None:
    (body,) = re.findall(r"-d '(\{.*?\})'", TEXT)
    with TestClient(create_app(bot, Settings())) as client:
        assert client.post("/api/answer", json=json.loads(body)).status_code == 200
        for method, path in re.findall(r"`(GET|POST) (/api/\w+(?:\.json)?)`", TEXT):
            assert client.request(method, path, json={} if method == "POST" else None).status_code in (200, 422)
        assert "faqbot-chat" in client.get("/widget.js").text


def test_every_setting_named_is_a_setting() -> None:
    known = {PREFIX + field.name.upper() for field in fields(Settings)}
    named = set(re.findall(r"FAQBOT_[A-Z_]+", TEXT))
    assert named == known & named
    assert {"FAQBOT_TOKEN", "FAQBOT_ORIGINS", "FAQBOT_FRAME_ANCESTORS"} <= named
