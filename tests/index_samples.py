"""Small index versions with seeded vectors, for the tests of the index: no model is needed."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from faqbot.index import Contents, EncodedPassage, EncoderInfo
from faqbot.index.store import content_hash
from faqbot.types import Document, Passage

DIMENSION = 16
TOKEN_DIMENSION = 8
ENCODER = EncoderInfo("sample", "f1", DIMENSION, TOKEN_DIMENSION, 127.0, 256, vocabulary_size=50)

TEXTS = (
    "Short walks help most backs, and longer walks follow when they feel easy.",
    "Spinal stenosis eases when you lean forward, so a shopping cart helps.",
    "Piriformis syndrome pinches the sciatic nerve under the buttock.",
    "Wear shoes with cushioning; worn soles change how you walk.",
    "A follow-up with a physiotherapist is wise after six weeks.",
)


def unit_vectors(count: int, seed: int, dimension: int = DIMENSION) -> NDArray[np.float32]:
    """Seeded vectors of length 1."""
    vectors = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    lengths: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / lengths


def passage(number: int, text: str, **fields: object) -> Passage:
    """A passage of guide.md whose id is its number in hexadecimal."""
    return Passage(f"{number:016x}", "guide.md", text, 0, len(text), **fields)  # type: ignore[arg-type]


def encoded(found: Passage, seed: int, text_hashes: tuple[bytes, ...] = ()) -> EncodedPassage:
    """A passage with seeded vectors and 2 to 6 tokens."""
    rng = np.random.default_rng(1000 + seed)
    count = 2 + seed % 5
    return EncodedPassage(
        found,
        unit_vectors(1 + len(found.alternates), seed),
        rng.integers(-127, 128, (count, TOKEN_DIMENSION), dtype=np.int8),
        rng.integers(0, ENCODER.vocabulary_size, count).astype(np.int32),
        text_hashes,
    )


def sample_passages(texts: Sequence[str] = TEXTS, *, hashed: bool = False) -> Iterator[EncodedPassage]:
    """The texts as passages 1, 2, 3 ...; hashed, a later build need not encode them."""
    for number, text in enumerate(texts, start=1):
        hashes = (content_hash(text.encode()),) if hashed else ()
        yield encoded(passage(number, text), number, hashes)


def sample_contents(texts: Sequence[str] = TEXTS, *, hashed: bool = False, **fields: object) -> Contents:
    """Contents of one document and its passages."""
    document = Document("guide.md", "\n\n".join(texts), title="Walking")
    return Contents([document], sample_passages(texts, hashed=hashed), ENCODER, **fields)  # type: ignore[arg-type]


def link_encoders(source: str, target: str) -> None:
    """Copy a file of an index, for shutil.copytree; but link one of an encoder, 90 MB that no build writes to."""
    if "encoders" in Path(source).parts:
        os.link(source, target)
    else:
        shutil.copy2(source, target)


@contextmanager
def memory_folder() -> Iterator[Path]:
    """A folder in memory where there is one: flushing and deleting thousands of files on a disk takes minutes."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def sample_encoder(folder: Path, content: bytes = b"graph") -> Path:
    """A folder such as a build exports."""
    (folder / "licence").mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(content)
    (folder / "tokenizer.json").write_text("{}")
    (folder / "licence" / "NOTICE").write_text("notice")
    return folder
