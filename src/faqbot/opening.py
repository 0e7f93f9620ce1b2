"""An open generation goes in; what answers from it comes out: a retriever with its encoder, and the calibration."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from faqbot.confidence import Calibration, shipped
from faqbot.encoding.encoder import Encoder, Engine
from faqbot.encoding.projection import Projection
from faqbot.encoding.runtime import GRAPH, RuntimeModel
from faqbot.encoding.tokens import WordPieces
from faqbot.retrieval.retriever import DEFAULT, Retriever, Search
from faqbot.retrieval.spelling import Speller, shorthand

if TYPE_CHECKING:
    from faqbot.index import Served

logger = logging.getLogger(__name__)


def open_retriever(generation: Served, *, threads: int = 0, search: Search = DEFAULT) -> Retriever:
    """A retriever over a generation, with the encoder that lies in its index. Raises EncoderError."""
    encoder = open_encoder(generation, threads=threads)
    speller = Speller(generation.vocabulary, encoder.word_pieces.knows, shorthand())
    return Retriever(generation, encoder, speller, prompt=generation.encoder.query_prompt, search=search)


def open_encoder(generation: Served, *, threads: int = 0) -> Encoder:
    """The encoder of a generation, in ONNX Runtime; in sentence-transformers where its model could not be exported."""
    folder = generation.encoder_folder
    word_pieces = WordPieces.from_file(folder / "tokenizer.json")
    return Encoder(
        _engine(generation, threads), word_pieces, Projection.load(folder), token_limit=generation.encoder.token_limit
    )


def open_calibration(generation: Served) -> Calibration:
    """The index's own calibration, or the shipped one."""
    own = generation.calibration
    return Calibration.from_dict(own) if own else shipped()


def _engine(generation: Served, threads: int) -> Engine:
    if (generation.encoder_folder / GRAPH).is_file():
        return RuntimeModel(generation.encoder_folder, threads=threads)
    from faqbot.encoding.transformer import TransformerModel

    logger.warning("%s could not be exported: answering loads sentence-transformers", generation.encoder.name)
    return TransformerModel(generation.encoder.name)
