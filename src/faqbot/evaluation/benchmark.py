"""Benchmark folders: a corpus, queries and relevance judgements, measured with the usual figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faqbot.errors import FaqbotError, need
from faqbot.types import Document, Pair, Passage

DEPTH = 100  # passages asked for, so that ten different documents are among them
CORPUS, QUERIES, QRELS = "corpus.jsonl", "queries.jsonl", "qrels.tsv"

Ask = Callable[[str, int], Sequence[Passage]]


@dataclass(frozen=True, slots=True)
class Folder:
    """A benchmark: its documents, its queries by id, and how relevant which document is to which query."""

    documents: tuple[Document, ...]
    queries: Mapping[str, str]
    relevant: Mapping[str, Mapping[str, int]]
    in_scope: Mapping[str, bool]


def read_folder(folder: Path, *, fields: str = "all") -> Folder:
    """Read a benchmark folder; `fields` "text" leaves out the questions of its rows.

    A row with a question is an FAQ pair. Without qrels the rows are utterances whose title is the answer, and the
    queries carry {"label": "in" or "out", "intent"}. Raises FaqbotError where a file is missing or not JSON lines.
    """
    rows = list(_rows(folder / CORPUS))
    queries = list(_rows(folder / QUERIES))
    judged = (folder / QRELS).is_file()
    return Folder(
        documents=tuple(_document(row, with_question=fields != "text", utterance=not judged) for row in rows),
        queries={str(row["id"]): str(row["text"]) for row in queries},
        relevant=_judgements(folder / QRELS) if judged else _intents(rows, queries),
        in_scope={str(row["id"]): row.get("label", "in") == "in" for row in queries},
    )


def measure(folder: Folder, ask: Ask, progress: Callable[[int, int], None] | None = None) -> dict[str, float]:
    """hit@1, hit@5, MRR@10 and nDCG@10 over the judged queries, a document ranked by its best passage.

    nDCG as trec_eval computes it, through ir-measures (MacAvaney et al., ECIR 2022).
    """
    judged = [query for query in folder.queries if query in folder.relevant]
    ranked = {}
    for number, query in enumerate(judged, 1):
        ranked[query] = _documents(ask(folder.queries[query], DEPTH))
        if progress:
            progress(number, len(judged))
    return _measures(folder.relevant, ranked)


def _measures(relevant: Mapping[str, Mapping[str, int]], ranked: Mapping[str, Sequence[str]]) -> dict[str, float]:
    try:
        import ir_measures
    except ImportError as error:
        raise need("ir-measures", "eval", error) from error
    wanted = {"hit@1": "Success@1", "hit@5": "Success@5", "mrr@10": "RR@10", "ndcg@10": "nDCG@10"}
    measures = {name: ir_measures.parse_measure(text) for name, text in wanted.items()}
    run = {query: {document: -float(rank) for rank, document in enumerate(found)} for query, found in ranked.items()}
    judged = {query: dict(relevant[query]) for query in ranked}
    found = ir_measures.calc_aggregate(list(measures.values()), judged, run)
    return {name: float(found[measure]) for name, measure in measures.items()} | {"queries": float(len(ranked))}


def _documents(passages: Sequence[Passage]) -> list[str]:
    return list(dict.fromkeys(passage.document_id for passage in passages))


def _document(row: Mapping[str, Any], *, with_question: bool, utterance: bool) -> Document:
    text = str(row["text"])
    # An utterance is itself what is asked; its title is the answer that it stands for.
    question = text if utterance else str(row.get("question", "")) if with_question else ""
    pairs = (Pair(question, (), 0, len(text)),) if question else ()
    return Document(
        id=str(row["id"]), text=text, title=str(row.get("title", "")), url=str(row.get("url", "")).strip(), pairs=pairs
    )


def _intents(rows: Sequence[Mapping[str, Any]], queries: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    by_title: dict[str, dict[str, int]] = {}
    for row in rows:
        by_title.setdefault(str(row.get("title", "")), {})[str(row["id"])] = 1
    return {str(row["id"]): by_title[row["intent"]] for row in queries if row.get("intent") in by_title}


def _judgements(path: Path) -> dict[str, dict[str, int]]:
    relevant: dict[str, dict[str, int]] = {}
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.strip():
            query, document, grade = line.split("\t")
            relevant.setdefault(query, {})[document] = int(grade)
    return relevant


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        raise FaqbotError(f"{path.parent} has no {path.name}. Expected a folder of {CORPUS}, {QUERIES} and {QRELS}")
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise FaqbotError(f"{path}, line {number} is not JSON ({error})") from error
