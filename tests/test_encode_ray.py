"""Encoding with Ray over a real Milvus Lite server: the index is that of a build, and a killed run is gone on with."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from faqbot.building import build
from faqbot.index import open_generation
from faqbot.settings import Settings
from milvus_server import Server

pytest.importorskip("ray", reason="needs pip install 'faqbot[scale]'")
pytest.importorskip("pymilvus", reason="needs pip install 'faqbot[milvus]'")
pytest.importorskip("milvus_lite", reason="needs pip install 'faqbot[milvus]'")

ARTICLE = "# Hills\n\n## Uphill\n\nLean forward a little. Take small steps.\n\n## Downhill\n\nGo slowly, and let the knees give.\n"


@pytest.fixture
def encode_ray(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script as a module that Ray's workers find, too."""
    scripts = str(Path(__file__).parents[1] / "scripts" / "scale")
    monkeypatch.syspath_prepend(scripts)
    monkeypatch.setenv("PYTHONPATH", scripts)
    return __import__("encode_ray")


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    server = Server(tmp_path / "lite")
    yield replace(Settings(), index=str(tmp_path / "index"), store=f"milvus://127.0.0.1:{server.port}/help")
    server.kill()


@pytest.fixture
def cluster(encode_ray: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two workers of this machine; Ray gives itself 30 seconds to start, which a busy machine may need."""
    import ray

    for _ in range(3):
        try:
            encode_ray.start()
            break
        except Exception as error:  # noqa: BLE001  Ray raises no other
            assert "timed out during startup" in str(error)
            ray.shutdown()
    assert ray.is_initialized()
    yield
    ray.shutdown()


@pytest.mark.slow
@pytest.mark.usefixtures("cluster")
@pytest.mark.filterwarnings("ignore")  # of Ray's own
def test_what_workers_encode_is_what_a_build_encodes_and_a_killed_run_goes_on(
    encode_ray: Any, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, index = tmp_path / "corpus", Path(settings.index)
    corpus.mkdir()
    for number in range(3):
        (corpus / f"{number}.md").write_text(ARTICLE.replace("Hills", f"Hills {number}"), encoding="utf-8")
    with monkeypatch.context() as broken:
        broken.setattr(encode_ray, "build", killed)
        with pytest.raises(KeyboardInterrupt):
            encode_ray.run(corpus, settings, 2)
    (corpus / "3.md").write_text("# Stairs\n\nHold the rail.\n", encoding="utf-8")
    for path in (index / "cache").glob("*.segment"):
        path.unlink()  # what was taken over is lost with it, what the workers put down is not
    assert encode_ray.run(corpus, settings, 2) == 1
    build(corpus, index, settings=replace(settings, store="embedded"))
    build(corpus, tmp_path / "plain", settings=Settings())
    with open_generation(index) as spread, open_generation(tmp_path / "plain") as plain:
        assert list(spread.passages()) == list(plain.passages())
        assert len(spread) == 7
        rows = [np.sum(a * b, axis=1).min() for a, b in zip(vectors(spread), vectors(plain), strict=True)]
        assert min(rows) >= 0.9999


def vectors(generation: Any) -> list[Any]:
    return [generation._dense._vectors[row] for row in range(len(generation))]


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt
