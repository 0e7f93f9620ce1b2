"""Both stores side by side on the same passages: an index goes in, a table of build, latency and throughput comes out.

The passages are copies of the index's own, with vectors turned a little and one word more, so that nothing is encoded.
    python scripts/scale/compare_stores.py --index index --sizes 2000 20000
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from faqbot.index import Contents, EncodedPassage, Generation, Served, keeper_of, open_generation, open_index, publish
from faqbot.index.rows import Rows

TURN = 0.1  # how far a copy's vectors are turned
QUERIES = 100
CANDIDATES = 30
THREADS = 4


@dataclass(frozen=True, slots=True)
class Query:
    """A stored question with the vector of its passage, turned as far as a question is from its answer."""

    text: str
    vector: NDArray[np.float32]


def main() -> None:
    """Build and ask both stores at each size, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=Path("index"), help="an embedded index to copy passages of")
    parser.add_argument("--sizes", type=int, nargs="+", default=[2000, 20000])
    parser.add_argument("--queries", type=int, default=QUERIES)
    given = parser.parse_args()
    print("passages  store     build s   p50 ms   p95 ms   again p50   questions/s   KB a question   MB on disk")
    with open_generation(given.index) as source:
        for size in given.sizes:
            for kind in ("embedded", "milvus"):
                with tempfile.TemporaryDirectory(prefix="faqbot-scale-") as folder:
                    print(
                        f"{size:>8}  {kind:<9} {measured(source, Path(folder), kind, size, given.queries)}", flush=True
                    )


def measured(source: Generation, folder: Path, kind: str, size: int, queries: int) -> str:
    """One line of figures: building, then asking with nothing in memory, then the same again."""
    index, store = folder / "index", f"milvus-lite:{folder / 'lite'}" if kind == "milvus" else "embedded"
    contents = Contents(list(source.documents)[:1], copies(source, size), source.encoder)
    began = time.monotonic()
    keeper = keeper_of(index, store)
    publish(index, contents, encoder_folder=source.encoder_folder, store=keeper)
    if keeper:
        keeper.close()
    built = time.monotonic() - began
    shutil.rmtree(index / "cache", ignore_errors=True)
    encoder = index / "encoders"
    size_on_disk = sum(
        path.stat().st_size for path in folder.rglob("*") if path.is_file() and encoder not in path.parents
    )
    with closing(open_index(index, timeout=60)) as served:
        asked = list(questions(source, queries))
        first = [timed(served, query) for query in asked]
        again = [timed(served, query) for query in asked]
        rate = throughput(served, asked)
        fetched = statistics.mean(fetched_bytes(served, query) for query in asked) / 1024
    return (
        f"{built:>8.1f} {statistics.median(first) * 1000:>8.1f} {np.quantile(first, 0.95) * 1000:>8.1f} "
        f"{statistics.median(again) * 1000:>11.1f} {rate:>13.1f} {fetched:>15.0f} {size_on_disk / 2**20:>12.0f}"
    )


def copies(source: Generation, size: int) -> Iterator[EncodedPassage]:
    """So many passages, each a copy of one in the index."""
    random = np.random.default_rng(0)
    stored = source.fetch([passage.id for passage in source.passages()])
    vectors: Rows = source._dense._vectors
    for number in range(size):
        row = number % len(stored)
        passage = replace(
            stored[row].passage, id=f"{number:016x}", text=f"{stored[row].passage.text} copy{number // 50}"
        )
        turned = turn(vectors[row], TURN, random)
        yield EncodedPassage(passage, turned, stored[row].tokens, stored[row].pieces)


def questions(source: Generation, count: int) -> Iterator[Query]:
    """Questions that passages answer, each with a vector near one of them."""
    random = np.random.default_rng(1)
    vectors: Rows = source._dense._vectors
    found = [(row, passage) for row, passage in enumerate(source.passages()) if passage.question]
    for row, passage in found[:: max(1, len(found) // count)][:count]:
        yield Query(passage.question, turn(vectors[row][:1], 0.7, random)[0])


def turn(vectors: NDArray[np.float32], share: float, random: np.random.Generator) -> NDArray[np.float32]:
    """Vectors of length 1, turned in random directions."""
    noise = random.normal(size=vectors.shape)
    turned = vectors + share * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    found: NDArray[np.float32] = (turned / np.linalg.norm(turned, axis=1, keepdims=True)).astype(np.float32)
    return found


def ask(served: Served, query: Query) -> None:
    """What an answer asks of a store."""
    served.fetch(served.candidates(query.vector, query.text, CANDIDATES).ids)


def timed(served: Served, query: Query) -> float:
    """Seconds for one question."""
    began = time.monotonic()
    ask(served, query)
    return time.monotonic() - began


def throughput(served: Served, asked: list[Query]) -> float:
    """Questions a second from several threads."""
    began = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(partial(ask, served), asked))
    return len(asked) / (time.monotonic() - began)


def fetched_bytes(served: Served, query: Query) -> int:
    """Bytes of the token rows and texts of one question's candidates."""
    stored = served.fetch(served.candidates(query.vector, query.text, CANDIDATES).ids)
    return sum(one.tokens.nbytes + one.pieces.nbytes + len(one.passage.text.encode()) for one in stored)


if __name__ == "__main__":
    main()
