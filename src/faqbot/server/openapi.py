"""The OpenAPI description, with requests of this corpus as examples, and Swagger UI from files of this machine."""

import re
import secrets
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from faqbot.server.middleware import content_policy
from faqbot.service import Answering

_ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
_SCRIPT = re.compile(r"<script\b")
_ANY_QUESTION = "How does this work?"


def add_openapi(app: FastAPI, bot: Answering, frame_ancestors: str = "'self'") -> None:
    """Complete the description of the app, and serve `/api/docs` with the files of the package fastapi-offline."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        description = with_examples(described(), bot)
        description["info"]["title"] = bot.config.page.title
        return description if bot.config.safety.enabled else without_alert_levels(description)

    app.openapi = openapi  # type: ignore[method-assign]
    app.add_route("/api/docs", _page(bot.config.page.title, frame_ancestors), include_in_schema=False)
    app.add_route("/api/docs/{name}", _asset, include_in_schema=False)


def with_examples(description: dict[str, Any], bot: Answering) -> dict[str, Any]:
    """Return the description with example requests: questions that this corpus answers."""
    first, second = (*bot.examples(2), _ANY_QUESTION, _ANY_QUESTION)[:2]
    examples: dict[str, dict[str, dict[str, Any]]] = {
        "/api/answer": {
            "A question": {"question": first},
            "A conversation": {"question": second, "history": [first], "top_k": 3},
        },
        "/api/assess": {"A conversation": {"messages": [first, second]}},
        "/api/feedback": {"A verdict": {"question": first, "verdict": "helpful", "passage_id": "", "confidence": 0.8}},
    }
    for path, named in examples.items():
        body = description["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        body["examples"] = {name: {"value": value} for name, value in named.items()}
    return description


def without_alert_levels(description: dict[str, Any]) -> dict[str, Any]:
    """Return the description for a server without safety rules, whose alerts are all of level "none"."""
    alert = description["components"]["schemas"]["Alert"]
    alert["description"] = 'Always of level "none" on this server, and empty.'
    alert["properties"]["level"] = {"type": "string", "const": "none"}
    return description


def _page(title: str, frame_ancestors: str) -> Callable[[Request], Any]:
    async def page(request: Request) -> Response:
        """Swagger UI; its addresses are relative, so that it works below a path too."""
        html = get_swagger_ui_html(
            openapi_url="openapi.json",
            title=f"{title}: REST",
            swagger_js_url="docs/swagger-ui-bundle.js",
            swagger_css_url="docs/swagger-ui.css",
            swagger_favicon_url="data:,",
            swagger_ui_parameters={"validatorUrl": None},  # which would ask a server elsewhere
        )
        nonce = secrets.token_urlsafe(16)
        body = _SCRIPT.sub(f'<script nonce="{nonce}"', bytes(html.body).decode())
        policy = content_policy(frame_ancestors, f"'self' 'nonce-{nonce}'", "'self' 'unsafe-inline'")
        return HTMLResponse(body, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})

    return page


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _ASSETS:
        return JSONResponse({"error": "There is nothing at this address."}, 404)
    try:
        content = files("fastapi_offline").joinpath("static", name).read_bytes()
    except ImportError:
        message = "Swagger UI is not installed. Run: pip install fastapi-offline, or read /api/openapi.json"
        return JSONResponse({"error": message}, 404)
    return Response(content, media_type=_ASSETS[name], headers={"Cache-Control": "public, max-age=86400"})
