"""What the page says before anything is asked -> HTML."""

from faqbot.ui.feedback_buttons import KEPT_SHORT
from faqbot.ui.html import escape

NOTHING_KEPT = "Nothing you write is stored. It is gone when you close the page."


def welcome(title: str, examples: tuple[str, ...], *, kept: bool = False) -> str:
    """A short greeting that says what this is and is not, what is `kept` of it, and questions to try."""
    buttons = "".join(f'<li><button type="button" data-ask>{escape(text)}</button></li>' for text in examples)
    tries = f'<h3>People often ask</h3><ul class="tries">{buttons}</ul>' if buttons else ""
    return (
        '<section class="welcome" aria-label="About this page">'
        f"<h2>Ask about {escape(title[:1].lower() + title[1:])}</h2>"
        "<p>You get passages from articles, word for word, each with its source. Nothing is made up: "
        "if the articles do not say, you are told so.</p>"
        f'<p class="quiet">{KEPT_SHORT if kept else NOTHING_KEPT}</p>'
        f"{tries}</section>"
    )
