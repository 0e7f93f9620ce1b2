"""faqbot answers health questions with quoted passages and their sources; it never generates text.

The names below load on first use, so that `import faqbot` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faqbot.bot import FaqBot
    from faqbot.index import build as build_index
    from faqbot.safety import assess
    from faqbot.settings import Settings
    from faqbot.types import Alert, Answer, Document, Hit, Passage

__all__ = ["Alert", "Answer", "Document", "FaqBot", "Hit", "Passage", "Settings", "assess", "build_index"]
__version__ = "0.1.0"

_PLACES = {
    "Alert": ("faqbot.types", "Alert"),
    "Answer": ("faqbot.types", "Answer"),
    "Document": ("faqbot.types", "Document"),
    "FaqBot": ("faqbot.bot", "FaqBot"),
    "Hit": ("faqbot.types", "Hit"),
    "Passage": ("faqbot.types", "Passage"),
    "Settings": ("faqbot.settings", "Settings"),
    "assess": ("faqbot.safety", "assess"),
    "build_index": ("faqbot.index", "build"),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module 'faqbot' has no attribute {name!r}")
    module, attribute = _PLACES[name]
    return getattr(import_module(module), attribute)
