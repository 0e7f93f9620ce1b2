"""What was said, answered and kept on the page -> the summary for a visit, to read, copy, print or save."""

from collections.abc import Mapping, Sequence
from typing import Any

from faqbot.config import SafetyConfig
from faqbot.types import Passage
from faqbot.ui.html import web_link
from faqbot.ui.markdown_html import article_html
from faqbot.visit_summary import summarise, write_html, write_markdown


def summary_values(
    said: Sequence[str], answers: Mapping[str, str], kept: Sequence[Mapping[str, str]], config: SafetyConfig
) -> dict[str, Any]:
    """The summary as HTML to show and as a page of its own to save. Raises AnswerError."""
    visit = summarise(
        said,
        answers=answers,
        passages=[_passage(each) for each in kept],
        config=config,
    )
    return {"html": article_html(write_markdown(visit), (0, 0), ""), "page": write_html(visit)}


def _passage(kept: Mapping[str, str]) -> Passage:
    """A passage by what its card said of it; the browser sends it, so nothing in it is trusted."""
    return Passage(
        id="",
        document_id=kept.get("document", ""),
        text="",
        start=0,
        end=0,
        title=kept.get("title", ""),
        url=web_link(kept.get("url", "")),
    )
