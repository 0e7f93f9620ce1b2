"""The owner's page in a real browser: a shop owner uploads, publishes, asks, rolls back and mends what got no answer."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from admin_samples import TOKEN, built, copied
from browsing import ask, browser, context, contexts, last, reused, serious
from faqbot.bot import FaqBot
from faqbot.feedback import FeedbackEntry
from faqbot.feedback.store import append
from faqbot.index import build
from faqbot.settings import Settings
from reader_samples import pdf_bytes
from web_server import serving

__all__ = ["browser", "context", "contexts", "reused"]  # fixtures
pytestmark = pytest.mark.browser

CSV = b"question,answer\nDo you mend punctures?,We mend punctures while you wait for fifteen euros.\n"
LOCKS = "question,answer\nCan I borrow a lock?,We lend locks for a day.\n"
MARKDOWN = b"# Hire\n\n## How much is a bike for a day?\n\nA city bike is eighteen euros a day, with lock and helmet.\n"
PDF = pdf_bytes([["Delivery", "", "We deliver new bikes within fifteen kilometres for twenty-five euros."]])
HTML = b"""<html><head><title>Offer</title></head><body><h1>Offer</h1><p>Tandems are <b>half price</b> until the end of
March.</p><script>window.hacked = 1; alert(1)</script><img src=x onerror="window.hacked = 2"><p
onclick="window.hacked = 3">&lt;script&gt;window.hacked = 4&lt;/script&gt; Ask at the counter.</p></body></html>"""
BUILDING = 300_000  # milliseconds for a build on a busy machine
PHONE = {"width": 375, "height": 812}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, with_encoder: Callable[[Path], Path]) -> Settings:
    """A corpus with its index and unanswered questions, which no test changes."""
    folder = tmp_path_factory.mktemp("owner")
    settings = built(folder, with_encoder, feedback=str(folder / "feedback.db"))
    (folder / "corpus" / "locks.csv").write_text(LOCKS, encoding="utf-8")
    build(folder / "corpus", folder / "index", settings=settings)
    data = folder / "tests" / "data"
    data.mkdir(parents=True)
    gold = [{"doc": "prices.csv", "quote": "twelve euros"}]
    question = {"id": "q1", "question": "how much to have my bike cleaned", "gold": gold}
    (data / "questions.jsonl").write_text(json.dumps(question) + "\n", encoding="utf-8")
    asked = ("how much to have my bike cleaned", "what is the price to have my bike cleaned", "is there a toilet")
    entries = [FeedbackEntry(text, "unanswered", day="2026-11-20") for text in asked]
    append(folder / "feedback.db", [*entries, FeedbackEntry("i am [name], is there a toilet", "unanswered")], [])
    return settings


@pytest.fixture
def settings(original: Settings, tmp_path: Path) -> Settings:
    """A copy to change."""
    return copied(original, tmp_path / "own")


@pytest.fixture
def page(settings: Settings, context: Callable[..., BrowserContext]) -> Iterator[Page]:
    """The owner's page of a server on the copy, logged in."""
    with FaqBot.load(settings.index, settings=settings) as bot, serving(bot, settings) as address:
        yield logged_in(context(), address)


def logged_in(window: BrowserContext, address: str) -> Page:
    """Give the token."""
    page = window.new_page()
    page.goto(f"{address}/admin")
    page.get_by_label("Token").fill(TOKEN)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Documents", exact=True)).to_be_visible()
    return page


