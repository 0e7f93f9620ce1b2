"""Feedback that an operator may turn on: verdicts and unanswered questions go in, what the corpus lacks comes out."""

from faqbot.feedback.clustering import Group, different, group
from faqbot.feedback.models import JUDGED, Asked, Entry, Verdict
from faqbot.feedback.recorder import Inbox, title_of
from faqbot.feedback.redaction import MARKS, redact
from faqbot.feedback.statistics import Tally, tally
from faqbot.feedback.store import read_asked, read_entries

__all__ = [
    "JUDGED",
    "MARKS",
    "Asked",
    "Entry",
    "Group",
    "Inbox",
    "Tally",
    "Verdict",
    "different",
    "group",
    "read_asked",
    "read_entries",
    "redact",
    "tally",
    "title_of",
]
