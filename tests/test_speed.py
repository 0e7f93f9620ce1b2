"""What makes faqbot quick, tested without a clock: what is loaded, what is reused, and that the results stay."""

import json
import logging
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from faqbot.bot import FaqBot, open_retriever
from faqbot.encoders.model_files import find_model
from faqbot.encoders.onnx_backend import GRAPH
from faqbot.index import Index, StoredPassage, build, open_index
from faqbot.index.vectors import VectorIndex
from faqbot.settings import Settings
from faqbot.types import Answer
from index_samples import link_encoders

QUESTION = "Why does my back hurt when I walk?"
HEAVY = {"torch", "transformers", "sentence_transformers", "sklearn", "scipy", "pandas", "bm25s", "gradio", "onnx"}


def loaded(code: str) -> set[str]:
    """The top packages that a fresh process has loaded once it has run the code."""
    tail = "\nimport sys; print('\\n' + ' '.join({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code + tail], capture_output=True, text=True, check=True)
    return set(done.stdout.rsplit("\n", 2)[-2].split())


def test_asking_on_the_command_line_loads_nothing_that_is_for_building(index_folder: Path) -> None:
    found = loaded(
        f"from faqbot.cli import main; assert main(['ask', {QUESTION!r}, '--index', {str(index_folder)!r}]) == 0"
    )
    assert {"onnxruntime", "tokenizers", "numpy"} <= found
    assert not HEAVY & found


def test_a_bot_in_another_program_loads_no_more(index_folder: Path) -> None:
    found = loaded(
        f"from faqbot import FaqBot\nwith FaqBot.load({str(index_folder)!r}) as bot: bot.answer({QUESTION!r})"
    )
    assert not HEAVY & found


def test_rest_loads_no_more(index_folder: Path) -> None:
    found = loaded(
        "from fastapi import FastAPI; from faqbot import FaqBot; from faqbot.server.api import Services, add_rest\n"
        "from faqbot.server.concurrency import ConcurrencyLimit; from faqbot.settings import Settings; app = FastAPI()\n"
        f"bot = FaqBot.load({str(index_folder)!r}); limit = ConcurrencyLimit(1, 1)\n"
        f"add_rest(app, Services(bot, Settings(), None, limit)); bot.answer({QUESTION!r})"
    )
    assert not HEAVY & found


@pytest.mark.parametrize("arguments", [["-c", "import faqbot"], ["-m", "faqbot", "--help"]])
def test_import_and_help_cost_little_processor_time(arguments: list[str]) -> None:
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent) <= 0.3


def test_answer_many_gives_what_answer_gives(bot: FaqBot) -> None:
    asked = questions()[:20]
    together = bot.answer_many(asked, top_k=3)
    alone = [bot.answer(question, top_k=3) for question in asked]
    assert [plain(answer) for answer in together] == [plain(answer) for answer in alone]
    for one, other in zip(together, alone, strict=True):
        assert [hit.score for hit in one.hits] == pytest.approx([hit.score for hit in other.hits], abs=1e-5)


def test_callers_at_once_get_their_own_answers(bot: FaqBot, index_folder: Path) -> None:
    asked = questions()[20:60]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(bot.answer, asked))
    with FaqBot.load(index_folder, settings=Settings()) as fresh:
        alone = [fresh.answer(question) for question in asked]
    assert [plain(answer) for answer in together] == [plain(answer) for answer in alone]


def test_a_passage_is_read_from_the_disk_once(index_folder: Path) -> None:
    asked: list[str] = []

    class Counted(Index):
        def fetch(self, ids: Sequence[str]) -> tuple[StoredPassage, ...]:
            asked.extend(ids)
            return super().fetch(ids)

    with open_index(index_folder) as opened:
        opened.__class__ = Counted
        retriever = open_retriever(opened)
        first = retriever.rank(QUESTION)
        assert len(asked) == len(set(asked)) >= 30
        retriever.rank("Why does my leg hurt when I walk far?")
        assert len(asked) == len(set(asked)) > 30
        asked.clear()
        assert retriever.rank(QUESTION) == first
        assert asked == []


