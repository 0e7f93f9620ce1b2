"""An open generation goes in; what answers from it comes out: a retriever with its encoder, and the calibration."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from faqbot.encoders.encoder import Encoder, Engine
from faqbot.encoders.onnx_backend import GRAPH, RuntimeModel
from faqbot.encoders.pca import Projection
from faqbot.encoders.tokenizer import WordPieces
from faqbot.index import current_name, open_index
from faqbot.retrieval.calibration import Calibration, shipped
from faqbot.retrieval.retriever import DEFAULT, Retriever, Search
from faqbot.retrieval.spelling import Speller, shorthand
from faqbot.settings import Settings

if TYPE_CHECKING:
    from faqbot.index import Served

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """One generation with all that answers from it; `name` tells it from the next."""

    name: str
    generation: Served
    retriever: Retriever
    calibration: Calibration


def open_whole(index: Path, settings: Settings) -> Opened:
    """The generation in use, ready to answer. Raises what is wrong with the index, naming what to run."""
    name = current_name(index)
    generation = open_index(index, store=settings.store, token=settings.store_token, timeout=settings.store_timeout)
    try:
        retriever = open_retriever(generation, threads=settings.threads)
        return Opened(name, generation, retriever, open_calibration(generation))
    except BaseException:
        generation.close()
        raise


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
    from faqbot.encoders.torch_backend import TransformerModel

    logger.warning("%s could not be exported: answering loads sentence-transformers", generation.encoder.name)
    return TransformerModel(generation.encoder.name)
