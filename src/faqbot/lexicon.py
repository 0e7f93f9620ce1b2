"""The words people use and the words clinicians use for the same thing: `lexicon.toml` comes out as concepts."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_VOWELS = frozenset("aeiou")


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing with its names: `lay` as people say it, `clinical` as texts say it.

    A name is one word or several, in lower case and without apostrophes. "leak~" stands for the word with its
    regular endings (leaks, leaked, leaking).
    """

    name: str
    lay: tuple[str, ...]
    clinical: tuple[str, ...]

    @property
    def phrases(self) -> tuple[str, ...]:
        """Every name of the concept, lay ones first."""
        return self.lay + self.clinical


@cache
def concepts() -> tuple[Concept, ...]:
    """All concepts, in the order of the file."""
    data = tomllib.loads(files("faqbot").joinpath("lexicon.toml").read_text(encoding="utf-8"))
    return tuple(
        Concept(entry["name"], tuple(entry.get("lay", ())), tuple(entry.get("clinical", ())))
        for entry in data["concept"]
    )


@cache
def synonyms() -> Mapping[str, tuple[str, ...]]:
    """For a word or phrase (any inflection of it) its equivalents, in their base form.

    >>> synonyms()["peeing"][:2]
    ('wee', 'piddle')
    """
    table: dict[str, dict[str, None]] = {}
    for concept in concepts():
        bases = [bare(phrase) for phrase in concept.phrases]
        for phrase in concept.phrases:
            for form in spellings(phrase):
                others = (base for base in bases if base != bare(phrase) and base != form)
                table.setdefault(form, {}).update(dict.fromkeys(others))
    return MappingProxyType({form: tuple(others) for form, others in table.items()})


def bare(phrase: str) -> str:
    """The phrase in its base form, without the marks for endings."""
    return phrase.replace("~", "")


def spellings(phrase: str) -> tuple[str, ...]:
    """The phrase with each marked word in each of its forms ("lower leg~" gives "lower leg", "lower legs", ...)."""
    grown = [""]
    for word in phrase.split():
        forms = inflections(word[:-1]) if word.endswith("~") else (word,)
        grown = [f"{start} {form}".lstrip() for start in grown for form in forms]
    return tuple(grown)


@cache
def inflections(word: str) -> tuple[str, ...]:
    """A word with its regular English endings; a form that does not exist does no harm.

    >>> inflections("drop")
    ('drop', 'drops', 'dropped', 'dropping')
    """
    if word.endswith("y") and len(word) > 2 and word[-2] not in _VOWELS:
        return (word, f"{word[:-1]}ies", f"{word[:-1]}ied", f"{word}ing")
    if word.endswith("ee"):
        return (word, f"{word}s", f"{word}d", f"{word}ing")
    if word.endswith("e"):
        return (word, f"{word}s", f"{word}d", f"{word[:-1]}ing")
    plural = f"{word}es" if word.endswith(("s", "sh", "ch", "x", "z")) else f"{word}s"
    if _doubles(word):
        return (word, plural, f"{word}{word[-1]}ed", f"{word}{word[-1]}ing")
    return (word, plural, f"{word}ed", f"{word}ing")


def _doubles(word: str) -> bool:
    """Whether a short word doubles its last letter before an ending: drop, dropped."""
    return (
        3 <= len(word) <= 4 and word[-1] not in _VOWELS | set("wxy") and word[-2] in _VOWELS and word[-3] not in _VOWELS
    )
