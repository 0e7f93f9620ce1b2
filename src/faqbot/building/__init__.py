"""A corpus folder goes in, a sealed index comes out."""

from faqbot.building.build import Report, build, build_documents, is_current
from faqbot.building.documents import read_all, split_all
from faqbot.building.known import Known

__all__ = ["Known", "Report", "build", "build_documents", "is_current", "read_all", "split_all"]
