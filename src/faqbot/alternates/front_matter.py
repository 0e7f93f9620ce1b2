"""Markdown text and new wordings of a heading's question go in; the text with them in its front matter comes out."""

import re
from collections.abc import Sequence

from faqbot.alternates.changes import (
    Change,
    applied,
    block_key,
    flow_entry,
    flow_key,
    into_list,
    lines_of,
    plain,
    quoted,
)
from faqbot.alternates.yaml_places import field, is_block, is_mapping, is_null, items_of, root_of
from faqbot.errors import CorpusError

_FENCE = re.compile(r"\A---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_KEY = re.compile(r"^[A-Za-z][\w -]*:(?:\s|$)", re.MULTILINE)  # without one, dashes are a rule and no front matter


def with_front_matter(text: str, question: str, wordings: Sequence[str]) -> str:
    """The text with the wordings among the `alternates` of its front matter. Raises CorpusError."""
    fence = _FENCE.match(text)
    if not fence or not _KEY.search(fence[1]):
        return _begun(text, question, wordings)
    head = fence[1]
    return text[: fence.start(1)] + applied(head, _change(head, question, wordings)) + text[fence.end(1) :]


def _begun(text: str, question: str, wordings: Sequence[str]) -> str:
    """The text with front matter where it had none."""
    return lines_of(text, ["---", *_whole(question, wordings), "---"]) + text


def _change(head: str, question: str, wordings: Sequence[str]) -> Change:
    root = root_of(head)
    alternates = field(root, ("alternates",))
    if alternates is None:
        if root is None or not is_block(root):
            raise CorpusError("the front matter is written in brackets, to which no key is added")
        return Change(len(head), len(head), lines_of(head, _whole(question, wordings)))
    value = alternates[1]
    asked = next((pair for pair in items_of(value) if " ".join(pair[0].value.split()) == question), None)
    if asked:
        return into_list(head, asked[1], wordings)
    if is_null(value):
        return Change(value.start_mark.index, value.end_mark.index, f" {{{flow_entry(question, wordings)}}}")
    if not is_mapping(value):
        raise CorpusError("alternates in the front matter is no mapping of questions")
    entries = items_of(value)
    if not entries:
        place = value.start_mark.index + 1
        return Change(place, place, flow_entry(question, wordings))
    last = entries[-1][1]
    if is_block(value):
        return block_key(head, last, entries[0][0].start_mark.column, quoted(question), wordings)
    return flow_key(last, question, wordings)


def _whole(question: str, wordings: Sequence[str]) -> list[str]:
    """The lines of a front matter that has alternates and nothing else."""
    return ["alternates:", f"  {quoted(question)}:", *(f"    - {plain(wording)}" for wording in wordings)]
