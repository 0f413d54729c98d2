"""What a blueprint may hold, as tables and as a JSON Schema: for tools/docs.py."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tools.markdown import code, first_line, table

# The form of the keys of things (kernel.blueprints.Key).
KEY = "^[a-z0-9][a-z0-9-]{0,79}$"


def schema() -> str:
    """The JSON Schema of a blueprint file."""
    from learncity.apps.initiatives.engine import engine

    return json.dumps(engine().schema(), ensure_ascii=False, indent=1) + "\n"


def page() -> str:
    """The head and every section with its fields."""
    from learncity.apps.initiatives.engine import engine

    whole = engine().schema()
    head = {n: p for n, p in whole["properties"].items() if n not in _sections()}
    said = f"## The head\n\n{_fields({**whole, 'properties': head}, whole['$defs'])}"
    for name, item in _sections().items():
        part = whole["$defs"][item.schema.__name__]
        fields = _fields(part, whole["$defs"], _named(item.schema))
        said += f"\n## `{name}`\n\n{first_line(item)}\n\n{fields}"
        for inner in _inner(part, whole["$defs"]):
            said += f"\n**{inner['title'].removeprefix('Stated')}** – {inner['description']}\n\n"
            said += _fields(inner, whole["$defs"])
    return said


def _sections() -> dict[str, Any]:
    from learncity.apps.initiatives.engine import engine

    return {section.name: section for section in engine().sections}


def _named(schema: Any) -> dict[str, str]:
    """Fields that name a thing of a section."""
    from learncity.kernel.blueprints import Ref, _metadata

    return {
        name: f"key of one of the `{mark.section}`"
        for name, info in schema.model_fields.items()
        for mark in _metadata(info)
        if isinstance(mark, Ref)
    }


def _fields(part: dict[str, Any], defs: dict[str, Any], named: Mapping[str, str] = {}) -> str:
    needed = part.get("required", ())
    return table(
        ("field", "needed", "what it holds"),
        (
            (code(name), "yes" if name in needed else "", named.get(name) or _holds(field, defs))
            for name, field in part["properties"].items()
        ),
    )


def _referred(field: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any] | None:
    choices = [field, field.get("items", {}), *field.get("anyOf", ())]
    names = [choice["$ref"].rpartition("/")[2] for choice in choices if "$ref" in choice]
    return defs[names[0]] if names else None


def _inner(part: dict[str, Any], defs: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for field in part["properties"].values():
        found = _referred(field, defs)
        if found and "properties" in found:
            yield found


def _holds(field: dict[str, Any], defs: dict[str, Any]) -> str:
    choices = [c for c in field.get("anyOf", [field]) if c.get("type") != "null"]
    said = " or ".join(_kind(choice, defs) for choice in choices)
    default = field.get("default")
    return said if default in (None, "", [], {}) else f"{said}; otherwise `{json.dumps(default)}`"


def _kind(field: dict[str, Any], defs: dict[str, Any]) -> str:
    found = _referred(field, defs)
    if found and "enum" in found:
        names = ", ".join(code(name) for name in found["enum"] if name)
        # An empty word is what is meant when the field is left out.
    elif found:
        names = found["title"].removeprefix("Stated")
    elif "enum" in field or "const" in field:
        names = ", ".join(code(name) for name in field.get("enum", [field.get("const")]))
    elif "prefixItems" in field:
        return "latitude and longitude, in degrees"
    elif "patternProperties" in field:
        return "text by language"
    elif field.get("type") == "array":
        return f"list of {_kind(field['items'], defs)}"
    else:
        return _plain(field)
    return f"list of {names}" if field.get("type") == "array" else names


def _plain(field: dict[str, Any]) -> str:
    if field.get("pattern") == KEY:
        return "key"
    kinds = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    said = {"date": "day", None: kinds.get(field["type"], field["type"])}[field.get("format")]
    bounds = [str(field[end]) for end in ("minimum", "maximum") if end in field]
    if bounds and "exclusiveMinimum" in field:
        said += f" above {field['exclusiveMinimum']} to {bounds[0]}"
    elif bounds:
        said += f" from {' to '.join(bounds)}"
    return f"{said} like {code(field['pattern'])}" if "pattern" in field else said
