"""The cache knows the texts of the index in use and of a build that ended early, and nothing that is torn."""

import logging
from pathlib import Path

import numpy as np
import pytest

from faqbot.errors import IndexBusyError
from faqbot.index import Cache, Contents, EncodedPassage, open_cache, publish, text_key, verify
from faqbot.index.cache import SEGMENT_TEXTS
from faqbot.index.segments import Embedding
from index_samples import CARD, TOKEN_DIMENSION, encoded, passage, sample_encoder, unit_vectors


def key_of(text: str) -> bytes:
    return text_key(text, fingerprint=CARD.fingerprint)


def embedding(seed: int, rows: int = 3) -> Embedding:
    rng = np.random.default_rng(seed)
    tokens = rng.integers(-127, 128, (rows, TOKEN_DIMENSION), dtype=np.int8)
    return Embedding(unit_vectors(1, seed)[0], tokens, rng.integers(0, 50, rows).astype(np.int32))


def same(found: Embedding | None, expected: Embedding) -> bool:
    return found is not None and all(
        getattr(found, name).dtype == getattr(expected, name).dtype
        and np.array_equal(getattr(found, name), getattr(expected, name))
        for name in ("vector", "tokens", "pieces")
    )


def keyed(number: int, alternates: tuple[str, ...] = ()) -> EncodedPassage:
    found = passage(number, f"text {number}", alternates=alternates)
    return encoded(found, number, tuple(key_of(text) for text in (found.text, *alternates)))


def publish_keyed(index: Path, *numbers: int, cache: Cache | None = None) -> None:
    contents = Contents([], [keyed(number, ("first", "second")) for number in numbers], CARD)
    publish(index, contents, encoder_folder=sample_encoder(index.parent / "encoder"), cache=cache)


def test_a_key_depends_on_text_encoder_and_settings_and_on_nothing_else() -> None:
    keys = {
        text_key("text", fingerprint="a"),
        text_key("texta", fingerprint=""),
        text_key("text", fingerprint="b"),
        text_key("text", fingerprint="a", settings="vector"),
    }
    assert len(keys) == 4
    assert text_key("text", fingerprint="a") in keys
    assert {len(key) for key in keys} == {16}


def test_what_was_put_is_found_at_once_and_by_the_next_build(tmp_path: Path) -> None:
    texts = {key_of(str(number)): embedding(number, rows=number % 4) for number in range(10)}
    with open_cache(tmp_path) as cache:
        cache.put(texts)
        assert all(same(cache.get(key), each) for key, each in texts.items())
        assert key_of("other") not in cache
        assert cache.get(key_of("other")) is None
    with open_cache(tmp_path) as cache:
        assert all(key in cache and same(cache.get(key), each) for key, each in texts.items())


def test_a_full_segment_is_on_the_disk_before_the_build_ends(tmp_path: Path) -> None:
    with open_cache(tmp_path) as cache:
        cache.put({key_of(str(number)): embedding(number) for number in range(SEGMENT_TEXTS - 1)})
        assert list(tmp_path.glob("cache/*")) == []
        cache.put({key_of("last"): embedding(7)})
        assert [path.name for path in tmp_path.glob("cache/*")] == ["000001.segment"]
        assert same(cache.get(key_of("last")), embedding(7))


def test_the_index_in_use_gives_passages_with_tokens_and_alternates_without(tmp_path: Path) -> None:
    publish_keyed(tmp_path / "index", 1, 2)
    with open_cache(tmp_path / "index") as cache:
        found = keyed(2, ("first", "second"))
        assert same(cache.get(key_of("text 2")), Embedding(found.vectors[0], found.tokens, found.pieces))
        first = cache.get(key_of("first"))
        assert first is not None
        assert np.array_equal(first.vector, keyed(1, ("first", "second")).vectors[1])
        assert (first.tokens.shape, first.pieces.shape) == ((0, TOKEN_DIMENSION), (0,))


def test_an_index_made_without_keys_gives_nothing(tmp_path: Path) -> None:
    contents = Contents([], [encoded(passage(1, "text"), 1)], CARD)
    publish(tmp_path / "index", contents, encoder_folder=sample_encoder(tmp_path / "encoder"))
    with open_cache(tmp_path / "index") as cache:
        assert key_of("text") not in cache


def test_publishing_empties_the_cache_and_serves_its_texts_from_the_index(tmp_path: Path) -> None:
    with open_cache(tmp_path / "index") as cache:
        cache.put({key_of("text 1"): embedding(1), key_of("gone"): embedding(2)})
        cache.flush()
        publish_keyed(tmp_path / "index", 1, cache=cache)
        assert not (tmp_path / "index" / "cache").exists()
    with open_cache(tmp_path / "index") as cache:
        assert (key_of("text 1") in cache, key_of("gone") in cache) == (True, False)


@pytest.mark.parametrize("kept", [0, 10, 31, 32, 100, -1])
def test_a_torn_segment_is_not_used_and_said(tmp_path: Path, kept: int, caplog: pytest.LogCaptureFixture) -> None:
    with open_cache(tmp_path) as cache:
        cache.put({key_of("whole"): embedding(1)})
        cache.flush()
        cache.put({key_of("torn"): embedding(2)})
    path = tmp_path / "cache" / "000002.segment"
    path.write_bytes(path.read_bytes()[:kept])
    with caplog.at_level(logging.WARNING), open_cache(tmp_path) as cache:
        assert (key_of("whole") in cache, key_of("torn") in cache) == (True, False)
        cache.put({key_of("torn"): embedding(2)})
    assert "000002.segment is not whole" in caplog.text
    assert (tmp_path / "cache" / "000003.segment").exists()


def test_a_flipped_bit_in_the_index_in_use_means_encoding_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    publish_keyed(tmp_path / "index", 1)
    path = next(tmp_path.glob("index/generations/*/tokens.npy"))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING), open_cache(tmp_path / "index") as cache:
        assert key_of("text 1") not in cache
    assert "tokens.npy is damaged" in caplog.text


@pytest.mark.parametrize("name", ["model.onnx", "checksums.txt"])
def test_a_damaged_encoder_is_gone_before_a_build_looks_for_it(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    publish_keyed(tmp_path / "index", 1)
    (tmp_path / "index" / "encoders" / "f1" / name).unlink()
    with caplog.at_level(logging.WARNING), open_cache(tmp_path / "index") as cache:
        assert list((tmp_path / "index" / "encoders").iterdir()) == []
        publish_keyed(tmp_path / "index", 1, cache=cache)
    assert f"{name} is missing. The encoder is exported anew" in caplog.text
    assert verify(tmp_path / "index") == ()


def test_an_interrupted_build_keeps_what_it_had_encoded(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), open_cache(tmp_path) as cache:
        cache.put({key_of("done"): embedding(1)})
        raise KeyboardInterrupt
    with open_cache(tmp_path) as cache:
        assert key_of("done") in cache


def test_an_open_cache_is_the_right_to_build(tmp_path: Path) -> None:
    with open_cache(tmp_path / "index"), pytest.raises(IndexBusyError, match=r"Another process \(\d+\) is building"):
        publish_keyed(tmp_path / "index", 1)
    publish_keyed(tmp_path / "index", 1)
