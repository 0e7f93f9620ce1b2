"""The index on disk: SQLite and FAISS files that a build makes, and candidates for a question.

Only what is listed here is for other packages. What builds is imported when it is first used: answering needs none.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from faqbot.index.bm25 import idf
from faqbot.index.interface import (
    Asset,
    Candidates,
    Contents,
    Embedding,
    EncodedPassage,
    EncoderInfo,
    SourceFile,
    StoredPassage,
)
from faqbot.index.reader import Index, open_index, store_of
from faqbot.index.versions import Version, current_name, is_index, rollback, verify, versions

if TYPE_CHECKING:
    from faqbot.index.builder import BuildPlan as BuildPlan
    from faqbot.index.builder import BuildReport as BuildReport
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
    "Embedding",
    "EncodedPassage",
    "EncoderInfo",
    "Index",
    "SourceFile",
    "StoredPassage",
    "Version",
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
    "BuildPlan": "builder",
    "BuildReport": "builder",
    "VersionBuilder": "version_builder",
    "add_calibration": "version_builder",
    "build": "builder",
    "build_documents": "builder",
    "check_words": "corpus",
    "encoder_folders": "encoder_files",
    "is_current": "builder",
    "keep_encoder": "encoder_files",
    "plan_build": "builder",
    "publish": "version_builder",
    "read_all": "corpus",
    "read_corpus": "corpus",
    "split_all": "corpus",
}


def __getattr__(name: str) -> Any:
    """Import what builds on first use."""
    if name in _BUILDING:
        return getattr(import_module(f"faqbot.index.{_BUILDING[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
