"""Normalisation and matching on rules of a few words: offsets, sentences, repairs, numbers and idioms."""

import pytest

from faqbot.safety.matcher import find_mentions, number_value
from faqbot.safety.normalize import LONGEST, read_words
from faqbot.safety.rules import Concept, NumberConcept, RuleSet, Vocabulary, compile_rules

KNOWN = ("numb", "groin", "tingling", "incontinence", "cant", "pee", "both", "legs", "aches", "c", "weakness", "feet")


def _book(
    phrases: dict[str, str] | None = None, *, numbers: tuple[NumberConcept, ...] = (), shields: tuple[str, ...] = ()
) -> RuleSet:
    """Return rules with these phrases, each with its concept, and the words of KNOWN."""
    names = {"known": KNOWN} | {
        name: tuple(phrase for phrase, concept in (phrases or {}).items() if concept == name)
        for name in (phrases or {}).values()
    }
    concepts = {name: Concept(name, "idiom" if name in shields else "state", listed) for name, listed in names.items()}
    shorthand = {"w/": ("with",), "2day": ("today",), "u": ("you",), "hes": ("he", "is")}
    never = frozenset({"he", "is", "not", "can"})
    vocabulary = Vocabulary(shorthand, frozenset({"really"}), frozenset(KNOWN), never)
    return compile_rules(concepts, numbers, {}, (), vocabulary)


def _found(book: RuleSet, text: str) -> dict[str, list[tuple[int, int]]]:
    mentions = find_mentions(book, read_words(book, text))
    return {
        name: [(found.start, found.end) for found in listed] for name, listed in mentions.items() if name != "known"
    }


BOOK = _book()


def test_a_word_knows_its_place_the_mark_before_it_and_its_sentence() -> None:
    words = read_words(BOOK, "Numb, groin!? (can not pee) w/aches\n")
    assert words.words == ("numb", "groin", "cant", "pee", "with", "aches")
    assert words.marks == ("", ",", "!?(", "", ")", "", "\n")
    assert words.sentences == (0, 0, 1, 1, 1, 1)
    assert [words.between(at, at + 1) for at in range(6)] == ["Numb", "groin", "can not", "pee", "w/", "aches"]
    assert words.between(2, 4) == "can not pee"


def test_only_can_and_not_side_by_side_are_one_word() -> None:
    assert read_words(BOOK, "can, not pee").words == ("can", "not", "pee")
    assert read_words(BOOK, "not can pee").words == ("not", "can", "pee")
    assert read_words(BOOK, "not").words == ("not",)


def test_ends_of_sentences_in_a_row_end_one_and_none_is_before_the_first_word() -> None:
    assert read_words(BOOK, "... numb!! groin. . pee").sentences == (0, 1, 2)
    assert read_words(BOOK, "... numb").marks == ("...", "")
    assert read_words(BOOK, "numb" + "!" * 9 + "groin").marks[1] == "!" * 8


def test_a_sentence_of_more_than_120_words_is_cut() -> None:
    counts = read_words(BOOK, "pee " * 250).sentences
    assert [counts.count(sentence) for sentence in range(3)] == [120, 120, 10]
    broken = read_words(BOOK, "pee. " + "pee " * 130).sentences
    assert [broken.count(sentence) for sentence in range(3)] == [1, 120, 10]


