"""Requests for `/api/` -> let in by the bearer token or by an origin on the list, or refused with 401."""

import hmac

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_OPEN = ("/api/health", "/api/ready", "/api/docs", "/api/openapi.json")


class TokenGuard:
    """ASGI middleware for a server with a token.

    A page cannot keep a secret, so the widget is admitted by the site it is on: a browser sends that as `Origin` and
    a page cannot change it. A program can; the origin list keeps other sites out, not other programs.
    """

    def __init__(self, app: ASGIApp, token: str, origins: tuple[str, ...]) -> None:
        self.app = app
        self.token = token.encode()
        self.origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request if it may pass."""
        if scope["type"] == "http" and scope["path"].startswith("/api/") and not self._admitted(scope):
            message = "The bearer token is missing or wrong. Send the header: Authorization: Bearer TOKEN"
            return await JSONResponse({"error": message}, 401, {"WWW-Authenticate": "Bearer"})(scope, receive, send)
        await self.app(scope, receive, send)

    def _admitted(self, scope: Scope) -> bool:
        if scope["path"] in _OPEN or scope["method"] == "OPTIONS":
            return True
        headers = Headers(scope=scope)
        scheme, _, given = headers.get("authorization", "").partition(" ")
        # The same time whatever the token is and however much of it is right.
        right = hmac.compare_digest(given.strip().encode("latin-1"), self.token)
        return (right and scheme.lower() == "bearer") or headers.get("origin", "") in self.origins
