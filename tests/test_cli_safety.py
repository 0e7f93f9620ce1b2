"""`faqbot safety-rules`, `check`, `summary` and `eval-safety`: what they print, write and end with."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from command_line import run
from faqbot.safety import questions
from faqbot.safety.rules_file import load_rules
from own_rules import OWN


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is typed at the prompts, in order; then the input ends."""
    lines: list[str] = []

    def answer(prompt: str) -> str:
        if not lines:
            raise EOFError
        return lines.pop(0)

    monkeypatch.setattr("builtins.input", answer)
    yield lines


def test_every_rule_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    code, shown, _ = run(capsys, "safety-rules")
    named = [line.split(":")[0] for line in shown.splitlines() if line and not line.startswith(" ")]
    assert (code, named) == (0, [rule.id for rule in load_rules().rules])


def test_a_rules_file_is_checked_by_its_examples(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(OWN, encoding="utf-8")
    assert run(capsys, "safety-rules", "--check", str(path)) == (0, f"{path}: 1 rules, 2 examples, 0 do not hold\n", "")
    path.write_text(OWN.replace("a leaflet", "a brochure"), encoding="utf-8")
    code, shown, _ = run(capsys, "safety-rules", "--check", str(path))
    first, last = shown.splitlines()
    assert (code, last) == (1, f"{path}: 1 rules, 2 examples, 1 do not hold")
    assert first.startswith(f"{path}, line 19: ") and "a brochure" in first


def test_a_missed_emergency_of_the_forbidden_kind_ends_a_measurement_with_1(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "messages.jsonl"
    heard = {"id": "a", "text": "my groin is numb", "expect": "emergency", "category": "ces", "note": "textbook"}
    missed = heard | {"id": "b", "text": "which shoes are best"}
    path.write_text(json.dumps(heard), encoding="utf-8")
    code, shown, _ = run(capsys, "eval-safety", str(path))
    assert (code, "MISSED" in shown) == (0, False)
    path.write_text(f"{json.dumps(heard)}\n{json.dumps(missed)}\n", encoding="utf-8")
    code, shown, _ = run(capsys, "eval-safety", str(path))
    assert (code, shown.splitlines()[-1]) == (1, "MISSED, and may never be: b")


def test_the_check_asks_again_until_it_understands_and_ends_with_the_card(
    capsys: pytest.CaptureFixture[str], typed: list[str]
) -> None:
    opened = sum(question.open for question in questions())
    typed += ["low back"] * opened + ["maybe", "Y"]
    code, shown, _ = run(capsys, "symptom-check")
    assert code == 0
    assert "  Please answer one of: yes, no, not sure\n" in shown
    assert "\nEMERGENCY: " in shown
    assert "numbness or tingling between your legs" in shown


@pytest.mark.parametrize(
    ("answer", "level"), [("n", "ADVICE"), ("", "ADVICE"), ("?", "EMERGENCY"), ("ns", "EMERGENCY")]
)
def test_short_answers_mean_what_they_say(
    capsys: pytest.CaptureFixture[str], typed: list[str], answer: str, level: str
) -> None:
    typed += [""] * sum(question.open for question in questions()) + [answer]
    assert f"\n{level}: " in run(capsys, "symptom-check")[1]


@pytest.mark.parametrize(("name", "begins"), [("visit.md", "# "), ("visit.html", "<!")])
def test_the_check_writes_a_sheet(
    capsys: pytest.CaptureFixture[str], typed: list[str], tmp_path: Path, name: str, begins: str
) -> None:
    typed += ["between the shoulder blades"]
    sheet = tmp_path / name
    code, shown, _ = run(capsys, "symptom-check", "--summary", str(sheet))
    assert (code, shown.splitlines()[-1]) == (0, f"The sheet for your visit is in {sheet}")
    text = sheet.read_text(encoding="utf-8")
    assert text.startswith(begins)
    assert "between the shoulder blades" in text


def test_a_sheet_is_made_of_messages_without_an_index_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("my back aches\n\n  my groin is numb \n"))
    code, shown, error = run(capsys, "visit-summary", "--index", str(tmp_path / "none"))
    assert code == 0
    assert "my back aches" in shown and "my groin is numb" in shown
    assert error.startswith("faqbot: without passages: No index at ")


@pytest.mark.parametrize("command", ["symptom-check", "visit-summary"])
@pytest.mark.parametrize("profile", ["none", "own.toml"])
def test_without_the_shipped_rules_check_and_summary_are_refused_with_the_reason(
    command: str, profile: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "own.toml").write_text(OWN.replace('extends = "back-pain"', ""), encoding="utf-8")
    config = tmp_path / "faqbot.toml"
    config.write_text(f'safety = "{profile}"\n', encoding="utf-8")
    code, shown, error = run(capsys, command, "--config", str(config))
    assert (code, shown) == (1, "")
    assert f"the safety profile back-pain, and the one in use is {profile}" in error
    assert "FAQBOT_SAFETY=back-pain" in error


def test_the_check_knows_the_profile_of_the_index(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, with_encoder: Callable[[Path], Path], typed: list[str]
) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "faqbot.toml").write_text('safety = "none"\n', encoding="utf-8")
    (tmp_path / "shop" / "hours.md").write_text("# Hours\n\nThe shop is open from nine to five.\n", encoding="utf-8")
    index = with_encoder(tmp_path / "index")
    assert run(capsys, "build", str(tmp_path / "shop"), "--index", str(index), "--quiet")[0] == 0
    for command in ("symptom-check", "visit-summary"):
        code, shown, error = run(capsys, command, "--index", str(index))
        assert (code, shown, "the one in use is none" in error) == (1, "", True)
