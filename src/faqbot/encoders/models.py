"""A model as a build needs it: described by its exported encoder, so that torch is loaded only to export."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

import numpy as np

from faqbot.encoders.encoder import Backend, Encoder
from faqbot.encoders.model_files import CHECKSUMS, file_digest, is_bundled, model_folder
from faqbot.encoders.onnx_backend import GRAPH, OnnxBackend
from faqbot.encoders.pca import Projection
from faqbot.encoders.tokenizer import EncoderTokenizer
from faqbot.encoders.torch_backend import TransformerModel
from faqbot.errors import EncoderError

logger = logging.getLogger(__name__)
MODEL_INFO = "encoder.json"
TOKENIZER = "tokenizer.json"
TOKEN_DIMENSION = 128
SAMPLES = 1000  # passages that a projection is fitted on
SHIPPED_PROJECTION = "projection_all-MiniLM-L6-v2.npy"


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What identifies a model. `stamp` is a digest of its files, "" where they are not in a folder of their own."""

    name: str
    fingerprint: str
    stamp: str
    dimension: int
    token_limit: int
    query_prompt: str
    passage_prompt: str


class Model:
    """A model that builds: described by what was exported of it before, else by loading it."""

    def __init__(self, name: str, encoders: Iterable[Path]) -> None:
        """`encoders` are folders of exported encoders, looked at in turn. Raises EncoderError for no such model."""
        self.name = name
        self.installed = _installed(_stamp(name), encoders)
        self.info = _read_info(self.installed) if self.installed else self._described()

    @cached_property
    def transformer(self) -> TransformerModel:
        """The model itself, in sentence-transformers."""
        return TransformerModel(self.name)

    @cached_property
    def tokenizer(self) -> EncoderTokenizer:
        """The model's tokenizer."""
        return EncoderTokenizer.from_file(self.installed / TOKENIZER) if self.installed else self.transformer.tokenizer

    def export(self, samples: Sequence[str], folder: Path) -> Path:
        """The folder that answering reads: the installed one, or one made in `folder`.

        `samples` are passages that the projection of token vectors is fitted on, where none ships for the model.
        """
        if self.installed:
            return self.installed
        from faqbot.encoders.onnx_export import export_encoder

        projection = self._shipped_projection() or self._fitted_projection(samples)
        export_encoder(self.transformer, projection, folder)
        (folder / MODEL_INFO).write_text(json.dumps(asdict(self.info), indent=2), encoding="utf-8")
        return folder

    def encoder(self, folder: Path, *, threads: int = 0) -> Encoder:
        """An encoder with the graph and projection in `folder`; it takes all cores for 0 threads.

        The exported graph encodes as fast as sentence-transformers does, whose import takes seconds.
        """
        backend: Backend = OnnxBackend(folder, threads=threads) if (folder / GRAPH).is_file() else self.transformer
        return Encoder(backend, self.tokenizer, Projection.load(folder), self.info.token_limit)

    def _described(self) -> ModelInfo:
        loaded = self.transformer
        return ModelInfo(
            name=self.name,
            fingerprint=loaded.fingerprint,
            stamp=_stamp(self.name),
            dimension=loaded.dimension,
            token_limit=loaded.token_limit,
            query_prompt=loaded.query_prompt,
            passage_prompt=loaded.passage_prompt,
        )

    def _shipped_projection(self) -> Projection | None:
        if not is_bundled(self.name):
            return None
        rows = np.load(str(files("faqbot.encoders").joinpath(SHIPPED_PROJECTION)), allow_pickle=False)
        return Projection(matrix=rows[:-1].astype(np.float32), offset=rows[-1].astype(np.float32))

    def _fitted_projection(self, samples: Sequence[str]) -> Projection:
        step = max(1, len(samples) // SAMPLES)
        raw = Encoder(self.transformer, self.tokenizer, Projection.none(self.info.dimension), self.info.token_limit)
        rows = [one.tokens for one in raw.encode(samples[::step], prompt=self.info.passage_prompt)]
        return Projection.fit(np.concatenate(rows), TOKEN_DIMENSION)


def _stamp(name: str) -> str:
    """A digest of the files of a model that lies in a folder; "" for one that sentence-transformers has to find."""
    folder = model_folder(name)
    if folder is None:
        return ""
    known = {folder / file: found for file, found in CHECKSUMS.items()} if is_bundled(name) else {}  # just compared
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".safetensors", ".json", ".txt", ".model"}:
            found = known.get(path) or file_digest(path)
            digest.update(f"{path.relative_to(folder).as_posix()}\0{found}\0".encode())
    return digest.hexdigest()


def _installed(stamp: str, encoders: Iterable[Path]) -> Path | None:
    if not stamp:
        return None
    known = (path.parent for folder in encoders for path in sorted(folder.glob(f"[!.]*/{MODEL_INFO}")))
    return next((folder for folder in known if _read_info(folder).stamp == stamp), None)


def _read_info(folder: Path) -> ModelInfo:
    try:
        return ModelInfo(**json.loads((folder / MODEL_INFO).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise EncoderError(
            f"{folder / MODEL_INFO} is damaged ({error}). Delete {folder} and run: faqbot build"
        ) from error