def test_a_message_is_read_up_to_its_hundred_thousandth_character() -> None:
    assert LONGEST == 100_000
    assert read_words(BOOK, " " * (LONGEST - 4) + "numb").words == ("numb",)
    assert read_words(BOOK, " " * (LONGEST - 3) + "numb").words == ("num",)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2day", ("today",)),
        ("& + =", ("and", "plus")),
        ("groin's numb", ("groin", "is", "numb")),
        ("that's u", ("thats", "you")),
        ("he's", ("he", "is")),
        ("39,5", ("39.5",)),
        ("39,5c", ("39.5", "c")),
        ("3feet", ("3", "feet")),
        ("tinglin", ("tingling",)),
        ("tinglin'", ("tingling",)),
        ("nuuuumb", ("numb",)),
        ("legsss", ("legs",)),
        ("feeeet", ("feet",)),
        ("nubm", ("numb",)),  # four letters: only a swap or a double
        ("nnumb", ("numb",)),
        ("nimb", ("nimb",)),
        ("bumb", ("bumb",)),
        ("pe", ("pe",)),
        ("groim", ("groin",)),  # one slip
        ("grpim", ("grpim",)),
        ("weaknes", ("weakness",)),
        ("waeknses", ("weakness",)),  # two in a long word
        ("wwaeknses", ("wwaeknses",)),
        ("incontenance", ("incontinence",)),
        ("bothlegs", ("both", "legs")),
        ("numbgroin", ("numb", "groin")),
        ("peeaches", ("pee", "aches")),
        ("peelegs", ("pee", "legs")),
        ("ccant", ("cant",)),
        ("heslegs", ("he", "is", "legs")),  # shorthand that lost its space is written out too
    ],
)
def test_a_word_is_read_as_what_it_was_meant_to_be(written: str, words: tuple[str, ...]) -> None:
    assert read_words(BOOK, written).words == words


@pytest.mark.parametrize(
    ("word", "value"),
    [("zero", 0.0), ("nineteen", 19.0), ("twenty", 20.0), ("thirty", 30.0), ("ninety", 90.0), ("38.5", 38.5)],
)
def test_numbers_are_read_in_digits_and_words(word: str, value: float) -> None:
    assert number_value(word) == value


@pytest.mark.parametrize("word", ["numb", "2x", "hundred"])
def test_other_words_are_no_numbers(word: str) -> None:
    assert number_value(word) is None


def _number(*, either: bool = False, decimal: bool = False, before: str = "", after: str = "") -> NumberConcept:
    ranges = ((38.0, 42.0), (100.0, 107.0))
    first, behind = frozenset(before.split()), frozenset(after.split())
    return NumberConcept("hot", ranges, first, behind, either, frozenset({"minus"}), frozenset({"miles"}), decimal)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("38", [(0, 1)]),
        ("42", [(0, 1)]),
        ("37.9", []),
        ("42.1", []),
        ("forty", [(0, 1)]),
        ("100 and 107", [(0, 1), (2, 3)]),
        ("minus 39", []),
        ("minus, but 39", [(2, 3)]),
        ("39 miles", []),
        ("39 or miles", [(0, 1)]),
    ],
)
def test_a_number_counts_in_its_ranges_and_not_beside_what_it_is_not(text: str, places: list[tuple[int, int]]) -> None:
    book = _book(numbers=(_number(),))
    assert _found(book, text).get("hot", []) == places


@pytest.mark.parametrize(
    ("text", "both", "either"),
    [
        ("temp 39 degrees", True, True),
        ("temp of about 39 degrees", True, True),  # three words before
        ("temp of just about 39 degrees", False, True),
        ("temp. 39 degrees", False, True),  # of another sentence
        ("temp 39", False, True),
        ("39 degrees", False, True),
        ("39 and degrees", False, False),
        ("39", False, False),
    ],
)
def test_a_number_wants_the_words_beside_it(text: str, both: bool, either: bool) -> None:
    for wanted, number in (
        (both, _number(before="temp", after="degrees")),
        (either, _number(either=True, before="temp", after="degrees")),
    ):
        book = _book(numbers=(number,))
        assert ("hot" in find_mentions(book, read_words(book, text))) is wanted


def test_the_word_behind_belongs_to_the_number() -> None:
    book = _book(numbers=(_number(after="degrees c"),))
    (found,) = find_mentions(book, read_words(book, "about 39 degrees"))["hot"]
    assert (found.start, found.end) == (1, 3)


