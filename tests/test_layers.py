"""Imports point down the layers, rooms of one layer do not know each other, and heavy packages have one door each."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "faqbot"

LAYERS = (
    {"errors", "types", "lexicon", "settings", "config", "texts", "markdown", "conversation", "variants"},
    {"readers", "chunking", "encoders", "safety"},
    {"index"},
    {"retrieval"},
    {"dialogue"},
    {"bot", "evaluation", "lint", "feedback", "visit_summary"},
    {"service", "promotion"},
    {"ui", "server", "admin", "langchain", "cli"},
)
# Rooms of the lowest layer are values that travel; they may know each other. Of the doors, these two lay out others.
FREE = (
    {"errors", "types", "lexicon", "settings", "config", "texts", "markdown", "conversation", "variants"},
    {"server", "admin", "ui", "cli"},
)
DOORS = {
    "fasttext": {"safety"},
    "faiss": {"index"},
    "bm25s": {"index"},
    "sentence_transformers": {"encoders"},
    "torch": {"encoders"},
    "transformers": {"encoders"},
    "onnx": {"encoders"},
    "onnxruntime": {"encoders"},
    "tokenizers": {"encoders"},
    "gradio": {"ui"},
    "fastapi": {"server", "ui"},
    "trafilatura": {"readers"},
    "pdfminer": {"readers"},
    "mammoth": {"readers"},
    "ir_measures": {"evaluation"},
    "sklearn": {"evaluation", "feedback"},
    "scipy": {"evaluation"},
    "pymilvus": {"index"},
    "milvus_lite": {"index"},
    "grpc": {"index"},
    "mcp": {"server"},
    "langchain_core": {"langchain"},
}
HEAVY = (
    "torch",
    "gradio",
    "faiss",
    "transformers",
    "sentence_transformers",
    "onnxruntime",
    "scipy",
    "sklearn",
    "pandas",
)


def room(path: Path) -> str:
    """The room that a file belongs to: the first part of its path in the package."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, at any depth, but for type checking only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def layer(name: str) -> int:
    """The number of the layer that a room is in."""
    return next(number for number, rooms in enumerate(LAYERS) if name in rooms)


FILES = sorted(path for path in PACKAGE.rglob("*.py") if room(path) not in {"__init__", "__main__"})


def test_every_room_is_in_a_layer() -> None:
    known = set().union(*LAYERS)
    assert {room(path) for path in FILES} - known == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    here = room(path)
    for module in imports(path):
        parts = module.split(".")
        if parts[0] != "faqbot" or len(parts) == 1 or parts[1] == here:
            continue
        there = parts[1]
        free = any(here in rooms and (there in rooms or rooms == FREE[1]) for rooms in FREE)
        assert layer(there) < layer(here) or free, f"{path.name} imports {module}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_heavy_package_has_one_door(path: Path) -> None:
    for module in imports(path):
        package = module.split(".")[0]
        if package in DOORS and package != room(path):
            assert room(path) in DOORS[package], f"{path.name} imports {module}"


@pytest.mark.parametrize("code", ["import faqbot", "from faqbot.cli import main; main(['--version'])"])
def test_a_cheap_import_loads_nothing_heavy(code: str) -> None:
    wrapped = f"import sys\ntry:\n    exec({code!r})\nexcept SystemExit:\n    pass\nprint([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", wrapped], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
