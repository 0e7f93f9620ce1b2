"""Take pictures of the running page in its states and windows, and put them on one contact sheet.

    python scripts/screenshots.py [INDEX] [FOLDER]

Writes FOLDER/NAME.png (docs/screenshots) and FOLDER/contact-sheet.png. Needs Chromium (Debian: apt-get install
chromium) and the Python packages playwright and pillow.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from page_weight import CHROMIUM, serving
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from faqbot import FaqBot

ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
QUESTION = "Does walking cause back pain?"
ALARM = "I can't feel my legs and I've wet myself"
DESKTOP, PHONE, SMALL = (1280, 860), (375, 812), (320, 640)
README = ("light", "dark", "mobile", "emergency")  # kept as single pictures; the others are on the sheet only
CELL, COLUMNS, LABEL = 420, 5, 22


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: window, what is asked, what is done then, how the medium is emulated."""

    name: str
    window: tuple[int, int] = DESKTOP
    messages: tuple[str, ...] = ()
    then: Callable[[Page], object] = lambda page: None
    media: dict[str, Any] = field(default_factory=dict)


def typing(page: Page) -> None:
    """Type a few letters and wait for the suggestions."""
    page.locator("#question textarea").press_sequentially("walk ba", delay=30)
    page.locator(".suggestions li").first.wait_for()


def checking(page: Page) -> None:
    """Go to a question of the symptom check."""
    page.get_by_role("tab", name="Check").click()
    page.get_by_role("button", name="Start the check").click()
    for _ in range(4):
        page.get_by_role("button", name="Skip").click()


def stopped(page: Page) -> None:
    """Answer a question of the symptom check so that it stops."""
    checking(page)
    page.get_by_role("button", name="Yes", exact=True).click()
    page.locator("#outcome .care").wait_for()


def article(page: Page) -> None:
    """Open the article of the best passage at that passage."""
    page.goto(str(page.locator("a.in").first.evaluate("link => link.href")))


def topics(page: Page) -> None:
    """Open the list of topics."""
    page.goto(str(page.locator(".links a").first.evaluate("link => link.href")))


SHOTS = (
    Shot("light", messages=(QUESTION,)),
    Shot("dark", messages=(QUESTION,), media={"color_scheme": "dark"}),
    Shot("mobile", PHONE, (QUESTION,)),
    Shot("emergency", PHONE, (ALARM,)),
    Shot("first visit"),
    Shot("typing", then=typing),
    Shot("no answer", messages=("what is the capital of Mongolia",)),
    Shot("symptom check", PHONE, then=checking),
    Shot("check stopped", PHONE, then=stopped),
    Shot("article", PHONE, (QUESTION,), article),
    Shot("topics", PHONE, then=topics),
    Shot("320 px", SMALL, (QUESTION,)),
    Shot("phone on its side", (812, 375), (QUESTION,)),
    Shot("200 %", (640, 430), (QUESTION,)),
    Shot("400 %", (320, 215), (QUESTION,)),
    Shot("forced colours", messages=(QUESTION,), media={"forced_colors": "active"}),
    Shot("print", messages=(QUESTION, ALARM), media={"media": "print"}),
    Shot("dark emergency", PHONE, (ALARM,), media={"color_scheme": "dark"}),
)


def main(index: str = "index", folder: str = "docs/screenshots") -> None:
    """Serve the index on a free port, take every picture, stop."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    with FaqBot.load(index) as bot, serving(bot) as address:
        take_all(address, Path(folder))


def take_all(address: str, folder: Path) -> None:
    """Every picture, each in a browser with an empty profile, and the sheet of them."""
    taken: list[tuple[str, Path]] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        for shot in SHOTS:
            path = folder / f"{shot.name.replace(' ', '-').replace('%', 'percent')}.png"
            page = opened(browser, address, shot)
            for message in shot.messages:
                ask(page, message)
            shot.then(page)
            page.emulate_media(**shot.media)
            page.wait_for_timeout(300)
            page.screenshot(path=path)
            page.context.close()
            taken.append((shot.name, path))
        browser.close()
    make_sheet(taken, folder / "contact-sheet.png")
    for name, path in taken:
        if name not in README:
            path.unlink()


def opened(browser: Browser, address: str, shot: Shot) -> Page:
    """The page in a new window, without anything moving."""
    width, height = shot.window
    page = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce").new_page()
    page.goto(address)
    page.locator(".welcome").wait_for()
    return page


def ask(page: Page, message: str) -> None:
    """Send a message and wait until its answer stands still."""
    page.locator("#question textarea").fill(message)
    page.locator("#send").click()
    page.locator(".exchange .turn:not(.waiting)").first.wait_for()
    page.wait_for_timeout(600)


def make_sheet(taken: list[tuple[str, Path]], path: Path) -> None:
    """All pictures with their names, scaled to the width of a column."""
    cells = []
    for name, each in taken:
        picture = Image.open(each).convert("RGB")
        picture.thumbnail((CELL, CELL * 2))
        cells.append((name, picture))
    rows = [cells[at : at + COLUMNS] for at in range(0, len(cells), COLUMNS)]
    heights = [max(picture.height for _, picture in row) + LABEL + 8 for row in rows]
    sheet = Image.new("RGB", (COLUMNS * (CELL + 8), sum(heights)), "#777777")
    draw = ImageDraw.Draw(sheet)
    for at, row in enumerate(rows):
        for column, (name, picture) in enumerate(row):
            left, top = column * (CELL + 8), sum(heights[:at])
            draw.text((left + 4, top + 4), name, fill="#ffffff")
            sheet.paste(picture, (left, top + LABEL))
    sheet.quantize(64).save(path, optimize=True)
    print(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
