"""The index on disk: SQLite and FAISS files that a build makes, and candidates for a question.

Only what is listed here is for other packages. What builds is imported when it is first used: answering needs none.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from faqbot.index.bm25 import idf
from faqbot.index.interface import Asset, Candidates, Contents, EncodedPassage, EncoderInfo, StoredPassage
from faqbot.index.reader import Index, open_index, store_of
from faqbot.index.versions import current_name, is_index, rollback, verify, versions

if TYPE_CHECKING:
    from faqbot.index.builder import build as build
    from faqbot.index.builder import build_documents as build_documents
    from faqbot.index.builder import is_current as is_current
    from faqbot.index.builder import plan_build as plan_build
    from faqbot.index.corpus import check_words as check_words
    from faqbot.index.corpus import read_all as read_all
    from faqbot.index.corpus import read_corpus as read_corpus
    from faqbot.index.corpus import split_all as split_all
    from faqbot.index.encoder_files import encoder_folders as encoder_folders
    from faqbot.index.encoder_files import keep_encoder as keep_encoder
    from faqbot.index.version_builder import VersionBuilder as VersionBuilder
    from faqbot.index.version_builder import add_calibration as add_calibration
    from faqbot.index.version_builder import publish as publish

__all__ = [
    "Asset",
    "Candidates",
    "Contents",
    "EncodedPassage",
    "EncoderInfo",
    "Index",
    "StoredPassage",
    "current_name",
    "idf",
    "is_index",
    "open_index",
    "rollback",
    "store_of",
    "verify",
    "versions",
]

_BUILDING = {
    "builder": ("build", "build_documents", "is_current", "plan_build"),
    "corpus": ("check_words", "read_all", "read_corpus", "split_all"),
    "encoder_files": ("encoder_folders", "keep_encoder"),
    "version_builder": ("VersionBuilder", "add_calibration", "publish"),
}


def __getattr__(name: str) -> Any:
    """Import what builds on first use."""
    for module, names in _BUILDING.items():
        if name in names:
            return getattr(import_module(f"faqbot.index.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
