"""docs/reliability.md and SECURITY.md name tests, files and links that there are."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = ("docs/reliability.md", "SECURITY.md")
NAMED = re.compile(r"`(tests/test_\w+\.py)::(\w+)`")


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED.findall(page(PAGES[0])))))
def test_every_test_that_is_named_exists(path: str, name: str) -> None:
    assert name in functions(path)


def test_every_fault_has_what_happens_and_its_test() -> None:
    rows = [line for line in page(PAGES[0]).splitlines() if line.startswith("| ") and "`tests/" in line]
    assert len(rows) >= 40
    assert [row for row in rows if len(re.findall(r"(?<!\\)\|", row)) != 4 or not NAMED.search(row)] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_file_and_link_that_is_named_is_there(name: str) -> None:
    text = page(name)
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / name).parent.joinpath(link).exists()] == []
    files = re.findall(r"\b(?:tests|scripts|src)/[\w/.-]+\.(?:py|md|toml)\b", text)
    assert [file for file in files if not (ROOT / file).exists()] == []


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make (\w+)", page(PAGES[0])))))
def test_every_make_target_that_is_named_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
