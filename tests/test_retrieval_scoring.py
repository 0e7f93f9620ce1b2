"""Late interaction and its fusion, against numbers worked out by hand and a plain loop."""

import numpy as np
import pytest

from faqbot.encoders.pca import SCALE
from faqbot.index import Candidates, StoredPassage, idf
from faqbot.retrieval.deduplication import differences, group_duplicates
from faqbot.retrieval.late_interaction import QueryTokens, Weights, score
from faqbot.retrieval.token_layout import PreparedPassage, prepare, sentence_starts
from faqbot.types import Passage

DOT = 7


ENDS = np.array([DOT], np.int32)


def prepared(rows: list[list[float]], pieces: list[int] | None = None, text: str = "text") -> PreparedPassage:
    passage = Passage(id="0" * 16, document_id="a.md", text=text, start=0, end=len(text))
    tokens = np.rint(np.array(rows) * 127).astype(np.int8)
    return prepare(StoredPassage(passage, tokens, np.array(pieces or range(10, 10 + len(rows)), dtype=np.int32)), ENDS)


def found(dense: list[float], lexical: list[float], ceiling: float = 2.0) -> Candidates:
    ids = tuple(f"{number:016x}" for number in range(len(dense)))
    return Candidates(ids, np.array(dense, np.float32), np.array(lexical, np.float32), ceiling)


QUERY = QueryTokens(rows=np.array([[1, 0], [0, 1]], np.float32), weights=np.array([0.75, 0.25], np.float32))
ONE = 127 / SCALE  # what an int8 row of 127 counts against a row of length 1


def test_each_piece_of_the_question_counts_its_best_match_by_its_weight() -> None:
    scores = score(QUERY, found([0.0], [0.0]), [prepared([[1, 0], [0.6, 0.8]])], Weights(1, 0, 0, 0))
    assert scores.total[0] == pytest.approx(0.75 * ONE + 0.25 * ONE * 0.8, abs=0.005)
    assert scores.token_coverage[0] == pytest.approx([ONE, 0.8 * ONE], abs=0.005)


def test_the_parts_are_added_with_their_weights_and_bm25_as_a_share_of_its_ceiling() -> None:
    scores = score(QUERY, found([0.5], [1.0]), [prepared([[0, 0]])], Weights(1, 1, 2, 0.4))
    assert scores.total[0] == pytest.approx(2 * 0.5 + 0.4 * 0.5)


def test_what_is_met_in_one_sentence_beats_what_is_spread_over_two() -> None:
    together = prepared([[1, 0], [0, 1], [0, 0], [0, 0], [0, 0], [0, 0]], [1, 2, 3, DOT, 5, 6])
    spread = prepared([[1, 0], [0, 0], [0, 0], [0, 0], [0, 1], [0, 0]], [1, 2, 3, DOT, 5, 6])
    scores = score(QUERY, found([0, 0], [0, 0]), [together, spread], Weights(1, 1, 0, 0))
    assert scores.late[0] == pytest.approx(scores.late[1])
    assert scores.sentence == pytest.approx([ONE, 0.75 * ONE], abs=0.005)


def test_a_sentence_starts_after_the_piece_that_ends_one_unless_it_would_be_too_short() -> None:
    assert sentence_starts(np.array([1, DOT, 2, 3, 4, DOT, 5, 6, 7, 8, DOT], np.int32), ENDS) == [0, 6]


def test_scoring_equals_a_loop_over_passages(seed: int = 3) -> None:
    random = np.random.default_rng(seed)
    many = [prepared(random.uniform(-1, 1, (length, 2)).tolist()) for length in (3, 1, 8)]
    scores = score(QUERY, found([0, 0, 0], [0, 0, 0]), many, Weights(1, 0, 0, 0))
    for number, one in enumerate(many):
        loop = max(one.stored.tokens[:, 0]) / SCALE * 0.75 + max(one.stored.tokens[:, 1]) / SCALE * 0.25
        assert scores.total[number] == pytest.approx(loop, rel=1e-4)


def test_a_piece_is_rarer_the_fewer_passages_have_it() -> None:
    values = idf(np.array([0, 1, 50, 100], np.int32), 100)
    assert list(values) == sorted(values, reverse=True)
    assert values[1] == pytest.approx(np.log(1 + 99.5 / 1.5))


def test_passages_that_say_the_same_join_the_first_of_them() -> None:
    first, other, again = prepared([[1, 0]]), prepared([[0, 1]]), prepared([[0.99, 0.05]])
    assert group_duplicates([first, other, again]) == [[0, 2], [1]]
    assert group_duplicates([]) == []


@pytest.mark.parametrize(
    ("first", "second", "ways"),
    [
        ("Up to eight tablets of 500 mg in 24 hours.", "Up to two tablets of 500 mg in 24 hours.", {"numbers"}),
        ("Rest for two days.", "Rest for 2 weeks.", {"units"}),
        ("Rest for 2 days.", "Rest for two days.", set()),
        ("Take 5 mg.", "Take 5 ml.", {"units"}),
        ("Monday 9, then 10.", "Monday 10, then 9.", {"numbers"}),
        ("Closed on Monday.", "Closed on Tuesday.", {"units"}),
        ("You should walk.", "You should not walk.", {"negation"}),
        ("You should walk.", "You shouldnt walk.", {"negation"}),
        ("Yes, walk.", "No, walk.", {"negation", "antonyms"}),
        ("We are open.", "We are closed.", {"antonyms"}),
        ("Take it with food.", "Take it without food.", {"negation", "antonyms"}),
        ("Heat helps.", "Ice helps.", {"antonyms"}),
        ("Leaning forward helps, backward hurts.", "Leaning backward helps, forward hurts.", {"antonyms"}),
        ("Uphill is better than downhill.", "Downhill is better than uphill.", {"antonyms"}),
        ("Ice before bed, heat after it.", "Heat before bed, ice after it.", {"antonyms"}),
        ("Backward hurts, forward helps.", "Forward helps, backward hurts.", set()),
        ("Ibuprofen may help.", "Naproxen may help.", {"medicines"}),
        ("Advil may help.", "Ibuprofen may help.", set()),
        ("At least 8 hours.", "At most 8 hours.", {"antonyms"}),
        ("Stop taking it.", "Keep taking it.", {"antonyms"}),
        ("Sleep on your front.", "Sleep on your back.", {"antonyms"}),
        ("Take it with food.", "Take it on an empty stomach.", {"antonyms"}),
        ("It rarely helps.", "It often helps.", {"antonyms"}),
        ("It costs £5.", "It costs $5.", {"units"}),
        ("It costs £5.", "It costs 5 pounds.", set()),
        ("A fever of 38 °C.", "A fever of 38 °F.", {"units"}),
        ("Walk for 30 minutes.", "Walk for 30 min.", set()),
        ("Take 1,000 mg.", "Take 1000 milligrams.", set()),
        ("Walking eases pain.", "Pain is eased by walks.", set()),
    ],
)
def test_texts_differ_in_what_changes_their_meaning(first: str, second: str, ways: set[str]) -> None:
    assert differences(first, second) == ways
    assert differences(second, first) == ways


def test_passages_that_contradict_each_other_are_never_grouped() -> None:
    eight = prepared([[1, 0]], text="Up to eight tablets in a day.")
    two = prepared([[1, 0]], text="Up to two tablets in a day.")
    again = prepared([[1, 0]], text="Up to 8 tablets in a day.")
    assert group_duplicates([eight, two, again]) == [[0, 2], [1]]
