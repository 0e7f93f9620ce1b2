"""The packaged rules, read and grown once: what takes long is kept beside the rules as Python keeps its bytecode.

The file lies in `__pycache__` and begins with a hash of every rules file and of the code that reads them, so that it is
never used for other rules, and with a hash of what follows. Where it cannot be written or is not whole, the rules are
read from their TOML as ever.
"""

import contextlib
import marshal
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from faqbot.digests import BYTES, digest

_FOLDER = Path(__file__).parent / "__pycache__"
_CODE = ("compiling.py", "loading.py", "sheet.py", "keeping.py", "../lexicon.py", "../lexicon.toml")


def kept(texts: Mapping[str, str], make: Callable[[], Any]) -> Any:
    """What `make` makes of the rules files `texts`: plain values, whose types `marshal` keeps; from the file if there.

    `marshal` is read from nowhere but this package's own folder, as Python reads its bytecode from there.
    """
    path = _FOLDER / f"rules.{sys.implementation.cache_tag}.kept"
    sources = digest(*(part.encode() for pair in texts.items() for part in pair), *map(_bytes, _CODE))
    found = _read(path, sources)
    if found is None:
        found = make()
        _write(path, sources, marshal.dumps(found))
    return found


def _read(path: Path, sources: bytes) -> Any:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    head, body = content[: 2 * BYTES], content[2 * BYTES :]
    return marshal.loads(body) if head == sources + digest(body) else None  # noqa: S302 - of this package's own folder


def _write(path: Path, sources: bytes, body: bytes) -> None:
    """Put the file in its place at once, or leave things as they are; not where Python is to write no bytecode."""
    if sys.dont_write_bytecode:
        return
    with contextlib.suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            aside = Path(folder) / path.name
            aside.write_bytes(sources + digest(body) + body)
            aside.replace(path)


def _bytes(name: str) -> bytes:
    return (Path(__file__).parent / name).read_bytes()
