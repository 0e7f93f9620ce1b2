"""The only door to ONNX Runtime: an exported graph goes in, an engine that answers without torch comes out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from faqbot.errors import EncoderError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GRAPH = "model.onnx"
OUTPUTS = ("token_embeddings", "sentence_embedding")


class RuntimeModel:
    """An exported graph in ONNX Runtime. One session serves many threads."""

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Spinning between questions would take the cores from other callers.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        path = folder / GRAPH
        if not path.is_file():
            raise EncoderError(f"No encoder graph at {path}. Run: faqbot build")
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """See encoder.Engine."""
        tokens, pooled = self._session.run(list(OUTPUTS), {"input_ids": ids, "attention_mask": mask})
        return tokens, pooled
