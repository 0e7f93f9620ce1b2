"""Bearer token for every path that answers programs: REST, MCP over HTTP and Gradio's call API."""

import hmac

from fastapi.security import HTTPBearer
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

bearer = HTTPBearer(auto_error=False, description="The token that the operator set (FAQBOT_TOKEN)")

_GUARDED = ("/api/", "/mcp", "/gradio_api/call/")
_OPEN = ("/api/health", "/api/ready", "/api/openapi.json", "/api/docs")


class TokenGuard:
    """ASGI middleware for a server with a token: requests need it, or come from a page of an admitted origin.

    A page cannot keep a secret, so the widget is admitted by the site it is on: a browser sends that as `Origin` and
    a page cannot change it. A program can; the origin list keeps other sites out, not other programs.
    """

    def __init__(self, app: ASGIApp, token: str, origins: tuple[str, ...]) -> None:
        self.app = app
        self.token = token.encode()
        self.origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request if it is admitted, else answer 401."""
        if scope["type"] == "http" and not await self._admitted(scope):
            message = "The bearer token is missing or wrong. Send the header: Authorization: Bearer TOKEN"
            return await JSONResponse({"error": message}, 401, {"WWW-Authenticate": "Bearer"})(scope, receive, send)
        await self.app(scope, receive, send)

    async def _admitted(self, scope: Scope) -> bool:
        path: str = scope["path"]
        if not path.startswith(_GUARDED) or path in _OPEN or path.startswith("/api/docs/"):
            return True
        request = Request(scope)
        if request.method == "OPTIONS" or request.headers.get("origin", "") in self.origins:
            return True
        given = await bearer(request)
        # compare_digest takes the same time whatever the token is and however much of it is right.
        return given is not None and hmac.compare_digest(given.credentials.strip().encode("latin-1"), self.token)
