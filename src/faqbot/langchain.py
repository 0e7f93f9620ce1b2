"""The bot as a LangChain retriever: a query comes in, its passages come out as Documents, word for word."""

from typing import Any

from faqbot.bot import FaqBot
from faqbot.errors import need
from faqbot.types import passage_dict

try:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
except ImportError as error:
    raise need("langchain-core", "langchain", error) from error


class FaqBotRetriever(BaseRetriever):
    """Gives the passages of an answer, best first, and none where the bot has no answer.

    Each Document's metadata holds the passage's place and source, `band`, `confidence` and `alert`, which is to be
    shown before anything that is made of the passages. Raises FaqbotError as the bot does.
    """

    bot: Any  # a FaqBot; pydantic needs no schema of it
    top_k: int = 5

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        bot: FaqBot = self.bot
        answer = bot.answer(query, top_k=self.top_k)
        shared = {"band": answer.band, "confidence": answer.confidence, "alert": answer.alert.to_dict()}
        hits = answer.hits if answer.answered else ()
        return [Document(hit.passage.text, metadata=passage_dict(hit.passage) | shared) for hit in hits]
