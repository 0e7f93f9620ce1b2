"""The LangChain retriever returns the bot's passages, and never loses an alert."""

from dataclasses import replace
from typing import Any

import pytest

from faqbot import FaqBot
from faqbot.types import Answer
from web_samples import EMERGENCY, answer

pytest.importorskip("langchain_core", reason="langchain-core is not installed")

from faqbot.langchain import FaqBotRetriever

QUESTION = "should I walk through the ache or stop"


def test_it_gives_the_passages_word_for_word_with_their_place(bot: FaqBot) -> None:
    documents = FaqBotRetriever(bot=bot, top_k=3).invoke(QUESTION)
    answer = bot.answer(QUESTION, top_k=3)
    assert [document.page_content for document in documents] == [hit.passage.text for hit in answer.hits]
    first = documents[0].metadata
    assert first["document_id"] == answer.hits[0].passage.document_id
    assert (first["start"], first["end"]) == (answer.hits[0].passage.start, answer.hits[0].passage.end)
    assert (first["band"], first["confidence"]) == (answer.band, answer.confidence)


def test_an_alert_travels_with_every_passage(bot: FaqBot) -> None:
    documents = FaqBotRetriever(bot=bot).invoke("my back hurts when I walk and I can't feel my legs")
    assert {document.metadata["alert"]["level"] for document in documents} == {"emergency"}


def test_where_there_is_no_answer_there_is_no_document(bot: FaqBot) -> None:
    question = "what is the capital of Mongolia"
    assert not bot.answer(question).answered
    assert FaqBotRetriever(bot=bot).invoke(question) == []


def test_an_alert_without_an_answer_is_a_document_of_its_own(bot: FaqBot) -> None:
    class Unsure(FaqBot):
        """Finds nothing, and sees the emergency all the same."""

        def __init__(self) -> None:
            pass

        def answer(self, *arguments: Any, **options: Any) -> Answer:
            return replace(answer(band="none"), alert=EMERGENCY)

    (document,) = FaqBotRetriever(bot=Unsure()).invoke("x")
    assert document.page_content == EMERGENCY.message
    assert document.metadata["alert"] == EMERGENCY.to_dict()
    assert document.metadata["band"] == "none"
    assert "document_id" not in document.metadata
