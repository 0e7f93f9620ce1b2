"""The widget puts the chat on somebody else's page: small, as text only, admitted by origin, the banner with it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from playwright.sync_api import BrowserContext, Page, expect
from starlette.responses import HTMLResponse

from browsing import ALARM, QUESTION, STANDING, browser, context, contexts, reused, serious
from faqbot import FaqBot
from faqbot.feedback import read_entries
from faqbot.settings import Settings
from faqbot.ui.assets import packed
from web_server import running, serving

__all__ = ["browser", "context", "contexts", "reused"]  # fixtures
PAGE = Path(__file__).parents[1] / "docs" / "widget.html"


def test_it_is_small_and_sets_text_as_text() -> None:
    script = packed("widget.js")
    assert len(script.encode()) < 21_000
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "localStorage", "cookie"):
        assert way not in script


@pytest.fixture(scope="module")
def clinic(bot: FaqBot) -> Iterator[tuple[str, str]]:
    """A page of another origin with the widget in it, and the server that answers it."""
    site = FastAPI()
    with running(site) as origin, serving(bot, Settings(origins=origin, token="for programs")) as server:
        site.get("/")(lambda: HTMLResponse(_page(server)))
        yield origin, server


def _page(server: str) -> str:
    """The example page with the widget of that server."""
    return PAGE.read_text(encoding="utf-8").replace("http://127.0.0.1:7860", server)


@pytest.fixture
def page(clinic: tuple[str, str], context: Callable[..., BrowserContext]) -> Page:
    opened = context(viewport={"width": 390, "height": 900}).new_page()
    opened.goto(clinic[0])
    expect(opened.locator("faqbot-chat .banner")).to_be_visible()
    return opened


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("faqbot-chat .note", has_text="Looking through")).to_have_count(0)


def test_the_script_carries_the_standing_advice_of_its_server(clinic: tuple[str, str]) -> None:
    script = httpx.get(f"{clinic[1]}/widget.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "{{values}}" not in script.text
    assert STANDING in script.text


@pytest.mark.browser
def test_it_answers_on_another_site_by_its_origin(page: Page, bot: FaqBot) -> None:
    expect(page.locator("faqbot-chat .banner")).to_contain_text(STANDING)
    ask(page, QUESTION)
    hit = bot.answer(QUESTION).hits[0]
    first = page.locator("faqbot-chat .card").first
    expect(first.locator("h3")).to_have_text(hit.passage.question)
    assert first.locator("mark").count() >= 1
    address = first.locator("a").first.get_attribute("href")
    assert address is not None
    assert httpx.get(address).status_code == 200


@pytest.mark.browser
def test_it_raises_the_banner_and_keeps_it(page: Page) -> None:
    ask(page, ALARM)
    expect(page.locator("faqbot-chat .banner.emergency [role=alert]")).to_contain_text("Because you wrote: “")
    expect(page.locator("faqbot-chat .care.emergency a[href='tel:112']")).to_be_visible()
    expect(page.locator("faqbot-chat details").first).not_to_have_attribute("open", "")
    ask(page, "thanks, which shoes are good")
    expect(page.locator("faqbot-chat .banner.emergency")).to_be_visible()


@pytest.mark.browser
def test_it_says_what_cannot_be_answered_and_keeps_the_words(page: Page) -> None:
    ask(page, "x" * 2001)
    expect(page.locator("faqbot-chat .note")).to_contain_text("at most 2,000 are answered")
    assert len(page.get_by_label("Your question").input_value()) == 2001


@pytest.mark.browser
def test_markup_in_a_question_stays_text(page: Page) -> None:
    ask(page, "<img src=x onerror='window.planted=1'> back pain")
    expect(page.locator("faqbot-chat .asked")).to_contain_text("<img src=x onerror='window.planted=1'> back pain")
    assert page.evaluate("window.planted") is None
    assert page.locator("faqbot-chat img").count() == 0


@pytest.mark.browser
def test_a_site_that_is_not_admitted_gets_no_answer(
    clinic: tuple[str, str], context: Callable[..., BrowserContext]
) -> None:
    site = FastAPI()
    site.get("/")(lambda: HTMLResponse(_page(clinic[1])))
    with running(site) as other:
        page = context().new_page()
        page.goto(other)
        expect(page.locator("faqbot-chat .banner")).to_contain_text(STANDING)
        ask(page, QUESTION)
        expect(page.locator("faqbot-chat .note")).to_contain_text("No answer came")
        page.close()


@pytest.mark.browser
def test_a_launcher_opens_and_closes_and_attributes_set_its_words(
    clinic: tuple[str, str], context: Callable[..., BrowserContext]
) -> None:
    site = FastAPI()
    chat = (
        '<faqbot-chat mode="launcher" position="left" heading="Our clinic" greeting="Hello!" accent="#7a1fa2" '
        'examples="Which shoes help? | Is walking good for me?" texts=\'{"ask": "Fragen", "nothing": 1}\'></faqbot-chat>'
    )
    text = _page(clinic[1]).replace("<faqbot-chat></faqbot-chat>", chat)
    site.get("/")(lambda: HTMLResponse(text))
    with running(site) as other:
        page = context().new_page()
        page.goto(other)
        launcher = page.get_by_role("button", name="Ask a question")
        expect(launcher).to_have_attribute("aria-expanded", "false")
        box = launcher.bounding_box()
        assert box is not None
        assert box["x"] < 100
        launcher.click()
        expect(page.get_by_role("dialog", name="Our clinic")).to_be_visible()
        expect(page.get_by_label("Your question")).to_be_focused()
        expect(page.get_by_text("Hello!")).to_be_visible()
        expect(page.locator("faqbot-chat .list button")).to_have_text(["Which shoes help?", "Is walking good for me?"])
        send = page.get_by_role("button", name="Fragen")
        assert send.evaluate("button => getComputedStyle(button).backgroundColor") == "rgb(122, 31, 162)"
        assert serious(page) == []
        page.keyboard.press("Escape")
        expect(launcher).to_be_focused()
        page.close()


@pytest.mark.browser
def test_sources_suggestions_and_a_new_conversation(page: Page, bot: FaqBot) -> None:
    ask(page, ALARM)
    page.get_by_role("button", name="Start again").click()
    expect(page.locator("faqbot-chat .banner.emergency")).to_have_count(0)
    expect(page.locator("faqbot-chat .asked")).to_have_count(0)
    ask(page, QUESTION)
    answer = bot.answer(QUESTION)
    sources = page.locator("faqbot-chat .card").first.locator("li")
    expect(sources).to_have_count(len(answer.hits[0].passage.sources))
    expect(sources.first).to_contain_text(answer.hits[0].passage.sources[0].title)
    above = {hit.passage.question for hit in answer.hits}
    assert above.isdisjoint(page.locator("faqbot-chat .list button").all_inner_texts())
    page.get_by_label("Your question").press("ArrowUp")
    expect(page.get_by_label("Your question")).to_have_value(QUESTION)


@pytest.mark.browser
def test_feedback_is_sent_and_says_whom_to_ask(
    bot: FaqBot, context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    site, file = FastAPI(), tmp_path / "feedback.db"
    with running(site) as origin, serving(bot, Settings(origins=origin, feedback=str(file))) as server:
        site.get("/")(lambda: HTMLResponse(_page(server)))
        page = context().new_page()
        page.goto(origin)
        expect(page.locator("faqbot-chat .quiet")).to_contain_text("Feedback is on")
        ask(page, QUESTION)
        page.get_by_role("button", name="No, it did not help").click()
        expect(page.locator("faqbot-chat [role=status]")).to_contain_text("Thank you")
        page.close()
    assert [(entry.question, entry.verdict) for entry in read_entries(file)] == [(QUESTION, "not_helpful")]


@pytest.mark.browser
def test_axe_finds_nothing_serious(clinic: tuple[str, str], context: Callable[..., BrowserContext]) -> None:
    page = context().new_page()
    page.goto(clinic[0])
    ask(page, QUESTION)
    ask(page, "I have a fever and my back hurts when I walk")
    ask(page, ALARM)
    assert serious(page) == []
