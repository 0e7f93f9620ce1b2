"""YAML text goes in; the places in it where other ways to ask a question stand, or could, come out.

The text is parsed for its places only: nothing of it is written anew, so that comments, order and quoting stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from faqbot.errors import CorpusError, need

if TYPE_CHECKING:
    import yaml


def root_of(text: str) -> yaml.Node | None:
    """The parsed text, with the place of everything in it; None for an empty one. Raises CorpusError."""
    try:
        import yaml
    except ImportError as error:
        raise need("PyYAML", "build", error) from error

    try:
        # The loader that the reader has: the other one is stricter about question marks.
        return yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark else ""
        raise CorpusError(f"not readable as YAML: {getattr(error, 'problem', None) or 'no YAML'}{place}") from None


def items_of(node: yaml.Node | None) -> Sequence[tuple[yaml.ScalarNode, Any]]:
    """The keys of a mapping with their values; nothing for another node."""
    if node is None or not is_mapping(node):
        return []
    return [pair for pair in node.value if isinstance(pair[0].value, str)]


def entries_of(node: yaml.Node | None) -> Sequence[Any]:
    """The entries of a list; nothing for another node."""
    return node.value if node is not None and is_sequence(node) else ()


def field(node: yaml.Node | None, names: Sequence[str]) -> tuple[yaml.ScalarNode, Any] | None:
    """The key and value of the first of these names that a mapping has, whatever its letter case."""
    lowered = {key.value.strip().casefold(): (key, value) for key, value in items_of(node)}
    return next((lowered[name] for name in names if name in lowered), None)


def mappings_of(node: yaml.Node | None) -> Iterator[Any]:
    """Every mapping in the text, the outer ones first."""
    if node is None:
        return
    if is_mapping(node):
        yield node
    for inner in [value for _, value in items_of(node)] + list(entries_of(node)):
        yield from mappings_of(inner)


def is_block(node: yaml.Node) -> bool:
    """Whether a list or mapping is written on lines of its own rather than in brackets."""
    return not getattr(node, "flow_style", True)  # None for a list that is not indented


def is_mapping(node: yaml.Node) -> bool:
    """Whether it is a mapping."""
    return _kind(node) == "mapping"


def is_sequence(node: yaml.Node) -> bool:
    """Whether it is a list."""
    return _kind(node) == "sequence"


def is_null(node: yaml.Node) -> bool:
    """Whether it is nothing: left out, or written as ~ or null."""
    return bool(node.tag == "tag:yaml.org,2002:null")


def is_text(node: yaml.Node) -> bool:
    """Whether it is a text that is written where it stands, not in lines below."""
    return _kind(node) == "scalar" and getattr(node, "style", None) not in ("|", ">")


def end_of(node: yaml.Node) -> int:
    """The place behind the last character of a value; a block's own end is where the next thing begins."""
    if is_block(node):
        return end_of(items_of(node)[-1][1] if is_mapping(node) else entries_of(node)[-1])
    return int(node.end_mark.index)


def read_scalar(line: str) -> object:
    """What a list of one entry holds; nothing that a wording could equal, if it is no such list."""
    import yaml

    try:
        found = yaml.safe_load(line)
    except yaml.YAMLError:
        return None
    return found[0] if isinstance(found, list) and len(found) == 1 else None


def _kind(node: yaml.Node) -> str:
    return str(getattr(node, "id", ""))  # of a subclass; typeshed leaves it out
