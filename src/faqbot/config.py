"""`faqbot.toml`: what an operator sets about the page, the banner, the safety profile, replies and wording.

The file lies in the root of the corpus folder, or is named with `--config` or `FAQBOT_CONFIG`. A build stores its text,
with the small files that it names, in the index version, so that serving needs no corpus. A key is taken from the first
of: `FAQBOT_*` variable, the file named with `--config`, the index, the default.
"""

import base64
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from faqbot.errors import RulesError, SettingsError
from faqbot.settings import Settings
from faqbot.texts import Texts, text_names

FILE_NAME = "faqbot.toml"
META_KEY = "config"  # of the texts that an index version stores
BACK_PAIN, NO_SAFETY = "back-pain", "none"
NO_BANNER = "none"
TABS = ("ask", "check", "visit")

_MAX_TEXT, _MAX_RULES, _MAX_LOGO = 256_000, 2_000_000, 256_000  # bytes
_LOGO_TYPES = {".svg": "svg+xml", ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp", ".gif": "gif"}
_MAX_EXAMPLES = 8
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")
_CODE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_FIELDS = re.compile(r"\{[a-z]+\}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_CONTRAST = 4.5  # WCAG 2.2, 1.4.3: the accent colour carries text, or stands as text on the page
_BACKGROUNDS = {"accent": "#ffffff", "accent_dark": "#0f1a1e"}
_MAIN_KEYS = {"banner": "text", "safety": "profile"}  # `safety = "none"` is short for [safety] profile = "none"

Tables = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class PageConfig:
    """The chat page. What is empty is as `texts` or the corpus have it. `logo` becomes a data: URI on loading."""

    title: str = "Back pain when walking"
    intro: str = ""
    placeholder: str = ""
    examples: tuple[str, ...] = ()
    tabs: tuple[str, ...] = TABS
    accent: str = ""
    accent_dark: str = ""
    logo: str = ""
    footer: str = ""
    contact: str = ""
    privacy: str = ""


@dataclass(frozen=True, slots=True)
class SafetyConfig:
    """Which safety rules hold. `rules` is the text of the operator's rules file, `profile` then its name.

    `extends` is "back-pain" where that file adds to the shipped rules, and empty where it replaces them.
    """

    profile: str = BACK_PAIN
    extends: str = ""
    region: str = "neutral"
    rules: str = ""

    @property
    def enabled(self) -> bool:
        """Whether messages are assessed at all. If not, no interface speaks of health."""
        return self.profile != NO_SAFETY

    @property
    def back_pain(self) -> bool:
        """Whether the shipped rules hold, alone or with a file that adds to them.

        The symptom check asks about their signs, so it means nothing beside a file that replaces them.
        """
        return self.profile == BACK_PAIN or BACK_PAIN in (self.extends, _extended(self.rules))

    def need_back_pain(self, what: str) -> None:
        """Raise SettingsError where `what`, which goes through the shipped warning signs, has none to go through."""
        if not self.back_pain:
            raise SettingsError(
                f"{what} goes through the warning signs of the safety profile {BACK_PAIN}, and the one in use is "
                f'{self.profile}. Set safety.profile = "{BACK_PAIN}" or FAQBOT_SAFETY={BACK_PAIN} to use it'
            )


@dataclass(frozen=True, slots=True)
class RepliesConfig:
    """Fixed replies to messages that are no question to the corpus: empty takes the shipped one, "none" gives none."""

    greeting: str = ""
    thanks: str = ""
    goodbye: str = ""
    about: str = ""
    doctor: str = ""
    human: str = ""
    help: str = ""
    acknowledgement: str = ""
    never_mind: str = ""
    not_asked: str = ""
    insult: str = ""
    compliment: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LanguageConfig:
    """The language of corpus and page as a BCP 47 tag. Further keys of the table replace texts (faqbot.texts)."""

    code: str = "en"


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that `faqbot.toml` can set. `banner` is empty for the profile's own and "none" for no banner."""

    page: PageConfig = field(default_factory=PageConfig)
    banner: str = ""
    safety: SafetyConfig = field(default_factory=SafetyConfig)
    replies: RepliesConfig = field(default_factory=RepliesConfig)
    language: LanguageConfig = field(default_factory=LanguageConfig)
    texts: Texts = field(default_factory=Texts)


_PLAIN_PAGE = PageConfig(title="Questions and answers", tabs=("ask",))  # where nothing is said about health


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The text of a `faqbot.toml` and the content of the files that it names; what a build stores in an index version.

    `name` is the path that errors mention, `files` maps the names used in the text to base64.
    """

    name: str
    text: str
    files: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form, for an index version; the same wherever the file lies."""
        return {"name": Path(self.name).name, "text": self.text, "files": dict(self.files)}


def config_keys() -> tuple[str, ...]:
    """Every key of the file as `table.key`, in the order of the documentation, which leaves out those of texts."""
    return tuple(f"{table}.{key}" for table, checks in _CHECKS.items() for key in checks)


def config_meta(corpus: Path, settings: Settings) -> dict[str, str]:
    """Return what a build of `corpus` stores in the index version: the file that the settings name, else the folder's.

    Empty without one. Raises SettingsError or RulesError for a file that cannot be used.
    """
    path = Path(settings.config) if settings.config else corpus / FILE_NAME
    if not settings.config and not path.is_file():
        return {}
    return {META_KEY: json.dumps(read_config(path).to_dict(), ensure_ascii=False, sort_keys=True)}


def named_files(corpus: Path) -> frozenset[str]:
    """Return the files of a corpus folder that its faqbot.toml names, which are no documents; none where it is wrong.

    Reading it for a build says what is wrong.
    """
    try:
        tables = _tables(ConfigFile(FILE_NAME, (corpus / FILE_NAME).read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError, SettingsError):
        return frozenset()
    return frozenset(Path(name).as_posix() for name in _names(tables))


def read_config(path: Path) -> ConfigFile:
    """Read a `faqbot.toml` with the files that it names, all of them checked; raises SettingsError or RulesError."""
    text = _read(path, _MAX_TEXT, f"Check the path, or make one: faqbot init {path.parent}").decode("utf-8", "replace")
    if "\ufffd" in text:
        raise SettingsError(f"{path} is not UTF-8. Save it as UTF-8")
    file = ConfigFile(str(path), text.removeprefix("\ufeff"))
    files = {name: base64.b64encode(_read_beside(path, name)).decode("ascii") for name in _names(_tables(file))}
    file = replace(file, files=files)
    _config([_resolved(file)])
    return file


def load_config(settings: Settings, meta: Mapping[str, str] | None = None) -> Config:
    """Return the configuration in force: settings before the file that they name, before the index, before defaults.

    `meta` are the texts that the index version stores. Raises SettingsError or RulesError.
    """
    stored = (meta or {}).get(META_KEY)
    layers = [_resolved(ConfigFile(**json.loads(stored)))] if stored else []
    if settings.config:
        layers.append(_resolved(read_config(Path(settings.config))))
    return _config([*layers, _from_settings(settings)])


def _config(layers: Iterable[Tables]) -> Config:
    """Merge tables, later ones first in rank. [safety] is one decision: its profile and rules come from one layer."""
    merged: dict[str, dict[str, Any]] = {}
    for tables in layers:
        for name, table in tables.items():
            before = merged.get(name, {})
            if name == "safety" and "profile" in table:
                before = {key: value for key, value in before.items() if key == "region"}
            merged[name] = before | dict(table)
    safety = SafetyConfig(**merged.get("safety", {}))
    page = replace(PageConfig() if safety.back_pain else _PLAIN_PAGE, **merged.get("page", {}))
    if not safety.back_pain and set(page.tabs) - {"ask"}:
        raise SettingsError(
            f"page.tabs has {', '.join(page.tabs)} and safety.profile is {safety.profile}, expected the tab ask alone: "
            f"the others go through the warning signs of {BACK_PAIN}. Remove them, or choose that profile"
        )
    texts = Texts() if safety.enabled else Texts().without_health()
    if not safety.back_pain:
        texts = replace(texts, see_someone="", not_reviewed="")  # which are about pain, and articles about it
    language = merged.get("language", {})
    code = language.pop("code", LanguageConfig().code)
    return Config(
        page=page,
        banner=merged.get("banner", {}).get("text", ""),
        safety=safety,
        replies=RepliesConfig(**merged.get("replies", {})),
        language=LanguageConfig(code),
        texts=replace(texts, **language),
    )


def _from_settings(settings: Settings) -> Tables:
    """The `FAQBOT_*` variables that stand for a key of the file."""
    safety: dict[str, Any] = {"region": settings.region} if settings.region else {}
    if settings.safety in (BACK_PAIN, NO_SAFETY):
        safety |= {"profile": settings.safety}
    elif settings.safety:
        safety |= {"profile": settings.safety, "rules": _rules_text(settings.safety)}
    if settings.rules:
        safety |= {"profile": settings.rules, "extends": BACK_PAIN, "rules": _rules_text(settings.rules)}
    page = {"title": settings.title} if settings.title else {}
    return {"page": page, "safety": safety}


def _rules_text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise RulesError(f"No rules file at {path} ({error.strerror}). Correct the setting rules or unset it") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RulesError(f"Cannot read the rules file {path} ({error}). Expected TOML in UTF-8") from None


def _extended(rules: str) -> str:
    """The rules that the text of a rules file says it adds to; "" where it says so of none, or cannot be read."""
    try:
        return str(tomllib.loads(rules).get("extends", ""))
    except tomllib.TOMLDecodeError:
        return ""  # loading the rules says what is wrong


def _rules_name(tables: Tables) -> str:
    profile = str(tables.get("safety", {}).get("profile", ""))
    return "" if profile in (BACK_PAIN, NO_SAFETY) else profile


def _names(tables: Tables) -> list[str]:
    """The files that the tables name: rules and logo."""
    return [name for name in (_rules_name(tables), tables.get("page", {}).get("logo", "")) if name]


def _resolved(file: ConfigFile) -> Tables:
    """The tables of a file with the content of the files that it names in place."""
    tables = {name: dict(table) for name, table in _tables(file).items()}
    if logo := tables.get("page", {}).get("logo"):
        kind = _LOGO_TYPES[Path(logo).suffix.lower()]
        tables["page"]["logo"] = f"data:image/{kind};base64,{file.files[logo]}"
    if name := _rules_name(tables):
        try:
            tables["safety"]["rules"] = base64.b64decode(file.files[name]).decode("utf-8")
        except UnicodeDecodeError:
            raise RulesError(f"The rules file {name} of {file.name} is not UTF-8. Save it as UTF-8") from None
    return tables


def _tables(file: ConfigFile) -> Tables:
    """The checked tables of a file, lists as tuples. Raises SettingsError naming file, key and what was expected."""
    try:
        data = tomllib.loads(file.text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f'{file.name} is not TOML: {error}. Texts need quotes: title = "My shop"') from None
    tables: dict[str, dict[str, Any]] = {}
    for name, table in data.items():
        if isinstance(table, str) and name in _MAIN_KEYS:
            table = {_MAIN_KEYS[name]: table}
        if name not in _CHECKS:
            raise SettingsError(f"{file.name}: {_unknown(name, '')}")
        if not isinstance(table, Mapping):
            raise SettingsError(
                f"{file.name}: {name} is {_shown(table)}, expected a table. Write [{name}] on its own line"
            )
        tables[name] = {key: _checked(file, name, key, value) for key, value in table.items()}
    if tables.get("safety", {}).get("extends") and not _rules_name(tables):
        raise SettingsError(
            f"{file.name}: safety.extends needs a rules file to add, found none. "
            'Set safety.profile = "rules.toml" or remove extends'
        )
    return tables


def _checked(file: ConfigFile, table: str, key: str, value: Any) -> Any:
    check = _CHECKS[table].get(key)
    if check is None:
        raise SettingsError(f"{file.name}: {_unknown(key, table)}")
    try:
        return check(tuple(value) if isinstance(value, list) else value)
    except _WrongValueError as error:
        raise SettingsError(
            f"{file.name}: {table}.{key} is {_shown(value)}, expected {error}. Change it or remove the line"
        ) from None


def _unknown(key: str, table: str) -> str:
    """What an unknown key was probably meant to be: the same key of another table, or the nearest by spelling."""
    import difflib

    where = f"[{table}] {key}" if table else key
    known = {full.partition(".")[2]: full.replace(".", "] ") for full in reversed(config_keys())}
    if key in known:
        return f"{where} is not a key here, expected [{known[key]}. Move it there"
    choices = tuple(_CHECKS[table]) if table else (*_CHECKS, *known)
    near = difflib.get_close_matches(key, choices, n=1, cutoff=0.5) or difflib.get_close_matches(key, known, n=1)
    if not near:
        return f"{where} is not a key, expected one of {', '.join(choices if table else _CHECKS)}. Remove it"
    if near[0] in _CHECKS.get(table, ()):
        meant = f"[{table}] {near[0]}"
    else:
        meant = f"[{near[0]}]" if near[0] in _CHECKS else f"[{known[near[0]]}"
    return f"{where} is not a key, expected {meant}. Correct or remove it"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _read(path: Path, most: int, what_to_do: str) -> bytes:
    try:
        with path.open("rb") as opened:
            content = opened.read(most + 1)
    except OSError as error:
        raise SettingsError(f"Cannot read {path}: {error.strerror}. {what_to_do}") from None
    if len(content) > most:
        raise SettingsError(f"{path} is larger than {most:,} bytes. Make it smaller")
    return content


def _read_beside(config: Path, name: str) -> bytes:
    """The content of a file that a configuration names; only of one in the same folder or below."""
    folder = config.resolve().parent
    path = (folder / name).resolve()
    if not path.is_relative_to(folder):
        raise SettingsError(f"{config} names {name}, outside its folder. Copy the file into {config.parent}")
    most = _MAX_LOGO if path.suffix.lower() in _LOGO_TYPES else _MAX_RULES
    return _read(path, most, f"It is named in {config}: correct the name there")


class _WrongValueError(Exception):
    """Says what was expected."""


def _line(value: Any) -> str:
    """One line of text."""
    if not isinstance(value, str) or _CONTROL.search(value) or "\n" in value or len(value) > 500:
        raise _WrongValueError("text on one line, up to 500 characters")
    return value.strip()


def _text(value: Any) -> str:
    """Text of several lines."""
    if not isinstance(value, str) or _CONTROL.search(value.replace("\r\n", "\n")) or len(value) > 5000:
        raise _WrongValueError("text of up to 5,000 characters")
    return value.replace("\r\n", "\n").strip()


def _examples(value: Any) -> tuple[str, ...]:
    if not isinstance(value, tuple) or len(value) > _MAX_EXAMPLES or not all(isinstance(each, str) for each in value):
        raise _WrongValueError(f'a list of up to {_MAX_EXAMPLES} questions, such as ["When do you open?"]')
    return tuple(_line(each) for each in value if each.strip())


def _tabs(value: Any) -> tuple[str, ...]:
    wanted = value if isinstance(value, tuple) else ()
    if "ask" not in wanted or any(each not in TABS or wanted.count(each) > 1 for each in wanted):
        raise _WrongValueError('a list with "ask", and "check" and "visit" if wanted')
    return wanted


def _accent(key: str) -> Callable[[Any], str]:
    """A check of a colour, that text in it can be read on the page's background."""

    def check(value: Any) -> str:
        if value == "":
            return ""
        if not isinstance(value, str) or not _COLOUR.fullmatch(value):
            raise _WrongValueError('a colour such as "#0b5d4e"')
        ratio = _contrast(value, _BACKGROUNDS[key])
        if ratio < _CONTRAST:
            shade = "darker" if key == "accent" else "lighter"
            raise _WrongValueError(
                f"a {shade} colour: its contrast with {_BACKGROUNDS[key]} is {ratio:.1f}, and {_CONTRAST} can be read"
            )
        return value.lower()

    return check


def _contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _logo(value: Any) -> str:
    if value == "":
        return ""
    if not isinstance(value, str) or Path(value).suffix.lower() not in _LOGO_TYPES:
        raise _WrongValueError(f"the name of an image beside this file ({', '.join(_LOGO_TYPES)})")
    return value


def _profile(value: Any) -> str:
    if not isinstance(value, str) or (value not in (BACK_PAIN, NO_SAFETY) and not value.endswith(".toml")):
        raise _WrongValueError(f'"{BACK_PAIN}", "{NO_SAFETY}" or the name of a rules file that ends in .toml')
    return value


def _extends(value: Any) -> str:
    if value not in ("", BACK_PAIN):
        raise _WrongValueError(f'"{BACK_PAIN}", or no such line')
    return str(value)


def _wording(name: str) -> Callable[[Any], str]:
    """A check of a text of the page: it may hold the fields in braces that the English one holds, and no others."""
    known = set(_FIELDS.findall(getattr(Texts(), name)))

    def check(value: Any) -> str:
        text = _text(value)
        if set(_FIELDS.findall(text)) - known or set(_FIELDS.sub("", text)) & set("{}"):
            raise _WrongValueError(f"text with no braces but {', '.join(sorted(known)) or 'none'}")
        return text

    return check


def _language_code(value: Any) -> str:
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise _WrongValueError('a language tag such as "en" or "en-GB"')
    return value


# Every key of the file with the function that checks its value; docs/settings.md has the same keys.
_CHECKS: Mapping[str, Mapping[str, Callable[[Any], Any]]] = {
    "page": {
        "title": _line,
        "intro": _text,
        "placeholder": _line,
        "examples": _examples,
        "tabs": _tabs,
        "accent": _accent("accent"),
        "accent_dark": _accent("accent_dark"),
        "logo": _logo,
        "footer": _text,
        "contact": _line,
        "privacy": _text,
    },
    "banner": {"text": _text},
    "safety": {"profile": _profile, "extends": _extends, "region": _line},
    "replies": {each.name: _text for each in fields(RepliesConfig)},
    "language": {"code": _language_code} | {name: _wording(name) for name in text_names()},
}
