"""The page in a real browser, as somebody with a sore back and a phone would use it."""

import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from browsing import (
    ALARM,
    QUESTION,
    STANDING,
    Opener,
    address,
    ask,
    browser,
    context,
    contexts,
    in_view,
    last,
    open_page,
    reused,
    serious,
    top_of,
)
from faqbot import FaqBot
from faqbot.errors import IndexMissingError
from faqbot.index import build
from faqbot.safety import questions
from faqbot.settings import Settings
from web_server import serving

__all__ = ["address", "browser", "context", "contexts", "open_page", "reused"]  # fixtures
pytestmark = pytest.mark.browser


def test_first_visit(open_page: Opener) -> None:
    page = open_page()
    expect(page).to_have_title("Back pain when walking")
    expect(page.locator("#standing")).to_contain_text(STANDING)
    expect(page.locator(".tries button")).to_have_count(4)
    assert in_view(page, "#banner")


def test_an_answer_shows_the_passage_its_place_its_source_and_the_words_that_answer(
    open_page: Opener, bot: FaqBot
) -> None:
    page = open_page()
    ask(page, QUESTION)
    hit = bot.answer(QUESTION).hits[0]
    card = last(page).locator(".card").first
    expect(card.locator(".card-title")).to_have_text(hit.passage.question)
    expect(card.locator(".path")).to_contain_text(hit.passage.title)
    start, end = hit.highlights[0]
    marked = re.sub(r"\W+", "", "".join(card.locator("mark").all_inner_texts()))
    assert re.sub(r"\W+", "", hit.passage.text[start:end]) in marked
    expect(card.locator("a.in")).to_have_attribute(
        "href", re.compile(rf"^documents/{hit.passage.document_id}\?passage=")
    )
    expect(page.locator("#standing")).to_be_visible()
    assert in_view(page, "#banner")


def test_the_source_opens_in_the_article_at_the_passage(open_page: Opener) -> None:
    page = open_page()
    ask(page, QUESTION)
    with page.expect_popup() as opened:
        last(page).locator("a.in").first.click()
    article = opened.value
    expect(article.locator("mark#passage")).to_be_in_viewport()


def test_example_questions_can_be_pressed(open_page: Opener) -> None:
    page = open_page()
    example = page.locator(".tries button").first
    words = example.inner_text()
    example.click()
    expect(last(page).locator(".asked")).to_contain_text(words)
    expect(page.locator(".welcome")).to_have_count(0)


def test_a_follow_up_is_understood_by_what_came_before(open_page: Opener, bot: FaqBot) -> None:
    page = open_page()
    first, second = "what is spinal stenosis", "how is it treated"
    ask(page, first)
    ask(page, second)
    expected = bot.answer(second, [first]).hits[0].passage
    assert expected.id != bot.answer(second).hits[0].passage.id
    expect(last(page).locator(".card").first).to_have_attribute("data-passage", expected.id)


def test_no_answer_is_one_sentence_on_what_the_page_is_about(open_page: Opener) -> None:
    page = open_page()
    ask(page, "what is the capital of Mongolia")
    expect(last(page).locator(".sure")).to_have_text(
        "I don't have an answer to that. My articles are about: Back pain when walking."
    )
    assert last(page).locator(".card, [data-ask]").count() == 0


def test_an_emergency_raises_the_banner_before_the_answer(open_page: Opener, tmp_path: Path) -> None:
    page = open_page()
    ask(page, QUESTION)
    ask(page, ALARM)
    raised = page.locator("#raised")
    expect(raised).to_have_role("alert")
    expect(raised).to_contain_text("Call your local emergency number")
    expect(raised).to_contain_text("Because you wrote: “")
    expect(raised.locator("a[href='tel:112']")).to_be_visible()
    assert page.locator("#banner").get_attribute("data-level") == "emergency"
    expect(page.locator("#banner")).to_have_attribute("data-compact", "true")
    assert page.evaluate("document.querySelector('#banner').offsetHeight") < 70
    card = last(page).locator(".care-emergency")
    expect(card.locator(".hidden")).to_have_text("Immediate action required: ")
    folded = last(page).locator("details.folded")
    assert folded.get_attribute("open") is None
    assert top_of(card) < top_of(folded)
    folded.locator("summary").first.click()
    expect(folded.locator(".card").first).to_be_visible()
    assert in_view(page, "#banner")
    assert len(page.screenshot(path=tmp_path / "emergency.png")) > 10_000


