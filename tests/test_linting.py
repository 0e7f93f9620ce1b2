"""What lint reports of a corpus, rule by rule, and that the corpus that ships gives no reason."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqbot.chunking import split
from faqbot.errors import CorpusError
from faqbot.lint import Issue, Limits, Profile, Ranker, lint
from faqbot.lint.articles import coleman_liau
from faqbot.lint.issues import place_of, shingles, words_of
from faqbot.lint.passages import shared_weight, word_weights
from faqbot.readers import discover, read
from faqbot.types import Document, Pair, Passage, ReadWarning, Source

TODAY = date(2026, 11, 22)
LAST_REVIEW = date(2026, 11, 29)  # of the corpus that ships
ROOT = Path(__file__).parents[1]
SEEDS = ROOT.parent / "shared" / "reference" / "seeds"

PAGE = Document(
    id="causes/disc.md",
    text="Discs are cushions [1].\n\n## Wear\nDiscs wear down [1].\n",
    title="Discs and wear",
    reviewed="2026-11-22",
    licence="CC BY 4.0",
    sources=(Source(title="About discs", mark="1"),),
)
EIGHT = "soft rubber cushions sit between all our bones"


def passage(text: str, **fields: Any) -> Passage:
    name = fields.pop("document_id", "a.md")
    return Passage(
        id=fields.pop("id", f"{name}#{text[:8]}"), document_id=name, text=text, start=0, end=len(text), **fields
    )


def check(
    document: Document = PAGE,
    *,
    corpus: Path = ROOT,
    passages: Sequence[Passage] = (),
    rank: Ranker | None = None,
    reference: Path | None = None,
    profile: Profile | None = "articles",
) -> tuple[Issue, ...]:
    return lint(
        corpus,
        documents=[document],
        passages=passages,
        rank=rank,
        reference=reference,
        profile=profile,
        today=TODAY,
    )


def messages(issues: Sequence[Issue]) -> list[tuple[str, str]]:
    return [(issue.rule, issue.message) for issue in issues]


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "seed.txt").write_text(f"Young people know that {EIGHT} and never think of it.\n")
    return tmp_path / "reference"


def test_a_page_with_all_its_facts_has_no_issues() -> None:
    assert check() == ()


@pytest.mark.parametrize(
    ("fields", "rule", "message"),
    [
        ({"title": ""}, "title", "no title. Add the line title: ..."),
        ({"title": "disc"}, "title", "no title. Add the line title: ..."),
        ({"licence": ""}, "licence", "no licence. Add a line such as licence: CC BY 4.0"),
        ({"reviewed": ""}, "reviewed", "no review date. Add a line such as reviewed: 2026-11-22"),
        ({"reviewed": "last week"}, "reviewed", "reviewed is 'last week', expected a date such as 2026-11-22"),
        ({"reviewed": "2026-11-23"}, "reviewed", "reviewed is 2026-11-23, which is in the future"),
        (
            {"reviewed": "2024-11-21"},
            "reviewed",
            "reviewed 731 days ago, at most 730 are allowed. Read the page against its sources again",
        ),
    ],
)
def test_missing_or_wrong_facts_are_errors(fields: dict[str, Any], rule: str, message: str) -> None:
    assert check(replace(PAGE, **fields)) == (Issue(PAGE.id, "front matter", rule, message),)


def test_a_review_as_old_as_allowed_is_fine() -> None:
    assert check(replace(PAGE, reviewed="2024-11-22")) == ()


def test_a_page_without_sources_and_one_with_a_nameless_source_are_errors() -> None:
    bare = replace(PAGE, text="Discs are cushions.", sources=())
    assert messages(check(bare)) == [("sources", "no sources. Name at least one below sources:")]
    nameless = replace(PAGE, sources=(Source(author="Somebody", mark="1"),))
    assert messages(check(nameless)) == [("sources", "a source has neither title nor url. Add one of them")]


def test_a_pair_may_bring_its_own_source() -> None:
    pair = Pair("What?", (), 0, 9, (Source(title="A table", mark="1"),))
    assert check(replace(PAGE, sources=(), pairs=(pair,))) == ()


@pytest.mark.parametrize("text", ["Wear [1][2].", "Wear [1, 2].", "Wear [1; 2] and [3](https://example.org)."])
def test_marks_that_name_a_source_are_fine(text: str) -> None:
    assert check(replace(PAGE, text=text, sources=(*PAGE.sources, Source(title="Wear", mark="2")))) == ()


def test_a_mark_without_a_source_is_an_error_at_its_heading() -> None:
    found = check(replace(PAGE, text="Cushions [1].\n\n## Wear\nThey wear [1, 7].\n"))
    assert found == (Issue(PAGE.id, "Wear", "mark", "[7] names no source. Marks: 1"),)


def test_two_sources_with_one_mark_are_an_error() -> None:
    twice = (*PAGE.sources, Source(title="Wear", mark="1"))
    assert messages(check(replace(PAGE, sources=twice))) == [("mark", "2 sources have the mark 1. Give each its own")]


def test_a_source_that_no_mark_names_is_a_warning() -> None:
    more = (*PAGE.sources, Source(title="Wear", mark="9"))
    message = "no sentence carries the mark [9]. Use it or leave the source out"
    assert check(replace(PAGE, sources=more)) == (Issue(PAGE.id, "front matter", "unused-source", message, "warning"),)


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("[web](https://example.org/a)", ""),
        ("[page](other.md#wear)", ""),
        ("[here](#wear)", ""),
        ("[page](missing.md)", "missing.md is not there. Links go from the page's own folder"),
        ("[web](https://)", "https:// is no web address. Write it as https://..."),
        ("[web](https://bad host.org)", "https://bad host.org is no web address. Write it as https://..."),
        ("[mail](mailto:a@example.org)", "mailto:a@example.org is no web address. Write it as https://..."),
        ("[](https://example.org)", "[](https://example.org) has no label"),
        ("[web]()", "[web]() has no target"),
        ("[web](https://example.org", "[web](https://example.org is not closed. Add the round bracket"),
    ],
)
def test_links_lead_somewhere(tmp_path: Path, link: str, message: str) -> None:
    (tmp_path / "causes").mkdir()
    (tmp_path / "causes" / "other.md").write_text("Other")
    found = check(replace(PAGE, text=f"Cushions [1], see {link}\n"), corpus=tmp_path)
    assert messages(found) == ([("link", message)] if message else [])


def test_the_address_of_a_source_is_a_web_address() -> None:
    source = Source(title="About discs", mark="1", url="www.example.org")
    assert messages(check(replace(PAGE, sources=(source,)))) == [
        ("link", "www.example.org is no web address. Write it as https://...")
    ]


def test_coleman_liau_gives_the_grade_of_its_authors_own_abstract() -> None:
    assert round(coleman_liau(letters=639, words=119, sentences=5), 1) == 14.5


def test_a_page_that_is_hard_to_read_is_a_warning() -> None:
    text = "Intervertebral degeneration necessitates multidisciplinary rehabilitation programmes [1]. " * 20
    grade = coleman_liau(letters=len(text.replace("[1].", "").replace(" ", "")), words=120, sentences=20)
    assert grade > 30
    message = f"reads at school grade {grade:.1f}, at most 9 is wanted. Use shorter words"
    assert check(replace(PAGE, text=text)) == (Issue(PAGE.id, PAGE.title, "reading-ease", message, "warning"),)


def test_headings_and_tables_do_not_count_as_reading_and_short_pages_are_not_judged() -> None:
    easy = "Discs are soft. They sit in your back [1]. " * 20
    hard = "## Intervertebral degeneration\n\n| Multidisciplinary | Rehabilitation |\n|---|---|\n| Necessitates | Degeneration |\n"
    assert check(replace(PAGE, text=f"{easy}\n\n{hard}")) == ()
    assert check(replace(PAGE, text="Intervertebral degeneration necessitates rehabilitation [1].")) == ()


def test_a_passage_that_is_too_long_is_a_warning() -> None:
    assert check(passages=[passage("word " * 120, headings=("Discs", "Wear"))]) == ()
    found = check(passages=[passage("word " * 121, headings=("Discs", "Wear"))])
    message = "a passage of 121 words, at most 120 are quoted well. Split it under headings"
    assert found == (Issue("a.md", "Wear", "long-passage", message, "warning"),)


def test_passages_of_two_pages_that_say_the_same_are_a_warning_and_those_of_one_page_are_not() -> None:
    first = passage("Heat soothes tight muscles and brings more blood [1].", headings=("Heat",))
    same = passage("Heat soothes tight muscles, and brings more blood!", document_id="b.md", title="Warmth")
    other = passage("Ice numbs the sore place and dulls the pain for some time.", document_id="b.md")
    found = check(passages=[first, other, same])
    message = '100% the same as "Warmth" of b.md. Keep one, or say what differs'
    assert found == (Issue("a.md", "Heat", "near-duplicate", message, "warning"),)
    assert check(passages=[first, replace(same, document_id="a.md")]) == ()


def test_resemblance_counts_from_its_bound_on() -> None:
    pieces = [passage("one two three four", headings=("A",)), passage("two three four five", document_id="b.md")]
    for share, rules in ((1 / 3, ["near-duplicate"]), (0.34, [])):
        found = lint(ROOT, documents=[], passages=pieces, limits=Limits(duplicate_share=share), today=TODAY)
        assert [issue.rule for issue in found] == rules


@pytest.mark.parametrize(
    ("first", "second", "ways"),
    [
        ("Delivery takes 3 days.", "Delivery takes 5 days.", "numbers"),
        ("Keep the ice on for ten minutes.", "Keep the ice on for ten hours.", "units"),
        ("We ship your order abroad.", "We do not ship your order abroad.", "negation"),
        ("The shop on Mill Lane is open on Sundays.", "The shop on Mill Lane is closed on Sundays.", "antonyms"),
    ],
)
def test_passages_that_nearly_agree_and_differ_in_meaning_are_a_contradiction(
    first: str, second: str, ways: str
) -> None:
    rows = [passage(first, question="First?"), passage(second, question="Second?", document_id="b.csv")]
    (issue,) = check(passages=rows)
    assert (issue.rule, issue.severity) == ("contradiction", "warning")
    assert issue.message.startswith(f'differs in {ways} from "Second?" of b.csv')


def test_a_contradiction_is_found_inside_one_document_and_source_marks_are_none() -> None:
    rows = [passage("Rest for 2 days [1].", id="a"), passage("Rest for 3 days [2].", id="b")]
    assert [issue.rule for issue in check(passages=rows)] == ["contradiction"]
    assert check(passages=[rows[0], replace(rows[1], text="Rest for 2 days [2].")]) == ()


def test_passages_about_other_things_do_not_contradict_each_other() -> None:
    rows = [passage("Rest for 2 days after a fall."), passage("The shop opens at 9 on weekdays.", document_id="b.csv")]
    assert check(passages=rows) == ()


@pytest.mark.parametrize("text", ["CafÃ© [1].", "It hurts, donâ€™t walk [1].", "That is Â£20 [1].", "Na\ufffdve [1]."])
def test_wrongly_decoded_text_is_an_error(text: str) -> None:
    (issue,) = check(replace(PAGE, text=text))
    assert (issue.rule, issue.severity) == ("mojibake", "error")
    assert issue.message.startswith("1 wrongly decoded characters, the first in ")


@pytest.mark.parametrize("text", ["Café, naïve, £20, don’t, “quoted” [1].", "Âge, Ã, â la carte [1]."])
def test_accents_and_curly_quotes_are_no_mojibake(text: str) -> None:
    assert check(replace(PAGE, text=text)) == ()


ROWS = Document(id="shop.csv", text="We open at 9.", pairs=(Pair("When do you open?", (), 0, 13),))


@pytest.mark.parametrize("profile", ["articles", "plain", None])
def test_a_table_of_questions_needs_no_front_matter(profile: Profile | None) -> None:
    assert check(ROWS, profile=profile) == ()


def test_a_table_without_question_and_answer_is_a_warning() -> None:
    message = "no questions in it, so rows are quoted as a table. Name two columns question and answer"
    assert check(replace(ROWS, pairs=()), profile="plain") == (
        Issue("shop.csv", "shop.csv", "pairs", message, "warning"),
    )


def test_what_a_reader_could_not_read_is_a_warning_with_its_line() -> None:
    lost = replace(ROWS, warnings=(ReadWarning("no answer", 7),))
    assert check(lost, profile="plain") == (Issue("shop.csv", "shop.csv", "reading", "line 7: no answer", "warning"),)


@pytest.mark.parametrize(
    ("pages", "rules"),
    [
        ([replace(PAGE, licence="", reviewed="", sources=(), text="Hello.")], []),
        ([PAGE, replace(PAGE, id="b.md", reviewed="")], ["reviewed"]),
        ([ROWS, replace(PAGE, licence="")], ["licence"]),
    ],
)
def test_without_a_profile_the_documents_decide_whether_front_matter_is_asked_for(
    pages: list[Document], rules: list[str]
) -> None:
    assert [issue.rule for issue in lint(ROOT, documents=pages, passages=[], today=TODAY)] == rules


def test_each_way_to_ask_must_find_its_own_answer_first() -> None:
    heat = passage("Heat soothes.", id="heat", question="Does heat help?", alternates=("warm pack ok", "hot or not"))
    ice = passage("Ice numbs.", id="ice", question="Does ice help?", document_id="b.md")
    answers = {
        "Does heat help?": ["heat", "ice"],
        "warm pack ok": ["ice", "heat"],
        "hot or not": ["ice"],
        "Does ice help?": [],
    }
    asked: list[str] = []

    def rank(question: str) -> Sequence[str]:
        asked.append(question)
        return answers[question]

    first = 'first is "Does ice help?" of b.md'
    assert check(passages=[heat, ice], rank=rank) == (
        Issue("a.md", "Does heat help?", "not-first", f'"warm pack ok": its answer has rank 2; {first}'),
        Issue("a.md", "Does heat help?", "not-first", f'"hot or not": its answer is not found; {first}'),
        Issue(
            "b.md",
            "Does ice help?",
            "not-first",
            '"Does ice help?": its answer is not found; nothing is found',
        ),
    )
    assert asked == list(answers)


HEAT = passage("Heat soothes tight muscles.", id="heat", question="Does heat help?", alternates=("warm pack ok",))
WARM = passage("Heat soothes sore feet.", id="warm", document_id="b.md", headings=("Warmth",))
MEAL = passage("Soup fills hungry people.", id="meal", document_id="b.md", headings=("Soup",))
COLD = passage("Ice numbs.", id="cold", headings=("Ice",))


@pytest.mark.parametrize(
    ("found", "severity", "message"),
    [
        (["warm", "heat"], "warning", 'its answer has rank 2; first is "Warmth" of b.md, which says 41% the same'),
        (["cold", "warm", "heat"], "warning", 'its answer has rank 3; first is "Ice" of a.md, on the same page'),
        (["meal", "heat"], "error", 'its answer has rank 2; first is "Soup" of b.md'),
        (["warm", "cold"], "error", 'its answer is not found; first is "Warmth" of b.md'),
        (["cold"], "error", 'its answer is not found; first is "Ice" of a.md'),
        (["gone", "heat"], "error", "its answer has rank 2; first is gone"),
        ([], "error", "its answer is not found; nothing is found"),
    ],
)
def test_another_way_to_ask_may_find_a_passage_first_that_answers_too(
    found: list[str], severity: str, message: str
) -> None:
    def rank(question: str) -> Sequence[str]:
        return found if question == "warm pack ok" else ["heat"]

    (issue,) = check(passages=[HEAT, WARM, MEAL, COLD], rank=rank)
    assert (issue.rule, issue.severity, issue.message) == (
        "not-first",
        severity,
        f'"warm pack ok": {message}',
    )


@pytest.mark.parametrize("first", ["warm", "cold"])
def test_the_question_itself_must_find_its_own_answer_first_whatever_else_answers(first: str) -> None:
    found = check(passages=[HEAT, WARM, COLD], rank=lambda question: [first, "heat"])
    assert [issue.severity for issue in found] == ["error", "warning"]


def test_what_two_passages_share_is_weighed_by_how_rare_it_is() -> None:
    weights = word_weights([HEAT, WARM])
    twice, once = math.log(2), math.log(3)  # "heat" and "soothes" stand in both passages, each other word in one
    both, one = dict.fromkeys(["heat", "soothes"], twice), dict.fromkeys(["tight", "muscles", "sore", "feet"], once)
    assert dict(weights) == both | one
    assert shared_weight(HEAT, WARM, weights) == pytest.approx(twice / (twice + once))
    assert shared_weight(HEAT, HEAT, weights) == pytest.approx(1)
    assert shared_weight(HEAT, replace(WARM, text="[1]"), weights) == 0


@pytest.mark.parametrize(("share", "severity"), [(0.38, "warning"), (0.39, "error")])
def test_passages_say_the_same_from_its_bound_on(share: float, severity: str) -> None:
    def rank(question: str) -> Sequence[str]:
        return ["warm", "heat"] if question == "warm pack ok" else ["heat"]

    found = lint(ROOT, documents=[], passages=[HEAT, WARM], rank=rank, limits=Limits(answer_share=share), today=TODAY)
    assert [issue.severity for issue in found] == [severity]


def test_a_question_of_two_passages_is_an_error_even_when_nothing_is_asked() -> None:
    heat = passage("Heat soothes.", id="heat", question="Does heat help?")
    warm = passage("It does.", id="warm", question="Warm packs?", alternates=("does HEAT help",), document_id="b.md")
    message = '"does HEAT help" is also a question of "Does heat help?" in a.md. Only one can come first'
    assert check(passages=[heat, warm]) == (Issue("b.md", "Warm packs?", "duplicate-question", message),)


@pytest.mark.parametrize(
    "text",
    [
        f"We say [1] that {EIGHT}.",
        f"We say [1] that {EIGHT.upper()}!",
        f"We say [1] that {EIGHT.replace(' sit ', ' sit [1] ')}.",
        f"We say [1] that {EIGHT.replace('all our', '**all**, our')}.",
    ],
)
def test_eight_words_of_a_reference_document_are_copied_however_they_are_set(text: str, reference: Path) -> None:
    message = f'"{"that " + EIGHT}" stands in seed.txt. Say it in other words'
    assert check(replace(PAGE, text=f"## Wear\n{text}"), reference=reference) == (
        Issue(PAGE.id, "Wear", "copied", message),
    )


def test_seven_words_in_a_row_are_no_copy_and_the_names_of_sources_are_none(reference: Path) -> None:
    seven = EIGHT.partition(" ")[2]
    cited = replace(PAGE, text=f"The {seven} [1].", sources=(Source(title=EIGHT, mark="1"),))
    assert check(cited, reference=reference) == ()


def test_titles_and_other_ways_to_ask_are_compared_too(reference: Path) -> None:
    pair = Pair("What sits there?", (f"why do {EIGHT}", "what is a disc"), 0, 4)
    found = check(replace(PAGE, title=EIGHT.capitalize(), pairs=(pair,)), reference=reference)
    assert [(issue.place, issue.rule) for issue in found] == [
        ("front matter", "copied"),
        ("What sits there?", "copied"),
    ]


def test_a_reference_document_that_cannot_be_read_is_reported(reference: Path) -> None:
    (reference / "empty.txt").write_text("")
    assert check(reference=reference) == (
        Issue("empty.txt", str(reference), "reference", "not compared: no text in it", "warning"),
    )


def test_a_reference_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="No corpus at"):
        check(reference=tmp_path / "missing")


def test_issues_come_by_page() -> None:
    pages = [replace(PAGE, id=name, licence="", reviewed="") for name in ("b.md", "a.md")]
    found = lint(ROOT, documents=pages, passages=[], profile="articles", today=TODAY)
    assert [(issue.path, issue.rule) for issue in found] == [
        ("a.md", "licence"),
        ("a.md", "reviewed"),
        ("b.md", "licence"),
        ("b.md", "reviewed"),
    ]


def test_a_place_before_the_first_heading_is_the_page() -> None:
    assert [place_of(PAGE, at) for at in (0, PAGE.text.index("wear down"))] == ["Discs and wear", "Wear"]


@given(st.lists(st.text("abc", min_size=1, max_size=3), max_size=20), st.integers(1, 9))
def test_runs_are_all_windows_of_the_words(words: list[str], length: int) -> None:
    windows = [tuple(words[at : at + length]) for at in range(len(words) - length + 1)]
    assert shingles(words, length) == windows


@given(st.lists(st.sampled_from(["heat", "ice", "don't", "well-known"]), min_size=1, max_size=12))
def test_marks_and_punctuation_hide_no_words(words: list[str]) -> None:
    assert words_of(" [3], ".join(words).upper() + " [1, 2].") == words_of(" ".join(words))


@pytest.fixture(scope="module")
def shipped() -> tuple[list[Document], list[Passage]]:
    documents = [read(file.path, document_id=file.document_id) for file in discover(ROOT / "corpus").files]

    def count(text: str) -> int:
        return len(text.split())

    return documents, [cut for document in documents for cut in split(document, count, limit=200, words=80)]


def test_the_corpus_that_ships_has_no_issues(shipped: tuple[list[Document], list[Passage]]) -> None:
    documents, passages = shipped
    assert len(documents) > 40
    assert lint(ROOT / "corpus", documents=documents, passages=passages, today=LAST_REVIEW) == ()


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the reference documents are not here")
def test_the_corpus_that_ships_takes_no_sentence_over(shipped: tuple[list[Document], list[Passage]]) -> None:
    documents, _ = shipped
    found = lint(ROOT / "corpus", documents=documents, passages=[], reference=SEEDS, today=LAST_REVIEW)
    assert [issue for issue in found if issue.rule in ("copied", "reference")] == []
