"""Pictures of the running page for the README: an index goes in, docs/screenshots/*.png come out.

    python scripts/screenshots.py [INDEX] [FOLDER]

Needs Chromium (Debian: apt-get install chromium) and the Python package playwright.
"""

import sys
import threading
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from faqbot import FaqBot
from faqbot.server.app import create_app, listen, uvicorn_config
from faqbot.settings import Settings

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
QUESTION = "Does walking cause back pain?"
ALARM = "I can't feel my legs and I've wet myself"
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
PICTURES = (  # file, window, colours, what is asked
    ("light", DESKTOP, "light", (QUESTION,)),
    ("dark", DESKTOP, "dark", (QUESTION,)),
    ("mobile", PHONE, "light", (QUESTION,)),
    ("emergency", PHONE, "light", (ALARM,)),
)


def main(index: str = "index", folder: str = "docs/screenshots") -> None:
    """Serve the index on a free port, take every picture, stop."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    with FaqBot.load(index) as bot, listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn_config(create_app(bot, Settings())))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            take_all(f"http://127.0.0.1:{listener.getsockname()[1]}/", Path(folder))
        finally:
            server.should_exit = True
            thread.join()


def take_all(address: str, folder: Path) -> None:
    """Every picture, in a browser with an empty profile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        for name, window, colours, messages in PICTURES:
            page = opened(browser, address, window, colours)
            for message in messages:
                ask(page, message)
            page.screenshot(path=folder / f"{name}.png")
            print(folder / f"{name}.png")
            page.context.close()
        browser.close()


def opened(browser: Browser, address: str, window: dict[str, int], colours: str) -> Page:
    """The page in a new window, without anything moving."""
    context = browser.new_context(
        viewport={"width": window["width"], "height": window["height"]},
        color_scheme="dark" if colours == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(address)
    page.locator(".welcome").wait_for()
    return page


def ask(page: Page, message: str) -> None:
    """Send a message and wait until its answer stands still."""
    page.locator("#question textarea").fill(message)
    page.locator("#send").click()
    page.locator(".exchange .turn:not(.waiting)").first.wait_for()
    page.wait_for_timeout(500)


if __name__ == "__main__":
    main(*sys.argv[1:])
