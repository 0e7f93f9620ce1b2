"""Search as you type: which questions the letters so far may become, and how fast."""

import time

import pytest
from starlette.testclient import TestClient

from faqbot import FaqBot
from faqbot.errors import IndexMissingError
from faqbot.retrieval.suggest import QuestionSuggester
from faqbot.server.app import create_app
from faqbot.settings import Settings

QUESTIONS = (
    ("Which shoes help?", ("good trainers for a sore back",), "shoes.md"),
    ("Is walking good for sciatica?", ("can i walk with a trapped nerve",), "walking.md"),
    ("Should I walk uphill?", (), "walking.md"),
    ("Which shoes help?", ("boots or sandals",), "shoes.md"),
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("sh", ("Should I walk uphill?", "Which shoes help?")),
        ("which sho", ("Which shoes help?",)),
        ("help shoes", ("Which shoes help?",)),
        ("trapped", ("Is walking good for sciatica?",)),
        ("sandals", ("Which shoes help?",)),
        ("WALK", ("Should I walk uphill?", "Is walking good for sciatica?")),
        ("w", ()),
        ("zebra", ()),
        ("which zebra", ()),
        ("", ()),
        ("?!", ()),
    ],
)
def test_every_word_typed_begins_a_word_of_the_question_or_a_variant(typed: str, found: tuple[str, ...]) -> None:
    assert QuestionSuggester(QUESTIONS).find(typed, 5) == found


def test_popular_questions_have_most_variants_and_each_another_document() -> None:
    assert QuestionSuggester(QUESTIONS).popular(2) == ("Which shoes help?", "Is walking good for sciatica?")
    assert len(QuestionSuggester(QUESTIONS).popular(9)) == 3


def test_a_key_takes_less_than_ten_milliseconds_with_many_questions() -> None:
    words = [f"w{number:04d}" for number in range(3000)]
    many = [(f"{words[at % 3000]} {words[at * 7 % 3000]} question {at}", (), f"{at}.md") for at in range(30_000)]
    suggester = QuestionSuggester(many)
    spent = []
    for typed in ("w0", "w00", "w0001 ", "w0001 w00", "question 29", "w2999 w29"):
        started = time.process_time()
        suggester.find(typed, 6)
        spent.append(time.process_time() - started)
    assert sorted(spent)[len(spent) // 2] < 0.01


def test_the_endpoint_gives_questions_of_the_corpus_and_keeps_words_out_of_addresses(bot: FaqBot) -> None:
    with TestClient(create_app(bot, Settings(), page=False)) as client:
        found = client.post("/suggest", json={"text": "shoe"}).json()["suggestions"]
        assert 0 < len(found) <= 6
        assert found == list(bot.suggest("shoe", 6))
        assert client.get("/suggest?text=shoe").status_code in (404, 405)
        assert client.post("/suggest", json={"text": 7}).status_code == 422
        assert client.post("/suggest", json={"text": "x" * 5000}).status_code == 422


def test_without_an_index_nothing_is_suggested_and_topics_say_why() -> None:
    with TestClient(create_app(IndexMissingError("No index at x/"), Settings(), page=False)) as client:
        assert client.post("/suggest", json={"text": "shoes"}).json() == {"suggestions": []}
        assert client.get("/topics").status_code == 503
