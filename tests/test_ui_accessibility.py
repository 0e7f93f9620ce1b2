"""The page for everybody: by keyboard alone, and what axe-core finds in each state of it, in light and in dark colours."""

import pytest
from playwright.sync_api import expect

from browsing import ALARM, QUESTION, Opener, address, ask, browser, context, contexts, open_page, reused, serious

__all__ = ["address", "browser", "context", "contexts", "open_page", "reused"]  # fixtures
pytestmark = pytest.mark.browser


def test_it_can_be_used_by_keyboard_alone(open_page: Opener) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "TEXTAREA":
            break
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".card").first).to_be_visible()
    expect(page.locator("#question textarea")).to_be_focused()
    seen: list[str] = []
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        focused = page.evaluate_handle("document.activeElement")
        if focused.evaluate("element => element === document.body"):
            break
        seen.append(str(focused.evaluate("element => element.dataset.do || element.className || element.tagName")))
        outline = focused.evaluate("element => getComputedStyle(element).outlineStyle")
        assert outline != "none", focused.evaluate("element => element.outerHTML.slice(0, 300)")
    assert {"copy", "print", "keep", "in"} <= set(seen)


STATES: dict[str, tuple[str, ...]] = {
    "first visit": (),
    "answer": (QUESTION,),
    "table": ("compare the conditions and their symptoms in a table",),
    "no answer": ("what is the capital of Mongolia",),
    "urgent": ("I have a fever and my back hurts when I walk",),
    "emergency": (ALARM, "which shoes are good"),
    "crisis": ("I want to end my life because of this pain",),
    "refused": ("",),
}


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_serious(open_page: Opener, state: str) -> None:
    page = open_page(viewport={"width": 390, "height": 800})
    for message in STATES[state]:
        ask(page, message)
    for summary in page.locator("#turns summary").all():
        if summary.is_visible():
            summary.click()
    assert serious(page) == []


def test_axe_finds_nothing_serious_in_the_check_and_the_summary(open_page: Opener) -> None:
    page = open_page(viewport={"width": 390, "height": 800})
    page.get_by_role("tab", name="Check").click()
    assert serious(page) == []
    page.get_by_role("button", name="Start the check").click()
    page.get_by_role("button", name="Skip").click()
    assert serious(page) == []
    for _ in range(3):
        page.get_by_role("button", name="Skip").click()
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.locator("#outcome .care-emergency")).to_be_visible()
    assert serious(page) == []
    page.get_by_role("tab", name="My visit").click()
    page.locator("#summarise").click()
    expect(page.locator("#summary h2")).to_have_text("Summary for my visit")
    assert serious(page) == []


def test_axe_would_find_something_serious(open_page: Opener) -> None:
    page = open_page()
    page.evaluate("document.querySelector('#turns').append(document.createElement('img'))")
    assert [line.split(":")[0] for line in serious(page)] == ["light, image-alt", "dark, image-alt"]
