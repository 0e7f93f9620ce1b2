"""The interface's own files, packed with the code: the page's style and script, and the widget of other sites."""

import gzip
import json
import re
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from faqbot.config import PageConfig
from faqbot.ui.options import PageOptions

_KINDS = {"css": "text/css", "js": "text/javascript"}
_OWN = ("page.css", "page.js", "document.css")
_DAY, _MINUTES_5 = 86_400, 300  # seconds that a browser may keep a file: the widget's address does not change with it
_WIDGET_VALUES = '"{{values}}"'
_WIDGET_TEXTS = (
    "ask", "start_again", "question", "placeholder", "searching", "failed", "unwell", "very_likely", "probably",
    "may_help", "no_answer", "about", "unmatched", "best", "others", "for_later", "ask_next", "choose", "whole_article",
    "original", "sources", "source", "level_emergency", "level_urgent", "level_conditional", "level_crisis",
    "prefix_emergency", "prefix_urgent", "prefix_conditional", "because_wrote", "not_meant", "call", "people_ask",
    "safety_label", "feedback_label", "feedback_question", "feedback_helpful", "feedback_not_helpful",
    "feedback_did_not_answer", "feedback_thanks", "feedback_sending", "feedback_unsent", "feedback_contact",
    "you_wrote", "widget_open", "widget_close", "widget_greeting",
)  # fmt: skip


@cache
def packed(name: str) -> str:
    """Return the text of one packed file."""
    return (files("faqbot.ui") / name).read_text(encoding="utf-8")


class Assets:
    """The files with an operator's colours and texts in them."""

    def __init__(self, options: PageOptions) -> None:
        colours = _colours(options.page)
        self._own = {name: _Asset(name, packed(name) + (colours if name.endswith(".css") else "")) for name in _OWN}
        values = json.dumps(_widget_values(options), ensure_ascii=False)
        self._widget = _Asset("widget.js", packed("widget.js").replace(_WIDGET_VALUES, values), _MINUTES_5)

    def address(self, name: str) -> str:
        """Return where a page loads the file from, relative to the server's root; it changes with the content."""
        return f"own/{name}?v={self._own[name].version}"

    def routes(self) -> list[Route]:
        """Return one route for each file."""
        own = [Route(f"/own/{name}", asset.serve) for name, asset in self._own.items()]
        return [*own, Route("/widget.js", self._widget.serve)]


class _Asset:
    """One file as it is served, compressed once."""

    def __init__(self, name: str, text: str, seconds: int = _DAY) -> None:
        self._plain = text.encode()
        self._compressed = gzip.compress(self._plain, mtime=0)
        self._kind = _KINDS[name.rpartition(".")[2]]
        self.version = sha256(self._plain).hexdigest()[:12]
        self._headers = {
            "Cache-Control": f"public, max-age={seconds}",
            "ETag": f'"{self.version}"',
            "Vary": "Accept-Encoding",
        }

    async def serve(self, request: Request) -> Response:
        if request.headers.get("if-none-match") == self._headers["ETag"]:
            return Response(status_code=304, headers=self._headers)
        if accepts_gzip(request.headers.get("accept-encoding", "")):
            headers = self._headers | {"Content-Encoding": "gzip"}
            return Response(self._compressed, media_type=self._kind, headers=headers)
        return Response(self._plain, media_type=self._kind, headers=self._headers)


def accepts_gzip(accepted: str) -> bool:
    """Return whether an Accept-Encoding header names gzip without refusing it (RFC 9110, 12.5.3)."""
    refused = re.compile(r"q=0(\.0*)?")
    codings = (part.replace(" ", "").lower().partition(";") for part in accepted.split(","))
    return any(name == "gzip" and not refused.fullmatch(weight) for name, _, weight in codings)


def _colours(page: PageConfig) -> str:
    light = f":root{{--accent:{page.accent}}}" if page.accent else ""
    dark = page.accent_dark and f"@media (prefers-color-scheme:dark){{:root{{--accent:{page.accent_dark}}}}}"
    return f"\n{light}{dark}"


def _widget_values(options: PageOptions) -> dict[str, Any]:
    """What the widget's script carries of its server: texts, the standing advice ("" for none), examples, colours."""
    page, advice = options.page, options.standing.get(options.region, "")
    return {
        "title": page.title,
        "standing": " ".join(filter(None, (options.lead, advice))) if advice else "",
        "examples": list(page.examples),
        "accent": page.accent,
        "accentDark": page.accent_dark,
        "contact": page.contact,
        "feedback": options.feedback,
        "stored": options.texts.feedback_on if options.feedback else options.texts.nothing_stored,
        "texts": {name: getattr(options.texts, name) for name in _WIDGET_TEXTS},
    }
