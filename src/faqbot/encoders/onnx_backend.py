"""ONNX Runtime: computes embeddings from an exported graph, without torch."""

from __future__ import annotations

import os
from math import inf
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from faqbot.errors import EncoderError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GRAPH = "model.onnx"
WEIGHTS = "model.onnx.data"
LARGE = "1024"  # bytes from which a weight goes into the file of weights
MEETING = 0.25  # seconds for which texts that met are expected to meet again
OUTPUTS = ("token_embeddings", "sentence_embedding")


class OnnxBackend:
    """An exported graph in ONNX Runtime, for many threads.

    A text that comes alone is spread over all cores; one that comes while others are computed, or shortly after texts
    met, takes one core, in a second session that is made when it is first needed: measured, both are faster so
    (docs/performance.md).
    """

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        """`threads` is how many one text is spread over; 0 leaves it to how many come at once."""
        path = folder / GRAPH
        if not path.is_file():
            raise EncoderError(f"No encoder graph at {path}. Run: faqbot build")
        self._session = _session(path, threads=threads, optimised=(folder / WEIGHTS).is_file())
        self._single = self._session if threads else None
        self._folder, self._running, self._lock = folder, 0, Lock()
        self._met = -inf  # when texts last were computed together

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """See encoder.Backend."""
        with self._lock:
            now = monotonic()
            if self._running:
                self._met = now
            session = self._narrow() if now - self._met < MEETING else self._session
            self._running += 1
        try:
            tokens, pooled = session.run(list(OUTPUTS), {"input_ids": ids, "attention_mask": mask})
        finally:
            with self._lock:
                self._running -= 1
        return tokens, pooled

    def _narrow(self) -> Any:
        """The session that computes with the calling thread alone."""
        if self._single is None:
            self._single = _session(self._folder / GRAPH, threads=1, optimised=(self._folder / WEIGHTS).is_file())
        return self._single


def optimise(source: Path, folder: Path) -> None:
    """Write a graph as ONNX Runtime would rewrite it on every start, its weights in a file that is memory-mapped.

    Measured for MiniLM: loading takes a third of the time and answering needs 80 MB less. Only rewrites that hold
    for every processor are made. Raises EncoderError for a graph that ONNX Runtime refuses.
    """
    _session(source, target=folder)


def _session(path: Path, *, threads: int = 0, optimised: bool = False, target: Path | None = None) -> Any:
    onnxruntime = _loaded()
    levels = onnxruntime.GraphOptimizationLevel
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = levels.ORT_DISABLE_ALL if optimised else levels.ORT_ENABLE_EXTENDED
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Threads wait awake for their part of a text, a third faster, and sleep between texts, lest they take the cores.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    if target:
        options.optimized_model_filepath = str(target / GRAPH)
        options.add_session_config_entry("session.optimized_model_external_initializers_file_name", WEIGHTS)
        options.add_session_config_entry("session.optimized_model_external_initializers_min_size_in_bytes", LARGE)
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the errors of ONNX Runtime have no other parent
        raise EncoderError(f"ONNX Runtime refuses {path} ({error}). Delete its folder and run: faqbot build") from error


def _loaded() -> Any:
    """ONNX Runtime without its telemetry, which is on as it comes and read once, when it is loaded.

    It would keep a device id and a database in the home folder and send them to its maker some seconds later.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    return onnxruntime
