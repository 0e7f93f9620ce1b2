"""How a message is answered in a conversation: replies, several questions, more, simpler, follow-ups, choices."""

from dataclasses import replace
from pathlib import Path

import pytest

from command_line import run
from faqbot import FaqBot
from faqbot.config import Config, PageConfig, RepliesConfig, SafetyConfig
from faqbot.conversation import split_questions
from faqbot.dialogue import PHARMACIST, Dialogue
from faqbot.retrieval.follow_up import is_same_question
from faqbot.types import Alert


def test_a_reply_stands_alone(bot: FaqBot) -> None:
    answer = bot.answer("thanks a lot!")
    assert answer.reply == "You are welcome. Ask again whenever you like."
    assert (answer.hits, answer.band, answer.certainty, answer.answered) == ((), "none", "none", True)
    assert answer.suggestions == answer.choices == answer.unmatched == ()


def test_the_alert_is_decided_before_a_reply_and_shown_with_it(bot: FaqBot) -> None:
    history = ["I can't feel between my legs and I've wet myself"]
    answer = bot.answer("thanks", history=history)
    assert answer.reply
    assert answer.alert == bot.assess([*history, "thanks"])
    assert answer.alert.level == "emergency"


def test_a_reply_is_exit_code_0(capsys: pytest.CaptureFixture[str], index_folder: Path) -> None:
    code, out, _ = run(capsys, "ask", "who are you?", "--index", str(index_folder))
    assert code == 0
    assert out.startswith("I am a program, not a person.")


def dialogue(bot: FaqBot, config: Config) -> Dialogue:
    return replace(bot.dialogue(Alert(), 5), config=config)


def test_an_operator_changes_a_reply_turns_one_off_and_gives_a_contact(bot: FaqBot) -> None:
    config = Config(page=PageConfig(contact="030 123"), replies=RepliesConfig(thanks="Any time.", greeting="none"))
    made = dialogue(bot, config)
    assert made.answer("thanks", ()).reply == "Any time."
    assert made.answer("hello", ()).reply == ""
    assert "030 123" in made.answer("can I speak to a human?", ()).reply


def test_without_a_safety_profile_no_reply_and_no_note_speaks_of_health(bot: FaqBot) -> None:
    made = dialogue(bot, Config(safety=SafetyConfig(profile="none")))
    assert "doctor" not in made.answer("can I speak to a human?", ()).reply
    assert made.answer("can I drink beer with ibuprofen", ()).note == ""


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("Can I walk? Can I swim?", ("Can I walk?", "Can I swim?")),
        ("what shoes should I wear and how far should I walk", ("what shoes should I wear?", "how far should I walk?")),
        ("I am pregnant. Can I walk? And can I swim?", ("I am pregnant. Can I walk?", "I am pregnant. And can I swim?")),
        ("how far can I walk\nwhich shoes are best", ("how far can I walk?", "which shoes are best?")),
        ("how do I sit and stand", None),
        ("is it ok to walk and run", None),
        ("My back hurts. What should I do?", None),
        ("why?", None),
        ("really?? why??", None),
    ],
)  # fmt: skip
def test_a_message_is_split_into_its_questions(message: str, parts: tuple[str, ...] | None) -> None:
    assert split_questions(message) == (parts or (message,))


def test_each_of_several_questions_is_answered_in_order(bot: FaqBot) -> None:
    answer = bot.answer("what is sciatica and how do I do a bridge?")
    assert [part.question for part in answer.parts] == ["what is sciatica?", "how do I do a bridge?"]
    assert "sciatic" in answer.parts[0].hits[0].passage.text
    assert "bridge" in answer.parts[1].hits[0].passage.embedded_text.lower()
    assert [hit.passage for hit in answer.hits[:2]] == [part.hits[0].passage for part in answer.parts]
    assert bot.answer("what is sciatica?").parts == ()


def test_more_gives_the_next_passages_and_simpler_an_easier_one(bot: FaqBot) -> None:
    first = bot.answer("does stretching help")
    second = bot.answer("what else?", ["does stretching help"])
    third = bot.answer("more please", ["does stretching help", "what else?"])
    assert second.hits[0].passage == first.hits[1].passage
    assert third.hits[0].passage == first.hits[2].passage
    assert second.question == "what else?"
    easier = bot.answer("can you explain that?", ["does stretching help"])
    lengths = [len(hit.passage.text.split()) for hit in easier.hits]
    assert "glossary" in easier.hits[0].passage.document_id or lengths[0] == min(lengths)
    assert bot.answer("more").reply


