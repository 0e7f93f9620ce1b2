"""The owner's page over HTTP: who gets in, what hostile uploads come to, and publishing on a real index."""

import io
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from admin_samples import HOURS, TOKEN, Owner, built, copied, logged_in
from faqbot.admin.sessions import Sessions
from faqbot.bot import FaqBot
from faqbot.errors import SettingsError
from faqbot.server.app import create_app
from faqbot.settings import Settings

NEW = b'question,answer\nDo you mend punctures?,"We mend punctures while you wait, for fifteen euros."\n'


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, with_encoder: Callable[[Path], Path]) -> Settings:
    """A corpus with its index, which no test changes."""
    return built(tmp_path_factory.mktemp("owner"), with_encoder)


@pytest.fixture
def owner(original: Settings, tmp_path: Path) -> Iterator[Owner]:
    """A logged-in owner of a copy."""
    settings = copied(original, tmp_path / "own")
    with FaqBot.load(settings.index, settings=settings) as bot:
        yield logged_in(bot, settings)


@pytest.fixture
def stranger(owner: Owner) -> TestClient:
    """Somebody who is not logged in on the same server."""
    return TestClient(owner.client.app, base_url="https://testserver")


def published(owner: Owner) -> str:
    """Publish, wait until it is done, and return what the owner is told."""
    assert owner.post("publish").status_code == 200
    ends = time.monotonic() + 120
    while owner.client.get("/admin/progress").json()["running"]:
        assert time.monotonic() < ends
        time.sleep(0.1)
    return str(owner.get("").text)


def test_without_a_token_there_is_no_owners_page(original: Settings) -> None:
    with FaqBot.load(original.index, settings=original) as bot:
        client = TestClient(create_app(bot, replace(original, admin_token=""), page=False))
        assert [client.get(path).status_code for path in ("/admin", "/admin/", "/admin/login")] == [404, 404, 404]


def test_with_a_token_it_is_served_beside_the_rest(original: Settings) -> None:
    with FaqBot.load(original.index, settings=original) as bot:
        client = TestClient(create_app(bot, original))
        assert "Token" in client.get("/admin").text
        assert client.get("/api/health").status_code == 200
        assert TestClient(create_app(bot, original, page=False)).get("/admin").status_code == 404


def test_a_short_token_is_refused() -> None:
    with pytest.raises(SettingsError, match="FAQBOT_ADMIN_TOKEN"):
        Settings(admin_token="short")


def test_nothing_is_shown_or_done_without_a_session(stranger: TestClient, owner: Owner) -> None:
    pages = [stranger.get(f"/admin/{path}") for path in ("check", "document?id=hours.md", "try?q=x", "unanswered")]
    assert {page.status_code for page in pages} == {401}
    assert stranger.get("/admin/progress").status_code == 401
    assert "hours.md" not in stranger.get("/admin/").text
    for path in ("upload", "remove", "restore", "promote", "entry", "publish", "rollback", "logout"):
        assert stranger.post(f"/admin/{path}", data={"id": "hours.md"}).status_code == 401
    assert owner.statuses() == {"hours.md": "published", "prices.csv": "published"}


def test_the_cookie_is_strict_and_out_of_reach_of_scripts(stranger: TestClient) -> None:
    response = stranger.post("/admin/login", data={"token": TOKEN}, follow_redirects=False)
    flags = response.headers["set-cookie"].lower().split("; ")
    assert {"httponly", "samesite=strict", "secure"} <= set(flags)


def test_wrong_tokens_lock_out_their_client_only(owner: Owner) -> None:
    def client(address: str) -> TestClient:
        return TestClient(owner.client.app, base_url="https://testserver", client=(address, 50000))

    attacker = client("203.0.113.9")
    codes = [attacker.post("/admin/login", data={"token": f"wrong {n}"}).status_code for n in range(12)]
    assert codes == [401] * 10 + [429] * 2
    assert attacker.post("/admin/login", data={"token": TOKEN}).status_code == 429
    assert client("198.51.100.7").post("/admin/login", data={"token": TOKEN}).status_code == 200
    assert owner.get("check").status_code == 200


