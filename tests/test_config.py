"""faqbot.toml: read, checked with errors that name key and remedy, merged in order, and documented key by key."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from faqbot.config import (
    BACK_PAIN,
    META_KEY,
    Config,
    ConfigFile,
    PageConfig,
    SafetyConfig,
    config_keys,
    config_meta,
    load_config,
    read_config,
)
from faqbot.errors import FaqbotError, RulesError, SettingsError
from faqbot.readers import discover
from faqbot.safety import assess
from faqbot.settings import Settings, read_settings
from faqbot.texts import text_names

DOCS = Path(__file__).parents[1] / "docs" / "settings.md"
SHOP = """
banner = "We are closed on Sundays."
[page]
title = "Mill Lane Bikes"
examples = ["When do you open?", " "]
accent = "#0B5D4E"
accent_dark = "#9fd"
logo = "logo.svg"
footer = "12 Mill Lane"
[safety]
profile = "none"
[replies]
greeting = "Hello!"
[language]
code = "en-GB"
unmatched = "Nothing about {words}"
"""
RULES = """
[[concept]]
name = "leak"
phrases = "gas leak"

[[sign]]
id = "gas_leak"
description = "a gas leak"
patterns = "leak"

[[rule]]
id = "gas"
category = "gas"
level = "emergency"
any_of = "gas_leak"
reason = "Gas can explode."
source = "https://example.org/gas"
positive_examples = "there is a gas leak"
negative_examples = "my tyre is flat"
"""
EMERGENCY = "I can't feel my legs and I've wet myself"


def written(folder: Path, text: str, **files: str) -> Path:
    """A faqbot.toml in a folder, with files beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content, encoding="utf-8")
    path = folder / "faqbot.toml"
    path.write_text(text, encoding="utf-8")
    return path


def loaded(path: Path, **settings: str) -> Config:
    """What holds where that file is named."""
    return load_config(Settings(config=str(path), **settings))  # type: ignore[arg-type]


def stored_in(file: ConfigFile) -> dict[str, str]:
    """The texts of an index version that was built with the file."""
    return {META_KEY: json.dumps(file.to_dict())}


def test_without_a_file_the_defaults_of_the_shipped_corpus_hold() -> None:
    assert load_config(Settings()) == Config()
    assert Config().page.title == "Back pain when walking"
    assert Config().safety.enabled


def test_every_key_arrives_where_it_belongs(tmp_path: Path) -> None:
    config = loaded(written(tmp_path, SHOP, logo_svg="<svg/>"))
    assert config.page == PageConfig(
        title="Mill Lane Bikes",
        examples=("When do you open?",),
        tabs=("ask",),
        accent="#0b5d4e",
        accent_dark="#9fd",
        logo="data:image/svg+xml;base64,PHN2Zy8+",
        footer="12 Mill Lane",
    )
    assert config.banner == "We are closed on Sundays."
    assert config.safety == SafetyConfig(profile="none")
    assert config.replies.greeting == "Hello!"
    assert (config.language.code, config.texts.unmatched) == ("en-GB", "Nothing about {words}")
    assert (config.texts.see_someone, config.texts.ask) == ("", "Ask")
    assert hash(config) == hash(loaded(tmp_path / "faqbot.toml"))


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    path.write_bytes(b'\xef\xbb\xbf[page]\r\ntitle = "Shop"\r\nfooter = """one\r\ntwo"""\r\n')
    assert (loaded(path).page.title, loaded(path).page.footer) == ("Shop", "one\ntwo")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[page]\ntitel = "x"', "[page] titel is not a key, expected [page] title"),
        ('[pge]\ntitle = "x"', "pge is not a key, expected [page]"),
        ('title = "x"', "title is not a key here, expected [page] title. Move it there"),
        ('[page]\nprofile = "none"', "[page] profile is not a key here, expected [safety] profile. Move it there"),
        ("[page]\nzzzzqqq = 1", "[page] zzzzqqq is not a key, expected one of title, intro"),
        ("page = 3", "page is 3, expected a table. Write [page] on its own line"),
        ("[page]\ntitle = 3", "page.title is 3, expected text on one line"),
        ('[page]\ntitle = "a\\nb"', "expected text on one line"),
        ('[page]\ntitle = "a\\u0007"', "expected text on one line"),
        ("[page]\ntitle = My shop", "is not TOML"),
        ('[page]\nexamples = "When?"', "expected a list of up to 8 questions"),
        ("[page]\nexamples = [1]", "expected a list of up to 8 questions"),
        ('[page]\ntabs = ["visit"]', 'expected a list with "ask"'),
        ('[page]\ntabs = ["ask", "ask"]', 'expected a list with "ask"'),
        ('[page]\ntabs = ["ask", ["check"]]', 'expected a list with "ask"'),
        ('[page]\naccent = "green"', 'expected a colour such as "#0b5d4e"'),
        ('[page]\naccent = "#ffee00"', "expected a darker colour: its contrast with #ffffff is 1.2"),
        ('[page]\naccent_dark = "#003"', "expected a lighter colour"),
        ('[page]\nlogo = "logo.exe"', "expected the name of an image"),
        ('[page]\nlogo = "none.png"', "none.png: No such file"),
        ('[page]\nlogo = "../outside.png"', "outside its folder"),
        ('[page]\nlogo = "link.png"', "outside its folder"),
        ('[safety]\nprofile = "nothing"', 'expected "back-pain", "none" or the name of a rules file'),
        ('[safety]\nprofile = "/etc/rules.toml"', "outside its folder"),
        ('[safety]\nextends = "back-pain"', "safety.extends needs a rules file to add"),
        ('[safety]\nprofile = "r.toml"\nextends = "clinic"', 'expected "back-pain", or no such line'),
        ('[page]\ntabs = ["ask", "check"]\n[safety]\nprofile = "none"', "expected the tab ask alone"),
        ('[language]\ncode = "English"', 'expected a language tag such as "en"'),
        ('[language]\nunmatched = "{word}"', "expected text with no braces but {words}"),
        ('[language]\nask = "{0}"', "expected text with no braces but none"),
        ('[language]\naks = "x"', "[language] aks is not a key, expected [language] ask"),
    ],
)
def test_a_mistake_is_named_with_what_was_expected(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "outside.png").write_bytes(b"secret")
    folder = tmp_path / "corpus"
    path = written(folder, text)
    (folder / "link.png").symlink_to(tmp_path / "outside.png")
    with pytest.raises(SettingsError, match=re.escape(said)) as raised:
        read_config(path)
    assert "faqbot.toml" in str(raised.value) or "safety.profile" in str(raised.value)


