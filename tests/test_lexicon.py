import pytest

from faqbot.lexicon import bare, concepts, inflections, spellings, synonyms


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("drop", ("drop", "drops", "dropped", "dropping")),
        ("leak", ("leak", "leaks", "leaked", "leaking")),
        ("pee", ("pee", "pees", "peed", "peeing")),
        ("ache", ("ache", "aches", "ached", "aching")),
        ("carry", ("carry", "carries", "carried", "carrying")),
        ("crush", ("crush", "crushes", "crushed", "crushing")),
    ],
)
def test_inflections_follow_english_endings(word: str, forms: tuple[str, ...]) -> None:
    assert inflections(word) == forms


def test_spellings_inflect_only_the_marked_word() -> None:
    assert spellings("lower leg~") == ("lower leg", "lower legs", "lower legged", "lower legging")


def test_bare_takes_the_marks_away() -> None:
    assert bare("butt cheek~") == "butt cheek"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("pee", "urinate"),
        ("peeing", "urinate"),
        ("pins and needles", "tingling"),
        ("slipped disc", "herniated disc"),
        ("herniated disk", "slipped disc"),
        ("bum", "buttock"),
        ("physio", "physical therapy"),
        ("tylenol", "acetaminophen"),
        ("trainers", "sneakers"),
        ("fallen arches", "overpronation"),
        ("brittle bones", "osteoporosis"),
        ("numb", "loss of sensation"),
    ],
)
def test_a_lay_word_leads_to_its_equivalents(said: str, meant: str) -> None:
    assert meant in synonyms()[said]


def test_no_word_is_its_own_synonym() -> None:
    assert [word for word, others in synonyms().items() if word in others] == []


def test_synonyms_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        synonyms()["pee"] = ()  # type: ignore[index]


def test_every_concept_has_a_name_of_its_own_and_both_kinds_of_words() -> None:
    names = [concept.name for concept in concepts()]
    assert len(names) == len(set(names)) and len(names) > 140
    assert [concept.name for concept in concepts() if not (concept.lay and concept.clinical)] == []


def test_names_are_written_as_the_file_says() -> None:
    odd = [
        p for concept in concepts() for p in concept.phrases if p != p.lower() or "'" in p or p != " ".join(p.split())
    ]
    assert odd == []
