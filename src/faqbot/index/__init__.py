"""The saved index: passages and vectors go in, candidates for a query come out."""

from faqbot.index.contents import Candidates, Contents, EncodedPassage, EncoderCard, Stored
from faqbot.index.generation import Generation, open_generation
from faqbot.index.manifest import Manifest
from faqbot.index.publishing import publish

__all__ = [
    "Candidates",
    "Contents",
    "EncodedPassage",
    "EncoderCard",
    "Generation",
    "Manifest",
    "Stored",
    "open_generation",
    "publish",
]
