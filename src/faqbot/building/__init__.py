"""A corpus folder goes in, a sealed index comes out."""

from faqbot.building.build import Report, build, build_documents, is_current, read_all, split_all

__all__ = ["Report", "build", "build_documents", "is_current", "read_all", "split_all"]
