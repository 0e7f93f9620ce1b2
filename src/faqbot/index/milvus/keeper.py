"""What a build does with Milvus: a written folder goes in, a filled pair of collections comes out, and its alias.

A build takes up the pair that nothing refers to any longer, if there is one (an interrupted build leaves one, and so
does every generation that is let go), and sends what differs; else it makes a new one.
"""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from faqbot.errors import EngineError, IndexDamagedError, IndexMismatchError, IndexMissingError
from faqbot.index import layout
from faqbot.index.contents import EncoderCard
from faqbot.index.manifest import Manifest, read_manifest, record_files
from faqbot.index.milvus import graph, pairs
from faqbot.index.milvus.address import Address
from faqbot.index.milvus.digests import Digests, write_digests
from faqbot.index.milvus.engine import Engine
from faqbot.index.milvus.filling import Filler, Written, changed_passages, check_filled
from faqbot.index.milvus.mending import rewrite_words
from faqbot.index.milvus.terms import Terms, write_terms
from faqbot.index.rows import files_of
from faqbot.index.writing import Writer

EMBEDDINGS = (layout.KEYS, layout.VECTORS, layout.TOKENS, layout.PIECES)
SENT = (layout.PASSAGES, layout.POSTINGS, layout.WEIGHTS)  # which no question needs any longer
ASIDE = f"{layout.DISCARDED}-embeddings"  # deleted as any leftover if the build ends here

_log = logging.getLogger(__name__)


