"""Where a Milvus store is: what a person names goes in, an Address comes out."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from faqbot.errors import SettingsError

LITE_ALIAS = "faqbot"
_LITE = "milvus-lite:"
_SERVER = re.compile(r"milvus(?P<tls>\+https)?://(?P<host>[^/@:]+|\[[0-9a-fA-F:]+\])(?::(?P<port>\d+))?/(?P<alias>.+)")
_ALIAS = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")


@dataclass(frozen=True, slots=True)
class Address:
    """`place` is a folder for Milvus Lite, else a URI; `alias` is the name under which the passages are found there."""

    kind: Literal["milvus", "milvus-lite"]
    place: str
    alias: str

    def __str__(self) -> str:
        if self.kind == "milvus-lite":
            return f"{_LITE}{self.place}"
        scheme, _, server = self.place.partition("://")
        return f"milvus{'+https' if scheme == 'https' else ''}://{server}/{self.alias}"


def read_address(text: str) -> Address:
    """The address that a text names.

    Raises SettingsError for one that is not milvus-lite:PATH, milvus://HOST:PORT/NAME or milvus+https://...
    """
    if text.startswith(_LITE) and len(text) > len(_LITE):
        return Address("milvus-lite", str(Path(text.removeprefix(_LITE)).expanduser().absolute()), LITE_ALIAS)
    found = _SERVER.fullmatch(text)
    if not found or not _ALIAS.fullmatch(found["alias"]):
        raise SettingsError(
            f"The store is {text!r}, expected milvus-lite:PATH, milvus://HOST:PORT/NAME or milvus+https://HOST:PORT/NAME"
            " (NAME of letters, digits and _; a password goes into FAQBOT_STORE_TOKEN). Change --store or FAQBOT_STORE"
        )
    scheme, port = "https" if found["tls"] else "http", found["port"] or "19530"
    return Address("milvus", f"{scheme}://{found['host']}:{port}", found["alias"])
