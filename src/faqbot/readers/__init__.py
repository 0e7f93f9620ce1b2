"""Readers: a file of any supported format to a Document with exact places."""

from faqbot.readers.limits import Limits
from faqbot.readers.registry import (
    SUFFIXES,
    CorpusFile,
    CorpusFiles,
    ReadReport,
    SkippedFile,
    discover,
    read,
    read_report,
    suffix_problem,
)

__all__ = [
    "SUFFIXES",
    "CorpusFile",
    "CorpusFiles",
    "Limits",
    "ReadReport",
    "SkippedFile",
    "discover",
    "read",
    "read_report",
    "suffix_problem",
]
