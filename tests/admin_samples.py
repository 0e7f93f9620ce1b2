"""The owner's page as tests use it: a small corpus with its index, and a browser-like client that is logged in."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from faqbot.admin.app import admin_app
from faqbot.bot import FaqBot
from faqbot.index import build
from faqbot.settings import Settings
from index_samples import link_encoders

TOKEN = "a token that is long enough"
HOURS = "# Opening\n\n## When we are open\n\nThe shop is open from nine to five on every working day of the week.\n"
PRICES = "question,answer\nWhat does a wash cost?,A wash costs twelve euros and takes about half an hour.\n"


def owner_settings(folder: Path, **more: str) -> Settings:
    """Settings of an owner whose corpus and index lie in the folder."""
    places = {"corpus": str(folder / "corpus"), "index": str(folder / "index"), "safety": "none"}
    return Settings(threads=1, admin_token=TOKEN, **places, **more)  # type: ignore[arg-type]


def built(folder: Path, with_encoder: Callable[[Path], Path], **more: str) -> Settings:
    """A corpus of two documents with its index."""
    (folder / "corpus").mkdir(parents=True)
    (folder / "corpus" / "hours.md").write_text(HOURS, encoding="utf-8")
    (folder / "corpus" / "prices.csv").write_text(PRICES, encoding="utf-8")
    settings = owner_settings(folder, **more)
    build(folder / "corpus", with_encoder(folder / "index"), settings=settings)
    return settings


@dataclass
class Owner:
    """A logged-in owner: pages by GET, forms by POST with the CSRF token of the page."""

    client: TestClient
    settings: Settings

    def get(self, path: str) -> Any:
        """A page."""
        return self.client.get(f"/admin/{path}")

    def csrf(self) -> str:
        """The CSRF token of this session."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get("").text)
        assert found
        return found[1]

    def post(self, path: str, **fields: str) -> Any:
        """Send a form."""
        return self.client.post(f"/admin/{path}", data={"csrf": self.csrf(), **fields})

    def upload(self, name: str, content: bytes) -> Any:
        """Upload one file."""
        return self.client.post("/admin/upload", data={"csrf": self.csrf()}, files={"files": (name, content)})

    def statuses(self) -> dict[str, str]:
        """The documents listed, with their status."""
        rows = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td>', self.get("").text)
        return {re.sub("<[^>]+>", "", name): status for name, status in rows}

    def corpus(self) -> dict[str, str]:
        """What lies in the corpus folder."""
        folder = Path(self.settings.corpus)
        return {
            path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
            for path in folder.rglob("*")
            if path.is_file()
        }


def logged_in(bot: FaqBot, settings: Settings) -> Owner:
    """An owner who has given the token."""
    client = TestClient(admin_app(bot, settings), base_url="https://testserver")
    owner = Owner(client, settings)
    assert client.post("/admin/login", data={"token": TOKEN}).status_code == 200
    return owner


def copied(settings: Settings, folder: Path) -> Settings:
    """The same corpus and index in another folder."""
    shutil.copytree(Path(settings.corpus).parent, folder, copy_function=link_encoders)
    return owner_settings(folder, feedback=settings.feedback)