@pytest.mark.parametrize("content", [b"\xff\xfe[page]", b"#" * 300_000])
def test_a_file_that_is_no_text_or_too_large_is_refused(content: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, "")
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"Save it as UTF-8|larger than"):
        read_config(path)


def test_a_file_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="faqbot init"):
        read_config(tmp_path / "faqbot.toml")


def test_variable_then_named_file_then_index_then_default(tmp_path: Path) -> None:
    index = read_config(written(tmp_path / "a", '[page]\ntitle = "index"\nintro = "index"\nfooter = "index"'))
    named = written(tmp_path / "b", '[page]\ntitle = "named"\nintro = "named"')
    config = load_config(Settings(config=str(named), title="variable"), stored_in(index))
    page = config.page
    assert (page.title, page.intro, page.footer) == ("variable", "named", "index")
    assert page.placeholder == PageConfig().placeholder


def test_profile_and_rules_come_from_one_place_and_the_region_from_the_first_that_names_it(tmp_path: Path) -> None:
    index = read_config(
        written(
            tmp_path,
            '[safety]\nprofile = "r.toml"\nextends = "back-pain"\nregion = "uk"',
            r_toml=RULES,
        )
    )
    stored = stored_in(index)
    assert load_config(Settings(), stored).safety == SafetyConfig("r.toml", BACK_PAIN, "uk", RULES)
    assert load_config(Settings(safety="none"), stored).safety == SafetyConfig("none", "", "uk", "")
    assert load_config(Settings(region="us"), stored).safety == SafetyConfig("r.toml", BACK_PAIN, "us", RULES)


def test_what_an_index_stores_needs_no_file_any_more(tmp_path: Path) -> None:
    text = '[page]\nlogo = "l.png"\n[safety]\nprofile = "r.toml"'
    file = read_config(written(tmp_path, text, l_png="png", r_toml=RULES))
    for path in tmp_path.iterdir():
        path.unlink()
    config = load_config(Settings(), stored_in(file))
    assert (config.page.logo, config.safety.rules) == ("data:image/png;base64,cG5n", RULES)
    assert replace(file, name="faqbot.toml") == ConfigFile(**file.to_dict())


def test_what_an_index_stores_changes_with_text_and_named_files_and_not_with_the_folder(tmp_path: Path) -> None:
    text = '[safety]\nprofile = "r.toml"'

    def stored(folder: str, text: str, rules: str) -> dict[str, str]:
        return config_meta(written(tmp_path / folder, text, r_toml=rules).parent, Settings())

    one = stored("a", text, RULES)
    assert one == stored("b", text, RULES)
    assert one != stored("c", text, RULES + "\n")
    assert one != stored("d", text + "\n", RULES)
    assert config_meta(tmp_path, Settings()) == {}


