"""The defaults, once, and the `FAQBOT_*` environment that changes them: a mapping goes in, Settings come out."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from faqbot.errors import SettingsError

PREFIX = "FAQBOT_"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default; docs/settings.md lists them and a test holds the two together."""

    corpus: str = "corpus"
    index: str = "index"
    model: str = "all-MiniLM-L6-v2"
    top_k: int = 5
    max_question_chars: int = 2000
    max_history: int = 200
    passage_words: int = 80
    region: str = "neutral"
    rules: str = ""
    host: str = "127.0.0.1"
    port: int = 7860
    concurrency: int = 8
    keep_generations: int = 2
    store: str = ""
    store_token: str = ""
    store_timeout: int = 5
    threads: int = 0
    log_level: str = "WARNING"
    title: str = "Back pain when walking"
    token: str = ""
    origins: str = ""
    frame_ancestors: str = "'self'"
    max_body_bytes: int = 2_000_000
    waiting: int = 64


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from `FAQBOT_*` variables (default: the process environment), each checked for its type.

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
