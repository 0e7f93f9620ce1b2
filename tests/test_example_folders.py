"""The example folders: a bicycle shop and a library answer their customers' questions from their own few files."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from faqbot.bot import FaqBot
from faqbot.config import load_config
from faqbot.index import build
from faqbot.settings import Settings

EXAMPLES = Path(__file__).parents[1] / "examples"


@dataclass(frozen=True)
class Case:
    """A question as a customer types it, and words of the passage that answers it; none where nothing does."""

    question: str
    quote: str = ""


SHOP = (
    Case("when do you open on thursday", "Thursday until 8 pm"),
    Case("are you open sundays?", "closed on Sunday"),
    Case("how much do you charge for a service", "A full service is 95 euros"),
    Case("what's the cheapest check-up for my bike", "A basic check is 45 euros"),
    Case("can i pay with my phone", "phone payment"),
    Case("my brakes feel spongy", "air in the hose"),
    Case("i can't feel my brakes anymore, what should i do", "bleeding a brake costs 30 euros"),
    Case("how do I find the hole in my tube", "look for bubbles"),
    Case("what pressure for a road bike tyre", "6 to 8 bar for a road bike"),
    Case("how often should i oil my chain", "every 200 kilometres"),
    Case("do you rent ebikes and what does it cost", "electric bikes for 39 euros a day"),
    Case("can i bring back a helmet i already opened", "Helmets and inner tubes cannot be returned"),
    Case("is the motor of my electric bike something you fix", "Motors and batteries we only service"),
    Case("how long until my bike is repaired", "two working days"),
    Case("do i have to make an appointment for a flat tyre", "just drop in"),
    Case("my gears won't shift to the next one", "small barrel on the rear derailleur"),
    Case("can you teach me how to fix brakes", "puncture and brakes course"),
    Case("how do i look after my bike in winter", "wash off road salt"),
    Case("do you sell kids trailers"),
    Case("who won the football world cup"),
)
LIBRARY = (
    Case("what time do you close on saturday", "Saturday from 10 am to 2 pm"),
    Case("how long can i keep a dvd", "films and magazines for one week"),
    Case("i lost my book", "You pay for a new copy"),
    Case("wifi password", "changes every week"),
    Case("may i eat in here", "Food is for the ground floor"),
    Case("what is the price of a library card", "The card costs 12 euros a year"),
    Case("when do you shut on fridays", "Monday to Friday, 10 am to 7 pm"),
    Case("i want to become a member", "fill in a form"),
    Case("do i pay if my dvd is a day late", "20 cents for each item and day"),
    Case("my dog ate the library book", "You pay for a new copy"),
    Case("max number of items", "Up to 20 items"),
    Case("can you put a book aside for me", "Yes, free of charge, in the online catalogue"),
    Case("meeting space for 4 people", "two study rooms"),
    Case("need to copy my passport", "printers on the first floor"),
    Case("internet access for visitors", "free for everybody"),
    Case("bring back dvds at the weekend", "book drop"),
    Case("bus or tram to the library", "Trams 2 and 5"),
    Case("pram access", "a lift goes to every floor"),
    Case("phone calls allowed?", "no telephone calls"),
    Case("do i get a reminder before the book is due", "You get an email three days before"),
)


def opened(name: str, folder: Path, with_encoder: Callable[[Path], Path]) -> FaqBot:
    """A bot of an example folder, built as its first lines say."""
    corpus = shutil.copytree(EXAMPLES / name, folder / name)
    index = with_encoder(folder / f"{name}-index")
    settings = Settings(threads=1)
    report = build(corpus, index, settings=settings)
    assert report.skipped == ()
    shutil.rmtree(corpus)  # what a bot needs lies in the index
    return FaqBot.load(index, settings=settings)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, with_encoder: Callable[[Path], Path]) -> Iterator[FaqBot]:
    """The bot of the bicycle shop."""
    with opened("bicycle-shop", tmp_path_factory.mktemp("shop"), with_encoder) as bot:
        yield bot


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, with_encoder: Callable[[Path], Path]) -> Iterator[FaqBot]:
    """The bot of the library."""
    with opened("library", tmp_path_factory.mktemp("library"), with_encoder) as bot:
        yield bot


def found_first(bot: FaqBot, case: Case) -> bool:
    """Whether the first passage, given as an answer, holds the words that answer."""
    answer = bot.answer(case.question)
    return answer.answered and case.quote in answer.hits[0].passage.text


def test_the_index_carries_the_configuration(shop: FaqBot, library: FaqBot) -> None:
    assert [bot.config.page.title for bot in (shop, library)] == ["Mill Lane Bikes", "Weir Street Library"]
    assert not shop.config.safety.enabled


def test_of_twenty_questions_to_the_shop_fifteen_are_answered_first(shop: FaqBot) -> None:
    right = [case.question for case in SHOP if case.quote and found_first(shop, case)]
    assert len(SHOP) == 20
    assert len(right) >= 15, right


def test_what_the_shop_does_not_answer_first_is_among_the_passages_or_not_claimed(shop: FaqBot) -> None:
    for case in SHOP:
        answer = shop.answer(case.question)
        if case.quote and not found_first(shop, case):
            assert any(case.quote in hit.passage.text for hit in answer.hits) or answer.band != "answer", case


@pytest.mark.parametrize("question", ["do you sell kids trailers", "who won the football world cup"])
def test_what_the_shop_does_not_say_is_not_claimed(question: str, shop: FaqBot) -> None:
    answer = shop.answer(question)
    assert answer.certainty in ("may help", "none") or answer.unmatched


def test_of_twenty_questions_to_the_library_fifteen_are_answered_first_and_no_other_is_claimed(library: FaqBot) -> None:
    assert len(LIBRARY) == 20
    missed = [case for case in LIBRARY if not found_first(library, case)]
    assert len(missed) <= 5, missed
    for case in missed:
        assert library.answer(case.question).certainty in ("may help", "none"), case
    assert {library.answer(case.question).alert.level for case in LIBRARY} == {"none"}


def test_loss_of_feeling_in_brakes_and_fire_in_a_shop_raise_no_alert(shop: FaqBot) -> None:
    for text in ("I can't feel my brakes", "my brakes are numb and I can't stop", "the battery is on fire"):
        assert shop.answer(text).alert.level == "none"


@pytest.mark.parametrize("name", ["bicycle-shop", "library"])
def test_an_example_is_configured_without_health(name: str) -> None:
    config = load_config(Settings(config=str(EXAMPLES / name / "faqbot.toml")))
    assert (config.safety.enabled, config.page.tabs, config.texts.see_someone) == (False, ("ask",), "")
