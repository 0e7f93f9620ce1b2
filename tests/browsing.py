"""A real browser for the tests of the page and of the widget: how it is started, what a visitor does, what axe-core says."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from faqbot import FaqBot
from web_server import serving

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
AXE = Path(__file__).parents[1] / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
SCREEN = {"width": 1280, "height": 860}
PATIENCE = 30_000  # milliseconds for what comes at once on a quiet machine
QUESTION = "Does walking cause back pain?"
ALARM = "I can't feel my legs and I've wet myself"
STANDING = "See a health professional about new, bad or worsening pain."

Opener = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: apt-get install chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def contexts(browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """Those that the module has opened, by their options: a second page has the scripts of the first one at hand."""
    opened: dict[str, BrowserContext] = {}
    yield opened
    for each in opened.values():
        each.close()


@pytest.fixture(scope="module")
def reused() -> dict[BrowserContext, Page]:
    """The page of each context that the module's tests use one after the other."""
    return {}


@pytest.fixture
def context(
    browser: Browser, contexts: dict[str, BrowserContext], reused: dict[BrowserContext, Page]
) -> Iterator[Callable[..., BrowserContext]]:
    """Gives the context with these options; after the test its pages are closed, but for one reused."""

    def given(**options: Any) -> BrowserContext:
        key = repr(sorted(options.items()))
        if key not in contexts:
            contexts[key] = browser.new_context(**{"viewport": SCREEN, **options})
        return contexts[key]

    yield given
    for each in contexts.values():
        for page in each.pages:
            if page is not reused.get(each):
                page.close()


@pytest.fixture(scope="module")
def address(bot: FaqBot) -> Iterator[str]:
    with serving(bot) as address:
        yield address


@pytest.fixture
def open_page(address: str, context: Callable[..., BrowserContext], reused: dict[BrowserContext, Page]) -> Opener:
    """Opens the page in the browser's page that the last test had: a new one takes a process, and compiles the scripts again."""

    def open_(url: str = address, **options: Any) -> Page:
        opened = context(**options)
        page = reused.get(opened)
        if page is None or page.is_closed():
            page = reused[opened] = opened.new_page()
        page.unroute_all()
        page.set_viewport_size(options.get("viewport", SCREEN))
        page.emulate_media(media="null", color_scheme=options.get("color_scheme", "light"), forced_colors="none")
        page.goto(url + "/")
        expect(page.locator("#send")).to_be_visible()
        expect(page.locator(".welcome")).to_be_visible()
        return page

    return open_


def ask(page: Page, question: str) -> None:
    """Type the question, send it and wait for its exchange."""
    before = page.locator(".exchange:not(:has(.welcome))").count()
    page.locator("#question textarea").fill(question)
    page.locator("#send").click()
    expect(page.locator(".exchange:not(:has(.welcome))")).to_have_count(before + 1)


def last(page: Page) -> Locator:
    """The newest exchange."""
    return page.locator(".exchange").last


def top_of(element: Locator) -> float:
    """How far down the screen it begins."""
    box = element.bounding_box()
    assert box is not None
    return box["y"]


def in_view(page: Page, selector: str) -> bool:
    """Whether the point in the middle of the element is on the screen and nothing lies over it."""
    return bool(
        page.evaluate(
            """selector => { const element = document.querySelector(selector), box = element.getBoundingClientRect();
            const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
            return top !== null && element.contains(top); }""",
            selector,
        )
    )


def serious(page: Page) -> list[str]:
    """What axe-core calls serious or critical in light or in dark colours, as rule and selector."""
    if not AXE.exists():
        pytest.skip(f"no axe-core at {AXE}: npm install --prefix build/axe axe-core")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    light, dark = _coloured(page, "light"), _coloured(page, "dark")
    assert light[0] != dark[0], "the page has no colours of its own for the dark"
    return [*light[1], *dark[1]]


def _coloured(page: Page, scheme: Any) -> tuple[str, list[str]]:
    """The background in these colours, and what axe-core says of them."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function("!document.getAnimations().some(each => each instanceof CSSTransition)")
    background = page.evaluate(
        "getComputedStyle(document.querySelector('faqbot-chat') ?? document.body).backgroundColor"
    )
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return background, [
        f"{scheme}, {violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
