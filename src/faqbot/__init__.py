"""faqbot answers health questions with passages that somebody wrote, never with text it makes up."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faqbot.bot import FaqBot as FaqBot

__all__ = ["FaqBot"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load the bot on first use, so that `import faqbot` costs nothing."""
    if name == "FaqBot":
        from faqbot.bot import FaqBot

        return FaqBot
    raise AttributeError(f"module 'faqbot' has no attribute {name!r}")
