"""YAML and JSON text goes in, plain values come out, never more of them than the limits allow."""

import json
from typing import Any

from faqbot.errors import ReadError, need
from faqbot.readers.limits import Limits, refuse_over


def load_yaml(text: str, limits: Limits) -> Any:
    """The value of one YAML document: plain data only, no aliases (they can multiply without end), dates as text."""
    try:
        import yaml
    except ImportError as error:
        raise need("PyYAML", "build", error) from error

    _check_yaml(text, limits)
    try:
        return yaml.load(text, Loader=_yaml_loader())  # noqa: S506 - a SafeLoader with fewer types
    except yaml.YAMLError as error:
        raise ReadError(_yaml_problem(error)) from error
    except (ValueError, RecursionError) as error:
        raise ReadError(f"not readable as YAML: {error}") from error


def load_json(text: str, limits: Limits) -> Any:
    """The value of a JSON text. Raises ReadError with line and column, or for nesting beyond the limit."""
    _check_json_nesting(text, limits)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ReadError(f"not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise ReadError(f"not JSON: {error}") from error


def _yaml_loader() -> Any:
    import yaml

    class PlainLoader(_safe_loader()):  # type: ignore[misc]
        """SafeLoader that leaves dates as they are written."""

    PlainLoader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return PlainLoader


def _safe_loader() -> Any:
    """The safe loader written in C where there is one: it is ten times as fast."""
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _check_yaml(text: str, limits: Limits) -> None:
    """Walk over the events, which needs no recursion, before anything is built."""
    import yaml

    depth = nodes = 0
    try:
        for event in yaml.parse(text, Loader=_safe_loader()):
            nodes += isinstance(event, yaml.NodeEvent)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent):
                raise ReadError(f"a YAML alias (*{event.anchor}), which is not read. Write the value out")
            refuse_over(limits.nesting, depth, "levels of YAML")
            refuse_over(limits.nodes, nodes, "values in YAML")
    except yaml.YAMLError as error:
        raise ReadError(_yaml_problem(error)) from error
    except RecursionError as error:
        raise ReadError("YAML nested too deeply to be read") from error


def _yaml_problem(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return f"not YAML: {getattr(error, 'problem', None) or error}{place}"


def _check_json_nesting(text: str, limits: Limits) -> None:
    depth, quoted, escaped, values = 0, False, False, 0
    for character in text:
        if quoted:
            quoted, escaped = escaped or character != '"', character == "\\" and not escaped
        elif character == '"':
            quoted, escaped = True, False
        elif character in "[{":
            depth += 1
            refuse_over(limits.nesting, depth, "levels of JSON")
        elif character in "]}":
            depth -= 1
        else:
            values += character == ","
    refuse_over(limits.nodes, values, "values in JSON")
