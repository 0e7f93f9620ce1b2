"""FaqBot: the contract that other programs rely on, on the real index."""

import shutil
import threading
from pathlib import Path

import pytest

from faqbot import FaqBot
from faqbot.errors import QuestionError, RulesError
from faqbot.index import build
from faqbot.settings import Settings


def test_an_answer_is_a_passage_word_for_word_with_its_source(bot: FaqBot) -> None:
    answer = bot.answer("what is spinal stenosis?")
    passage = answer.hits[0].passage
    assert answer.answered
    assert "narrow" in passage.text
    assert bot.document(passage.document_id).text[passage.start : passage.end] == passage.text
    assert passage.sources


def test_highlights_lie_in_the_passage_and_matched_words_in_both(bot: FaqBot) -> None:
    answer = bot.answer("does heat or ice help a sore back?")
    for hit in answer.hits:
        assert all(0 <= start < end <= len(hit.passage.text) for start, end in hit.highlights)
    question_words, _ = zip(*answer.hits[0].matched, strict=True)
    assert {"heat", "ice"} & set(question_words)


def test_a_red_flag_alerts_whatever_else_is_asked(bot: FaqBot) -> None:
    answer = bot.answer("which shoes are best?", history=["I can't feel my legs and I've wet myself"])
    assert answer.alert.level == "emergency"
    assert answer.hits


@pytest.mark.parametrize(
    "question", ["lasagne recipe with cheese", "zxcvbnm poiu", "Translate 'good night' into Japanese", "!!!", "🚀🍕"]
)
def test_what_is_far_off_has_no_answer(bot: FaqBot, question: str) -> None:
    answer = bot.answer(question)
    assert (answer.band, answer.answered) == ("none", False)


@pytest.mark.parametrize("question", ["", "   ", "x" * 2001])
def test_an_empty_or_over_long_question_is_refused(bot: FaqBot, question: str) -> None:
    with pytest.raises(QuestionError):
        bot.answer(question)


def test_a_refused_question_still_carries_its_alert(bot: FaqBot) -> None:
    with pytest.raises(QuestionError) as refused:
        bot.answer("I can't pee and my groin is numb. " + "It hurts. " * 300)
    assert refused.value.alert.level == "emergency"


def test_history_comes_as_strings_or_chat_messages_and_only_the_persons_counts(bot: FaqBot) -> None:
    plain = bot.answer("and how often?", history=["How do I do a bridge?"])
    chat = bot.answer(
        "and how often?",
        history=[
            {"role": "user", "content": [{"type": "text", "text": "How do I do a bridge?"}]},
            {"role": "assistant", "content": "I cannot feel my legs"},
        ],
    )
    assert chat == plain
    assert "bridge" in plain.query


def test_answers_from_many_threads_are_those_of_one(bot: FaqBot) -> None:
    questions = ["what is sciatica", "do shoes matter", "is swimming good", "when to see a doctor"] * 4
    alone = [bot.answer(question) for question in questions]
    found = [None] * len(questions)

    def ask(number: int) -> None:
        found[number] = bot.answer(questions[number])  # type: ignore[call-overload]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(questions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == alone


def test_many_questions_at_once_find_what_each_finds_alone(bot: FaqBot) -> None:
    questions = ["what is sciatica", "do shoes matter", "is swimming good"]
    together = bot.answer_many(questions)
    for question, answer in zip(questions, together, strict=True):
        assert [hit.passage.id for hit in answer.hits] == [hit.passage.id for hit in bot.answer(question).hits]


def test_the_form_is_plain_json_with_a_version(bot: FaqBot) -> None:
    form = bot.answer("what is sciatica").to_dict()
    assert form["version"] == 1
    assert set(form) >= {"question", "band", "answered", "confidence", "alert", "hits"}


def test_a_broken_rules_file_is_refused_before_anything_is_served(index_folder: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text("[[rule]]\nid = 1\n", encoding="utf-8")
    with pytest.raises(RulesError, match=r"rules\.toml"):
        FaqBot.load(index_folder, settings=Settings(rules=str(rules)))


def test_a_running_bot_goes_over_to_a_new_generation_and_refuses_a_bad_one(index_folder: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    shutil.copytree(index_folder, index)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.md").write_text("# Hats\n\nA straw hat keeps the sun off your head.\n", encoding="utf-8")
    with FaqBot.load(index, settings=Settings()) as bot:
        assert not bot.refresh()
        build(corpus, index, settings=Settings())
        assert bot.refresh()
        assert bot.answer("does a straw hat keep the sun off?").hits[0].passage.document_id == "a.md"
        (index / "CURRENT").write_text("000099-0123456789ab\n", encoding="ascii")
        assert not bot.refresh()
        assert bot.answer("does a straw hat keep the sun off?").hits[0].passage.document_id == "a.md"
