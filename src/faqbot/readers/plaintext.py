"""Plain text goes in, a draft in Markdown comes out."""

import re

from faqbot.readers.front_matter import split_front_matter
from faqbot.readers.limits import Limits, refuse_lines
from faqbot.readers.lines import lines
from faqbot.readers.outline import nested
from faqbot.readers.parsed import Draft
from faqbot.readers.structure import Structure

_HASH_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)


def read_plain(text: str, limits: Limits) -> Draft:
    """Markdown from plain text; text that has Markdown headings already is taken as it is."""
    refuse_lines(text, limits)
    facts, body = split_front_matter(text, limits)
    if len(_HASH_HEADING.findall(body)) >= 2:
        return Draft(body, facts)
    return Draft(structured(body), facts)


def structured(text: str) -> str:
    """Markdown blocks, a blank line between them, from text whose headings are only short lines."""
    return "\n\n".join(nested(list(Structure(lines(text)).blocks()))) + "\n"
