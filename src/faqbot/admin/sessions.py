"""Who may use the owner's page: log-in by token, sessions in memory, CSRF tokens, and limits on attempts."""

import hashlib
import hmac
import ipaddress
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

COOKIE = "faqbot_admin"
_HOURS_12 = 12 * 3600.0
_MAX_SESSIONS = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of something the owner wanted, in words; `document_id` is what there is to look at now, if any."""

    text: str
    failed: bool = False
    document_id: str = ""


@dataclass(slots=True)
class Session:
    """One logged-in browser. `csrf` is in every form; `notices` are shown once, on its next page.

    `uploads` says what became of each file of the last upload, `outcomes` of each group of unanswered questions.
    """

    csrf: str
    expires: float
    notices: list[str] = field(default_factory=list)
    uploads: list[Outcome] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)


class RateLimit:
    """At most `most` events within `seconds`."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float]) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._events: deque[float] = deque()

    def full(self) -> bool:
        """Return whether another event would be too many now."""
        return self._count() >= self._most

    def any(self) -> bool:
        """Return whether there was an event lately."""
        return self._count() > 0

    def _count(self) -> int:
        while self._events and self._events[0] <= self._clock() - self._seconds:
            self._events.popleft()
        return len(self._events)

    def add(self) -> None:
        """Count an event."""
        self._events.append(self._clock())


class WrongTokens:
    """Limits wrong tokens: 10 a minute from one client, which so locks out itself only, and 300 from all together.

    Nobody who is logged in is concerned: sessions are looked up, not tried.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._all = RateLimit(300, 60, clock)
        self._by_client: dict[str, RateLimit] = {}

    def full(self, address: str) -> bool:
        """Return whether a client has to wait."""
        limit = self._by_client.get(_client(address))
        return self._all.full() or (limit is not None and limit.full())

    def add(self, address: str) -> None:
        """Count a wrong token; clients without one in the last minute are forgotten."""
        self._by_client = {name: limit for name, limit in self._by_client.items() if limit.any()}
        self._by_client.setdefault(_client(address), RateLimit(10, 60, self._clock)).add()
        self._all.add()


class Sessions:
    """Checks the token and keeps the sessions. Nothing is written: a restart logs everybody out."""

    def __init__(self, token: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._token, self._clock = _hashed(token), clock
        self._sessions: dict[str, Session] = {}
        self.wrong_tokens = WrongTokens(clock)
        self.changes = RateLimit(120, 60, clock)

    def log_in(self, given: str, address: str = "") -> str:
        """Return the id of a new session, empty for a wrong token. Takes the same time for any token.

        `address` is the client's, by which wrong tokens are counted.
        """
        if not hmac.compare_digest(_hashed(given), self._token):
            self.wrong_tokens.add(address)
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


def _client(address: str) -> str:
    """Whom an address stands for: with IPv6 one client has a whole /64 network to choose from."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else address


def _hashed(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
