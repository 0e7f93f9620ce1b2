"""Settings: read once, checked, and all of them documented."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from faqbot.errors import SettingsError
from faqbot.settings import PREFIX, Settings, read_settings

DOCS = Path(__file__).parents[1] / "docs" / "settings.md"


def test_without_variables_the_defaults_hold() -> None:
    assert read_settings({}) == Settings()


def test_a_variable_changes_its_setting() -> None:
    read = read_settings({"FAQBOT_PORT": "8080", "FAQBOT_REGION": "uk", "HOME": "/"})
    assert (read.port, read.region) == (8080, "uk")


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"FAQBOT_PORT": "many"}, "FAQBOT_PORT is 'many', expected a whole number"),
        ({"FAQBOT_PROT": "1"}, "FAQBOT_PROT"),
    ],
)
def test_a_wrong_value_or_name_says_what_was_expected(variables: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)):
        read_settings(variables)


def test_every_setting_is_documented_with_its_default_and_nothing_else_is() -> None:
    rows = re.findall(r"^\| `(FAQBOT_\w+)` \| (?:`(.*?)`|none) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert dict(rows) == {PREFIX + field.name.upper(): str(field.default) for field in fields(Settings)}
