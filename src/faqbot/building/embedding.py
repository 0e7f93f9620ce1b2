"""Passages go in, encoded passages come out; what the cache knows is not encoded again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from faqbot.chunking import sentence_spans
from faqbot.encoders.pca import to_int8
from faqbot.errors import IndexDamagedError
from faqbot.index import Cache, Embedding, EncodedPassage, text_key

if TYPE_CHECKING:
    from faqbot.encoders.encoder import Encoder
    from faqbot.encoders.models import Facts
    from faqbot.types import Passage

BATCH = 256  # passages encoded together: texts of one length meet, and a killed build loses no more

Progress = Callable[[str, int, int], None]  # what is being done, how many of it are done, how many there are


class Embeddings(Protocol):
    """Where embeddings are found and put: the cache of an index, or Made."""

    def __contains__(self, key: bytes) -> bool: ...

    def get(self, key: bytes) -> Embedding | None:
        """What was made of the text with this key."""

    def put(self, embeddings: Mapping[bytes, Embedding]) -> None:
        """Keep embeddings by their keys."""


class Made:
    """Embeddings in memory, for a few passages whose vectors go elsewhere at once."""

    def __init__(self) -> None:
        self._made: dict[bytes, Embedding] = {}

    def __contains__(self, key: bytes) -> bool:
        return key in self._made

    def get(self, key: bytes) -> Embedding | None:
        """What was made of the text with this key."""
        return self._made.get(key)

    def put(self, embeddings: Mapping[bytes, Embedding]) -> None:
        """Keep embeddings by their keys."""
        self._made.update(embeddings)


def encoded(
    passages: Sequence[Passage], encoder: Encoder, facts: Facts, cache: Embeddings, progress: Progress | None = None
) -> Iterator[EncodedPassage]:
    """The passages with their vectors, a batch at a time, in order; what the cache knows is not encoded again."""
    for start in range(0, len(passages), BATCH):
        batch = [(passage, texts_of(passage, facts)) for passage in passages[start : start + BATCH]]
        told = progress and _within(progress, start, len(batch), len(passages))
        _encode_unknown([text for _, texts in batch for text in texts], encoder, facts.passage_prompt, cache, told)
        for passage, texts in batch:
            found = [_known(cache, text) for text in texts]
            yield EncodedPassage(
                passage=passage,
                vectors=np.stack([one.vector for one in found]),
                tokens=found[0].tokens,
                pieces=found[0].pieces,
                keys=tuple(text.key for text in texts),
            )
        if progress:
            progress("encoding", start + len(batch), len(passages))


def remember(made: EncodedPassage, facts: Facts, cache: Cache) -> None:
    """Put into a cache what was encoded of a passage elsewhere, unless that was not of the same texts."""
    texts = texts_of(made.passage, facts)
    if len(texts) == len(made.vectors):
        for text, vector in zip(texts, made.vectors, strict=True):
            end = len(made.pieces) if text.whole else 0
            cache.put({text.key: Embedding(vector, made.tokens[:end], made.pieces[:end])})


@dataclass(frozen=True, slots=True)
class Text:
    """A text to encode, its key in the cache, and whether its token rows are kept."""

    text: str
    key: bytes
    whole: bool


def texts_of(passage: Passage, facts: Facts) -> list[Text]:
    """What is encoded of a passage: all of it, then each thing it can be found by.

    Those are the question and its alternates of an FAQ pair, else its sentences: a question is near the one
    sentence that answers it, and far from the rest of a passage (measured in docs/evaluation.md).
    """
    parts = [passage.text[start:end] for start, end in sentence_spans(passage.text)]
    others = [passage.question, *passage.alternates] if passage.question else parts if len(parts) > 1 else []
    prompt = facts.passage_prompt

    def keyed(text: str, whole: bool) -> Text:
        key = text_key(text, fingerprint=facts.fingerprint, settings=f"{prompt}\0{'tokens' if whole else 'vector'}")
        return Text(text, key, whole)

    return [keyed(passage.embedded_text, True), *(keyed(text, False) for text in others)]


def _within(progress: Progress, start: int, batch: int, total: int) -> Callable[[float], None]:
    """Progress inside a batch, as a share of it, told in passages."""
    return lambda share: progress("encoding", start + int(share * batch), total)


def _encode_unknown(
    texts: Sequence[Text],
    encoder: Encoder,
    prompt: str,
    cache: Embeddings,
    progress: Callable[[float], None] | None = None,
) -> None:
    unknown = list({text.key: text for text in texts if text.key not in cache}.values())
    made = encoder.encode([text.text for text in unknown], prompt=prompt, progress=progress)
    cache.put(
        {
            text.key: Embedding(
                vector=one.vector,
                tokens=to_int8(one.tokens if text.whole else one.tokens[:0]),
                pieces=one.pieces if text.whole else one.pieces[:0],
            )
            for text, one in zip(unknown, made, strict=True)
        }
    )


def _known(cache: Embeddings, text: Text) -> Embedding:
    found = cache.get(text.key)
    if found is None:
        raise IndexDamagedError("An embedding was lost while building. Run the build again")
    return found
