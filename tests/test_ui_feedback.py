"""Feedback in a real browser: only where the operator turned it on, told plainly, and usable by anybody."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from browsing import ALARM, QUESTION, Opener, ask, browser, context, contexts, in_view, last, reused, serious
from faqbot import FaqBot
from faqbot.feedback import read_entries
from faqbot.settings import Settings
from web_server import serving

pytestmark = pytest.mark.browser
__all__ = ["browser", "context", "contexts", "reused"]  # fixtures

UNANSWERED = "my name is Jane, what is the capital of Mongolia"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "feedback.db"


@pytest.fixture
def open_page(bot: FaqBot, file: Path, context: Callable[..., BrowserContext]) -> Iterator[Opener]:
    with serving(bot, Settings(feedback=str(file))) as address:

        def open_(**options: Any) -> Page:
            page = context(**options).new_page()
            page.goto(address + "/")
            expect(page.locator(".welcome")).to_be_visible()
            return page

        yield open_


def kept(file: Path) -> list[tuple[str, str]]:
    return [(entry.question, entry.verdict) for entry in read_entries(file)]


def test_the_page_says_that_feedback_is_on_and_what_is_kept(open_page: Opener) -> None:
    page = open_page()
    expect(page.locator(".welcome")).to_contain_text("Feedback is on: questions without an answer")
    expect(page.locator(".welcome")).not_to_contain_text("Nothing you write is stored")
    notice = page.locator(".kept")
    expect(notice.locator("summary")).to_have_text("Feedback is on: what is kept")
    notice.locator("summary").click()
    expect(notice).to_contain_text("Not kept: who you are")
    ask(page, QUESTION)
    expect(notice.locator("summary")).to_be_visible()


def test_without_it_there_are_no_buttons_and_no_notice(bot: FaqBot, context: Callable[..., BrowserContext]) -> None:
    with serving(bot) as address:
        page = context().new_page()
        page.goto(address + "/")
        expect(page.locator(".welcome")).to_contain_text("Nothing you write is stored")
        ask(page, QUESTION)
        expect(last(page).locator(".card").first).to_be_visible()
        assert page.locator(".opinion, .kept, #tell").count() == 0
        page.close()


@pytest.mark.parametrize(
    ("button", "verdict"),
    [
        ("Yes, it helped", "helpful"),
        ("No, it did not help", "not_helpful"),
        ("This did not answer my question", "did_not_answer"),
    ],
)
def test_a_button_keeps_what_was_asked_and_shown(
    open_page: Opener, bot: FaqBot, file: Path, button: str, verdict: str
) -> None:
    page = open_page()
    answer = bot.answer(QUESTION)
    ask(page, QUESTION)
    pressed = last(page).get_by_role("button", name=button)
    pressed.click()
    expect(last(page).get_by_role("status")).to_have_text("Thank you. This helps to make the articles better.")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    expect(last(page).locator(".offered button")).to_have_count(0 if verdict == "helpful" else len(answer.hits) - 1)
    last(page).get_by_role("button", name="Yes, it helped").click(force=True)
    page.wait_for_timeout(300)
    (entry,) = read_entries(file)
    assert (entry.question, entry.verdict) == (QUESTION, verdict)
    assert (entry.passage_id, entry.source) == (answer.hits[0].passage.id, answer.hits[0].passage.document_id)
    assert (entry.confidence, entry.index_version) == (round(answer.confidence, 4), bot.index_version)


def test_after_no_the_next_passages_are_a_press_away(open_page: Opener) -> None:
    page = open_page()
    ask(page, QUESTION)
    last(page).get_by_role("button", name="This did not answer").click()
    offered = last(page).locator(".offered button").first
    expect(offered).to_be_visible()
    title = offered.inner_text()
    offered.click()
    opened = last(page).locator(".other[open]")
    expect(opened.locator(".other-title")).to_have_text(title)
    expect(opened.locator(".card")).to_be_visible()
    expect(opened.locator("summary").first).to_be_focused()


def test_each_answer_is_judged_on_its_own(open_page: Opener, file: Path) -> None:
    page = open_page()
    ask(page, QUESTION)
    ask(page, "can shoes make my back hurt")
    for number, name in ((1, "No, it did not help"), (0, "Yes, it helped")):
        exchange = page.locator(".exchange").nth(number)
        exchange.get_by_role("button", name=name).click()
        expect(exchange.get_by_role("status")).to_contain_text("Thank you")
    assert kept(file) == [("can shoes make my back hurt", "not_helpful"), (QUESTION, "helpful")]


def test_a_question_without_an_answer_is_kept_without_its_name_and_has_no_buttons(
    open_page: Opener, file: Path
) -> None:
    page = open_page()
    ask(page, UNANSWERED)
    expect(last(page).locator(".sure")).to_contain_text("I don't have an answer to that.")
    assert last(page).locator(".opinion").count() == 0
    for _ in range(50):
        if kept(file):
            break
        page.wait_for_timeout(100)
    assert kept(file) == [("my name is [name], what is the capital of Mongolia", "unanswered")]


def test_in_an_emergency_nobody_is_asked_and_nothing_is_kept(open_page: Opener, file: Path) -> None:
    page = open_page()
    ask(page, ALARM)
    ask(page, "what is the capital of Mongolia")
    assert page.locator(".opinion").count() == 0
    page.wait_for_timeout(300)
    assert kept(file) == []
    assert in_view(page, "#banner")


def test_a_file_that_breaks_meanwhile_stops_no_answer(open_page: Opener, file: Path) -> None:
    page = open_page()
    ask(page, QUESTION)
    file.write_bytes(b"no database " * 500)
    last(page).get_by_role("button", name="Yes, it helped").click()
    expect(last(page).get_by_role("status")).to_have_text(
        "Your feedback could not be kept. Questions are answered all the same."
    )
    expect(last(page).get_by_role("button", name="Yes, it helped")).to_have_attribute("aria-pressed", "false")
    ask(page, "what is the capital of Mongolia")
    expect(last(page).locator(".sure")).to_contain_text("I don't have an answer to that.")
    file.unlink()
    page.locator(".exchange").first.get_by_role("button", name="Yes, it helped").click()
    expect(page.locator(".exchange").first.get_by_role("status")).to_contain_text("Thank you")
    assert kept(file) == [(QUESTION, "helpful")]


def test_a_server_that_is_away_is_said_so(bot: FaqBot, file: Path, context: Callable[..., BrowserContext]) -> None:
    page = context().new_page()
    with serving(bot, Settings(feedback=str(file))) as address:
        page.goto(address + "/")
        ask(page, QUESTION)
    last(page).get_by_role("button", name="Yes, it helped").click()
    expect(last(page).get_by_role("status")).to_contain_text("This could not be sent", timeout=25_000)
    expect(last(page).get_by_role("button", name="Yes, it helped")).to_have_attribute("aria-pressed", "false")
    page.close()


def test_it_can_be_used_by_keyboard_alone_with_targets_large_enough(open_page: Opener, file: Path) -> None:
    page = open_page(viewport={"width": 320, "height": 700})
    ask(page, QUESTION)
    page.locator("#question textarea").focus()
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.dataset.verdict") == "did_not_answer":
            break
    for name in ("did_not_answer", "not_helpful", "helpful"):
        button = page.locator(f"[data-verdict='{name}']")
        expect(button).to_be_focused()
        assert button.evaluate("element => getComputedStyle(element).outlineStyle") != "none"
        recorder = button.bounding_box()
        assert recorder is not None
        assert min(recorder["width"], recorder["height"]) >= 44
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(last(page).get_by_role("status")).to_contain_text("Thank you")
    expect(page.locator("[data-verdict='helpful']")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert kept(file) == [(QUESTION, "helpful")]


def test_axe_finds_nothing_serious(open_page: Opener) -> None:
    page = open_page(viewport={"width": 390, "height": 800})
    page.locator(".kept summary").click()
    assert serious(page) == []
    ask(page, QUESTION)
    assert serious(page) == []
    last(page).get_by_role("button", name="This did not answer").click()
    expect(last(page).get_by_role("status")).to_contain_text("Thank you")
    assert serious(page) == []


def test_nothing_is_kept_in_the_browser_and_nothing_leaves_the_server(open_page: Opener) -> None:
    page = open_page()
    address, requests, reported = page.url, list[str](), list[str]()
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: reported.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: reported.append(str(error)))
    ask(page, QUESTION)
    last(page).get_by_role("button", name="Yes, it helped").click()
    expect(last(page).get_by_role("status")).to_contain_text("Thank you")
    assert requests
    assert [url for url in requests if not url.startswith(address)] == []
    assert reported == []
    assert page.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0
