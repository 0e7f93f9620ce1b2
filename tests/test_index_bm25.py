"""Words are cut and stemmed as promised, and scores agree with bm25s, whose weights they are."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqbot.errors import MissingExtraError
from faqbot.index import idf, publish
from faqbot.index.bm25 import (
    STOP_WORDS,
    PostingsBuilder,
    TextQuery,
    analyse,
    count_terms,
    indexed_text,
    surface_words,
)
from faqbot.types import Passage
from index_samples import passage, sample_contents, sample_encoder


class Weighed:
    """The postings of some passages, as a build weighs them."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        builder = PostingsBuilder()
        for each in passages:
            builder.add(indexed_text(each))
        self._postings, self._passages = {each.term: each for each in builder.postings()}, len(passages)

    def query(self, text: str) -> TextQuery:
        terms = count_terms(text)
        return TextQuery(terms, [self._postings[term] for term in terms if term in self._postings], self._passages)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Walking walks WALKED", ["walk", "walk", "walk"]),
        ("the pain in my back", ["pain", "back"]),
        ("What is it?", ["what", "is", "it"]),
        ("", []),
        ("… — !", []),
        ("x-ray", ["x", "ray", "xray"]),
        ("L4-L5 disc", ["l4", "l5", "l4l5", "disc"]),
        ("non\u2011steroidal", ["non", "steroid", "nonsteroid"]),
        ("sciatica's sciatica’s", ["sciatica", "sciatica"]),
        ("I can't walk", ["walk"]),
        ("snake_case", ["snake", "case"]),
        ("ibuprofen 400mg", ["ibuprofen", "400mg"]),
        ("Übung größer", ["übung", "größer"]),
        ("a" * 65 + " short", ["short"]),
        ("ü" * 33 + " short", ["short"]),
        ("ok \ud800 fine", ["ok", "fine"]),
    ],
)
def test_a_text_is_cut_into_terms(text: str, terms: list[str]) -> None:
    assert analyse(text) == terms


@given(st.text())
def test_any_text_can_be_cut(text: str) -> None:
    assert all(term and len(term.encode()) <= 64 for term in analyse(text))


def test_stop_words_are_lower_case_words() -> None:
    assert len(STOP_WORDS) > 150
    assert all(word == word.lower() and word.replace("'", "").isalpha() for word in STOP_WORDS)


def test_title_headings_question_context_and_alternates_can_be_found() -> None:
    found = passage(1, "text", title="title", headings=("heading",), question="why", alternates=("how", "when"))
    assert indexed_text(found) == "title\nheading\nwhy\ntext\nhow\nwhen"


WORDS = ("back", "pain", "walk", "disc", "nerve", "stenosis", "shoe", "heat", "ice", "rest")


@pytest.fixture(scope="module")
def many() -> tuple[Weighed, list[list[str]], list[Passage]]:
    rng = np.random.default_rng(5)
    odds = 1 / np.arange(1, len(WORDS) + 1)
    texts = [" ".join(rng.choice(WORDS, rng.integers(1, 30), p=odds / odds.sum())) for _ in range(300)]
    passages = [passage(number, text) for number, text in enumerate([*texts, "the piriformis"])]
    return Weighed(passages), [analyse(each.text) for each in passages], passages


def reference_scores(corpus: list[list[str]], query: str) -> np.ndarray:
    """bm25s's own scores, for terms it knows."""
    scorer = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    scorer.index(corpus, show_progress=False)
    known = {term for text in corpus for term in text}
    scores: np.ndarray = scorer.get_scores([term for term in analyse(query) if term in known])
    return scores


QUERIES = ("pain", "walk back pain", "nerve nerve pain", "stenosis ice rest shoes", " ".join(WORDS), "piriformis walk")


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("k", [1, 7, 50, 1000])
def test_search_and_scores_agree_with_bm25s(
    many: tuple[Weighed, list[list[str]], list[Passage]], query: str, k: int
) -> None:
    weighed, corpus, passages = many
    expected = reference_scores(corpus, query)
    found = weighed.query(query)
    rows = found.best(k)
    assert len(rows) == min(k, np.count_nonzero(expected))
    assert expected[rows] == pytest.approx(np.sort(expected)[::-1][: len(rows)], abs=1e-4)
    assert found.scores(np.arange(len(passages))) == pytest.approx(expected, abs=1e-4)
    scores = found.scores(rows)
    assert scores.tolist() == sorted(scores.tolist(), reverse=True)


def test_a_rare_term_brings_its_passage(many: tuple[Weighed, list[list[str]], list[Passage]]) -> None:
    assert 300 in many[0].query("what about walk back pain nerve with piriformis").best(5)


def test_unknown_words_score_nothing_but_count_for_the_ceiling(
    many: tuple[Weighed, list[list[str]], list[Passage]],
) -> None:
    found = many[0].query("zebra zebra")
    assert found.best(5).tolist() == []
    assert found.scores(np.arange(3)).tolist() == [0, 0, 0]
    # 301 passages, none has it: twice ln(1 + (301 + .5) / .5); piriformis in one: ln(1 + 300.5 / 1.5)
    assert found.ceiling == pytest.approx(2 * np.log(604))
    assert many[0].query("piriformis").ceiling == pytest.approx(np.log(1 + 300.5 / 1.5))
    assert idf(np.array([0, 1]), 301) == pytest.approx([np.log(604), np.log(1 + 300.5 / 1.5)])


@pytest.mark.parametrize("texts", [(), ("",), ("…",), ("one",)])
def test_few_or_no_words_are_no_trouble(texts: tuple[str, ...]) -> None:
    found = Weighed([passage(number, text) for number, text in enumerate(texts)]).query("one two")
    assert found.best(3).tolist() == ([0] if texts == ("one",) else [])
    assert found.scores(np.arange(len(texts))).tolist() == pytest.approx(
        [np.log(1 + 0.5 / 1.5) / 2.5] if texts == ("one",) else [0] * len(texts)
    )


def test_equal_scores_come_in_the_order_of_the_corpus() -> None:
    weighed = Weighed([passage(number, "same words") for number in range(9)])
    assert weighed.query("words").best(9).tolist() == list(range(9))


def test_without_bm25s_building_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bm25s", None)
    with pytest.raises(MissingExtraError, match=r"Run: pip install -e '\.\[build\]' in the checkout"):
        Weighed([passage(1, "some words")])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Follow-up, follow-up!", ["follow-up", "follow-up"]),
        ("Don’t STOP", ["don't", "stop"]),
        ("L4-L5 400mg", ["l4-l5", "400mg"]),
        ("-dash- 'quote'", ["dash", "quote"]),
        ("rock\u2011hard", ["rock-hard"]),
        ("a" * 65 + " short", ["short"]),
        ("", []),
    ],
)
def test_words_are_cut_as_they_are_written(text: str, words: list[str]) -> None:
    assert surface_words(text) == words


def test_a_query_needs_neither_bm25s_nor_scipy(tmp_path: Path) -> None:
    publish(tmp_path / "index", sample_contents(), encoder_folder=sample_encoder(tmp_path / "encoder"))
    script = (
        "import sys, numpy; from pathlib import Path; from faqbot.index import open_index\n"
        "with open_index(Path(sys.argv[1])) as index:\n"
        "    print(index.candidates(numpy.ones(16, numpy.float32), 'piriformis', 1).ids[1])\n"
        "print([name for name in ('bm25s', 'scipy', 'torch', 'pandas', 'markdown_it', 'yaml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "index")], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["0000000000000003", "[]"], done.stderr
