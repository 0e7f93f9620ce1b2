"""An index whose passages are on Milvus (Milvus Lite here) finds what the embedded one finds, and fails in words."""

import json
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from faqbot.bot import FaqBot
from faqbot.errors import EngineError, IndexMismatchError, SettingsError
from faqbot.index import Index, build, open_index, publish, rollback, versions
from faqbot.index.versions import milvus_place
from faqbot.service import ErrorResponse, safe_answer
from faqbot.settings import Settings
from index_samples import TEXTS, link_encoders, sample_contents, sample_encoder, unit_vectors

pytest.importorskip("pymilvus", reason="pymilvus is not installed")
pytest.importorskip("milvus_lite", reason="milvus-lite is not installed")

from faqbot.index.milvus import Connection, MilvusStore, MilvusWriter, read_address
from milvus_server import Server

pytestmark = pytest.mark.filterwarnings("ignore")  # pymilvus and grpc warn of their own packages


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("milvus"))
    yield started
    started.kill()


def store_at(server: Server, name: str) -> str:
    return f"milvus://127.0.0.1:{server.port}/{name}"


def publish_there(index: Path, store: str, owner: str = "o1", texts: tuple[str, ...] = TEXTS) -> str:
    with closing(MilvusWriter(read_address(store), owner=owner)) as writer:
        encoder = sample_encoder(index.parent / "encoder")
        return publish(index, sample_contents(texts), encoder_folder=encoder, store=writer).id


@pytest.fixture(scope="module")
def both(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Index, Index]]:
    """The same passages in an index folder and on Milvus."""
    work = tmp_path_factory.mktemp("both")
    publish(work / "here", sample_contents(), encoder_folder=sample_encoder(work / "encoder"))
    publish_there(work / "there", store_at(server, "both"))
    with open_index(work / "here") as here, open_index(work / "there") as there:
        yield here, there


@pytest.mark.parametrize("text", ["piriformis", "short walks help walks", "shoes with cushioning", "zebra", ""])
@pytest.mark.parametrize("k", [1, 3, 5])
def test_candidates_are_those_of_the_embedded_index(both: tuple[Index, Index], text: str, k: int) -> None:
    query = unit_vectors(1, 77)[0]
    here, there = (each.candidates(query, text, k) for each in both)
    assert there.ids[0] == here.ids[0]
    assert set(there.ids) == set(here.ids)
    order = [there.ids.index(each) for each in here.ids]
    assert there.dense[order] == pytest.approx(here.dense, abs=1e-5)
    assert there.lexical[order] == pytest.approx(here.lexical, rel=0.02, abs=1e-4)
    assert there.ceiling == pytest.approx(here.ceiling)


def test_passages_come_back_as_they_were_sent(both: tuple[Index, Index]) -> None:
    ids = [f"{number:016x}" for number in (4, 1, 5)]
    for one, other in zip(both[0].fetch(ids), both[1].fetch(ids), strict=True):
        assert one.passage == other.passage
        assert np.array_equal(one.tokens, other.tokens)
        assert np.array_equal(one.token_ids, other.token_ids)
    with pytest.raises(IndexMismatchError, match="No passage 'ffffffffffffffff'"):
        both[1].fetch(["f" * 16])


def test_milvus_lite_reports_bm25_as_a_negative_distance_with_the_factor_of_k1(
    server: Server, both: tuple[Index, Index]
) -> None:
    """Pinned: sign and factor that a store reads when it opens. Raw distances would rank the wrong way round."""
    place = milvus_place(both[1].folder, both[1].version)
    with closing(Connection(read_address(store_at(server, "both")))) as connection:
        (hits,) = connection.call(
            "search", collection_name=place["collection"], data=[place["known"]["terms"]], anns_field="weights",
            limit=1, search_params={"metric_type": "BM25", "params": {}}, filter=f'id == "{place["known"]["id"]}"',
        )  # fmt: skip
    assert hits[0]["distance"] / place["known"]["score"] == pytest.approx(-2.5, rel=0.02)


def test_verify_reads_every_row_back_and_finds_one_that_changed(server: Server, tmp_path: Path) -> None:
    store = store_at(server, "verify")
    publish_there(tmp_path / "index", store)
    with open_index(tmp_path / "index") as opened, closing(Connection(read_address(store))) as connection:
        assert opened.problems() == ()
        name = connection.call("describe_alias", alias="verify")["collection_name"]
        row = connection.call("query", collection_name=name, filter='id == "0000000000000003"', output_fields=["*"])[0]
        row.pop("weights", None)
        connection.work(
            "upsert", collection_name=name, data=[{**row, "record": row["record"].replace("sciatic", "optic")}]
        )
        assert "0000000000000003 came back" in opened.problems()[0]


def test_the_alias_moves_at_the_end_and_back_with_a_rollback(server: Server, tmp_path: Path) -> None:
    store, index = store_at(server, "moving"), tmp_path / "index"
    with closing(Connection(read_address(store))) as connection:

        def pointed() -> str:
            return str(connection.call("describe_alias", alias="moving")["collection_name"])

        first = publish_there(index, store)
        before = pointed()
        second = publish_there(index, store, texts=(*TEXTS, "A new one."))
        assert (pointed() == before, len(versions(index))) == (False, 2)
        assert rollback(index).id == first
        assert pointed() == before
        with open_index(index) as opened:
            assert (opened.version.id, len(opened)) == (first, 5)
        publish_there(index, store)
        publish_there(index, store)
        names = [each for each in connection.call("list_collections") if each.startswith("moving_o1_")]
        assert len(names) == 2 * len(versions(index)) == 4
    assert second


