"""The interface's own files, packed with the code, each under an address that changes with its content."""

import gzip
import json
import re
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from faqbot.ui.options import PageOptions

KINDS = {"css": "text/css", "js": "text/javascript"}
NAMES = ("page.css", "page.js", "document.css")
WIDGET_VALUES = '"{{values}}"'


@cache
def packed(name: str) -> str:
    """Return the text of one packed file."""
    return (files("faqbot.ui") / name).read_text(encoding="utf-8")


class Assets:
    """The files with an operator's colours in them."""

    def __init__(self, options: PageOptions, widget: Mapping[str, object] | None = None) -> None:
        """`widget` are the values that the widget's script carries."""
        colours = _colours(options)
        self._texts = {name: packed(name) + (colours if name.endswith(".css") else "") for name in NAMES}
        self._versions = {name: sha256(text.encode()).hexdigest()[:12] for name, text in self._texts.items()}
        self._compressed = {name: gzip.compress(text.encode(), mtime=0) for name, text in self._texts.items()}
        self._widget = packed("widget.js").replace(WIDGET_VALUES, json.dumps(widget or {}, ensure_ascii=False))

    def address(self, name: str) -> str:
        """Return where a page loads the file from, relative to the server's root."""
        return f"own/{name}?v={self._versions[name]}"

    def routes(self) -> list[Route]:
        """Return one route for each file, and one for the widget."""
        return [
            *(Route(f"/own/{name}", self._serve, name=name) for name in NAMES),
            Route("/widget.js", self._serve_widget),
        ]

    async def _serve(self, request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        headers = {"Cache-Control": "public, max-age=86400", "ETag": f'"{self._versions[name]}"'}
        headers["Vary"] = "Accept-Encoding"
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        kind = KINDS[name.rpartition(".")[2]]
        if accepts_gzip(request.headers.get("accept-encoding", "")):
            headers["Content-Encoding"] = "gzip"
            return Response(self._compressed[name], media_type=kind, headers=headers)
        return Response(self._texts[name], media_type=kind, headers=headers)

    async def _serve_widget(self, request: Request) -> Response:
        headers = {"Cache-Control": "public, max-age=300", "Vary": "Accept-Encoding"}
        if accepts_gzip(request.headers.get("accept-encoding", "")):
            headers["Content-Encoding"] = "gzip"
            return Response(gzip.compress(self._widget.encode(), mtime=0), media_type=KINDS["js"], headers=headers)
        return Response(self._widget, media_type=KINDS["js"], headers=headers)


def accepts_gzip(accepted: str) -> bool:
    """Return whether an Accept-Encoding header names gzip without refusing it (RFC 9110, 12.5.3)."""
    refused = re.compile(r"q=0(\.0*)?")
    codings = (part.replace(" ", "").lower().partition(";") for part in accepted.split(","))
    return any(name == "gzip" and not refused.fullmatch(weight) for name, _, weight in codings)


def _colours(options: PageOptions) -> str:
    light = f":root{{--accent:{options.accent}}}" if options.accent else ""
    dark = options.accent_dark and f"@media (prefers-color-scheme:dark){{:root{{--accent:{options.accent_dark}}}}}"
    return f"\n{light}{dark}"
