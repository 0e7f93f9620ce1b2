"""Finds the structure of files: a path goes in, a Document comes out."""

from faqbot.reading.finding import File, Found, Skipped, find
from faqbot.reading.formats import SUFFIXES, read
from faqbot.reading.limits import Limits

__all__ = ["SUFFIXES", "File", "Found", "Limits", "Skipped", "find", "read"]
