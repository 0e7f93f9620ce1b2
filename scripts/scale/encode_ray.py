"""Encoding on many machines: a corpus goes in, its embeddings come out on Milvus, and from there an index.

    python scripts/scale/encode_ray.py CORPUS --index INDEX --store milvus://HOST:PORT/NAME --workers 2
The workers of the Ray cluster that RAY_ADDRESS names (or of this machine) see INDEX on a disk that they share, and put
what they encode down on Milvus. What is there is not encoded again: a run that was killed goes on. A build comes last.
"""

import argparse
import os
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from watching import watched

from faqbot.building import build, read_all, split_all
from faqbot.building.build import _card
from faqbot.building.embedding import Made, encoded, remember, texts_of
from faqbot.encoders.models import Model
from faqbot.index import EncoderCard, encoder_folders, open_cache
from faqbot.index.encoders import install_encoder
from faqbot.index.milvus.address import read_address
from faqbot.index.milvus.staging import Staging
from faqbot.index.records import decode_passage, encode
from faqbot.index.writing import Writer
from faqbot.readers import discover
from faqbot.settings import Settings, read_settings
from faqbot.types import Passage


class Encode:
    """One worker: a batch of passages goes in, how many of them were encoded and sent comes out."""

    def __init__(self, settings: Settings, card: EncoderCard) -> None:
        model = Model(settings.model, [Path(settings.index) / "encoders"])
        self._staging = Staging(read_address(settings.store), card, token=settings.store_token)
        self._facts, self._encoder = model.facts, model.encoder(cast(Path, model.installed), 0, threads=1)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Encode what is not there yet."""
        new = self._staging.lacking([decode_passage(line) for line in batch["passage"]])
        self._staging.send(list(encoded(new, self._encoder, self._facts, Made())))
        return {"encoded": [len(new)]}


def run(corpus: Path, settings: Settings, workers: int) -> int:
    """Build the index of a corpus, encoding with so many workers; returns how many passages were left to encode."""
    index = Path(settings.index)
    model = Model(settings.model, encoder_folders(index, settings.encoder_cache))
    passages = split_all(read_all(discover(corpus).files)[0], model, settings)
    with open_cache(index) as cache, TemporaryDirectory() as folder:
        new = [each for each in passages if any(text.key not in cache for text in texts_of(each, model.facts))]
        exported = model.export([passage.embedded_text for passage in passages], Path(folder))
        card = _card(model, model.encoder(exported, 0))
        install_encoder(index, exported, card.fingerprint, Writer())
    with closing(Staging(read_address(settings.store), card, token=settings.store_token)) as staged:
        staged.open()
        count = spread(new, (settings, card), workers) if new else 0
        with open_cache(index) as cache:
            for each in staged.read(new):
                remember(each, model.facts, cache)
        build(corpus, index, settings=settings)
        staged.drop()
    return count


def start() -> Any:
    """Ray, ready: joined to the cluster of RAY_ADDRESS, else started here and listening on loopback only."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent anywhere
    if here := "RAY_ADDRESS" not in os.environ:
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")  # what keeps it to loopback, on Linux too
    import ray

    ray.init("local" if here else None, include_dashboard=False, ignore_reinit_error=True)
    return ray


def spread(passages: list[Passage], arguments: tuple[object, ...], workers: int) -> int:
    """Encode passages on Ray, 64 at a time: what a killed worker loses. Returns how many were not on Milvus yet."""
    given = start().data.from_items([{"passage": encode(each)} for each in passages])
    made = given.map_batches(Encode, fn_constructor_args=arguments, batch_size=64, concurrency=workers, num_cpus=1)
    began = time.monotonic()
    count = int(sum(row["encoded"] for row in watched(made.iter_rows())))
    print(f"{count} of {len(passages)} passages encoded in {time.monotonic() - began:.1f} s", flush=True)
    return count


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--index", required=True)
    parser.add_argument("--store", required=True)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    run(given.corpus, replace(read_settings(), index=given.index, store=given.store), given.workers)
