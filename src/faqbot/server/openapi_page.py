"""An OpenAPI description -> a page that a person can read, with nothing from outside and no script."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

Schema = Mapping[str, Any]


def docs_page(openapi: Schema) -> str:
    """The whole page; its style is the one of the articles."""
    parts = "".join(
        _operation(path, method, how) for path, ways in openapi["paths"].items() for method, how in ways.items()
    )
    forms = "".join(
        _form(name, schema) for name, schema in openapi["components"]["schemas"].items() if "properties" in schema
    )
    title = f"{escape(openapi['info']['title'])}: REST"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        '<meta name="color-scheme" content="light dark"><link rel="stylesheet" href="../own/document.css"></head>'
        f'<body><main class="document"><h1>{title}</h1><p>For programs: <a href="openapi.json">openapi.json</a></p>'
        f"{parts}<h2>Bodies</h2>{forms}</main></body></html>"
    )


def _operation(path: str, method: str, how: Schema) -> str:
    answers = "".join(
        f"<tr><td>{escape(status)}</td><td>{escape(answer.get('description', ''))}</td><td>{_named(answer)}</td></tr>"
        for status, answer in sorted(how["responses"].items())
    )
    return (
        f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(how.get('description', ''))}</p>"
        f"{_body(how.get('requestBody'))}"
        f'<table><thead><tr><th scope="col">Status</th><th scope="col">When</th><th scope="col">Body</th></tr></thead>'
        f"<tbody>{answers}</tbody></table>"
    )


def _body(body: Schema | None) -> str:
    return f"<p>Body, as JSON: {_named(body)}</p>" if body else ""


def _named(holder: Schema) -> str:
    """The form that a request or response holds, as a link to its table."""
    schema = holder.get("content", {}).get("application/json", {}).get("schema", {})
    return _kind(schema) if schema else ""


def _form(name: str, schema: Schema) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code></td><td>{_kind(kind)}</td><td>{_notes(field, kind, schema)}</td></tr>"
        for field, kind in schema["properties"].items()
    )
    return (
        f'<h3 id="{escape(name)}">{escape(name)}</h3><p>{escape(schema.get("description", ""))}</p>'
        f'<table><thead><tr><th scope="col">Field</th><th scope="col">Kind</th><th scope="col">Notes</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _kind(schema: Schema) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_kind(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"<code>{escape(json.dumps(value))}</code>" for value in schema["enum"])
    if "prefixItems" in schema:
        return "[" + ", ".join(_kind(item) for item in schema["prefixItems"]) + "]"
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return escape(str(schema.get("type", "anything")))


def _notes(field: str, kind: Schema, form: Schema) -> str:
    return "; ".join(_remarks(field, kind, form))


def _remarks(field: str, kind: Schema, form: Schema) -> Iterator[str]:
    if "description" in kind:
        yield escape(kind["description"])
    if field in form.get("required", ()) and not form.get("description", "").startswith("Answer"):
        yield "always there"
    if kind.get("examples"):
        yield f"for example <code>{escape(json.dumps(kind['examples'][0]))}</code>"