def test_many_clients_together_are_limited_and_whoever_is_logged_in_stays_so(owner: Owner) -> None:
    sessions = Sessions(TOKEN, lambda: 0.0)
    name = sessions.log_in(TOKEN, "198.51.100.7")
    for number in range(300):
        assert not sessions.wrong_tokens.full(f"203.0.113.{number}")
        sessions.log_in("wrong", f"203.0.113.{number}")
    assert sessions.wrong_tokens.full("198.51.100.7")
    assert sessions.find(name)


def test_addresses_of_one_ipv6_network_are_one_client() -> None:
    sessions = Sessions(TOKEN, lambda: 0.0)
    for number in range(10):
        sessions.log_in("wrong", f"2001:db8::{number}")
    assert sessions.wrong_tokens.full("2001:db8::ffff")
    assert not sessions.wrong_tokens.full("2001:db8:0:1::1")


def test_the_limit_and_the_session_end_with_time() -> None:
    now = 0.0
    sessions = Sessions(TOKEN, lambda: now)
    name = sessions.log_in(TOKEN)
    for _ in range(10):
        assert sessions.log_in("wrong") == ""
    assert sessions.wrong_tokens.full("")
    now = 61.0
    assert not sessions.wrong_tokens.full("")
    assert sessions.find(name)
    now = 12 * 3600.0
    assert sessions.find(name) is None


def test_a_form_without_the_sessions_token_or_from_another_site_changes_nothing(owner: Owner) -> None:
    for fields in ({}, {"csrf": "guessed"}):
        assert owner.client.post("/admin/remove", data={"id": "hours.md", **fields}).status_code == 403
    headers = {"Sec-Fetch-Site": "cross-site"}
    fields = {"id": "hours.md", "csrf": owner.csrf()}
    assert owner.client.post("/admin/remove", data=fields, headers=headers).status_code == 403
    assert owner.client.post("/admin/login", data={"token": TOKEN}, headers=headers).status_code == 403
    assert owner.statuses()["hours.md"] == "published"


def test_logging_out_ends_the_session(owner: Owner) -> None:
    owner.post("logout")
    assert owner.get("check").status_code == 401


def test_pages_forbid_scripts_from_elsewhere_and_frames(owner: Owner) -> None:
    policy = owner.get("").headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert owner.get("").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "name", ["../../evil.md", "/tmp/evil.md", "..\\evil.md", ".evil.md", "evil.exe", "faqbot.toml"]
)
def test_an_upload_by_a_tricky_name_writes_nothing(name: str, owner: Owner) -> None:
    before = {path for path in Path(owner.settings.corpus).parents[1].rglob("*") if "evil" in path.name}
    owner.upload(name, b"# Evil\n\nEvil text of some length that could be read.")
    page = owner.get("").text
    after = {path for path in Path(owner.settings.corpus).parents[1].rglob("*") if "evil" in path.name}
    assert (after, "faqbot.toml" in owner.statuses()) == (before, False)
    assert "evil" not in "".join(owner.statuses()) or "Refused" in page or "/evil" not in page


def test_a_hundred_megabytes_are_refused_before_they_are_read(owner: Owner) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(100_000_000)}
    assert owner.client.post("/admin/upload", content=b"--x", headers=headers).status_code == 413
    assert owner.client.post("/admin/upload", content=iter([b"x" * 1_000_000] * 25)).status_code == 413
    assert not list(Path(owner.settings.index + ".staging").rglob("files/*"))


def test_a_zip_bomb_and_an_unreadable_file_are_refused_with_the_reason(owner: Owner) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 300_000_000)
    assert len(bomb.getvalue()) < 1_000_000
    assert "Refused: bomb.docx" in owner.upload("bomb.docx", bomb.getvalue()).text
    assert "Refused: empty.md" in owner.upload("empty.md", b"  ").text
    assert set(owner.statuses()) == {"hours.md", "prices.csv"}


