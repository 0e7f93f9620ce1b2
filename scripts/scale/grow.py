"""Grow an index to any number of passages, and measure how it answers then.

    python scripts/scale/grow.py --source index --passages 100000 --index build/scale

Passages are copies of those of the source index. Each vector is turned halfway to that of another passage, with noise;
token embeddings get noise, and a tenth of the words are another's where those have as many tokens. So copies lie
between passages that people wrote, as those of a larger corpus would. Nothing is encoded. Questions are those of
tests/data/questions.jsonl.
"""

import argparse
import json
import resource
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from faqbot.bot import FaqBot, open_encoder
from faqbot.encoders.tokenizer import EncoderTokenizer
from faqbot.index import Contents, EncodedPassage, Index, StoredPassage, open_index, publish
from faqbot.index.store import Database
from faqbot.settings import Settings
from faqbot.types import Document

SHARE = 0.5  # of the other's vector
NOISE = 0.1  # the length of the noise of a vector
TOKEN_NOISE = 6  # at most, of a token embedding's 127
WORDS = 0.1  # of a text's words are the other's
QUESTIONS = Path(__file__).parents[2] / "tests" / "data" / "questions.jsonl"

Vectors = NDArray[np.float32]


def copies(source: Index, vectors: Sequence[Vectors], size: int) -> Iterator[EncodedPassage]:
    """Yield so many passages, the same ones every time."""
    chance = np.random.default_rng(0)
    stored = source.fetch([passage.id for passage in source.passages()])
    words = sorted({word for one in stored for word in one.passage.text.split(" ")})
    tokenizer = EncoderTokenizer.from_file(source.encoder_folder / "tokenizer.json")
    sizes = dict(zip(words, (len(one.ids) for one in tokenizer.tokenize(words)), strict=True))
    for number in range(size):
        own, other = number % len(stored), int(chance.integers(len(stored)))
        noise = chance.integers(-TOKEN_NOISE, TOKEN_NOISE + 1, stored[own].tokens.shape, dtype=np.int8)
        tokens = np.clip(stored[own].tokens.astype(np.int16) + noise, -127, 127).astype(np.int8)
        text = mixed(stored[own], stored[other], sizes, chance)
        passage = replace(stored[own].passage, id=f"{number:016x}", document_id="copies.md", text=text)
        yield EncodedPassage(passage, turned(vectors[own], vectors[other], chance), tokens, stored[own].token_ids)


def mixed(own: StoredPassage, other: StoredPassage, sizes: Mapping[str, int], chance: np.random.Generator) -> str:
    """Return a text in which some words are those of another with as many tokens (`sizes`)."""
    words, others = own.passage.text.split(" "), other.passage.text.split(" ")
    for place in np.flatnonzero(chance.random(len(words)) < WORDS).tolist():
        if sizes[others[place % len(others)]] == sizes[words[place]]:
            words[place] = others[place % len(others)]
    return " ".join(words)


def turned(own: Vectors, other: Vectors, chance: np.random.Generator) -> Vectors:
    """Return each of a passage's vectors, turned towards one of another's."""
    near = own + SHARE * other[chance.integers(len(other), size=len(own))]
    near = near + (NOISE / own.shape[1] ** 0.5) * chance.normal(size=own.shape)
    lengths = np.linalg.norm(near, axis=1, keepdims=True)
    return np.ascontiguousarray(near / lengths, np.float32)


def grow(source: Path, index: Path, size: int) -> float:
    """Build the index; return the seconds that took."""
    began = time.monotonic()
    with open_index(source) as opened:
        database = _database(opened)
        vectors = database.vectors(range(len(opened)))
        document = Document("copies.md", "")
        contents = Contents([document], copies(opened, vectors, size), opened.encoder)
        publish(index, contents, encoder_folder=opened.encoder_folder, keep=1)
    return time.monotonic() - began


def ask(index: Path) -> dict[str, object]:
    """Return medians of answers, and the recall at 50 of real questions against exact search."""
    lines = QUESTIONS.read_text(encoding="utf-8").split("\n")
    questions = [json.loads(line)["question"] for line in lines if line.strip()][:150]
    began = time.monotonic()
    with FaqBot.load(index, settings=Settings()) as bot:
        opened = time.monotonic() - began
        for question in questions[100:]:
            bot.answer(question)
        times = []
        for question in questions[:100]:
            start = time.perf_counter()
            bot.answer(question)
            times.append(1000 * (time.perf_counter() - start))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "opened in s": round(opened, 2),
        "answer p50 ms": round(statistics.median(times), 1),
        "answer p95 ms": round(float(np.percentile(times, 95)), 1),
        "peak memory MB": round(memory),
        **recall(index, questions[:100]),
    }


def recall(index: Path, questions: Sequence[str], k: int = 50) -> dict[str, object]:
    """Return the share of the k nearest passages that the index finds, and how it searches."""
    with open_index(index) as opened:
        if opened.facts["search"]["kind"] == "flat":
            return {"search": opened.facts["search"], f"recall@{k}": 1.0}
        encoder = open_encoder(opened)
        queries = np.stack([one.vector for one in encoder.encode(questions, prompt=opened.encoder.query_prompt)])
        database, size = _database(opened), len(opened)
        best = np.empty((len(queries), size), np.float32)
        for start in range(0, size, 2048):
            parts = database.vectors(range(start, min(start + 2048, size)))
            firsts = np.cumsum([0, *(len(part) for part in parts[:-1])])
            products = np.concatenate(parts) @ queries.T
            best[:, start : start + len(parts)] = np.maximum.reduceat(products, firsts, axis=0).T
        right = [set(np.argpartition(-row, k)[:k].tolist()) for row in best]
        found = [{int(each, 16) for each in opened.candidates(query, "", k).ids[:k]} for query in queries]
        shares = [len(one & other) / k for one, other in zip(right, found, strict=True)]
        return {"search": opened.facts["search"], f"recall@{k}": round(statistics.mean(shares), 4)}


def _database(opened: Index) -> Database:
    return Database(opened.folder / f"{opened.version.stem}.db")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, default=Path("index"))
    parser.add_argument("--index", type=Path, default=Path("build/scale"))
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--ask-only", action="store_true")
    given = parser.parse_args()
    built = 0.0 if given.ask_only else grow(given.source, given.index, given.passages)
    bytes_each = sum(path.stat().st_size for path in given.index.glob("0*.*")) / given.passages
    print(json.dumps({"passages": given.passages, "built in s": round(built), "bytes a passage": round(bytes_each)}))
    print(json.dumps(ask(given.index)))
