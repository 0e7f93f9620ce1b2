"""Other ways to ask a question of the corpus: new wordings go in, the file with them and nothing else comes out."""

from faqbot.alternates.adding import Edit, add_wordings
from faqbot.alternates.targets import Target, find_target, normal

__all__ = ["Edit", "Target", "add_wordings", "find_target", "normal"]
