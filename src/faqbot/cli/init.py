"""`faqbot init`: start a corpus folder with a commented faqbot.toml and an example of questions and answers."""

import argparse
import json
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path

from faqbot.cli.parser import DONE
from faqbot.config import FILE_NAME
from faqbot.errors import SettingsError
from faqbot.settings import Settings
from faqbot.texts import Texts

EXAMPLE = "questions.csv"


def init(given: argparse.Namespace, settings: Settings) -> int:
    """Write the files, or print the texts of the page as `[language]` keys. Raises SettingsError."""
    if given.texts:
        print(texts_table())
        return DONE
    if given.folder is None:
        given.wrong_use("expected a FOLDER for the new corpus, or --texts")
    written = write_starter(given.folder)
    print("\n".join(f"wrote {path}" for path in written))
    print(
        f"Next: put your documents into {given.folder} in place of {EXAMPLE}, which is an example, "
        f"then run: faqbot build {given.folder} --index {settings.index}"
    )
    return DONE


def write_starter(folder: Path) -> tuple[Path, ...]:
    """Write faqbot.toml and the example into a folder, which is made if needed; returns their paths.

    Raises SettingsError, and writes nothing, where one of them exists.
    """
    paths = tuple(folder / name for name in (FILE_NAME, EXAMPLE))
    for path in paths:
        if path.exists() or path.is_symlink():
            raise SettingsError(f"{path} exists, and init overwrites nothing. Move it away or name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        with path.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(files("faqbot.cli").joinpath("starter", path.name).read_text(encoding="utf-8"))
    return paths


def texts_table() -> str:
    """Every text of the page as a line of the table `[language]`, commented out."""
    lines = (f"# {name} = {json.dumps(text, ensure_ascii=False)}" for name, text in asdict(Texts()).items())
    return "\n".join(("[language]", *lines))
