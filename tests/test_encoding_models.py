"""Models that people bring: CLS or mean pooling, prompts and limits of their own, as sentence-transformers reads them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from command_line import run
from faqbot import FaqBot, Settings, build_index
from faqbot.encoders.encoder import Encoder
from faqbot.encoders.model_files import find_model
from faqbot.encoders.models import Model
from faqbot.encoders.onnx_backend import GRAPH
from faqbot.encoders.torch_backend import TransformerModel

LIMIT = 40  # tokens, so that ordinary passages are longer
TEXTS = ("back pain", "Why does my back hurt when I walk?", "Sit down when the ache begins. " * 9)
PROMPTS = {"query": "Represent this sentence: ", "passage": "passage: "}


def save(folder: Path, *, pooling: str, prompts: dict[str, str], normalise: bool = True, seed: int = 1) -> Path:
    """A sentence-transformers folder as people download it, of a tiny BERT with random weights."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertModel

    torch.manual_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(find_model("all-MiniLM-L6-v2"))
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64, initializer_range=0.5,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    kinds = ["Transformer", "Pooling", *(["Normalize"] if normalise else [])]
    modes = {f"pooling_mode_{mode}": mode.startswith(pooling) for mode in ("cls_token", "mean_tokens", "max_tokens")}
    files = {
        "modules.json": [
            {
                "idx": n,
                "name": str(n),
                "path": f"{n}_{kind}" if n else "",
                "type": f"sentence_transformers.models.{kind}",
            }
            for n, kind in enumerate(kinds)
        ],
        "1_Pooling/config.json": {"word_embedding_dimension": 32, **modes},
        "2_Normalize/config.json": {},
        "sentence_bert_config.json": {"max_seq_length": LIMIT, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": prompts},
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


def expected(folder: Path, texts: tuple[str, ...], prompt: str) -> Any:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu")
    return model.encode(list(texts), prompt=prompt, normalize_embeddings=True)


@pytest.mark.parametrize(("pooling", "normalise"), [("cls", True), ("mean", True), ("cls", False)])
def test_graph_and_torch_encode_as_sentence_transformers_does(pooling: str, normalise: bool, tmp_path: Path) -> None:
    folder = save(tmp_path / "model", pooling=pooling, prompts=PROMPTS, normalise=normalise)
    model = Model(str(folder), [])
    exported = model.export(list(TEXTS), tmp_path / "exported")
    assert (exported / GRAPH).is_file()
    graph = model.encoder(exported)
    torch = Encoder(model.transformer, model.tokenizer, graph.projection, model.info.token_limit)
    assert (model.info.query_prompt, model.info.passage_prompt) == (PROMPTS["query"], PROMPTS["passage"])
    assert model.info.token_limit == LIMIT
    for prompt in PROMPTS.values():
        wanted = expected(folder, TEXTS[:2], prompt)
        for encoder in (graph, torch):
            found = np.stack([one.vector for one in encoder.encode(TEXTS[:2], prompt=prompt)])
            assert np.sum(found * wanted, axis=1) == pytest.approx([1, 1], abs=1e-4)


def test_a_long_text_is_read_to_its_end(tmp_path: Path) -> None:
    folder = save(tmp_path / "model", pooling="cls", prompts=PROMPTS)
    model = TransformerModel(str(folder))
    encoder = Model(str(folder), []).encoder(Model(str(folder), []).export(list(TEXTS), tmp_path / "exported"))
    [one] = encoder.encode([TEXTS[2]], prompt=model.passage_prompt)
    assert one.spans[-1][1] == len(TEXTS[2].rstrip())
    [cut] = encoder.encode([TEXTS[2][:60]], prompt=model.passage_prompt)
    assert float(one.vector @ cut.vector) < 0.9999


def test_pooling_and_prompts_are_part_of_the_fingerprint(tmp_path: Path) -> None:
    kinds: list[tuple[str, dict[str, str], bool]] = [
        ("cls", PROMPTS, True), ("mean", PROMPTS, True), ("cls", {"query": "query: "}, True), ("cls", PROMPTS, False),
    ]  # fmt: skip
    found = [
        TransformerModel(
            str(save(tmp_path / str(place), pooling=pooling, prompts=prompts, normalise=normal))
        ).fingerprint
        for place, (pooling, prompts, normal) in enumerate(kinds)
    ]
    assert len(set(found)) == len(kinds)


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A model folder with CLS pooling and prompts, and an index that was built with it."""
    folder = tmp_path_factory.mktemp("brought")
    model = save(folder / "model", pooling="cls", prompts=PROMPTS)
    corpus = folder / "corpus"
    corpus.mkdir()
    rows = [f"# Topic {n}\n\nThe {word} is kept in room {n}." for n, word in enumerate(WORDS)]
    for number, text in enumerate(rows):
        (corpus / f"{number}.md").write_text(text, encoding="utf-8")
    build_index(corpus, folder / "index", settings=Settings(model=str(model), encoder_cache=""))
    return model, folder / "index"


WORDS = ("violin", "ladder", "kettle", "carpet", "hammer", "pillow", "candle", "basket", "mirror", "barrel")


def test_questions_are_encoded_with_the_query_prompt_of_the_index(brought: tuple[Path, Path]) -> None:
    model, index = brought
    with FaqBot.load(index) as bot:
        assert (bot.encoder.query_prompt, bot.encoder.passage_prompt) == (PROMPTS["query"], PROMPTS["passage"])
        cosines = bot.similarities("kettle", ["carpet"])
    first, second = expected(model, ("kettle", "carpet"), PROMPTS["query"])
    assert float(cosines[0]) == pytest.approx(float(first @ second), abs=1e-3)


def test_a_model_nobody_calibrated_promises_nothing_until_it_is(
    brought: tuple[Path, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, index = brought
    with FaqBot.load(index) as bot:
        assert bot.answer("where is the kettle").certainty in ("may help", "none")
    inside = [
        {
            "id": f"q{n}-{form}",
            "question": f"{form} the {word}",
            "type": "faq",
            "gold": [{"doc": f"{n}.md", "quote": f"is kept in room {n}."}],
        }
        for n, word in enumerate(WORDS)
        for form in ("where is", "which room has", "find")
    ]
    outside = [{"id": f"x{n}", "question": word, "kind": "far"} for n, word in enumerate(["why", "who", "how", "when"])]
    questions, others = tmp_path / "questions.jsonl", tmp_path / "others.jsonl"
    for path, rows in ((questions, inside), (others, outside)):
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    code, out, _ = run(capsys, "calibrate", str(questions), "--out-of-scope", str(others), "--index", str(index))
    assert (code, "calibrated on 34 questions" in out) == (0, True)
    with FaqBot.load(index) as bot:
        assert bot.calibration.encoder == bot.encoder.fingerprint
    code, out, _ = run(capsys, "eval", str(questions), "--out-of-scope", str(others), "--index", str(index))
    assert code == 0
    assert "hit@1" in out
