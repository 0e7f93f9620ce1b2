"""Boilerplate of pages, such as sharing buttons and cookie notices, by the patterns in boilerplate.toml."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

# Patterns look at the head of a longer text: boilerplate is short, and the work for hostile text stays bounded.
_LOOK = 400
_MARKS = " \t*_#>|-–—•·:"
# A sentence that sends people to emergency care is kept whatever else it says.
_VITAL = re.compile(r"\b(emergency|999|911|112|ambulance|a&e|immediate(ly)? (medical|care|help))\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Patterns:
    whole: re.Pattern[str]
    within: re.Pattern[str]
    comments: re.Pattern[str]
    related: re.Pattern[str]


def is_notice(line: str) -> bool:
    """Return whether a whole line is something that pages put around an article, such as a share button's label."""
    known, bare = _patterns(), _bare(line)
    return bool(known.whole.fullmatch(bare)) or is_notice_sentence(bare) or opens_comments(line) or opens_links(line)


def is_notice_sentence(sentence: str) -> bool:
    """Return whether a sentence advertises, asks to sign up, or disclaims, wherever it stands."""
    return bool(_patterns().within.search(sentence[:_LOOK])) and not _VITAL.search(sentence)


def opens_comments(line: str) -> bool:
    """Return whether the article is over at this line, and what follows was written by visitors."""
    return bool(_patterns().comments.fullmatch(_bare(line)))


def opens_links(line: str) -> bool:
    """Return whether short lines after this one are links to other articles."""
    return bool(_patterns().related.fullmatch(_bare(line)))


def _bare(line: str) -> str:
    return line.strip(_MARKS)[:_LOOK]


@cache
def _patterns() -> _Patterns:
    table = tomllib.loads(resources.files("faqbot.readers").joinpath("boilerplate.toml").read_text(encoding="utf-8"))
    kinds = table["kinds"]
    return _Patterns(
        _any([pattern for kind in kinds for pattern in kind.get("whole", ())]),
        _any([pattern for kind in kinds for pattern in kind.get("within", ())]),
        _any(table["comments"]),
        _any(table["related"]),
    )


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
