"""Cuts documents along their structure: a Document goes in, its Passages come out."""

from faqbot.chunking.chunker import split
from faqbot.chunking.inspect import render_passages
from faqbot.chunking.sentences import sentence_spans

__all__ = ["render_passages", "sentence_spans", "split"]
