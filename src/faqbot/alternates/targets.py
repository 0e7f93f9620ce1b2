"""Documents and a question go in; the one entry that asks it, with its file, comes out."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from faqbot.errors import CorpusError
from faqbot.types import Document, Pair

_WORD = re.compile(r"[\w']+")


@dataclass(frozen=True, slots=True)
class Target:
    """An entry of the corpus: the document it is in, and its question with the other ways to ask it."""

    document_id: str
    pair: Pair


def find_target(documents: Sequence[Document], question: str) -> Target:
    """The entry that asks this, whatever the letter case and punctuation. Raises CorpusError where it is not one."""
    targets = [Target(document.id, pair) for document in documents for pair in document.pairs]
    found = [target for target in targets if normal(target.pair.question) == normal(question)]
    if len(found) == 1:
        return found[0]
    if found:
        places = ", ".join(target.document_id for target in found)
        raise CorpusError(
            f"{len(found)} entries ask {question!r}: {places}. Reword all but one; faqbot lint lists such"
        )
    near = difflib.get_close_matches(question, [target.pair.question for target in targets], 3, cutoff=0.3)
    asked = f". Near it: {'; '.join(near)}" if near else ""
    raise CorpusError(f"No entry of the corpus asks {question!r}{asked}. Name one with --to, as the corpus words it")


def normal(text: str) -> str:
    """A question as it is compared: its words in lower case."""
    return " ".join(_WORD.findall(text.casefold().replace("’", "'")))
