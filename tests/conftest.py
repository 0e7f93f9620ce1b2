"""What many tests share: the real index of the corpus that ships, and guards: nothing leaves this machine, nothing is left
in the home folder, and browser tests really run in CI."""

import gc
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis
import pytest
from filelock import FileLock

import outside
from faqbot.bot import FaqBot
from faqbot.encoders.models import Model
from faqbot.index import build, is_current, keep_encoder
from faqbot.settings import Settings

ROOT = Path(__file__).parents[1]
# Files that take longest, by their names; run first, for a worker that begins one of them last ends alone.
LONGEST = (
    # the first builds the index that the others wait for; the next two need none
    "index_milvus", "safety_classifier", "safety", "ui_browser", "admin_browser", "ui_accessibility", "server_workers",
    "ui_feedback", "journey", "feedback_unanswered", "server_app", "ui_finding", "building_known", "admin", "building",
    "speed", "no_health", "ui_widget", "readers_hostile", "wrong_use", "seeds", "index_faults", "feedback_interfaces",
    "interfaces_agree", "server_proxy", "switching", "example_folders", "encode_ray", "index_damage", "encoding_models",
)  # fmt: skip
os.environ.setdefault("HF_HUB_OFFLINE", "1")
outside.guard()
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")
gc.disable()  # while modules are imported and tests collected, which frees next to nothing


@pytest.fixture(autouse=True)
def stays_here() -> Iterator[None]:
    """A test that has tried to leave this machine fails, even where a library swallowed the refusal."""
    outside.seen.clear()
    yield
    assert outside.seen == []


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The corpus that ships."""
    return ROOT / "corpus"


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A temporary folder of this run, which workers (pytest -n 2) share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if hasattr(pytestconfig, "workerinput") else folder


@pytest.fixture(scope="session", autouse=True)
def home(run_folder: Path) -> Iterator[Path]:
    """The home folder of all tests and of what they start: a build keeps its encoder there."""
    folder = run_folder / "home"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
            patch.delenv(name, raising=False)
        yield folder


@pytest.fixture(scope="session")
def index_folder(corpus: Path, run_folder: Path) -> Path:
    """An index of the corpus that ships, built with the real model, once for a run. Do not change it.

    TEST_INDEX names a folder in which it is kept between runs.
    """
    kept = os.environ.get("TEST_INDEX")
    index = Path(kept) if kept else run_folder / "shipped" / "index"
    index.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(index.parent / "shipped.lock"):
        current = (index / "CURRENT").exists() and is_current(corpus, index, settings=Settings(threads=1))
        if not current:
            if not (index / "encoders").exists():
                index.mkdir(parents=True, exist_ok=True)
                _export(index)
            build(corpus, index, settings=Settings(threads=1))  # as quick, and half the work: others run beside it
    return index


def _export(index: Path) -> None:
    """Export the encoder into an index, and keep it for others."""
    settings = Settings()
    model = Model(settings.model, [])
    with TemporaryDirectory() as folder:
        exported = model.export([], Path(folder))
        for place in (str(index), settings.encoder_cache):
            keep_encoder(place, exported, model.info.fingerprint)


@pytest.fixture(scope="session")
def with_encoder(index_folder: Path) -> Callable[[Path], Path]:
    """Makes a folder an index with nothing but the exported encoder, so that a build needs no export of its own."""

    def made(index: Path) -> Path:
        shutil.copytree(index_folder / "encoders", index / "encoders", copy_function=os.link)
        (index / "LOCK").touch()
        return index

    return made


@pytest.fixture(scope="session")
def bot(index_folder: Path) -> Iterator[FaqBot]:
    """A bot on that index."""
    with FaqBot.load(index_folder, settings=Settings()) as opened:
        yield opened


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference documents and development sets; tests that need it skip where it is absent."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("no ../shared here")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, each in its own order."""
    places = {f"test_{name}": place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not look at it after each test."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a browser test that skips is a failure."""
    report = yield
    if report.skipped and item.get_closest_marker("browser") and os.environ.get("TESTS_NEED_BROWSER"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and here it must run: {report.longrepr}"
    return report