def test_html_with_scripts_is_shown_as_text(owner: Owner) -> None:
    html = b"<html><body><h1>Bikes</h1><script>alert(1)</script><p>We sell bikes &lt;img src=x onerror=alert(2)&gt; here, new and used ones, all year round.</p></body></html>"
    owner.upload("page.html", html)
    shown = owner.get("document?id=page.html").text
    assert "We sell bikes" in shown
    assert "alert(1)</script>" not in shown
    assert "<img" not in shown
    assert "&lt;img src=x onerror=alert(2)&gt;" in shown


def test_a_document_is_previewed_as_it_would_be_split(owner: Owner) -> None:
    shown = owner.get("document?id=prices.csv").text
    assert "<h2>1 passage</h2>" in shown
    assert "What does a wash cost?" in shown
    for name in ("none.md", "../corpus/hours.md", "/etc/passwd"):
        assert owner.client.get("/admin/document", params={"id": name}).status_code == 422


def test_upload_publish_ask_and_roll_back(owner: Owner) -> None:
    assert "punctures.csv: read as 1 passage." in owner.upload("punctures.csv", NEW).text
    owner.post("remove", id="hours.md")
    assert owner.statuses() == {
        "hours.md": "will be removed",
        "prices.csv": "published",
        "punctures.csv": "new, not published yet",
    }
    assert set(owner.corpus()) == {"hours.md", "prices.csv"}
    assert "fifteen euros" not in owner.get("try?q=do you mend punctures").text
    assert "Published: 2 passages of 2 documents" in published(owner)
    assert set(owner.corpus()) == {"prices.csv", "punctures.csv"}
    tried = owner.get("try?q=do you mend punctures").text
    assert "fifteen euros" in tried
    assert "Certainty" in tried
    assert "Rolled back" in owner.post("rollback").text
    assert owner.corpus()["hours.md"] == HOURS
    assert owner.statuses()["punctures.csv"] == "new, not published yet"
    assert "fifteen euros" not in owner.get("try?q=do you mend punctures").text
    assert "nothing to roll back" in owner.post("rollback").text
    assert "Published: 2 passages of 2 documents" in published(owner)
    assert "fifteen euros" in owner.get("try?q=do you mend punctures").text


def test_a_publication_that_fails_changes_nothing_and_says_why(owner: Owner) -> None:
    for name in ("hours.md", "prices.csv"):
        owner.post("remove", id=name)
    assert "Nothing was published: Nothing to index" in published(owner)
    assert set(owner.corpus()) == {"hours.md", "prices.csv"}
    assert owner.statuses()["hours.md"] == "will be removed"


def test_a_check_names_files_that_cannot_be_read(owner: Owner) -> None:
    (Path(owner.settings.corpus) / "broken.json").write_text("{", encoding="utf-8")
    shown = owner.get("check").text
    assert "broken.json" in shown
    assert "Not read" in shown
    assert "2 documents" in shown


def test_a_file_that_no_answer_comes_from_is_not_called_published(owner: Owner) -> None:
    (Path(owner.settings.corpus) / "staff.csv").write_text("name,phone\nAnna,12\n", encoding="utf-8")
    assert owner.statuses()["staff.csv"].startswith("not read<br>")
    assert "Not read: staff.csv" in published(owner)
    assert owner.statuses()["staff.csv"].startswith("not read<br>")


def test_a_new_entry_is_published_and_answers(owner: Owner) -> None:
    owner.client.post(
        "/admin/entry",
        data={"csrf": owner.csrf(), "question": ["is there a toilet", "loo"], "answer": "Yes, behind the counter."},
    )
    assert owner.statuses()["added-entries.json"] == "new, not published yet"
    published(owner)
    assert "behind the counter" in owner.get("try?q=is there a toilet").text


def test_unanswered_questions_say_when_feedback_is_off(owner: Owner) -> None:
    assert "Feedback is off" in owner.get("unanswered").text