def test_more_after_small_talk_goes_on_with_the_question_before_it(bot: FaqBot) -> None:
    first = bot.answer("does stretching help")
    assert bot.answer("what else?", ["does stretching help", "thanks"]).hits[0].passage == first.hits[1].passage


def test_a_follow_up_does_not_repeat_a_passage_that_meets_its_words_less(bot: FaqBot) -> None:
    history = ["Can I walk with a slipped disc?"]
    before = bot.answer(history[0])
    after = bot.answer("and uphill?", history)
    assert after.hits[0].passage != before.hits[0].passage
    assert "uphill" in after.hits[0].passage.embedded_text.lower()


def test_suggestions_differ_from_the_passages_shown_and_from_what_was_asked(bot: FaqBot) -> None:
    history = ["How do I do a bridge?"]
    answer = bot.answer("how do I do the bird-dog", history)
    shown = [hit.passage.question for hit in answer.hits if hit.passage.question]
    assert answer.suggestions
    for suggestion in answer.suggestions:
        assert not any(is_same_question(suggestion, other) for other in (*shown, *history, answer.question))


def test_what_is_off_topic_gets_no_suggestions(bot: FaqBot) -> None:
    answer = bot.answer("recipe for lasagne with cheese")
    assert (answer.band, answer.suggestions, answer.choices) == ("none", (), ())
    assert answer.hits


def test_a_word_or_two_offer_questions_to_choose_from(bot: FaqBot) -> None:
    answer = bot.answer("sciatica")
    assert 2 <= len(answer.choices) <= 3
    assert bot.answer("what is sciatica and why does it hurt").choices == ()


@pytest.mark.parametrize(
    ("question", "noted"),
    [
        ("can I drink beer with ibuprofen", True),
        ("can i take naproxen and ibuprofen", True),
        ("is ibuprofen safe with blood pressure tablets", True),
        ("what does ibuprofen do", False),
        ("my husband drinks a lot of beer", False),
    ],
)
def test_medicines_together_or_with_alcohol_ask_a_pharmacist(bot: FaqBot, question: str, noted: bool) -> None:
    assert bot.answer(question).note == (PHARMACIST if noted else "")


@pytest.mark.parametrize(
    "question", ["does losing weight by diet help", "can i have a hot bath", "is a firm mattress better"]
)
def test_what_frightens_is_not_shown_beside_to_who_did_not_ask(bot: FaqBot, question: str) -> None:
    answer = bot.answer(question)
    beside = " ".join(" ".join((hit.passage.question, *hit.passage.headings)) for hit in answer.hits[1:])
    assert not any(
        word in f"{beside} {' '.join(answer.suggestions)}".lower() for word in ("cancer", "emergency", "ending my life")
    )


def test_who_asks_about_what_frightens_is_shown_it(bot: FaqBot) -> None:
    answer = bot.answer("could my back pain be cancer")
    assert any("cancer" in hit.passage.text.lower() for hit in answer.hits[:2])


@pytest.mark.parametrize("question", ["resistance band waist", "bone spurr nerv", "wat is degenrativ disk diseese"])
def test_misspelt_english_and_terms_are_not_taken_for_another_language(bot: FaqBot, question: str) -> None:
    assert bot.answer(question).reply == ""
    assert bot.answer(question).hits


@pytest.mark.parametrize("question", ["mi fa male la schiena quando cammino", "meri kamar mein bahut dard hai"])
def test_a_message_in_another_language_gets_the_numbers_and_no_passage(bot: FaqBot, question: str) -> None:
    answer = bot.answer(question)
    assert "112" in answer.reply
    assert (answer.band, answer.hits) == ("none", ())


@pytest.mark.parametrize("between", ["thanks, that helps", "since monday", "ok", "what else?"])
def test_a_follow_up_goes_on_from_the_question_before_small_talk(bot: FaqBot, between: str) -> None:
    history = ["how do I do a bridge"]
    assert (
        bot.answer("and how often?", history=[*history, between]).query == bot.answer("and how often?", history).query
    )


@pytest.mark.parametrize("message", ["?", "...", "🚀🍕", "!!"])
def test_a_message_without_a_word_repeats_no_passage(bot: FaqBot, message: str) -> None:
    assert bot.answer(message, history=["my back aches on long walks"]).band == "none"