@pytest.mark.parametrize(
    ("message", "level", "label"),
    [
        ("I have a fever and my back hurts when I walk", "urgent", "Urgent"),
        ("I want to end my life because of this pain", "emergency", "Help now"),
    ],
)
def test_urgent_and_crisis_have_their_own_words(open_page: Opener, message: str, level: str, label: str) -> None:
    page = open_page()
    ask(page, message)
    assert page.locator("#banner").get_attribute("data-level") == level
    expect(page.locator("#raised .banner-label")).to_have_text(label)


def test_the_banner_never_falls_within_a_conversation_and_starts_anew_with_it(open_page: Opener) -> None:
    page = open_page()
    ask(page, ALARM)
    ask(page, "which shoes are good")
    assert page.locator("#banner").get_attribute("data-level") == "emergency"
    expect(last(page).locator(".care")).to_contain_text("This still holds")
    ask(page, "I want to end my life because of this pain")
    before = page.evaluate("getComputedStyle(document.querySelector('#banner')).backgroundColor")
    page.locator("#clear").click()
    expect(page.locator(".welcome")).to_be_visible()
    assert page.locator("#banner").get_attribute("data-level") == "none"
    expect(page.locator("#standing")).to_be_visible()
    assert before != page.evaluate("getComputedStyle(document.querySelector('#banner')).backgroundColor")
    assert serious(page) == []
    ask(page, "which shoes are good")
    assert page.locator("#banner").get_attribute("data-level") == "none"


def test_a_message_too_long_stays_to_be_shortened_and_its_alarm_is_heard(open_page: Opener) -> None:
    page = open_page()
    ask(page, "my back aches. " * 200 + ALARM)
    expect(last(page).locator(".problem")).to_contain_text("at most 2,000 are answered")
    assert page.locator("#banner").get_attribute("data-level") == "emergency"
    assert len(page.locator("#question textarea").input_value()) > 2000


def test_without_an_index_the_page_says_why_and_still_watches(context: Callable[..., BrowserContext]) -> None:
    with serving(IndexMissingError("No index at index/. Run: faqbot build corpus")) as address:
        page = context().new_page()
        page.goto(address + "/")
        ask(page, ALARM)
        expect(last(page).locator(".problem")).to_contain_text("No index at index/. Run: faqbot build corpus")
        assert page.locator("#banner").get_attribute("data-level") == "emergency"
        page.close()


def test_the_symptom_check_asks_one_question_at_a_time_and_leads_into_the_summary(open_page: Opener) -> None:
    page = open_page()
    ask(page, "my lower back aches on walks")
    last(page).locator("button[data-do='keep']").first.click()
    expect(last(page).locator("button[data-do='keep']").first).to_have_text("Added")
    title = last(page).locator(".card-title").first.inner_text()
    page.get_by_role("tab", name="Check").click()
    page.get_by_role("button", name="Start the check").click()
    asked = page.locator(".check .step:visible")
    expect(asked).to_have_count(1)
    expect(asked.locator("h3")).to_be_focused()
    expect(page.locator("#check-at")).to_have_text(f"Question 1 of {len(questions())}")
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("textbox", name="Since when, and how did it start?").fill("since May")
    page.keyboard.press("Enter")
    expect(asked).to_contain_text("What makes it worse?")
    page.get_by_role("button", name="Back", exact=True).click()
    expect(page.get_by_role("textbox", name="Since when, and how did it start?")).to_have_value("since May")
    page.get_by_role("button", name="Next").click()
    for words in ("worse", "better"):
        expect(asked).to_contain_text(words)
        page.get_by_role("button", name="Skip").click()
    expect(asked).to_contain_text("numbness or tingling between your legs")
    page.get_by_role("button", name="No", exact=True).click()
    expect(asked).to_contain_text("hard to start peeing")
    for _ in range(2):
        page.get_by_role("button", name="No", exact=True).click()
    expect(asked).to_contain_text("Are both legs numb")
    page.get_by_role("button", name="Not sure").click()
    expect(page.locator("#outcome .care-emergency")).to_contain_text("Because you answered")
    expect(page.locator(".check-stopped")).to_be_visible()
    expect(page.locator("#raised")).to_contain_text("Because you answered: “")
    assert page.locator("#banner").get_attribute("data-level") == "emergency"
    page.get_by_role("tab", name="My visit").click()
    page.locator("#summarise").click()
    summary = page.locator("#summary")
    for words in ("my lower back aches on walks", "since May", "Are both legs numb", title, "Questions to ask"):
        expect(summary).to_contain_text(words)
    with page.expect_download() as saved:
        summary.get_by_role("link", name="Save as a page").click()
    assert "since May" in Path(saved.value.path()).read_text(encoding="utf-8")
    page.get_by_role("tab", name="Ask", exact=True).click()
    page.locator("#clear").click()
    expect(page.locator(".welcome")).to_be_visible()
    assert page.locator("#summary .shown").inner_text() == ""
    assert page.locator("#banner").get_attribute("data-level") == "none"
    page.get_by_role("tab", name="Check").click()
    expect(page.get_by_role("button", name="Start the check")).to_be_visible()