class Keeper:
    """The store of one index while it is built; holds no connection before `keep` or `point`."""

    flat_limit = sys.maxsize  # the folder's own search is not needed

    def __init__(self, index: Path, address: Address, *, token: str = "", flat_limit: int) -> None:
        self._index, self.address, self._exact_to = index, address, flat_limit
        self._engine = Engine(address, token=token, timeout=30.0)

    def keep(self, folder: Path, encoder: EncoderCard, vectors: int, writer: Writer, previous: str) -> dict[str, Any]:
        """Send what a written folder holds; returns the manifest's `store`, and its `search` under that name.

        The folder keeps what questions need.
        """
        earlier = _store(self._index, previous)
        written = Written(folder)
        mean = write_terms(writer, folder, written.passages, self._terms(earlier, previous))
        terms = Terms(folder, passages=len(written), mean_length=mean)
        write_digests(writer, folder, (written[number] for number in range(len(written))))
        owner = self._owner() or self._claim(writer)
        pairs.refuse_foreign(self._engine, self.address.alias, owner)
        kind = pairs.EXACT if vectors <= self._exact_to else pairs.APPROXIMATE
        name = self._filled(encoder, owner, kind, terms, written, vectors, writer)
        search = graph.tuned(self._engine, name, folder) if kind == pairs.APPROXIMATE else {"kind": "flat"}
        embeddings = self._set_aside(folder, writer)
        return {
            "address": str(self.address),
            "collection": name,
            "owner": owner,
            "index": kind,
            "mean_length": mean,
            "search": search,
            "embeddings": embeddings,
        }

    def point(self, manifest: Manifest) -> None:
        """Let the alias point to a generation's collection, once it is there whole."""
        name, counts = manifest.store["collection"], (manifest.passages, manifest.vectors)
        pairs.refuse_foreign(self._engine, self.address.alias, manifest.store["owner"])
        pairs.check(self._engine, name, manifest.encoder, counts, self._engine.deadline())
        pairs.point(self._engine, self.address.alias, name)

    def problems(self, manifest: Manifest) -> tuple[str, ...]:
        """What is wrong with a generation's passages: all of them are read back and compared."""
        folder = layout.generation_folder(self._index, manifest.id)
        name, counts = manifest.store["collection"], (manifest.passages, manifest.vectors)
        found = []
        try:
            if pairs.pointed_to(self._engine, self.address.alias) != name:
                found.append(f"{self.address} does not point to {name}. Run: faqbot rollback --index {self._index}")
            pairs.check(self._engine, name, manifest.encoder, counts, self._engine.deadline())
            changed = changed_passages(self._engine, name, manifest.encoder, Digests(folder))
        except (EngineError, IndexMissingError, IndexMismatchError, IndexDamagedError) as error:
            return (*found, str(error))
        if changed:
            found.append(f"{name} at {self.address} has {len(changed)} damaged passages, {changed[0]} the first")
        return tuple(found)

    def rewrite_words(self, manifest: Manifest, folder: Path, writer: Writer) -> None:
        """Write the word lists of a generation anew, into a folder that has the rest. Raises IndexDamagedError."""
        name, counts = manifest.store["collection"], (manifest.passages, manifest.vectors)
        pairs.check(self._engine, name, manifest.encoder, counts, self._engine.deadline())
        rewrite_words(self._engine, name, manifest.encoder, folder, writer)

    def prune(self) -> None:
        """Delete every pair that no generation refers to, but one, which the next build takes up."""
        spare = self._spares(self._owner())[1:]
        for name in spare:
            pairs.drop(self._engine, name)

    def keep_embeddings(self, writer: Writer) -> None:
        """Put what was encoded where the next build finds it."""
        aside = self._index / layout.GENERATIONS / ASIDE
        writer.make_folder(self._index / layout.CACHE)
        writer.rename(aside, layout.built_folder(self._index))

    def close(self) -> None:
        """Let go of the engine."""
        self._engine.close()

    def _filled(
        self,
        encoder: EncoderCard,
        owner: str,
        kind: str,
        terms: Terms,
        written: Written,
        vectors: int,
        writer: Writer,
    ) -> str:
        """The name of a pair that holds what was written: a spare one brought up to date, or a new one."""
        shape = pairs.shape_of(encoder, kind)
        for spare in self._spares(owner):
            if not pairs.is_whole(self._engine, spare, shape):
                continue
            name = pairs.new_name(self.address.alias, owner, shape)
            pairs.rename(self._engine, spare, name)  # whoever still reads it finds it gone, not changed
            writer.step(f"fill {name}")
            try:
                Filler(self._engine, name, encoder, terms).fill(written)
                check_filled(self._engine, name, encoder, written, vectors, terms)
            except (IndexMismatchError, IndexDamagedError) as error:
                _log.warning("%s. All passages are sent anew", error)
                pairs.drop(self._engine, name)
                break
            return name
        name = pairs.new_name(self.address.alias, owner, shape)
        pairs.create(self._engine, name, encoder, kind)
        writer.step(f"fill {name}")
        Filler(self._engine, name, encoder, terms).fill(written)
        check_filled(self._engine, name, encoder, written, vectors, terms)
        writer.step(f"filled {name}")
        return name

    def _spares(self, owner: str) -> list[str]:
        """Pairs of this index that neither a generation nor the alias refers to."""
        try:
            used = {manifest.store.get("collection") for manifest in self._manifests()}
        except (IndexDamagedError, IndexMismatchError):
            return []  # of a generation that cannot be read it is not known which pair it needs
        used.add(pairs.pointed_to(self._engine, self.address.alias))
        return [name for name in pairs.owned(self._engine, self.address.alias, owner) if name not in used]

    def _manifests(self) -> list[Manifest]:
        return [read_manifest(self._index, name) for name in layout.generation_names(self._index)]

    def _owner(self) -> str:
        """What marks the collections of this index: remembered by its generations, and by a build that was killed."""
        for name in reversed(layout.generation_names(self._index)):
            if store := _store(self._index, name):
                return str(store["owner"])
        path = self._index / layout.OWNER
        return path.read_text("ascii").strip() if path.is_file() else ""

    def _claim(self, writer: Writer) -> str:
        owner = secrets.token_hex(4)
        writer.replace(self._index / layout.OWNER, owner.encode("ascii"))
        return owner

    def _terms(self, store: Mapping[str, Any], previous: str) -> Terms | None:
        if not store:
            return None
        return Terms(layout.generation_folder(self._index, previous), passages=0, mean_length=store["mean_length"])

    def _set_aside(self, folder: Path, writer: Writer) -> dict[str, Any]:
        aside = self._index / layout.GENERATIONS / ASIDE
        writer.flush()
        if aside.exists():
            writer.remove(aside)
        writer.make_folder(aside)
        for path in (folder / file for name in EMBEDDINGS for file in files_of(name)):
            writer.rename(path, aside / path.name)
        for path in (folder / file for name in SENT for file in files_of(name)):
            writer.remove(path)
        writer.remove(folder / layout.ID_ORDER)
        return {name: asdict(record) for name, record in record_files(aside).items()}


def _store(index: Path, name: str) -> Mapping[str, Any]:
    try:
        return read_manifest(index, name).store if name else {}
    except (IndexDamagedError, IndexMismatchError):
        return {}
