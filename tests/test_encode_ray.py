"""Encoding by workers elsewhere: a build takes what they encoded, and a run that was stopped goes on."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from faqbot.encoders.encoder import Encoded, Encoder
from faqbot.index import build, open_index
from faqbot.settings import Settings
from faqbot.types import Passage

ARTICLE = "# Hills\n\n## Uphill\n\nLean forward a little. Take small steps.\n\n## Downhill\n\nGo slowly, and let the knees give.\n"


@pytest.fixture
def encode_ray(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script as a module that Ray's workers find, too."""
    scripts = str(Path(__file__).parents[1] / "scripts" / "scale")
    monkeypatch.syspath_prepend(scripts)
    monkeypatch.setenv("PYTHONPATH", scripts)
    yield __import__("encode_ray")
    sys.modules.pop("encode_ray", None)


@pytest.fixture
def corpus_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.md").write_text(ARTICLE, encoding="utf-8")
    return folder


def vectors(index: Path) -> list[bytes]:
    with open_index(index) as opened:
        return [stored.tokens.tobytes() for stored in opened.fetch([each.id for each in opened.passages()])]


def test_a_build_takes_what_workers_encoded_and_a_stopped_run_goes_on(
    encode_ray: Any,
    corpus_folder: Path,
    tmp_path: Path,
    with_encoder: Callable[[Path], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ray's part, which hands batches to workers, is left out here: the batches are of one passage, in turn."""
    index, plain = with_encoder(tmp_path / "index"), with_encoder(tmp_path / "plain")
    settings = Settings(index=str(index), threads=1)
    stopping = [True]
    counted: list[int] = []

    def spread(passages: Sequence[Passage], arguments: tuple[Any, ...], workers: int) -> Iterator[Mapping[str, Any]]:
        worker = encode_ray.Encode(*arguments)
        counted.append(len(passages))
        for number, each in enumerate(passages):
            if stopping[0] and number == 1:
                raise KeyboardInterrupt
            made = worker({"passage": [encode_ray.encode_record(each)]})
            yield {name: values[0] for name, values in made.items()}

    monkeypatch.setattr(encode_ray, "spread", spread)
    with pytest.raises(KeyboardInterrupt):
        encode_ray.run(corpus_folder, settings, 1)
    stopping[0] = False
    assert encode_ray.run(corpus_folder, settings, 1) == 1
    assert counted == [2, 1]
    assert list(index.glob("*.partial")) == []
    build(corpus_folder, plain, settings=settings)
    assert vectors(index) == vectors(plain)
    again: list[str] = []
    encode = Encoder.encode

    def watched(encoder: Encoder, texts: Sequence[str], **options: Any) -> list[Encoded]:
        again.extend(texts)
        return encode(encoder, texts, **options)

    monkeypatch.setattr(Encoder, "encode", watched)
    assert encode_ray.run(corpus_folder, settings, 1) == 0
    assert again == []
    assert np.array_equal(vectors(index), vectors(plain))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of Ray's own
def test_ray_encodes_a_corpus(
    encode_ray: Any, corpus_folder: Path, tmp_path: Path, with_encoder: Callable[[Path], Path]
) -> None:
    ray = pytest.importorskip("ray", reason="Ray is not installed")
    index = with_encoder(tmp_path / "index")
    try:
        assert encode_ray.run(corpus_folder, Settings(index=str(index), threads=1), 1) == 2
    finally:
        ray.shutdown()
    with open_index(index) as opened:
        assert len(opened) == 2
