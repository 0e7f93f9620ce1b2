"""The page's own files, packed with the code -> routes that serve them, each under an address of its content."""

import json
from functools import cache
from hashlib import sha256
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

KINDS = {"css": "text/css", "js": "text/javascript"}
NAMES = ("page.css", "page.js", "document.css")


@cache
def asset(name: str) -> str:
    """The text of one packed file."""
    return (files("faqbot.ui") / name).read_text(encoding="utf-8")


@cache
def version(name: str) -> str:
    """A short digest of the file, so that a browser keeps it until it changes."""
    return sha256(asset(name).encode()).hexdigest()[:12]


def address(name: str) -> str:
    """Where the page loads the file from, relative to the server's root."""
    return f"own/{name}?v={version(name)}"


def asset_routes(standing: str) -> list[Route]:
    """One route for each file, and one for the widget with the standing advice in it."""
    widget = asset("widget.js").replace('"{{standing}}"', json.dumps(standing))

    async def serve_widget(request: Request) -> Response:
        return Response(widget, media_type=KINDS["js"], headers={"Cache-Control": "public, max-age=300"})

    return [*(Route(f"/own/{name}", _serve, name=name) for name in NAMES), Route("/widget.js", serve_widget)]


async def _serve(request: Request) -> Response:
    name = request.url.path.rpartition("/")[2]
    headers = {"Cache-Control": "public, max-age=86400", "ETag": f'"{version(name)}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(asset(name), media_type=KINDS[name.rpartition(".")[2]], headers=headers)
