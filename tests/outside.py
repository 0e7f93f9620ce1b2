"""Keeps the tests on this machine: a look or a connection beyond loopback raises, and is remembered.

It is an audit hook (PEP 578), so that no library can have taken the sockets before it came. Programs that a test starts
are not seen by it: test_offline.py runs them where there is no way out.
"""

import sys
from ipaddress import ip_address
from typing import Any

_NAMES = {"localhost", "localhost.localdomain", "", None}


class OutsideError(OSError):
    """A test has tried to leave this machine; of the kind that libraries clean up after."""


seen: list[str] = []  # what was refused; a library may have swallowed the error


def is_here(host: object) -> bool:
    """Whether a host is this machine by its loopback address or one of its names."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in _NAMES:
        return True
    try:
        return ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def is_a_number(host: object) -> bool:
    """Whether a host is an address already, so that nobody is asked for it."""
    try:
        ip_address(host.decode("ascii", "replace") if isinstance(host, bytes) else str(host))
    except ValueError:
        return False
    return True


def _connected(arguments: tuple[Any, ...]) -> object:
    """The host of (socket, address); a path is a socket of this machine."""
    address = arguments[1]
    return address[0] if isinstance(address, tuple) else None


def _looked_up(arguments: tuple[Any, ...]) -> object:
    return None if is_a_number(arguments[0]) else arguments[0]


_ASKED = {
    "socket.connect": _connected,
    "socket.sendto": _connected,
    "socket.sendmsg": _connected,
    "socket.getaddrinfo": _looked_up,
    "socket.gethostbyname": _looked_up,
}


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _ASKED and not is_here(host := _ASKED[event](arguments)):
        seen.append(f"{event} {host}")
        raise OutsideError(f"{event} to {host!r}: tests stay on this machine")


def guard() -> None:
    """Stand guard until the process ends."""
    sys.addaudithook(_refuse)
