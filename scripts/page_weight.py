"""Measure how heavy the page is and how soon it can be used, and print a table.

    python scripts/page_weight.py [INDEX]

"Gradio alone" is the same page without our style and script. Times are medians of RUNS loads with an empty cache, from
the request to the moment the box can be typed in; bytes are as sent. REST is timed beside the bot it asks.
"""

import gzip
import re
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from faqbot import FaqBot
from faqbot.server.app import create_app, listen, uvicorn_config
from faqbot.settings import Settings

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
RUNS = 7
ASKED = 200


@contextmanager
def serving(bot: FaqBot) -> Iterator[str]:
    """The address of a server in a thread."""
    with listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn_config(create_app(bot, Settings())))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join()


def load(browser: Browser, address: str, without: str = "") -> tuple[float, int, int]:
    """Milliseconds until the box can be typed in, bytes sent, requests made."""
    context = browser.new_context()
    page = context.new_page()
    if without:
        page.route(without, lambda route: route.abort())
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(_sent(request.sizes())))
    started = time.perf_counter()
    page.goto(address)
    page.locator("#question textarea").wait_for()
    spent = 1000 * (time.perf_counter() - started)
    page.wait_for_load_state("networkidle")
    context.close()
    return spent, sum(sizes), len(sizes)


def _sent(sizes: object) -> int:
    return sizes["responseBodySize"] + sizes["responseHeadersSize"] if isinstance(sizes, dict) else 0


def median_ms(call: Callable[[], object]) -> float:
    """The median of ASKED calls, in milliseconds."""
    spent = []
    for _ in range(ASKED):
        started = time.perf_counter()
        call()
        spent.append(1000 * (time.perf_counter() - started))
    return statistics.median(spent)


def own_bytes(address: str) -> int:
    """Bytes sent of our style and script, and of the HTML that we put into Gradio's page."""
    with httpx.Client(base_url=address, headers={"Accept-Encoding": "gzip"}) as client:
        page = client.get("/").text
        own = page.split("<gradio-app", 1)[0].partition("<body")[2] + "".join(
            re.findall(r"faqbot-values.*?</script>", page)
        )
        files = re.findall(r'(?:src|href)="(own/[^"]*)"', page)
        sent = 0
        for name in files:
            with client.stream("GET", name) as response:
                sent += sum(len(chunk) for chunk in response.iter_raw())
        return sent + len(gzip.compress(own.encode()))


def main(index: str = "index") -> None:
    """Measure and print."""
    question = "why does my lower back hurt after walking for 20 minutes"
    with FaqBot.load(index) as bot, serving(bot) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        print("| | ready after | sent | requests |\n|---|---|---|---|")
        for name, without in (("Gradio alone", "**/own/*"), ("the page", "")):
            loads = [load(browser, address, without) for _ in range(RUNS)]
            spent = statistics.median(each[0] for each in loads)
            print(f"| {name} | {spent:.0f} ms | {loads[-1][1] / 1000:.0f} kB | {loads[-1][2]} |")
        browser.close()
        print(f"\nOur own part: {own_bytes(address) / 1000:.0f} kB (style, script, and what stands in the page)")
        with httpx.Client(base_url=address) as client:
            alone = median_ms(lambda: bot.answer(question).to_dict())
            rest = median_ms(lambda: client.post("/api/answer", json={"question": question}).json())
        print(f"\nAn answer: {alone:.1f} ms from the bot, {rest:.1f} ms over REST, {rest - alone:.1f} ms more")


if __name__ == "__main__":
    main(*sys.argv[1:])
