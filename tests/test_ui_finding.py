"""Ways to a question and from an answer, in a real browser: suggestions, links, keys, sources, region, read aloud."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from browsing import ALARM, QUESTION, Opener, address, ask, browser, context, contexts, last, open_page, reused, serious
from faqbot import FaqBot

__all__ = ["address", "browser", "context", "contexts", "open_page", "reused"]  # fixtures
pytestmark = pytest.mark.browser


def test_questions_are_suggested_while_typing_and_chosen_by_keyboard(open_page: Opener, bot: FaqBot) -> None:
    page = open_page()
    box = page.locator("#question textarea")
    box.press_sequentially("s")
    box.press_sequentially("ho")
    options = page.locator("#suggestions li")
    expect(options).to_have_text(list(bot.suggest("sho", 6)))
    expect(box).to_have_attribute("aria-expanded", "true")
    assert serious(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-0")
    page.keyboard.press("Escape")
    expect(page.locator(".suggestions")).to_be_hidden()
    expect(box).to_have_value("sho")
    box.press_sequentially("e")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    chosen = options.first.inner_text()
    page.keyboard.press("Enter")
    expect(last(page).locator(".asked")).to_contain_text(chosen)
    expect(page.locator(".suggestions")).to_be_hidden()


def test_a_suggestion_can_be_touched(open_page: Opener) -> None:
    page = open_page(viewport={"width": 375, "height": 700}, has_touch=True)
    page.locator("#question textarea").press_sequentially("walk")
    option = page.locator("#suggestions li").first
    expect(option).to_be_visible()
    chosen = option.inner_text()
    box = option.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    option.tap()
    expect(last(page).locator(".asked")).to_contain_text(chosen)


@pytest.mark.parametrize("link", ["/#q=which%20shoes%20help%3F", "/?q=which%20shoes%20help%3F"])
def test_a_link_asks_its_question_and_keeps_it_out_of_logs(
    address: str, context: Callable[..., BrowserContext], link: str
) -> None:
    page = context().new_page()
    page.goto(address + link)
    expect(last(page).locator(".asked")).to_contain_text("which shoes help?")
    expect(last(page).locator(".card").first).to_be_visible()
    assert page.url == address + "/#q=which%20shoes%20help%3F"


def test_keys_reach_the_box_the_last_question_and_the_tabs(open_page: Opener) -> None:
    page = open_page()
    box = page.locator("#question textarea")
    page.keyboard.press("/")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    ask(page, QUESTION)
    page.keyboard.press("Escape")
    box.focus()
    page.keyboard.press("ArrowUp")
    expect(box).to_have_value(QUESTION)
    page.get_by_role("tab", name="Ask").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Check")).to_be_focused()
    expect(page.get_by_role("tab", name="Check")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tab", name="Ask")).to_have_attribute("tabindex", "-1")
    page.keyboard.press("End")
    expect(page.get_by_role("tab", name="My visit")).to_be_focused()
    page.keyboard.press("Home")
    expect(page.get_by_role("tab", name="Ask")).to_be_focused()
    page.evaluate("document.querySelector('.skip').focus()")
    page.keyboard.press("Enter")
    expect(box).to_be_focused()


def test_landmarks_have_names_of_their_own(open_page: Opener) -> None:
    page = open_page()
    ask(page, QUESTION)
    ask(page, "which shoes are good")
    names = page.evaluate(
        """[...document.querySelectorAll('aside, nav, main, [role=navigation], [role=main], [role=region], section[aria-label]')]
        .filter(each => each.offsetParent && !['group', 'alert'].includes(each.getAttribute('role')))
        .map(each => each.tagName + (each.getAttribute('aria-label') ?? ''))"""
    )
    assert len(names) == len(set(names)), names


def test_a_source_mark_leads_to_its_entry_and_copied_text_carries_it(open_page: Opener, bot: FaqBot) -> None:
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)
    card, passage = last(page).locator(".card").first, bot.answer(QUESTION).hits[0].passage
    mark = card.locator("a.ref").first
    number = mark.inner_text()
    mark.click()
    focused = page.locator(":focus")
    expect(focused).to_contain_text(number)
    expect(focused).to_contain_text(next(each.title for each in passage.sources if f"[{each.mark}]" == number))
    expect(card.locator(".written")).to_contain_text("Last reviewed")
    card.get_by_role("button", name="Copy", exact=True).click()
    expect(card.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    place = f"/documents/{passage.document_id}?passage={passage.id}#passage"
    assert place in copied
    assert "Sources:\n" in copied
    assert all(source.title in copied for source in passage.sources)
    card.get_by_role("button", name="Copy link").click()
    page.wait_for_function(f"navigator.clipboard.readText().then(text => text.endsWith({place!r}))")


def test_the_chosen_region_comes_first_as_long_as_the_page_is_open(open_page: Opener) -> None:
    page = open_page()
    region = page.get_by_label("Where are you?")
    region.select_option("uk")
    expect(page.locator("#standing")).to_contain_text("call NHS 111")
    expect(page.locator("#standing a").first).to_have_attribute("href", "tel:999")
    ask(page, ALARM)
    expect(last(page).locator(".care .call").first).to_have_text("Call 999")
    assert page.locator("#raised a[href='tel:911']").count() == 0
    region.select_option("us")
    expect(page.locator("#raised .call").first).to_have_text("Call 911")
    expect(last(page).locator(".care .call").first).to_have_text("Call 911")
    page.reload()
    expect(page.get_by_label("Where are you?")).to_have_value("neutral")


def test_an_alert_on_weak_evidence_comes_down_when_it_was_not_meant(open_page: Opener) -> None:
    page = open_page()
    ask(page, "my leg is a bit weak after walking")
    assert page.locator("#banner").get_attribute("data-level") == "urgent"
    last(page).get_by_role("button", name="That is not what I meant").click()
    expect(last(page).locator(".asked")).to_contain_text("That is not what I meant")
    expect(page.locator("#banner")).to_have_attribute("data-level", "none")
    expect(page.locator("#standing")).to_be_visible()
    ask(page, ALARM)
    assert last(page).get_by_role("button", name="That is not what I meant").count() == 0


def test_a_passage_is_read_aloud_by_the_browser_without_its_source_marks(open_page: Opener) -> None:
    page = open_page()
    page.evaluate("() => { window.speechSynthesis.speak = words => { window.spokenWords = words.text; }; }")
    ask(page, QUESTION)
    button = last(page).locator("[data-do=read]").first
    button.click()
    expect(button).to_have_text("Stop reading")
    words = page.evaluate("window.spokenWords")
    assert words.startswith(last(page).locator(".card-title").first.inner_text())
    assert not re.search(r"\[\d\]", words)
    button.click()
    expect(button).to_have_text("Read aloud")


def test_layout_holds_on_its_side_at_200_percent_in_print_and_in_forced_colours(open_page: Opener) -> None:
    page = open_page(viewport={"width": 812, "height": 375})
    ask(page, QUESTION)
    for width, height in ((812, 375), (640, 430), (320, 215)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(
            """() => { const inner = document.querySelector('#clear').getBoundingClientRect(),
            outer = document.querySelector('#composer').getBoundingClientRect();
            return inner.top >= outer.top && inner.bottom <= outer.bottom; }"""
        )
    page.emulate_media(media="print")
    assert _style(page, ".asked", "color") == "rgb(0, 0, 0)"
    assert _style(page, "#composer", "display") == "none"
    page.emulate_media(media="screen", forced_colors="active")
    for selector in ("#send", ".asked", "mark", '[role="tab"][aria-selected="true"]'):
        assert _style(page, selector, "borderBottomStyle") == "solid", selector


def _style(page: Page, selector: str, name: str) -> str:
    return str(page.evaluate(f"getComputedStyle(document.querySelector({selector!r})).{name}"))
