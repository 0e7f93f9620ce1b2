"""FaqBot: decide the safety alert, retrieve passages, judge how sure the answer is."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from faqbot.config import Config, load_config
from faqbot.conversation import Message, check, user_texts
from faqbot.errors import FaqbotError, QuestionError
from faqbot.safety import assess
from faqbot.settings import Settings, read_settings
from faqbot.types import Alert, Answer, Document, Passage, Ranking

if TYPE_CHECKING:
    from types import TracebackType

    import numpy as np
    from numpy.typing import NDArray

    from faqbot.dialogue import Dialogue
    from faqbot.encoders.encoder import Backend, Encoder
    from faqbot.index import EncoderInfo, Index
    from faqbot.index.interface import Asset
    from faqbot.retrieval.calibration import Calibration
    from faqbot.retrieval.retriever import Retriever, SearchConfig
    from faqbot.retrieval.suggest import QuestionSuggester

logger = logging.getLogger(__name__)
NEVER = 2.0  # a confidence that nothing reaches
# Answers worked out at once: with eight on two cores, threads that want the interpreter hold one another up
# (docs/performance.md).
AT_ONCE = (os.cpu_count() or 1) + 1


@dataclass(frozen=True)  # no slots: cached_property needs a __dict__
class OpenVersion:
    """One index version with all that answers from it."""

    index: Index
    retriever: Retriever
    calibration: Calibration
    config: Config

    @cached_property
    def suggester(self) -> QuestionSuggester:
        """The questions of the version, indexed when they are first asked for."""
        from faqbot.retrieval.suggest import QuestionSuggester

        pairs = [
            (pair.question, pair.alternates, document.id)
            for document in self.index.documents()
            for pair in document.pairs
        ]
        others = [(question, (), "") for question in self.index.questions()]
        return QuestionSuggester([*pairs, *others])


class FaqBot:
    """Answers questions from one index. Serves many threads; asking writes nothing."""

    def __init__(self, index: Path, opened: OpenVersion, settings: Settings) -> None:
        self.settings = settings
        self._index = index
        self._opened = opened
        self._refused = ""  # the name of a newer version that could not be opened
        self._turns = BoundedSemaphore(AT_ONCE)

    @classmethod
    def load(cls, index: str | Path = "index", *, settings: Settings | None = None) -> FaqBot:
        """Open an index folder.

        Raises IndexMissingError, IndexDamagedError, IndexMismatchError, EncoderError or RulesError, naming what to do.
        """
        settings = settings or read_settings()
        safety = load_config(settings).safety
        with ThreadPoolExecutor(1) as beside:
            # Files are hashed and the encoder is loaded without Python, which meanwhile reads the safety rules.
            rules = beside.submit(assess, (), config=safety)
            opened = open_version(Path(index), settings)
        bot = cls(Path(index), opened, settings)
        if (error := rules.exception()) is not None:
            bot.close()
            raise error
        return bot

    def refresh(self) -> bool:
        """Go over to the version that is in use now; return whether there was a newer one that is sound.

        Questions under way end on the one they began with. A newer one that cannot be opened is refused, with one
        line in the log, and the old one stays.
        """
        from faqbot.index import current_name

        name = ""
        try:
            name = current_name(self._index)
            if name in (self.index_version, self._refused):
                return False
            newer = open_version(self._index, self.settings)
        except FaqbotError as error:
            logger.warning("The version in use stays: %s", error)
            self._refused = name
            return False
        older, self._opened = self._opened, newer
        older.index.close()
        return True

    def answer(self, question: str, history: Sequence[Message] = (), top_k: int | None = None) -> Answer:
        """Return the passages that answer a question best, word for word, and how sure that is.

        `history` is what was said before, oldest first: strings (the person's) or {"role", "content"} mappings, of
        which only the person's count. A message of several questions is answered question by question (`parts`).
        Raises QuestionError, which carries the alert, for a question that is empty, too long or not text.
        """
        earlier = user_texts(history)
        alert = self.assess([*earlier, question])
        check(question, earlier, self.settings, alert)
        depth = self._depth(top_k, alert)
        opened = self._opened  # the one version that this answer is of, whatever is opened meanwhile
        # Passages in a store elsewhere are waited for: then any number of questions is answered at once.
        with nullcontext() if opened.index.is_remote else self._turns:
            return _dialogue(opened, alert, depth).answer(question, earlier)

    def answer_many(self, questions: Iterable[str], *, top_k: int | None = None) -> list[Answer]:
        """Answers to questions that have nothing to do with one another, in order; encoded together.

        Raises QuestionError for the first that cannot be answered as it is.
        """
        every = list(questions)
        alerts = [self.assess([question]) for question in every]
        for question, alert in zip(every, alerts, strict=True):
            check(question, (), self.settings, alert)
        depth = self._depth(top_k, Alert())
        opened = self._opened
        rankings = opened.retriever.rank_many(every, top_k=depth)
        return [
            _dialogue(opened, alert, depth).answer(question, (), ranking)
            for question, alert, ranking in zip(every, alerts, rankings, strict=True)
        ]

    def rank(self, question: str, history: Sequence[Message], top_k: int) -> Ranking:
        """What is found for a question, without judging it: for evaluation. Raises QuestionError as `answer` does."""
        earlier = user_texts(history)
        check(question, earlier, self.settings, Alert())
        return self._opened.retriever.rank(question, earlier, top_k=top_k)

    def dialogue(self, alert: Alert, top_k: int) -> Dialogue:
        """Return how one message is answered from the index version in use."""
        return _dialogue(self._opened, alert, top_k)

    def similarities(self, text: str, others: Sequence[str]) -> NDArray[np.float32]:
        """Return the cosines of a text's embedding with those of other texts, (n,)."""
        return self._opened.retriever.similarities(text, others)

    @property
    def config(self) -> Config:
        """What the operator's faqbot.toml and settings say of page, banner, safety, replies and language."""
        return self._opened.config

    @property
    def calibration(self) -> Calibration:
        """How features become a confidence and a band."""
        return self._opened.calibration

    @property
    def encoder(self) -> EncoderInfo:
        """The encoder that the index was made with."""
        return self._opened.index.encoder

    def assess(self, messages: Sequence[Message]) -> Alert:
        """What the safety rules say of the person's messages, oldest first."""
        return assess(user_texts(messages), config=self.config.safety)

    def examples(self, n: int) -> tuple[str, ...]:
        """Return up to `n` questions that the corpus answers, each of another document, those with most variants."""
        return self._opened.suggester.popular(n)

    def suggest(self, text: str, n: int) -> tuple[str, ...]:
        """Return up to `n` questions that the letters typed so far may become, best first."""
        return self._opened.suggester.find(text, n)

    def documents(self) -> Iterator[Document]:
        """Yield every document of the index, in order."""
        return self._opened.index.documents()

    def asset(self, path: str) -> Asset:
        """Return a picture that a document shows. Raises IndexMismatchError if there is none with this path."""
        return self._opened.index.asset(path)

    def document(self, document_id: str) -> Document:
        """A document of the index, as it was read."""
        return self._opened.index.document(document_id)

    def passage(self, passage_id: str) -> Passage:
        """A passage of the index; raises IndexMismatchError for one that is not there (any more)."""
        (stored,) = self._opened.index.fetch([passage_id])
        return stored.passage

    @property
    def index_version(self) -> str:
        """The name of the index version in use."""
        return self._opened.index.version.id

    def ready(self) -> None:
        """Raises FaqbotError while questions cannot be answered: the engine that holds the passages is asked."""
        self._opened.index.check()

    def close(self) -> None:
        """Let go of the index."""
        self._opened.index.close()

    def __enter__(self) -> FaqBot:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _depth(self, top_k: int | None, alert: Alert) -> int:
        """How many passages to show."""
        if top_k is not None and top_k < 1:
            raise QuestionError(f"top_k is {top_k}, expected 1 or more, or None for the setting", alert)
        return top_k or self.settings.top_k


def _dialogue(opened: OpenVersion, alert: Alert, top_k: int) -> Dialogue:
    """How one message is answered from an index version."""
    from faqbot.dialogue import Dialogue

    return Dialogue(opened.index, opened.retriever, opened.calibration, opened.config, alert, top_k)


def open_version(index: Path, settings: Settings) -> OpenVersion:
    """Open the index version in use, ready to answer. Raises what is wrong with the index, naming what to run."""
    from faqbot.index import open_index

    opened = open_index(index, store=settings.store, token=settings.store_token, timeout=settings.store_timeout)
    try:
        retriever = open_retriever(opened, threads=settings.threads)
        config = load_config(settings, opened.meta)
        assess((), config=config.safety)  # a version whose rules cannot be read is not opened
        return OpenVersion(opened, retriever, open_calibration(opened), config)
    except BaseException:
        opened.close()
        raise


def open_retriever(index: Index, *, threads: int = 0, search: SearchConfig | None = None) -> Retriever:
    """Return a retriever over an index version, with the encoder of its index. Raises EncoderError."""
    from faqbot.retrieval.retriever import DEFAULT, Retriever
    from faqbot.retrieval.spelling import SpellingCorrector, shorthand

    encoder = open_encoder(index, threads=threads)
    corrector = SpellingCorrector(index.vocabulary, encoder.tokenizer.has_word, shorthand())
    return Retriever(index, encoder, corrector, prompt=index.encoder.query_prompt, search=search or DEFAULT)


def open_encoder(index: Index, *, threads: int = 0) -> Encoder:
    """Return the index's encoder in ONNX Runtime; in sentence-transformers where its model could not be exported."""
    from faqbot.encoders.encoder import Encoder
    from faqbot.encoders.pca import Projection
    from faqbot.encoders.tokenizer import EncoderTokenizer

    folder = index.encoder_folder
    tokenizer = EncoderTokenizer.from_file(folder / "tokenizer.json")
    return Encoder(_engine(index, threads), tokenizer, Projection.load(folder), token_limit=index.encoder.token_limit)


def open_calibration(index: Index) -> Calibration:
    """Return the index's own calibration, or the shipped one, which promises nothing for another encoder."""
    from faqbot.retrieval.calibration import Calibration, shipped

    if own := index.calibration:
        return Calibration.from_dict(own)
    calibration = shipped()
    if calibration.encoder == index.encoder.fingerprint:
        return calibration
    logger.warning("Certainty is not calibrated for %s: answers 'may help'. Run: faqbot calibrate", index.encoder.name)
    return replace(calibration, answer_from=NEVER, very_likely_from=NEVER)


def _engine(index: Index, threads: int) -> Backend:
    from faqbot.encoders.onnx_backend import GRAPH, OnnxBackend

    if (index.encoder_folder / GRAPH).is_file():
        return OnnxBackend(index.encoder_folder, threads=threads)
    from faqbot.encoders.torch_backend import TransformerModel

    logger.warning("%s could not be exported: answering loads sentence-transformers", index.encoder.name)
    return TransformerModel(index.encoder.name)
