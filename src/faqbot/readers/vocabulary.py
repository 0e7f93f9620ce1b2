"""The name of a word list goes in, its words come out; the lists are data in vocabulary.toml."""

import tomllib
from functools import cache
from importlib import resources


@cache
def vocabulary(name: str) -> frozenset[str]:
    """The words of a list, in small letters."""
    lists = tomllib.loads(resources.files("faqbot.readers").joinpath("vocabulary.toml").read_text(encoding="utf-8"))
    return frozenset(lists[name].split())
