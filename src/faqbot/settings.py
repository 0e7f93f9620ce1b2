"""Runtime settings: defaults and the `FAQBOT_*` variables that change them. `config.py` has what an operator writes."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from faqbot.errors import SettingsError

PREFIX = "FAQBOT_"
_LEAST = {"max_history": 0, "port": 0, "queue_limit": 0, "workers": 0, "threads": 0}  # any other number: 1
_MOST = {"port": 65535}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ORIGIN = re.compile(r"https?://[^\s/,]+")
_HOST = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:]+\](:\d+)?")
_ROOT_PATH = re.compile(r"(/[\w.~-]+)*")


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default; docs/settings.md documents each."""

    corpus: str = "corpus"
    index: str = "index"
    model: str = "all-MiniLM-L6-v2"
    encoder_cache: str = "~/.cache/faqbot"
    top_k: int = 5
    max_question_chars: int = 2000
    max_history: int = 200
    passage_words: int = 80
    config: str = ""
    safety: str = ""
    region: str = ""
    rules: str = ""
    host: str = "127.0.0.1"
    port: int = 7860
    root_path: str = ""
    workers: int = 0
    concurrency: int = 8
    keep_versions: int = 2
    store: str = ""
    store_token: str = ""
    store_timeout: int = 5
    threads: int = 0
    log_level: str = "WARNING"
    title: str = ""
    token: str = ""
    origins: str = ""
    hosts: str = ""
    frame_ancestors: str = "'self'"
    max_body_bytes: int = 2_000_000
    queue_limit: int = 64
    feedback: str = ""
    admin_token: str = ""

    def __post_init__(self) -> None:
        """Check every value. Raises SettingsError."""
        for field in fields(self):
            _check(field.name, getattr(self, field.name))
        if self.admin_token and len(self.admin_token) < 12:
            raise SettingsError("FAQBOT_ADMIN_TOKEN is shorter than 12 characters. Choose a longer one")
        for origin in self.allowed_origins:
            if not _ORIGIN.fullmatch(origin):
                raise _refused("origins", origin, "https://HOST, or several with commas between")
        for host in self.host_names:
            if not _HOST.fullmatch(host):
                raise _refused("hosts", host, "a host name such as chat.example.org, or several with commas between")
        if not _ROOT_PATH.fullmatch(self.root_path):
            raise _refused("root_path", self.root_path, "a path such as /faq, without a slash at its end")

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The origins of `origins`."""
        return tuple(filter(None, map(str.strip, self.origins.split(","))))

    @property
    def host_names(self) -> tuple[str, ...]:
        """The host names of `hosts`."""
        return tuple(filter(None, map(str.strip, self.hosts.split(","))))


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return settings from `FAQBOT_*` variables, by default of the process environment.

    Raises SettingsError for a value of the wrong type and for a name that is no setting.
    """
    given = os.environ if environment is None else environment
    known = {PREFIX + field.name.upper(): field for field in fields(Settings)}
    unknown = sorted(name for name in given if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(f"{unknown[0]} is not a setting. Settings: {', '.join(sorted(known))}")
    values = {field.name: _value(name, given[name], field.type) for name, field in known.items() if name in given}
    return Settings(**values)


def _value(name: str, text: str, kind: Any) -> Any:
    if kind is not int:
        return text
    try:
        return int(text)
    except ValueError:
        raise SettingsError(f"{name} is {text!r}, expected a whole number. Change it or unset it") from None


def _check(name: str, value: Any) -> None:
    if isinstance(value, str):
        if _CONTROL.search(value):  # a line break would split a header or a log line
            raise _refused(name, value, "text on one line")
        return
    least, most = _LEAST.get(name, 1), _MOST.get(name)
    if value < least or (most is not None and value > most):
        raise _refused(name, value, f"{least} or more" if most is None else f"{least} to {most}")


def _refused(name: str, value: object, expected: str) -> SettingsError:
    return SettingsError(f"{PREFIX}{name.upper()} is {value!r}, expected {expected}. Change it or unset it")
