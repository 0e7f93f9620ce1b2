"""Who may use the owner's page: log-in by token, sessions in memory, CSRF tokens, and limits on attempts."""

import hashlib
import hmac
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

COOKIE = "faqbot_admin"
_HOURS_12 = 12 * 3600.0
_MAX_SESSIONS = 20


@dataclass(slots=True)
class Session:
    """One logged-in browser. `notices` are shown once on its next page; `csrf` is in every form."""

    csrf: str
    expires: float
    notices: list[str] = field(default_factory=list)


class RateLimit:
    """At most `most` events within `seconds`."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float]) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._events: deque[float] = deque()

    def full(self) -> bool:
        """Return whether another event would be too many now."""
        while self._events and self._events[0] <= self._clock() - self._seconds:
            self._events.popleft()
        return len(self._events) >= self._most

    def add(self) -> None:
        """Count an event."""
        self._events.append(self._clock())


class Sessions:
    """Checks the token and keeps the sessions. Nothing is written: a restart logs everybody out."""

    def __init__(self, token: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._token, self._clock = _hashed(token), clock
        self._sessions: dict[str, Session] = {}
        self.failures = RateLimit(10, 60, clock)
        self.changes = RateLimit(120, 60, clock)

    def log_in(self, given: str) -> str:
        """Return the id of a new session, empty for a wrong token. Takes the same time for any token."""
        if not hmac.compare_digest(_hashed(given), self._token):
            self.failures.add()
            return ""
        now = self._clock()
        live = {key: session for key, session in self._sessions.items() if session.expires > now}
        self._sessions = dict(list(live.items())[-_MAX_SESSIONS + 1 :])
        name = secrets.token_urlsafe(32)
        self._sessions[_hashed(name).hex()] = Session(secrets.token_urlsafe(32), now + _HOURS_12)
        return name

    def find(self, name: str) -> Session | None:
        """Return the session of a cookie, None for none that lasts."""
        session = self._sessions.get(_hashed(name).hex())
        return session if session and session.expires > self._clock() else None

    def log_out(self, name: str) -> None:
        """End a session."""
        self._sessions.pop(_hashed(name).hex(), None)


def same_csrf(session: Session, given: str) -> bool:
    """Return whether a form carries the session's own CSRF token, in constant time."""
    return hmac.compare_digest(_hashed(session.csrf), _hashed(given))


def _hashed(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
