"""The encoder's own tokenizer, through the `tokenizers` package. No text is ever truncated silently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from faqbot.errors import EncoderError

if TYPE_CHECKING:
    from pathlib import Path

    from tokenizers import Tokenizer

    from faqbot.types import Span


@dataclass(frozen=True, slots=True)
class Tokenized:
    """The tokens of one text: `ids` as the model reads them, `special` marks those that stand for no text.

    `spans` are places in the text; several tokens of one word have one number in `words` (-1 for special tokens).
    """

    ids: tuple[int, ...]
    spans: tuple[Span, ...]
    special: tuple[bool, ...]
    words: tuple[int, ...]


class EncoderTokenizer:
    """An encoder's own tokenizer, read from its tokenizer.json, with cutting and padding switched off."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        # Published tokenizer files carry both, at 128 tokens for MiniLM: texts would be cut without a word.
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer

    @classmethod
    def from_file(cls, path: Path) -> EncoderTokenizer:
        """Read a tokenizer.json. Raises EncoderError where it is missing or not a tokenizer."""
        from tokenizers import Tokenizer

        if not path.is_file():
            raise EncoderError(f"No tokenizer at {path}. Run: faqbot build")
        try:
            return cls(Tokenizer.from_file(str(path)))
        except Exception as error:
            raise EncoderError(f"{path} is not a tokenizer file ({error}). Run: faqbot build") from error

    def count(self, text: str) -> int:
        """How many tokens the encoder reads for a text, its special tokens included."""
        return len(self._tokenizer.encode(text).ids)

    def tokenize(self, texts: Sequence[str]) -> list[Tokenized]:
        """The tokens of each text, in order."""
        return [
            Tokenized(
                ids=tuple(found.ids),
                spans=tuple(found.offsets),
                special=tuple(mark == 1 for mark in found.special_tokens_mask),
                words=tuple(-1 if word is None else word for word in found.word_ids),
            )
            for found in self._tokenizer.encode_batch(list(texts))
        ]

    @property
    def size(self) -> int:
        """How many tokens there are."""
        return int(self._tokenizer.get_vocab_size())

    def ids_of(self, tokens: Sequence[str]) -> tuple[int, ...]:
        """The vocabulary ids of those tokens that the tokenizer has."""
        found = (self._tokenizer.token_to_id(token) for token in tokens)
        return tuple(number for number in found if number is not None)

    def has_word(self, word: str) -> bool:
        """Whether a lower-case word is in the vocabulary whole, as the common words of the language are."""
        return any(self._tokenizer.token_to_id(mark + word) is not None for mark in ("", "\u2581", "Ġ"))

    def to_json(self) -> str:
        """The tokenizer as the text of a tokenizer.json."""
        return str(self._tokenizer.to_str())
