"""The least that finds a passage: the index's own graph in ONNX Runtime and a flat FAISS search, nothing around them.

bare.py ask FOLDER ENCODER QUESTION | bare.py serve FOLDER ENCODER; FOLDER as plain.py has built it.
"""

import json
import sys
from pathlib import Path

import faiss
import numpy as np
import onnxruntime
from serving import serve
from tokenizers import Tokenizer

command, folder, encoder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
session = onnxruntime.InferenceSession(str(encoder / "model.onnx"), providers=["CPUExecutionProvider"])
texts = [json.loads(line)["text"] for line in (folder / "passages.jsonl").read_text("utf-8").split("\n") if line]
index = faiss.read_index(str(folder / "plain.faiss"))
faiss.omp_set_num_threads(1)  # with more the two libraries fight for the cores


def answer(question: str) -> list[str]:
    """The five nearest passages."""
    ids = np.array([tokenizer.encode(question).ids], np.int64)
    vector = session.run(["sentence_embedding"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
    return [texts[number] for number in index.search(vector, 5)[1][0]]


if command == "ask":
    print("\n\n".join(answer(sys.argv[4])))
else:
    serve(answer)