def test_a_build_takes_the_named_file_else_the_corpus_folders_own(tmp_path: Path) -> None:
    own, other = written(tmp_path / "a", '[page]\ntitle = "own"'), written(tmp_path / "b", '[page]\ntitle = "other"')
    named, found = Settings(config=str(other)), Settings()
    titles = [load_config(Settings(), config_meta(own.parent, each)).page.title for each in (named, found)]
    assert titles == ["other", "own"]
    assert config_meta(tmp_path, Settings()) == {}


def test_the_profile_none_raises_no_alert(tmp_path: Path) -> None:
    safety = loaded(written(tmp_path, 'safety = "none"')).safety
    assert assess([EMERGENCY], config=safety).level == "none"
    assert assess([EMERGENCY], config=SafetyConfig()).level == "emergency"


def test_rules_of_ones_own_replace_the_shipped_ones_or_add_to_them(tmp_path: Path) -> None:
    replacing = loaded(written(tmp_path / "a", '[safety]\nprofile = "r.toml"', r_toml=RULES)).safety
    adding = loaded(written(tmp_path / "b", '[safety]\nprofile = "r.toml"\nextends = "back-pain"', r_toml=RULES)).safety
    levels = [assess([text], config=each).level for each in (replacing, adding) for text in ("a gas leak", EMERGENCY)]
    assert levels == ["emergency", "none", "emergency", "emergency"]


def test_logo_and_rules_that_a_configuration_names_are_no_documents(tmp_path: Path) -> None:
    (tmp_path / "brand").mkdir()
    for name in ("brand/logo.svg", "alarms.toml", "other.toml", "hours.md"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    toml = tmp_path / "faqbot.toml"
    toml.write_text('[page]\nlogo = "brand/logo.svg"\n[safety]\nprofile = "./alarms.toml"\n', encoding="utf-8")
    found = discover(tmp_path)
    assert [file.document_id for file in found.files] == ["hours.md"]
    assert [file.document_id for file in found.skipped] == ["other.toml"]
    toml.write_text("[page\n", encoding="utf-8")
    assert [file.document_id for file in discover(tmp_path).skipped] == ["alarms.toml", "other.toml"]


def test_beside_rules_that_replace_the_shipped_ones_nothing_is_said_of_pain(tmp_path: Path) -> None:
    config = loaded(written(tmp_path / "a", '[safety]\nprofile = "r.toml"', r_toml=RULES))
    assert (config.page.title, config.page.tabs) == ("Questions and answers", ("ask",))
    assert (config.texts.see_someone, config.texts.not_reviewed, config.safety.enabled) == ("", "", True)
    with pytest.raises(SettingsError, match="expected the tab ask alone"):
        loaded(written(tmp_path / "b", '[page]\ntabs = ["ask", "check"]\n[safety]\nprofile = "r.toml"', r_toml=RULES))
    for rules in ('extends = "back-pain"\n' + RULES, RULES):
        extends = "" if "extends" in rules else 'extends = "back-pain"'
        adding = loaded(written(tmp_path / "c", f'[safety]\nprofile = "r.toml"\n{extends}', r_toml=rules))
        assert adding.page.tabs == ("ask", "check", "visit")


def test_a_region_that_is_none_is_refused_even_where_nothing_is_assessed() -> None:
    with pytest.raises(SettingsError, match="expected one of: neutral, uk, us, eu"):
        assess([], config=SafetyConfig(profile="none", region="mars"))


def test_settings_name_a_rules_file_that_replaces_or_adds(tmp_path: Path) -> None:
    rules = tmp_path / "r.toml"
    rules.write_text(RULES, encoding="utf-8")
    replaced = load_config(read_settings({"FAQBOT_SAFETY": str(rules)})).safety
    added = load_config(read_settings({"FAQBOT_RULES": str(rules)})).safety
    assert (replaced.extends, added.extends, replaced.rules) == ("", BACK_PAIN, RULES)
    with pytest.raises(RulesError, match="No rules file at"):
        load_config(Settings(rules=str(tmp_path / "none.toml")))


def test_broken_rules_are_refused_by_file_and_line(tmp_path: Path) -> None:
    safety = loaded(written(tmp_path, '[safety]\nprofile = "r.toml"', r_toml="[[rule]]\nid = 3\n")).safety
    with pytest.raises(FaqbotError, match=r"r\.toml"):
        assess([], config=safety)


def test_every_key_is_documented_with_its_default_and_nothing_else_is() -> None:
    rows = re.findall(r"^\| `([a-z]+\.[a-z_]+)` \| (.*?) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    texts = {f"language.{name}" for name in text_names()}  # which faqbot init --texts prints
    assert [key for key, _ in rows] == [key for key in config_keys() if key not in texts]
    config = Config()
    for key, shown in rows:
        table, _, name = key.partition(".")
        value = config.banner if table == "banner" else getattr(getattr(config, table), name)
        text = ", ".join(value) if isinstance(value, tuple) else value
        assert shown == (f"`{text}`" if text else "none"), key
