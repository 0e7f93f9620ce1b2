"""Markdown with front matter goes in, a parsed comes out."""

from faqbot.readers.front_matter import split_front_matter
from faqbot.readers.limits import Limits
from faqbot.readers.parsed import ParsedFile


def read_markdown(text: str, limits: Limits) -> ParsedFile:
    """The body as it stands, and the facts of the front matter."""
    facts, body = split_front_matter(text, limits)
    return ParsedFile(body, facts)
