"""A run of the tests leaves nothing in the home folder of whoever runs them."""

import os
import subprocess
import sys
from pathlib import Path

KEEPS = """
from pathlib import Path

from faqbot.index import keep_encoder
from faqbot.settings import Settings


def test_it():
    keep_encoder(Settings().encoder_cache, Path({encoder!r}), {name!r})
    assert Path("~/.cache/faqbot/encoders/{name}/model.onnx").expanduser().is_file()
"""


def test_what_a_test_keeps_for_other_indexes_goes_with_the_run(index_folder: Path, tmp_path: Path) -> None:
    (encoder,) = (index_folder / "encoders").iterdir()
    (tmp_path / "test_it.py").write_text(KEEPS.format(encoder=str(encoder), name=encoder.name), encoding="utf-8")
    (tmp_path / "home").mkdir()
    command = [sys.executable, "-m", "pytest", "test_it.py"]
    options = f"-p conftest -p no:cacheprovider -p no:langsmith_plugin --basetemp={tmp_path / 'run'}"
    environment = os.environ | {
        "PYTHONPATH": str(Path(__file__).parent),
        "HOME": str(tmp_path / "home"),
        "PYTEST_ADDOPTS": options,
    }
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert "1 passed" in done.stdout, done.stdout
    assert list((tmp_path / "home").rglob("*")) == []
    assert (tmp_path / "run" / "home" / ".cache" / "faqbot" / "encoders" / encoder.name).is_dir()