def file(name: str, content: bytes) -> FilePayload:
    """A file as a browser uploads it."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def upload(page: Page, *files: FilePayload) -> None:
    """Choose files and send them."""
    page.get_by_label("Drop files here").set_input_files(files)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#uploads .outcomes li")).to_have_count(len({each["name"] for each in files}))


def publish(page: Page) -> None:
    """Publish and wait until it is said that it is done."""
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("#job .done")).to_contain_text("Published:", timeout=BUILDING)


def go(page: Page, name: str) -> None:
    """Follow a link of the navigation."""
    page.get_by_role("navigation").get_by_role("link", name=name).click()


def tried(page: Page, question: str) -> str:
    """What the try box shows for a question."""
    go(page, "Try a question")
    page.get_by_label("Question").fill(question)
    page.get_by_role("button", name="Try").click()
    expect(page.get_by_role("heading", name="What people are told")).to_be_visible()
    return page.locator("main").inner_text()


def status(page: Page, name: str) -> str:
    """The status of a document in the list."""
    return page.locator("tr", has=page.locator("th", has_text=re.compile(f"^{name}$"))).locator("td").first.inner_text()


def test_a_wrong_token_is_named_beside_the_field(page: Page) -> None:
    page.get_by_role("button", name="Log out").click()
    page.get_by_label("Token").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("That is not the token.")


def test_from_upload_to_roll_back(page: Page) -> None:
    upload(page, file("repair.csv", CSV), file("hire.md", MARKDOWN), file("delivery.pdf", PDF))
    for name, text in (("repair.csv", "fifteen euros"), ("hire.md", "eighteen euros"), ("delivery.pdf", "twenty-five")):
        page.reload()
        expect(page.locator("#uploads")).to_contain_text(f"{name}: read as 1 passage.")
        page.locator("#uploads li", has_text=name).get_by_role("link").click()
        expect(page.locator(".cards .text")).to_contain_text(text)
        page.get_by_role("link", name="Back to the documents").click()
    page.get_by_role("button", name="Remove hours.md").click()
    assert [status(page, name) for name in ("hire.md", "hours.md")] == ["new, not published yet", "will be removed"]
    expect(page.locator("#job")).to_contain_text("4 changes wait")
    go(page, "Check")
    expect(page.locator("main")).to_contain_text("5 documents, 5 passages")
    assert "fifteen euros" not in tried(page, "do you mend punctures")
    go(page, "Documents")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("#bar")).to_be_visible()
    expect(page.locator("#job .done")).to_have_text("Published: 5 passages of 5 documents.", timeout=BUILDING)
    page.reload()
    expect(page.locator("#job .done")).to_have_text("Published: 5 passages of 5 documents.")
    assert "fifteen euros" in tried(page, "do you mend punctures")
    chat = page.context.new_page()
    chat.goto(page.url.split("/admin")[0])
    ask(chat, "what does it cost to hire a bike for a day")
    expect(last(chat).locator(".card").first).to_contain_text("eighteen euros")
    go(page, "Documents")
    page.get_by_role("button", name="Roll back").click()
    expect(page.locator("#notices")).to_contain_text("Rolled back")
    expect(page.locator("#job")).to_contain_text("4 changes wait")
    assert "fifteen euros" not in tried(page, "do you mend punctures")
    assert "nine to five" in tried(page, "when is the shop open")


def test_unanswered_questions_become_variants_or_a_new_entry(page: Page) -> None:
    go(page, "Unanswered questions")
    group = page.locator(".group", has_text="bike cleaned")
    group.get_by_role("button", name="Try it").click()
    expect(group.get_by_role("alert")).to_have_text("Choose the question that has the answer.")
    group.get_by_label("This question has the answer").fill("Can I borrow a lock?")
    group.get_by_role("button", name="Try it").click()
    expect(group.get_by_role("alert")).to_contain_text(
        "Not added: Answers would get worse. questions answered first", timeout=BUILDING
    )
    group.get_by_label("This question has the answer").fill("What does a wash cost?")
    group.get_by_role("button", name="Try it").click()
    expect(page.locator("#bar")).to_be_visible()
    expect(page.locator("#job .done")).to_contain_text("Added to “What does a wash cost?”", timeout=BUILDING)
    expect(page.locator("#job .done")).to_contain_text("That answer comes first for 2 of 2 of them")
    expect(group).to_have_count(0)
    group = page.locator(".group", has_text="toilet")
    expect(group).to_contain_text("Not used, because personal data was taken out: i am [name], is there a toilet")
    group.get_by_text("Or write a new answer").click()
    group.get_by_role("button", name="Add this answer").click()
    expect(page.locator(".group").get_by_role("alert")).to_contain_text("needs a question")
    group.get_by_text("Or write a new answer").click()
    group.get_by_label("Question", exact=True).fill("Do you have a toilet?")
    group.get_by_label("Answer", exact=True).fill("Yes, behind the counter.")
    group.get_by_role("button", name="Add this answer").click()
    expect(page.locator("#notices")).to_contain_text("“Do you have a toilet?” was added")
    expect(page.locator(".group")).to_have_count(0)
    page.get_by_role("link", name="Documents").first.click()
    publish(page)
    assert "behind the counter" in tried(page, "is there a toilet")
    assert "very likely" in tried(page, "what is the price to have my bike cleaned")


def _bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 300_000_000)
    return packed.getvalue()


def test_hostile_files_are_refused_in_words_and_the_others_are_kept(page: Page, settings: Settings) -> None:
    names = ("../up.md", "..\\up.md", "C:up.md", ".up.md", "NUL.md", "faqbot.toml", "up.exe", "a" * 250 + ".md")
    hostile = [file(name, MARKDOWN) for name in names]
    upload(page, *hostile, file("bomb.docx", _bomb()), file("empty.md", b" "), file("hire.md", MARKDOWN))
    shown = page.locator("#uploads .outcomes li").all_inner_texts()
    assert [text for text in shown if not text.startswith("Refused: ")] == [
        "hire.md: read as 1 passage. See how it was read"
    ]
    assert {path.name for path in Path(settings.index).parent.rglob("*up.md")} == set()
    expect(page.locator("tbody tr")).to_have_count(4)


def test_a_page_with_scripts_runs_none_and_is_shown_as_text(page: Page) -> None:
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    upload(page, file("offer.html", HTML))
    page.get_by_role("link", name="See how it was read").click()
    expect(page.locator(".cards")).to_contain_text("half price until the end of March")
    expect(page.locator(".cards")).to_contain_text("<script>window.hacked = 4</script> Ask at the counter")
    assert page.locator("main script, main img, main [onclick]").count() == 0
    go(page, "Documents")
    publish(page)
    chat = page.context.new_page()
    chat.goto(page.url.split("/admin")[0])
    ask(chat, "are tandems half price?")
    expect(last(chat).locator(".card").first).to_contain_text("half price")
    assert [each.evaluate("window.hacked") for each in (page, chat)] == [None, None]


def test_too_much_and_too_many_are_refused_before_they_are_sent(page: Page, tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as sparse:
        sparse.truncate(100_000_000)
    for files, words in (
        ([str(large)], "These files are larger than 20 MB together."),
        ([file(f"{number}.md", b"x") for number in range(201)], "At most 200 files can be uploaded at once."),
    ):
        page.get_by_label("Drop files here").set_input_files(files)
        page.get_by_role("button", name="Upload").click()
        expect(page.locator("#refused")).to_contain_text(words)
    expect(page.locator("#uploads .outcomes")).to_have_count(0)


def pages(page: Page) -> Iterator[str]:
    """Every page of the owner's, one after the other, with something on each."""
    upload(
        page,
        file("hire.md", MARKDOWN),
        file("empty.md", b""),
        file("broken.csv", b"question;answer\n\xc3\x83\xc2\xa9;\n"),
    )
    for address in ("./", "check", "try?q=do+you+mend+punctures", "unanswered", "document?id=hire.md"):
        page.goto(f"{page.url.split('/admin')[0]}/admin/{address}")
        for summary in page.locator("summary").all():
            summary.click()
        yield address


