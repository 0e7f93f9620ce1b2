"""A LangChain retriever; every document carries the alert, also where there is no answer."""

from typing import Any

from faqbot.bot import FaqBot
from faqbot.errors import need
from faqbot.types import passage_dict

try:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
    from pydantic import ConfigDict
except ImportError as error:
    raise need("langchain-core", "langchain", error) from error


class FaqBotRetriever(BaseRetriever):
    """Returns the passages of an answer, best first; without one, nothing unless there is an alert or a reply.

    An alert or a reply without an answer is one document whose text is it, so that no chain loses an emergency; its
    metadata has no passage. `metadata["alert"]["level"]` is "none" where nothing was recognised.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    bot: FaqBot
    top_k: int = 5

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        answer = self.bot.answer(query, top_k=self.top_k)
        shared: dict[str, Any] = {
            "band": answer.band,
            "certainty": answer.certainty,
            "confidence": answer.confidence,
            "alert": answer.alert.to_dict(),
        }
        hits = answer.hits if answer.band != "none" else ()
        message = "\n\n".join(part for part in (answer.alert.message, answer.reply) if part)
        if not hits and message:
            return [Document(message, metadata=shared)]
        return [Document(hit.passage.text, metadata=passage_dict(hit.passage) | shared) for hit in hits]
