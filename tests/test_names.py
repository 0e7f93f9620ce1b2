"""One word for one concept: names that were retired do not come back, and prose keeps to a reader's pace."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "faqbot"

# Retired word -> what to say instead. A word is looked for in the names of modules, classes, functions, arguments and
# fields, where people grep; prose may use it in its plain sense.
RETIRED = {
    "door": "interface",
    "doors": "service, interfaces",
    "desk": "handlers",
    "turnstile": "concurrency limit",
    "seam": "interface of a module",
    "keeper": "store",
    "mending": "repair",
    "asked": "question, query",
    "said": "messages, history",
    "told": "affirmed",
    "heard": "mentions",
    "opinion": "feedback",
    "floor": "threshold",
    "floors": "thresholds",
    "generation": "index version",
    "furniture": "boilerplate",
    "wordings": "question variants",
    "pieces": "tokens",
    "refusal": "error response",
}
ALLOWED = {"not_asked"}  # the key of the reply to "that is not what I asked"
TEMPLATE = re.compile(r"\b(goes|go|comes|come) in\b.*\b(comes|come|goes|go) out\b", re.IGNORECASE | re.DOTALL)


def names(tree: ast.AST) -> Iterator[str]:
    """Names that a module defines: classes, functions, arguments, and fields of classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        if isinstance(node, ast.arg):
            yield node.arg
        if isinstance(node, ast.ClassDef):
            yield from (
                each.target.id
                for each in node.body
                if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
            )


def words(name: str) -> set[str]:
    """The words of a name in snake_case or CamelCase."""
    return {part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_retired_word_names_anything(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {name for name in [path.stem, *names(tree)] if words(name) & RETIRED.keys()} - ALLOWED
    assert found == set(), {name: [RETIRED[word] for word in words(name) & RETIRED.keys()] for name in found}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_docstring_says_what_the_module_is_for(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert text or not path.stat().st_size
    assert not TEMPLATE.search((text or "").split("\n\n")[0])


PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]


def sentences(text: str) -> list[str]:
    """Sentences of a page's prose: without code, tables, quotations of output and headings."""
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    lines = [line for line in text.split("\n") if not re.match(r"(\s{4,}|\||#|<!--|!\[|>?\s*$)", line)]
    prose = re.sub(r"\]\([^)]*\)", "]", " ".join(re.sub(r"^\s*([-*]|\d+\.) ", ". ", line) for line in lines))
    return [each for each in re.split(r"(?<=[.!?:;])\s+", prose) if len(each.split()) > 2]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_sentences_average_at_most_18_words(path: Path) -> None:
    lengths = [len(sentence.split()) for sentence in sentences(path.read_text(encoding="utf-8"))]
    assert not lengths or sum(lengths) / len(lengths) <= 18


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_of_the_docs_is_short(path: Path) -> None:
    if path.name in {"decisions.md", "reliability.md"}:
        pytest.skip("a list of decisions, a table of promises with their tests: they grow")
    assert len(path.read_text(encoding="utf-8").split()) <= 1400  # tables and code included
