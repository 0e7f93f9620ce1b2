"""Chunking: a Document cut along its structure into Passages."""

from faqbot.chunking.chunker import SHORTEST_LIMIT, split
from faqbot.chunking.inspect import render_passages, report_word_loss
from faqbot.chunking.segments import sentence_spans

__all__ = ["SHORTEST_LIMIT", "render_passages", "report_word_loss", "sentence_spans", "split"]
