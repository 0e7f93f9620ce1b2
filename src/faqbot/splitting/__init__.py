"""Cuts documents along their structure: a Document goes in, its Passages come out."""

from faqbot.splitting.cutting import split
from faqbot.splitting.rendering import render_passages
from faqbot.splitting.statements import statements

__all__ = ["render_passages", "split", "statements"]
