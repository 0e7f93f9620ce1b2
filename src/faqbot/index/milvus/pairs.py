"""The pair of collections that a generation has on an engine: one row a passage, and one a vector.

The alias points to the collection of passages; that of vectors has its name with an ending. A name tells which index
the pair belongs to, and what fits into it.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from faqbot.errors import IndexMismatchError, IndexMissingError
from faqbot.index.contents import EncoderCard
from faqbot.index.milvus.client import load_pymilvus
from faqbot.index.milvus.engine import Engine
from faqbot.index.milvus.rows import DIGEST_BYTES, LONGEST, token_fields

VECTORS_ENDING = "_vectors"
ID_LENGTH = 32
FORMAT = 1  # of the rows
EXACT, APPROXIMATE = "FLAT", "HNSW"
INDEXES: dict[str, dict[str, int]] = {EXACT: {}, APPROXIMATE: {"M": 32, "efConstruction": 200}}

_log = logging.getLogger(__name__)


def vectors_of(collection: str) -> str:
    """The collection of vectors beside one of passages."""
    return collection + VECTORS_ENDING


def prefix_of(alias: str, owner: str) -> str:
    """How the names of all collections begin that one index makes under one alias."""
    return f"{alias}_{owner}_"


def shape_of(encoder: EncoderCard, index: str) -> str:
    """What two pairs must have in common to take the same passages; `index` is how vectors are searched."""
    facts = (encoder.dimension, encoder.token_dimension, encoder.token_limit, index, FORMAT)
    return hashlib.blake2b(repr(facts).encode(), digest_size=4).hexdigest()


def new_name(alias: str, owner: str, shape: str) -> str:
    """A name that no collection has borne."""
    return f"{prefix_of(alias, owner)}{shape}_{secrets.token_hex(4)}"


def create(engine: Engine, name: str, encoder: EncoderCard, index: str) -> None:
    """An empty pair of collections, loaded; `index` is how vectors are searched."""
    pymilvus = load_pymilvus()
    client, kinds = pymilvus.MilvusClient, pymilvus.DataType
    passages = client.create_schema(auto_id=False, enable_dynamic_field=False)
    passages.add_field("id", kinds.VARCHAR, is_primary=True, max_length=ID_LENGTH)
    passages.add_field("digest", kinds.VARCHAR, max_length=2 * DIGEST_BYTES)
    passages.add_field("vectors", kinds.INT64)
    passages.add_field("words", kinds.SPARSE_FLOAT_VECTOR)
    for field in ("body", "pieces", *token_fields(encoder)):
        passages.add_field(field, kinds.VARCHAR, max_length=LONGEST)
    words = client.prepare_index_params()
    words.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="IP", params={})

    vectors = client.create_schema(auto_id=False, enable_dynamic_field=False)
    vectors.add_field("id", kinds.VARCHAR, is_primary=True, max_length=ID_LENGTH)
    vectors.add_field("passage", kinds.VARCHAR, max_length=ID_LENGTH)
    vectors.add_field("vector", kinds.FLOAT_VECTOR, dim=encoder.dimension)
    nearest = client.prepare_index_params()
    nearest.add_index("vector", index_type=index, metric_type="IP", params=INDEXES[index])

    engine.work("create_collection", collection_name=vectors_of(name), schema=vectors, index_params=nearest)
    engine.work("create_collection", collection_name=name, schema=passages, index_params=words)


def drop(engine: Engine, name: str) -> None:
    """Delete a pair, whatever there is of it."""
    for each in (name, vectors_of(name)):
        if engine.work("has_collection", collection_name=each):
            engine.work("drop_collection", collection_name=each)


def load(engine: Engine, name: str, deadline: float) -> None:
    """Make a pair ready for questions: Milvus Lite forgets what was loaded, an operator may have released it."""
    for each in (name, vectors_of(name)):
        engine.call("load_collection", collection_name=each, deadline=deadline)


def rename(engine: Engine, name: str, new: str) -> None:
    """Give a pair another name."""
    engine.work("rename_collection", old_name=name, new_name=new)
    engine.work("rename_collection", old_name=vectors_of(name), new_name=vectors_of(new))


def is_whole(engine: Engine, name: str, shape: str) -> bool:
    """Whether a pair is of this shape, and both its collections are there."""
    both = (name, vectors_of(name))
    return f"_{shape}_" in name and all(engine.work("has_collection", collection_name=each) for each in both)


def owned(engine: Engine, alias: str, owner: str) -> list[str]:
    """The pairs that this index made under this alias, whole or not."""
    names = engine.work("list_collections")
    return sorted({name.removesuffix(VECTORS_ENDING) for name in names if name.startswith(prefix_of(alias, owner))})


def pointed_to(engine: Engine, alias: str, *, deadline: float | None = None) -> str:
    """The collection that an alias points to, nothing if there is no such alias."""
    try:
        found = engine.call("describe_alias", alias=alias, deadline=deadline)
    except IndexMissingError:
        return ""
    return str(found["collection_name"])


def point(engine: Engine, alias: str, collection: str) -> None:
    """Let an alias point to a collection, at once."""
    earlier = pointed_to(engine, alias)
    if earlier != collection:
        engine.work("alter_alias" if earlier else "create_alias", alias=alias, collection_name=collection)
        _log.info("%s points to %s", alias, collection)


def refuse_foreign(engine: Engine, alias: str, owner: str) -> None:
    """Keep out of what another index serves under the same alias."""
    collection = pointed_to(engine, alias)
    if collection and not collection.startswith(prefix_of(alias, owner)):
        raise IndexMismatchError(
            f"{engine.address} serves another index: {alias} points to {collection}. "
            "Name another store, or drop that alias if nobody needs it"
        )


def check(engine: Engine, name: str, encoder: EncoderCard, counts: tuple[int, int], deadline: float) -> None:
    """Hold a pair of collections against what a manifest says of it: the dimension, and (passages, vectors).

    Raises IndexMissingError, or IndexMismatchError for another dimension or other counts.
    """
    described = engine.call("describe_collection", collection_name=vectors_of(name), deadline=deadline)
    dimension = next(int(field["params"]["dim"]) for field in described["fields"] if field["name"] == "vector")
    if dimension != encoder.dimension:
        raise IndexMismatchError(
            f"{engine.address} holds vectors of {dimension} numbers in {vectors_of(name)}, the index was made with "
            f"{encoder.name}, whose vectors have {encoder.dimension}. Build it anew"
        )
    load(engine, name, deadline)
    found = tuple(count(engine, each, deadline=deadline) for each in (name, vectors_of(name)))
    if found != counts:
        raise IndexMismatchError(
            f"{engine.address} holds {found[0]} passages and {found[1]} vectors in {name}, "
            f"expected {counts[0]} and {counts[1]}. Build it anew, or go back with faqbot rollback"
        )


def touch(engine: Engine, name: str, deadline: float) -> None:
    """Ask both collections for a row that is not there: only a loaded one can look, and none has to search for it."""
    for each in (name, vectors_of(name)):
        engine.call("get", collection_name=each, ids=["-"], output_fields=["id"], deadline=deadline)


def count(engine: Engine, collection: str, *, deadline: float | None = None) -> int:
    """How many rows a collection has."""
    arguments: dict[str, Any] = {"collection_name": collection, "filter": "", "output_fields": ["count(*)"]}
    rows = engine.call("query", deadline=deadline, consistency_level="Strong", **arguments)
    return int(rows[0]["count(*)"])


def batches(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Items in portions."""
    return (items[start : start + size] for start in range(0, len(items), size))
