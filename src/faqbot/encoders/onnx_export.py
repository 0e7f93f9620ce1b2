"""Export of a model to ONNX, checked against the model itself."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from faqbot.encoders.model_files import model_folder
from faqbot.encoders.onnx_backend import GRAPH, OUTPUTS, WEIGHTS, OnnxBackend, optimise
from faqbot.encoders.torch_backend import SAMPLES, TransformerModel, least_cosine
from faqbot.errors import EncoderError, need

if TYPE_CHECKING:
    from faqbot.encoders.pca import Projection

logger = logging.getLogger(__name__)
LEAST_COSINE = 0.9999


def export_encoder(model: TransformerModel, projection: Projection, folder: Path) -> dict[str, Any]:
    """Write the graph with its weights, tokenizer.json, projection.npy and the weights' licence into `folder`.

    Returns the record of the check, which is written to export.json. A model that cannot be exported, or whose graph
    disagrees with it, gets no graph: the record says why, and answering loads sentence-transformers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(model.tokenizer.to_json(), encoding="utf-8")
    projection.save(folder)
    _copy_notice(model, folder)
    record = _graph_record(model, folder)
    (folder / "export.json").write_text(json.dumps(record, indent=2), encoding="utf-8")
    return record


def _graph_record(model: TransformerModel, folder: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=folder) as aside:
        try:
            _write_graph(model, Path(aside) / "raw.onnx")
            optimise(Path(aside) / "raw.onnx", Path(aside))
            record = check_export(model, Path(aside))
        except EncoderError as error:
            logger.warning("%s. Answering will load sentence-transformers, which takes seconds", error)
            return {"error": str(error)}
        for name in (GRAPH, WEIGHTS):
            (Path(aside) / name).rename(folder / name)
        return record


def check_export(model: TransformerModel, folder: Path) -> dict[str, Any]:
    """Cosines between model and graph on sample texts: {"samples", "least_pooled", "least_token"}.

    Raises EncoderError if one is below LEAST_COSINE.
    """
    graph = OnnxBackend(folder)
    pooled_cosines, token_cosines = [], []
    for cut in model.tokenizer.tokenize(SAMPLES):
        ids = np.array([cut.ids[: model.token_limit]], dtype=np.int64)
        mask = np.ones_like(ids)
        expected, found = model.run(ids, mask), graph.run(ids, mask)
        token_cosines.append(least_cosine(expected[0][0], found[0][0]))
        pooled_cosines.append(least_cosine(expected[1], found[1]))
    record = {"samples": len(SAMPLES), "least_pooled": min(pooled_cosines), "least_token": min(token_cosines)}
    if min(record["least_pooled"], record["least_token"]) < LEAST_COSINE:
        raise EncoderError(f"The exported graph of {model.name!r} differs from the model: {record}")
    return record


def _write_graph(model: TransformerModel, path: Path) -> None:
    import torch

    try:
        import onnx  # noqa: F401  the exporter needs it and says so only with a traceback
    except ImportError as error:
        raise need("onnx", "build", error) from error

    class Graph(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.inner = model.model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
            found = self.inner({"input_ids": input_ids, "attention_mask": attention_mask})
            return tuple(found[name] for name in OUTPUTS)

    ids = torch.ones((2, 7), dtype=torch.int64)
    axes = {0: "texts", 1: "tokens"}
    with warnings.catch_warnings(), torch.inference_mode(), model.plain_attention():
        warnings.simplefilter("ignore")  # the exporter warns of its own deprecation and of every traced constant
        try:
            torch.onnx.export(
                Graph().eval(),
                (ids, torch.ones_like(ids)),
                str(path),
                input_names=["input_ids", "attention_mask"],
                output_names=list(OUTPUTS),
                dynamic_axes={"input_ids": axes, "attention_mask": axes, OUTPUTS[0]: axes, OUTPUTS[1]: {0: "texts"}},
                opset_version=17,
                dynamo=False,
            )
        except Exception as error:  # an exporter meets models of every kind, and fails in as many ways
            raise EncoderError(f"The model {model.name!r} cannot be exported ({_first_line(error)})") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0][:200] or type(error).__name__


def _copy_notice(model: TransformerModel, folder: Path) -> None:
    source = model_folder(model.name)
    for name in ("LICENSE", "NOTICE", "README.md"):
        if source and (source / name).is_file():
            shutil.copyfile(source / name, folder / f"MODEL_{name}")
