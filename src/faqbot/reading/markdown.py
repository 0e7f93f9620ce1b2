"""Markdown with front matter goes in, a draft comes out."""

from faqbot.reading.drafts import Draft
from faqbot.reading.front_matter import split_front_matter
from faqbot.reading.limits import Limits


def read_markdown(text: str, limits: Limits) -> Draft:
    """The body as it stands, and the facts of the front matter."""
    facts, body = split_front_matter(text, limits)
    return Draft(body, facts)
