"""Finds the structure of files: a path goes in, a Document comes out."""

from faqbot.readers.discovery import File, Found, Skipped, find
from faqbot.readers.limits import Limits
from faqbot.readers.registry import SUFFIXES, read

__all__ = ["SUFFIXES", "File", "Found", "Limits", "Skipped", "find", "read"]
