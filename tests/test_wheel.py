"""The built wheel carries every file that the package reads, and works without the checkout."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "faqbot"
# Found first: the wheel. The checkout is not on the path, its packages are.
CHECK = """
import json, sys
sys.path.insert(0, sys.argv[1])
from starlette.testclient import TestClient
import faqbot
from faqbot import FaqBot, assess
from faqbot.server.app import create_app
from faqbot.settings import Settings
with FaqBot.load(sys.argv[2]) as bot, TestClient(create_app(bot, Settings(), page=False)) as client:
    status = [client.get(path).status_code for path in ("/widget.js", "/own/page.css", "/api/docs", "/api/ready")]
    band = client.post("/api/answer", json={"question": bot.examples(1)[0]}).json()["band"]
level = assess(["my back hurts", "and now I can't pee"]).level
print(json.dumps([faqbot.__file__, status, band, level]))
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's files, as an installer lays them out."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "THIRD_PARTY.md"):
        shutil.copy(ROOT / name, source / name)
    code = f"from setuptools.build_meta import build_wheel; print(build_wheel({str(folder)!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(folder / done.stdout.splitlines()[-1]) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


@pytest.mark.slow
def test_every_file_of_the_package_is_in_the_wheel(unpacked: Path) -> None:
    files = {path.relative_to(PACKAGE) for path in PACKAGE.rglob("*") if path.is_file()}
    wanted = {path for path in files if "__pycache__" not in path.parts and path.suffix not in {".pyc", ".md"}}
    assert {str(path) for path in wanted if not (unpacked / "faqbot" / path).is_file()} == set()


@pytest.mark.slow
def test_it_answers_without_the_checkout(unpacked: Path, index_folder: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", CHECK, str(unpacked), str(index_folder)],
        cwd=tmp_path, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    place, status, band, level = json.loads(done.stdout.splitlines()[-1])
    assert Path(place).is_relative_to(unpacked)
    assert status == [200] * 4
    assert (band != "none", level) == (True, "emergency")