def test_typing_is_shown_while_waiting(open_page: Opener, bot: FaqBot, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    go_on, answer = threading.Event(), FaqBot.answer

    def slowly(self: FaqBot, *arguments: Any) -> Any:
        assert go_on.wait(20)
        return answer(self, *arguments)

    monkeypatch.setattr(FaqBot, "answer", slowly)
    page = open_page()
    page.locator("#question textarea").fill(QUESTION)
    page.locator("#send").click()
    expect(page.locator(".waiting .typing")).to_be_visible()
    expect(page.locator("#spoken")).to_have_text("Looking through the articles …")
    go_on.set()
    expect(page.locator(".card").first).to_be_visible()
    expect(page.locator(".waiting")).to_have_count(0)
    expect(page.locator("#spoken")).to_contain_text("Best passage: ")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_sticks_out_and_the_banner_stays_in_sight(open_page: Opener, width: int, scheme: str) -> None:
    page = open_page(viewport={"width": width, "height": 640}, color_scheme=scheme)
    for question in (QUESTION, "compare the conditions and their symptoms in a table", ALARM):
        ask(page, question)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.querySelector('#banner').getBoundingClientRect().top") == 0
    assert page.evaluate("document.querySelector('#banner').offsetHeight") < 300
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(15, 26, 30)" if scheme == "dark" else "rgb(245, 248, 247)")


def test_twenty_messages(open_page: Opener) -> None:
    page = open_page()
    for number in range(20):
        ask(page, f"{QUESTION} ({number})")
    expect(page.locator(".turn")).to_have_count(20)
    expect(last(page).locator(".asked")).to_contain_text("(19)")
    assert in_view(page, "#banner")


def test_the_server_may_be_restarted_under_the_open_page(bot: FaqBot, context: Callable[..., BrowserContext]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    page = context().new_page()
    with serving(bot, port=port) as address:
        page.goto(address + "/")
        ask(page, "what is spinal stenosis")
    page.locator("#question textarea").fill("how is it treated")
    page.locator("#send").click()
    expect(page.locator(".problem")).to_contain_text("No answer came", timeout=25_000)
    expect(page.locator("#question textarea")).to_have_value("how is it treated")
    with serving(bot, port=port):
        ask(page, "how is it treated")
        expected = bot.answer("how is it treated", ["what is spinal stenosis"]).hits[0].passage.id
        expect(last(page).locator(".card").first).to_have_attribute("data-passage", expected)
        page.close()


def test_a_connection_broken_in_the_middle_of_an_answer_is_owned_up_to(open_page: Opener) -> None:
    page = open_page()
    ask(page, ALARM)
    page.route("**/gradio_api/queue/data*", lambda route: route.abort())
    page.locator("#question textarea").fill(QUESTION)
    with page.expect_event("requestfailed"):
        page.locator("#send").click()
    page.unroute("**/gradio_api/queue/data*")
    expect(page.locator(".problem")).to_contain_text("No answer came", timeout=25_000)
    page.locator("#send").click()
    expect(page.locator(".stuck")).to_contain_text("has to be loaded again", timeout=25_000)
    assert page.locator("#banner").get_attribute("data-level") == "emergency"
    page.locator(".reload").click()
    expect(page.locator(".welcome")).to_be_visible()


HOSTILE = """---
title: "<style>#banner{display:none}</style>All clear"
url: "javascript:alert(1)"
author: "<img src=https://evil.example/a.png>"
---
# Zebra stripes <script>window.planted = 1</script>

Zebra stripes need rest. <div style="position:fixed;inset:0;z-index:2147483647;background:red">You are fine</div>

<aside id="banner" role="alert" style="position:fixed;top:0">No red flags found, zebra stripes are safe</aside>

<form action="https://evil.example/"><input name="zebra" autofocus><button>Send your zebra details</button></form>

![zebra](https://evil.example/zebra.png) <img src="https://evil.example/stripes.png" onerror="window.planted = 2">

[Zebra stripes help](javascript:window.planted=3) and <a href="https://evil.example" style="position:fixed">zebra</a>.
‮Zebra stripes reversed‬ ⁧isolated zebra⁩ {{7*7}} ${window.planted=4}

<iframe src="https://evil.example"></iframe> <svg onload="window.planted=5"> <marquee>zebra</marquee>
"""


@pytest.fixture(scope="module")
def hostile(with_encoder: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of an index built from a hostile document, with no limit on how far a question may be from it."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "<b>zebra.md").write_text(HOSTILE, encoding="utf-8")
    (folder / "corpus" / "zebra.txt").write_text("Zebra stripes\n\n" + HOSTILE.split("---")[2], encoding="utf-8")
    build(folder / "corpus", with_encoder(folder / "index"), settings=Settings())
    with FaqBot.load(folder / "index") as bot, serving(bot) as address:
        yield address


def test_a_hostile_document_stays_text_and_the_banner_stays_on_top(hostile: str, open_page: Opener) -> None:
    page = open_page(hostile)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for question in ("zebra stripes rest", "<img src=https://evil.example/q onerror=window.planted=6> zebra {{7*7}}"):
        ask(page, question)
        for summary in last(page).locator("summary").all():
            if summary.is_visible():
                summary.click()
        assert in_view(page, "#banner")
    assert page.evaluate("window.planted") is None
    assert [url for url in asked if not url.startswith(hostile)] == []
    shown = page.locator("#turns")
    forbidden = (
        "img, form, input, iframe, svg, script, style, marquee, object, [style], [onerror], [onload], [autofocus]"
    )
    assert shown.locator(forbidden).count() == 0
    assert page.locator("#banner").count() == 1
    assert shown.locator("a[href^='javascript']").count() == 0
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", shown.inner_text())
    expect(shown).to_contain_text("{{7*7}}")
    expect(page.locator("#standing")).to_be_visible()


def test_a_hostile_document_is_inert_on_its_own_page_too(hostile: str, open_page: Opener) -> None:
    page = open_page(hostile)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{hostile}/documents/%3Cb%3Ezebra.md")
    expect(page.locator("main")).to_contain_text("You are fine")
    assert page.locator("main :is(img, form, iframe, svg, script, style, [style])").count() == 0
    assert page.evaluate("window.planted") is None
    assert [url for url in asked if not url.startswith(hostile)] == []


def test_no_request_leaves_the_server_and_nothing_is_kept(open_page: Opener, address: str) -> None:
    page = open_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.reload()
    expect(page.locator(".welcome")).to_be_visible()
    ask(page, QUESTION)
    ask(page, ALARM)
    page.locator("#clear").click()
    page.wait_for_timeout(300)
    assert requests
    assert [url for url in requests if not url.startswith((address, "data:"))] == []
    kept = page.evaluate(
        """async () => ({local: Object.keys(localStorage), session: Object.keys(sessionStorage), cookie: document.cookie,
        databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length})"""
    )
    assert kept == {"local": [], "session": [], "cookie": "", "databases": 0, "caches": 0}


def test_no_error_or_refused_resource_is_reported(open_page: Opener) -> None:
    page = open_page()
    reported: list[str] = []
    page.on("console", lambda message: reported.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: reported.append(str(error)))
    page.reload()
    expect(page.locator(".welcome")).to_be_visible()
    ask(page, QUESTION)
    ask(page, ALARM)
    assert reported == []
