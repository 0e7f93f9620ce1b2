"""A bot that goes over to new generations while many ask loses no question and mixes no two generations."""

import threading
from collections.abc import Callable
from pathlib import Path

from faqbot import FaqBot
from faqbot.index import build
from faqbot.settings import Settings

BUILDS = 6
QUESTION = "does a straw hat keep the sun off?"


def test_no_question_is_lost_while_a_bot_goes_over_to_new_generations(
    with_encoder: Callable[[Path], Path], tmp_path: Path
) -> None:
    index, corpus = with_encoder(tmp_path / "index"), tmp_path / "corpus"
    corpus.mkdir()

    def publish(number: int) -> None:
        for name in ("a.md", "b.md"):
            text = f"# Hats\n\nA straw hat of kind {number} keeps the sun off your head, says {name}.\n"
            (corpus / name).write_text(text, encoding="utf-8")
        build(corpus, index, settings=Settings(threads=1, keep_versions=1))

    publish(0)
    ended = threading.Event()
    seen: list[set[str]] = []
    failed: list[BaseException] = []

    def ask(bot: FaqBot) -> None:
        while not ended.wait(0.005):  # so that builds get on, too
            try:
                hits = bot.answer(QUESTION).hits
            except BaseException as error:
                failed.append(error)
                raise
            kinds = {passage.text.split()[5] for hit in hits for passage in (hit.passage, *hit.duplicates)}
            seen.append(kinds)

    with FaqBot.load(index, settings=Settings(threads=1)) as bot:
        askers = [threading.Thread(target=ask, args=(bot,)) for _ in range(4)]
        for asker in askers:
            asker.start()
        for number in range(1, BUILDS + 1):
            publish(number)
            assert bot.refresh()
            before = len(seen)
            while len(seen) < before + 8 and not failed:
                threading.Event().wait(0.01)
        ended.set()
        for asker in askers:
            asker.join(30)
    assert failed == []
    assert all(len(kinds) == 1 for kinds in seen)
    assert {kind for kinds in seen for kind in kinds} == {str(number) for number in range(BUILDS + 1)} - _unasked(seen)
    assert seen[-1] == {str(BUILDS)}


def _unasked(seen: list[set[str]]) -> set[str]:
    """The first kind, if nobody came to ask before it was replaced."""
    return {"0"} if {"0"} not in seen else set()
