"""Chunking: a Document cut along its structure into Passages."""

from faqbot.chunking.chunker import SHORTEST_LIMIT, split
from faqbot.chunking.inspect import render_passages
from faqbot.chunking.sentences import sentence_spans
from faqbot.chunking.word_loss import report_word_loss

__all__ = ["SHORTEST_LIMIT", "render_passages", "report_word_loss", "sentence_spans", "split"]
