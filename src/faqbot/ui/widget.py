"""What the widget's script carries of the server that it is loaded from."""

from typing import Any

from faqbot.ui.options import PageOptions

TEXTS = (
    "ask", "start_again", "question", "placeholder", "searching", "failed", "unwell", "very_likely", "probably",
    "may_help", "no_answer", "about", "unmatched", "best", "another", "others", "for_later", "ask_next", "choose",
    "from_", "whole_article", "original", "sources", "source", "level_emergency", "level_urgent", "level_conditional",
    "level_crisis", "prefix_emergency", "prefix_urgent", "prefix_conditional", "because_wrote", "not_meant", "call",
    "people_ask", "safety_label", "feedback_label", "feedback_question", "feedback_helpful", "feedback_not_helpful",
    "feedback_did_not_answer", "feedback_thanks", "feedback_sending", "feedback_unsent", "feedback_instead",
    "feedback_contact", "you_wrote", "widget_open", "widget_close", "widget_greeting",
)  # fmt: skip


def widget_values(options: PageOptions) -> dict[str, Any]:
    """Return the values as JSON types: texts, the standing advice ("" for none), examples, colours, feedback."""
    advice = options.standing.get(options.region, "")
    return {
        "title": options.title,
        "standing": " ".join(filter(None, (options.lead, advice))) if advice else "",
        "examples": list(options.examples),
        "accent": options.accent,
        "accentDark": options.accent_dark,
        "contact": options.contact,
        "feedback": options.feedback,
        "stored": options.texts.feedback_on if options.feedback else options.texts.nothing_stored,
        "texts": {name: getattr(options.texts, name) for name in TEXTS},
    }
