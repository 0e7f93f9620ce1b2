"""YAML text of question-answer pairs and new wordings go in; the text with them below their question comes out."""

from collections.abc import Sequence

from faqbot.alternates.changes import applied, block_key, flow_key, into_list
from faqbot.alternates.yaml_places import field, is_block, mappings_of, root_of
from faqbot.errors import CorpusError
from faqbot.readers.question_answers import COLUMNS


def with_pair(text: str, question: str, wordings: Sequence[str]) -> str:
    """The text with the wordings added to the pair that asks the question. Raises CorpusError."""
    for mapping in mappings_of(root_of(text)):
        asked = field(mapping, COLUMNS["question"])
        if not asked or not isinstance(asked[1].value, str) or " ".join(asked[1].value.split()) != question:
            continue
        alternates = field(mapping, COLUMNS["alternates"])
        if alternates:
            return applied(text, into_list(text, alternates[1], wordings, separators="|\n"))
        key, value = asked
        if is_block(mapping):
            return applied(text, block_key(text, value, key.start_mark.column, "alternates", wordings))
        return applied(text, flow_key(value, "alternates", wordings))
    raise CorpusError(f"found no pair with question: {question}")
