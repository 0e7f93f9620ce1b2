"""What everybody writes: sentence-transformers and FAISS. FOLDER/passages.jsonl goes in, the nearest passages come out.

plain.py build FOLDER | plain.py ask FOLDER QUESTION | plain.py serve FOLDER; the model's name or folder is in MODEL.
"""

import json
import os
import sys
from pathlib import Path

import faiss
from sentence_transformers import SentenceTransformer
from serving import serve

command, folder = sys.argv[1], Path(sys.argv[2])
model = SentenceTransformer(os.environ.get("MODEL", "sentence-transformers/all-MiniLM-L6-v2"), device="cpu")
texts = [json.loads(line)["text"] for line in (folder / "passages.jsonl").read_text("utf-8").split("\n") if line]

if command == "build":
    vectors = model.encode(texts, normalize_embeddings=True)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    faiss.write_index(flat, str(folder / "plain.faiss"))
    sys.exit()

index = faiss.read_index(str(folder / "plain.faiss"))


def answer(question: str) -> list[str]:
    """The five nearest passages."""
    return [texts[number] for number in index.search(model.encode([question], normalize_embeddings=True), 5)[1][0]]


if command == "ask":
    print("\n\n".join(answer(sys.argv[3])))
else:
    serve(answer)
