"""Markdown with front matter goes in, a draft comes out."""

from faqbot.readers.front_matter import split_front_matter
from faqbot.readers.limits import Limits
from faqbot.readers.parsed import Draft


def read_markdown(text: str, limits: Limits) -> Draft:
    """The body as it stands, and the facts of the front matter."""
    facts, body = split_front_matter(text, limits)
    return Draft(body, facts)
