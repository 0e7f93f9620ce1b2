"""Encode a corpus on many machines with Ray Data, then build its index on this one.

    python scripts/scale/encode_ray.py CORPUS --index INDEX --workers 2

Workers of the Ray cluster that RAY_ADDRESS names, or of this machine, encode batches with the encoder in INDEX, on a
disk that they share. An unfinished database in INDEX takes what they return, and the build takes it from there.
"""

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from faqbot.encoders.models import Model
from faqbot.index import EncodedPassage, EncoderInfo, VersionBuilder, build, encoder_folders, read_corpus, split_all
from faqbot.index.builder import encode_passages, encoder_info, texts_of
from faqbot.index.encoder_files import install_encoder
from faqbot.index.files import FileWriter
from faqbot.index.store import HASH_BYTES, decode_passage, encode_record
from faqbot.index.version_builder import KnownTexts
from faqbot.settings import Settings, read_settings
from faqbot.types import Passage

BATCH = 64  # passages: what a killed worker loses


class Encode:
    """One worker: encodes batches of passages with the encoder in `folder`."""

    def __init__(self, settings: Settings, folder: str) -> None:
        self._model = Model(settings.model, [Path(folder)])
        if self._model.installed is None:
            raise FileNotFoundError(f"No encoder of {settings.model} in {folder}. Share the index folder with workers")
        self._encoder = self._model.encoder(self._model.installed, threads=1)

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[bytes | str]]:
        """Return each passage with its embeddings as bytes."""
        passages = [decode_passage(str(record)) for record in batch["passage"]]
        found = list(encode_passages(passages, self._encoder, self._model.info, KnownTexts()))
        return {
            "passage": [encode_record(each.passage) for each in found],
            "vectors": [each.vectors.tobytes() for each in found],
            "tokens": [each.tokens.tobytes() for each in found],
            "token_ids": [each.token_ids.tobytes() for each in found],
            "text_hashes": [b"".join(each.text_hashes) for each in found],
        }


def run(corpus: Path, settings: Settings, workers: int) -> int:
    """Build the index of a corpus, encoding with so many workers; return how many passages they encoded."""
    index = Path(settings.index)
    with VersionBuilder(index) as builder, TemporaryDirectory() as folder:
        model = Model(settings.model, encoder_folders(index, settings.encoder_cache))
        passages = split_all(read_corpus(corpus).documents, model, settings)
        exported = model.export([passage.embedded_text for passage in passages], Path(folder))
        install_encoder(index, exported, model.info.fingerprint, FileWriter())
        info = encoder_info(model, model.encoder(exported))
        hashes = [[text.hash for text in texts_of(each, model.info)] for each in passages]
        new = [each for each, own in zip(passages, hashes, strict=True) if len(builder.known.find(own)) < len({*own})]
        rows = spread(new, (settings, str(index.resolve() / "encoders")), workers) if new else iter(())
        count = builder.stage(info, (encoded(row, info) for row in rows))
    build(corpus, index, settings=settings)
    return count


def spread(passages: Sequence[Passage], arguments: tuple[object, ...], workers: int) -> Iterator[Mapping[str, Any]]:
    """Yield the rows that Ray's workers return."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent anywhere
    import ray

    here = "RAY_ADDRESS" not in os.environ
    ray.init("local" if here else None, include_dashboard=False, ignore_reinit_error=True)
    given = ray.data.from_items([{"passage": encode_record(each)} for each in passages])
    made = given.map_batches(Encode, fn_constructor_args=arguments, batch_size=BATCH, concurrency=workers, num_cpus=1)
    yield from made.iter_rows()


def encoded(row: Mapping[str, Any], info: EncoderInfo) -> EncodedPassage:
    """Return a row of Encode as a passage with its embeddings."""
    vectors = np.frombuffer(row["vectors"], np.float32).reshape(-1, info.dimension)
    tokens = np.frombuffer(row["tokens"], np.int8).reshape(-1, info.token_dimension)
    joined, ids = row["text_hashes"], np.frombuffer(row["token_ids"], np.int32)
    hashes = tuple(joined[start : start + HASH_BYTES] for start in range(0, len(joined), HASH_BYTES))
    return EncodedPassage(decode_passage(row["passage"]), vectors, tokens, ids, hashes)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--index", required=True)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    print(run(given.corpus, replace(read_settings(), index=given.index), given.workers), "passages encoded on Ray")
