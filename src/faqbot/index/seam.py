"""The seam between questions and an index: what a generation must offer, wherever its passages are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from faqbot.index.contents import Candidates, EncoderCard, Stored
from faqbot.index.manifest import Manifest
from faqbot.index.vocabulary import Vocabulary
from faqbot.types import Document


class Served(Protocol):
    """A generation that is open for questions: Generation in an index folder, MilvusGeneration on an engine.

    Passages handed out by either are the same to the letter, and scores mean the same.
    """

    manifest: Manifest
    encoder_folder: Path
    calibration: dict[str, Any]
    piece_counts: NDArray[np.int32]
    vocabulary: Vocabulary

    @property
    def encoder(self) -> EncoderCard:
        """The encoder that made the vectors."""

    @property
    def documents(self) -> Sequence[Document]:
        """Every document, in the order they were read."""

    def __len__(self) -> int: ...

    def check(self) -> None:
        """Ask whether passages can be had now: raises EngineError, IndexMissingError or IndexMismatchError."""

    def candidates(self, vector: NDArray[np.float32], text: str, k: int) -> Candidates:
        """The k nearest passages to a query vector (d,) together with the k best by BM25 for its text."""

    def fetch(self, ids: Sequence[str]) -> tuple[Stored, ...]:
        """The passages with these ids, in this order."""

    def document(self, document_id: str) -> Document:
        """One document."""

    def questions(self) -> Sequence[str]:
        """Questions that passages of this corpus answer."""

    def close(self) -> None:
        """Let go of what is held open."""
