"""The README is true: its commands are all there are, its files exist, its Python runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

from faqbot.cli.parser import COMMANDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_command_table_is_that_of_the_parser() -> None:
    assert re.findall(r"^\| `faqbot ([a-z-]+)` \|", README, re.MULTILINE) == [command.name for command in COMMANDS]


def test_every_link_leads_to_a_file() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert len(links) > 8
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_python_examples_run(index_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "index").symlink_to(index_folder, target_is_directory=True)
    code = "\n".join(re.findall(r"```python\n(.*?)```", README, re.DOTALL))
    assert "FaqBot.load" in code
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("none ")


def test_the_transcript_of_a_question_is_real_output(index_folder: Path) -> None:
    shown = re.search(r'    \$ faqbot ask "(.+)" --top-k 1\n((?:    .*\n|\n)+)', README)
    assert shown
    done = subprocess.run(
        [sys.executable, "-m", "faqbot", "ask", shown[1], "--top-k", "1", "--index", str(index_folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "\n".join(line.removeprefix("    ") for line in shown[2].rstrip().split("\n")) == done.stdout.rstrip()
