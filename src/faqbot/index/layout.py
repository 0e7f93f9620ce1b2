"""Where everything lies in an index folder: names go in, paths come out.

CURRENT                        the name of the generation in use
LOCK                           held by the process that is building
OWNER                          what marks this index's collections on an engine, where it has any
generations/<number>-<digest>/ one sealed generation; the digest is that of its manifest.json
encoders/<fingerprint>/        what turns questions into vectors
cache/                         embeddings of a build that has not finished
readings/                      what the files of the last build were read and split into
"""

import os
import re
from pathlib import Path

CURRENT = "CURRENT"
LOCK = "LOCK"
OWNER = "OWNER"
GENERATIONS = "generations"
ENCODERS = "encoders"
CACHE = "cache"
READINGS = "readings"
READINGS_FILE = "readings.jsonl"
UNSEALED = ".new"  # what is being written, beside what it will become
DISCARDED = ".old"  # what is being deleted
GENERATION_NAME = re.compile(rb"[0-9]{6,}-[0-9a-f]{12}")

MANIFEST = "manifest.json"
CHECKSUMS = "checksums.txt"
CALIBRATION = "calibration.json"

# What was read and encoded: lost, it takes a build to get it back.
DOCUMENTS = "documents.jsonl"
DOCUMENT_KEYS = "documents.keys.npy"
DOCUMENT_ORDER = "documents.order.npy"
PASSAGES = "passages.jsonl"
IDS = "ids.npy"
ID_ORDER = "ids.order.npy"
VECTORS = "vectors.npy"
TOKENS = "tokens.npy"
PIECES = "pieces.npy"
KEYS = "keys.npy"

# By which passages on an engine refer to their words: lost, it takes a build, which sends the passages anew.
TERM_NUMBERS = "lexical.numbers.npy"

# What follows from the above: `repair` writes it anew.
TERMS = "lexical.terms.npy"
TERM_COUNTS = "lexical.counts.npy"
POSTINGS = "lexical.rows.npy"
WEIGHTS = "lexical.weights.npy"
WORDS = "words.npy"
WORD_COUNTS = "words.counts.npy"
PIECE_COUNTS = "pieces.counts.npy"
QUESTIONS = "questions.json"
LISTS = "ann.faiss"


def is_derived(name: str) -> bool:
    """Whether a file of a generation can be written anew from the others, without an encoder."""
    starts = ("lexical.", "words.", "pieces.counts.", "questions.", "ann.")
    return name.startswith(starts) and name != TERM_NUMBERS


def generation_folder(index: Path, name: str) -> Path:
    """The folder of one generation."""
    return index / GENERATIONS / name


def encoder_folder(index: Path, fingerprint: str) -> Path:
    """The folder of one encoder."""
    return index / ENCODERS / fingerprint


def built_folder(index: Path) -> Path:
    """The embeddings of a generation whose passages are on an engine; lost, all is encoded anew."""
    return index / CACHE / "built"


def readings_folder(index: Path) -> Path:
    """What the files of the last build were read and split into; lost, they are read again."""
    return index / READINGS


def leftovers(index: Path) -> list[Path]:
    """What a build that ended early, or could not delete something, left behind."""
    inside = [path for name in (GENERATIONS, ENCODERS) for path in sorted((index / name).iterdir())]
    doomed = [path for path in inside if path.name == UNSEALED or path.name.startswith(f"{DISCARDED}-")]
    beside = [index / f"{DISCARDED}-{CACHE}", index / f"{DISCARDED}-{READINGS}"]
    return [path for path in (*beside, *doomed) if path.exists()]


def generation_names(index: Path) -> list[str]:
    """The names of the sealed generations, oldest first; one that is being written or deleted is not among them."""
    folder = index / GENERATIONS
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if GENERATION_NAME.fullmatch(os.fsencode(path.name)))
