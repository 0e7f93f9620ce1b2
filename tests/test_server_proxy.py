"""Behind a reverse proxy below a path, page, articles, widget and REST work: with a real nginx."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from admin_samples import TOKEN
from browsing import QUESTION, browser, context, contexts, reused
from faqbot import FaqBot
from faqbot.settings import Settings
from web_server import serving

__all__ = ["browser", "context", "contexts", "reused"]  # fixtures
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
CONFIG = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port};
    location /faq/ {{
      proxy_pass {upstream};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_buffering off;
    }}
  }}
}}
"""

pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx here: apt-get install nginx-light")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module", params=["/", ""], ids=["path cut off", "path kept"])
def address(request: pytest.FixtureRequest, bot: FaqBot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address below which nginx serves faqbot; it cuts the path off requests, or hands it on."""
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    with serving(bot, Settings(root_path="/faq", admin_token=TOKEN)) as server:
        config = folder / "nginx.conf"
        config.write_text(CONFIG.format(folder=folder, port=port, upstream=server + request.param))
        assert NGINX is not None
        with subprocess.Popen([NGINX, "-c", str(config), "-p", str(folder)], stderr=subprocess.PIPE) as nginx:
            try:
                _wait_for(port, folder)
                yield f"http://127.0.0.1:{port}/faq/"
            finally:
                nginx.terminate()


def _wait_for(port: int, folder: Path) -> None:
    ends = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < ends, (folder / "error.log").read_text()
            time.sleep(0.05)


def test_rest_answers_and_its_paths_lead_to_the_passage(address: str) -> None:
    answer = httpx.post(f"{address}api/answer", json={"question": QUESTION}).json()
    passage = answer["hits"][0]["passage"]
    article = httpx.get(address + passage["path"].partition("#")[0])
    assert article.status_code == 200
    assert 'id="passage"' in article.text
    styles = re.findall(r'<link rel="stylesheet" href="([^"]+)"', article.text)
    assert styles
    for style in styles:
        assert httpx.get(str(article.url.join(style))).status_code == 200


def test_the_description_names_the_path_and_swagger_ui_is_found(address: str) -> None:
    page = httpx.get(f"{address}api/docs")
    assert page.status_code == 200
    assert httpx.get(f"{address}api/openapi.json").json()["servers"] == [{"url": "/faq"}]
    for asset in re.findall(r'(?:src|href)="(docs/[\w.-]+)"', page.text):
        assert httpx.get(f"{address}api/{asset}").status_code == 200


def test_the_pages_files_are_found_below_the_path(address: str) -> None:
    page = httpx.get(address)
    assert page.status_code == 200
    files = re.findall(r'(?:src|href)="((?:\./)?(?:own|assets|theme|static)[^"]*)"', page.text)
    assert any("own/" in file for file in files)
    for file in files:
        assert httpx.get(str(page.url.join(file))).status_code == 200, file


def test_the_widget_is_served_below_the_path(address: str) -> None:
    assert "faqbot-chat" in httpx.get(f"{address}widget.js").text


def test_the_owners_page_is_below_the_path_and_tells_clients_apart(address: str) -> None:
    def client(visitor: str) -> httpx.Client:
        headers = {"X-Forwarded-For": visitor}
        return httpx.Client(base_url=address, headers=headers, follow_redirects=True, timeout=60)

    with client("203.0.113.9") as attacker, client("198.51.100.7") as owner:
        assert "Token" in owner.get("admin").text
        assert [attacker.post("admin/login", data={"token": "wrong"}).status_code for _ in range(11)] == [401] * 10 + [
            429
        ]
        page = owner.post("admin/login", data={"token": TOKEN})
        assert (page.status_code, str(page.url)) == (200, f"{address}admin/")
        assert "Log out" in page.text
        assert owner.get("admin/admin.css").status_code == 200


def test_nothing_is_served_outside_the_path(address: str) -> None:
    assert httpx.get(address.removesuffix("faq/") + "api/health").status_code == 404


@pytest.mark.browser
def test_a_visitor_gets_an_answer(address: str, context: Callable[..., BrowserContext], bot: FaqBot) -> None:
    page = context().new_page()
    page.goto(address)
    page.locator("#question textarea").fill(QUESTION)
    page.locator("#send").click()
    expect(page.locator(".exchange").last).to_contain_text(bot.answer(QUESTION).hits[0].passage.title, timeout=30_000)
    page.close()


@pytest.mark.parametrize("path", ["faq", "/faq/", "//evil.example", "/a b", "/faq\n"])
def test_a_root_path_that_is_none_is_refused(path: str) -> None:
    from faqbot.errors import SettingsError

    with pytest.raises(SettingsError, match="FAQBOT_ROOT_PATH"):
        Settings(root_path=path)