def test_axe_finds_nothing_serious_and_a_phone_needs_no_scrolling_sideways(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for address in pages(page):
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert serious(page) == [], address
    page.get_by_role("button", name="Log out").click()
    assert serious(page) == []


def test_it_can_be_used_by_keyboard_alone(settings: Settings, context: Callable[..., BrowserContext]) -> None:
    with FaqBot.load(settings.index, settings=settings) as bot, serving(bot, settings) as address:
        page = context().new_page()
        page.goto(f"{address}/admin/")
        _tab_to(page, "#token")
        page.keyboard.type(TOKEN)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Documents", exact=True)).to_be_visible()
        _tab_to(page, "tbody tr:first-child button")
        page.keyboard.press("Enter")
        expect(page.locator("#job")).to_contain_text("1 change waits")
        _tab_to(page, "#job form[action=publish] button")
        page.keyboard.press("Space")
        expect(page.locator("#job .done")).to_contain_text("Published: 2 passages of 2 documents.", timeout=BUILDING)
        _tab_to(page, "a[href=try]")
        page.keyboard.press("Enter")
        expect(page.locator("#q")).to_be_visible()  # on the next page
        _tab_to(page, "#q")
        page.keyboard.type("what does a wash cost")
        page.keyboard.press("Enter")
        expect(page.locator(".cards li").first).to_contain_text("twelve euros")


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, which must be seen on everything on the way."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement !== document.body"):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} cannot be reached")