def test_a_decimal_wants_its_point() -> None:
    book = _book(numbers=(_number(decimal=True),))
    assert [mention.start for mention in find_mentions(book, read_words(book, "39 39.5"))["hot"]] == [1]


def test_phrases_and_numbers_of_one_group_stand_in_order() -> None:
    book = _book({"burning": "hot"}, numbers=(_number(),))
    assert [mention.start for mention in find_mentions(book, read_words(book, "39 burning 40 burning"))["hot"]] == [
        0,
        1,
        2,
        3,
    ]


PHRASES = {"dead": "state", "dead tired": "saying", "tired legs": "legs", "dead tired legs": "whole", "legs": "part"}


def test_a_shield_hides_what_it_covers_and_not_what_holds_more() -> None:
    book = _book(PHRASES, shields=("saying",))
    assert _found(book, "dead tired legs") == {"whole": [(0, 3)], "part": [(2, 3)]}


def test_two_shields_that_meet_hide_what_lies_across_them() -> None:
    book = _book({"a b": "one", "b c": "two", "a b c": "whole", "c": "part", "b": "middle"}, shields=("one", "two"))
    assert _found(book, "a b c").keys() == {"whole"}


def test_a_phrase_ends_at_a_mark_and_steps_over_fillers() -> None:
    book = _book({"both legs": "pair"})
    assert "pair" in find_mentions(book, read_words(book, "both really legs"))
    assert "pair" not in find_mentions(book, read_words(book, "both, legs"))


def test_a_shield_hides_what_ends_in_it_and_not_what_holds_it() -> None:
    phrases = {"numb legs": "state", "legs day": "saying", "both legs day today": "whole"}
    book = _book(phrases, shields=("saying",))
    assert _found(book, "numb legs day today") == {}
    assert _found(book, "both legs day today").keys() == {"whole"}


@pytest.mark.parametrize(
    "written",
    [
        "ｎｕｍｂ ｇｒｏｉｎ",
        "n\u200bumb gr\u00adoin",
        "n u m b  g r o i n",
        "n.u.m.b g.r.o.i.n",
        "nuмb grоin",  # Cyrillic letters
        "NumbGroin",
        "numb\ngroin\nlegs",
        "nŭmb groin",
    ],
)
def test_letters_in_disguise_are_read(written: str) -> None:
    assert read_words(BOOK, written).words[:2] == ("numb", "groin")


def test_offsets_of_folded_text_lead_to_the_original() -> None:
    words = read_words(BOOK, "x ｎｕ\u200bｍｂ y")
    assert words.between(1, 2) == "ｎｕ\u200bｍｂ"


def test_a_line_that_ends_is_a_sentence_but_not_in_a_message_of_one_word_a_line() -> None:
    assert read_words(BOOK, "my groin aches\nmy legs are numb").sentences == (0, 0, 0, 1, 1, 1, 1)
    assert set(read_words(BOOK, "my\ngroin\nis\nnumb").sentences) == {0}


def test_boxes_and_short_answers_of_forms_are_words() -> None:
    assert read_words(BOOK, "☐ numb ☑ aches").words == ("unticked", "numb", "ticked", "aches")
    assert read_words(BOOK, "[ ] numb [x] aches").words == ("unticked", "numb", "ticked", "aches")
    assert read_words(BOOK, "numb: N").words == ("numb", "no")
    assert read_words(BOOK, "numb? y").words == ("numb", "yes")


def test_money_is_no_number_of_an_illness() -> None:
    book = _book(numbers=(_number(),))
    assert _found(book, "it cost $39") == {}
    assert _found(book, "it was 39") == {"hot": [(2, 3)]}


def test_a_wanted_pair_of_words_may_stand_behind_a_number() -> None:
    book = _book(numbers=(_number(after="year_old"),))
    assert "hot" in _found(book, "a 39 year old")
    assert "hot" not in _found(book, "39 year of it")