def test_what_another_index_serves_is_left_alone(server: Server, tmp_path: Path) -> None:
    store = store_at(server, "foreign")
    publish_there(tmp_path / "one", store, owner="o1")
    with pytest.raises(IndexMismatchError, match="serves another index"):
        publish_there(tmp_path / "two", store, owner="o2")
    assert not (tmp_path / "two" / "CURRENT").exists()


def test_a_store_where_the_passages_are_not_is_refused(both: tuple[Index, Index], server: Server) -> None:
    with pytest.raises(IndexMismatchError, match="holds its passages itself"):
        open_index(both[0].folder, store=store_at(server, "both"))
    for store in ("embedded", store_at(server, "other")):
        with pytest.raises(IndexMismatchError, match="keeps its passages at"):
            open_index(both[1].folder, store=store)
    with pytest.raises(SettingsError, match=r"The store is 'redis://x', expected embedded, milvus-lite:PATH"):
        open_index(both[0].folder, store="redis://x")


def test_missing_rows_are_found_when_an_index_is_opened(server: Server, tmp_path: Path) -> None:
    store = store_at(server, "lossy")
    publish_there(tmp_path / "index", store)
    with closing(Connection(read_address(store))) as connection:
        name = connection.call("describe_alias", alias="lossy")["collection_name"]
        connection.work("delete", collection_name=name, ids=["0000000000000002"])
    with pytest.raises(IndexMismatchError, match=r"holds 4 rows in .*, expected 5"):
        open_index(tmp_path / "index")


def test_a_build_that_cannot_reach_the_store_changes_nothing(tmp_path: Path) -> None:
    index = tmp_path / "index"
    publish(index, sample_contents(), encoder_folder=sample_encoder(tmp_path / "encoder"))
    with pytest.raises(EngineError, match="cannot be asked"):
        publish_there(index, "milvus://127.0.0.1:9/x")
    assert [each.stem for each in versions(index)] == ["000001"]
    with open_index(index) as opened:
        assert len(opened) == 5


def test_after_a_failure_nothing_is_asked_for_a_while() -> None:
    connection = Connection(read_address("milvus://127.0.0.1:9/x"), timeout=1.0)
    with pytest.raises(EngineError, match="cannot be asked"):
        connection.call("list_collections")
    started = time.monotonic()
    with pytest.raises(EngineError, match="is asked again in 1 s"):
        connection.call("list_collections")
    assert time.monotonic() - started < 0.2


QUESTIONS = Path(__file__).parent / "data" / "questions.jsonl"


@pytest.mark.slow
def test_a_bot_on_milvus_answers_as_the_embedded_one_and_gives_the_alert_when_milvus_hangs(
    index_folder: Path, corpus: Path, tmp_path: Path
) -> None:
    """The same first passage on at least 95 % of the questions; a hang costs one question its time-out."""
    server = Server(tmp_path / "server")
    index = shutil.copytree(index_folder, tmp_path / "index", copy_function=link_encoders)
    build(corpus, index, settings=Settings(threads=1, store=store_at(server, "answers")))
    lines = QUESTIONS.read_text(encoding="utf-8").split("\n")
    asked = [json.loads(line)["question"] for line in lines if line.strip()]
    with open_index(index_folder) as one, open_index(index) as other:
        assert [one.is_remote, other.is_remote] == [False, True]  # callers who wait for an engine hold up no others
    settings = Settings(store_timeout=2)
    with FaqBot.load(index_folder, settings=Settings()) as here, FaqBot.load(index, settings=settings) as there:
        pairs = zip(here.answer_many(asked, top_k=1), there.answer_many(asked, top_k=1), strict=True)
        same = [one.hits[0].passage.id == other.hits[0].passage.id for one, other in pairs if one.hits and other.hits]
        assert len(same) >= 100
        assert np.mean(same) >= 0.95
        print("first passage the same:", np.mean(same), len(same))
        server.signal(signal.SIGSTOP)
        took = []
        for question in ("I can't feel my legs and can't pee", "my back hurts and I lost control of my bladder"):
            started = time.monotonic()
            found = safe_answer(there, question)
            took.append(time.monotonic() - started)
            assert isinstance(found, ErrorResponse)
            assert found.alert.level == "emergency"
        assert took[0] < 4
        assert took[1] < 1
        server.signal(signal.SIGCONT)
        ends = time.monotonic() + 30
        while isinstance(safe_answer(there, "why does my back hurt when I walk?"), ErrorResponse):
            assert time.monotonic() < ends
            time.sleep(0.2)
    server.kill()


def test_the_store_protocol_is_what_both_stores_offer() -> None:
    names = {name for name in vars(MilvusStore) if not name.startswith("_")}
    assert {
        "search_vector",
        "search_text",
        "dense_scores",
        "text_scores",
        "ceiling",
        "fetch",
        "check",
        "close",
    } <= names