@contextmanager
def served(settings: Settings) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server process on the copy, with its address; it is killed."""
    command = [sys.executable, "-m", "faqbot", "serve", "--index", settings.index, "--port", "0"]
    environment = os.environ | {
        "FAQBOT_CORPUS": settings.corpus, "FAQBOT_ADMIN_TOKEN": TOKEN, "FAQBOT_SAFETY": "none", "FAQBOT_THREADS": "1",
    }  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as run:
        assert run.stdout is not None
        try:
            yield run, run.stdout.readline().split()[-1].rstrip("/")
        finally:
            run.kill()


def _tasks(*which: str) -> list[str]:
    """The numbers of the processes that work for an owner's page, of those that ps is asked for."""
    listed = subprocess.run(["ps", "-o", "pid=,args=", *which], capture_output=True, text=True, check=False).stdout
    return [line.split()[0] for line in listed.splitlines() if "faqbot.admin.tasks" in line]


def test_a_server_killed_while_it_publishes_loses_nothing(
    settings: Settings, context: Callable[..., BrowserContext]
) -> None:
    rows = (
        f"How much is part number {number}?,Part {number} costs {number} euros at the counter." for number in range(400)
    )
    table = "\n".join(("question,answer", *rows)).encode()
    with served(settings) as (server, address):
        page = logged_in(context(), address)
        upload(page, file("parts.csv", table))
        page.get_by_role("button", name="Publish", exact=True).click()
        expect(page.locator("#step")).to_contain_text("Preparing the search", timeout=BUILDING)
        builds = _tasks("--ppid", str(server.pid))
        server.send_signal(signal.SIGKILL)
        server.wait(10)
    assert len(builds) == 1
    ends = time.monotonic() + 20
    while _tasks("-p", builds[0]):  # no build goes on that nobody waits for
        assert time.monotonic() < ends
        time.sleep(0.2)
    assert not (Path(settings.corpus) / "parts.csv").exists()
    with served(settings) as (_, address):
        page = logged_in(context(), address)
        assert status(page, "parts.csv") == "new, not published yet"
        expect(page.locator("#job")).to_contain_text("1 change waits")
        assert "nine to five" in tried(page, "when is the shop open")
        go(page, "Documents")
        publish(page)
        assert status(page, "parts.csv") == "published"
        assert "costs 77 euros" in tried(page, "how much is part number 77?")
    assert (Path(settings.corpus) / "parts.csv").read_bytes() == table


def test_a_build_that_was_finished_before_the_server_died_is_taken_over(
    settings: Settings, context: Callable[..., BrowserContext]
) -> None:
    corpus = Path(settings.corpus)
    with FaqBot.load(settings.index, settings=settings) as bot, serving(bot, settings) as address:
        upload(logged_in(context(), address), file("repair.csv", CSV))
    # What a server leaves that dies between the index and the corpus folder: the new version is in use.
    (corpus / "repair.csv").write_bytes(CSV)
    version = build(corpus, Path(settings.index), settings=settings).version
    (corpus / "repair.csv").unlink()
    with FaqBot.load(settings.index, settings=settings) as bot, serving(bot, settings) as address:
        page = logged_in(context(), address)
        expect(page.locator("#job")).to_contain_text("1 change waits")
        publish(page)
        assert (corpus / "repair.csv").read_bytes() == CSV
        assert bot.index_version == version
        page.get_by_role("button", name="Roll back").click()
        expect(page.locator("#notices")).to_contain_text("Rolled back")
        assert "fifteen euros" not in tried(page, "do you mend punctures")
    assert not (corpus / "repair.csv").exists()