def plain(answer: Answer) -> tuple[str, str, list[str]]:
    """What of an answer may not depend on which questions were encoded with it."""
    return answer.question, answer.band, [hit.passage.id for hit in answer.hits]


@pytest.mark.slow
def test_a_rebuild_after_an_edit_equals_a_clean_build(
    corpus: Path, index_folder: Path, with_encoder: Callable[[Path], Path], tmp_path: Path
) -> None:
    """Same passages, vectors and first five; the clean build encodes everything anew.

    The edit changes two files and takes the largest folder away, half of all words, which need not be encoded then.
    """
    edited, again, clean = tmp_path / "corpus", tmp_path / "again", with_encoder(tmp_path / "clean")
    shutil.copytree(corpus, edited)
    shutil.copytree(index_folder, again, copy_function=link_encoders)
    page = edited / "walking-uphill.md"
    page.write_text("# Walking uphill\n\nLean forward a little and take short steps.\n", encoding="utf-8")
    (edited / "causes" / "overview.md").write_text("# Causes\n\nMany things make a back ache.\n", encoding="utf-8")
    shutil.rmtree(edited / "faq")
    for index in (again, clean):
        build(edited, index, settings=Settings(threads=1))
    with open_index(again) as one, open_index(clean) as other:
        assert list(one.passages()) == list(other.passages())
        assert len(one) >= 150
        assert np.einsum("ij,ij->i", vectors(one), vectors(other)).min() >= 0.9999
    asked = questions()
    assert len(asked) >= 300
    assert first_five(again, asked) == first_five(clean, asked)


def vectors(opened: Index) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Every vector of an index, in order."""
    found = VectorIndex(opened.folder / f"{opened.version.stem}.faiss")
    return np.array(found.vectors)


def questions() -> list[str]:
    """The project's own questions, those that the corpus answers and those that it does not."""
    data = Path(__file__).parent / "data"
    names = ("questions.jsonl", "out_of_scope.jsonl")
    lines = [line for name in names for line in (data / name).read_text(encoding="utf-8").split("\n") if line.strip()]
    return [json.loads(line)["question"] for line in lines]


def first_five(index: Path, asked: list[str]) -> list[list[str]]:
    with FaqBot.load(index, settings=Settings()) as bot:
        return [[hit.passage.id for hit in answer.hits] for answer in bot.answer_many(asked, top_k=5)]


@pytest.mark.slow
def test_a_model_that_cannot_be_exported_answers_through_sentence_transformers(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """FNet's Fourier transform has no ONNX form; its weights here are random, which finds little but fails nothing."""
    model, pages, index = make_fnet(tmp_path), tmp_path / "pages", tmp_path / "index"
    pages.mkdir()
    (pages / "a.md").write_text("# Shoes\n\nA thick sole softens each step.\n", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        build(pages, index, settings=Settings(model=str(model)))
        assert "cannot be exported" in caplog.text
        caplog.clear()
        with FaqBot.load(index, settings=Settings()) as bot:
            assert "could not be exported: answering loads sentence-transformers" in caplog.text
            assert bot.answer("Do shoes help?").hits[0].passage.text == "A thick sole softens each step."
    [folder] = (index / "encoders").iterdir()
    assert not (folder / GRAPH).exists()
    assert "fft" in json.loads((folder / "export.json").read_text(encoding="utf-8"))["error"]


def make_fnet(folder: Path) -> Path:
    """A tiny sentence-transformers model of an architecture that torch's exporter does not know."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import AutoTokenizer, FNetConfig, FNetModel

    tokenizer = AutoTokenizer.from_pretrained(find_model("all-MiniLM-L6-v2"))
    config = FNetConfig(vocab_size=30522, hidden_size=32, num_hidden_layers=1, intermediate_size=32)
    for part in (tokenizer, FNetModel(config)):
        part.save_pretrained(folder / "parts")
    body = Transformer(str(folder / "parts"), max_seq_length=128)
    SentenceTransformer(modules=[body, Pooling(32)], device="cpu").save(str(folder / "fnet"))
    return folder / "fnet"
