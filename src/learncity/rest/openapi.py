"""The description of the API in OpenAPI 3.1, complete: every answer that an operation may give.

The library describes what goes in and what comes out when all is well. Added here is what can go
wrong, worked out from what the operation takes and asks, beside the refusals that it lists itself.
"""

from collections.abc import Iterator
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from .identity import ACTING_FOR, Key, anyone
from .problems import CONTENT_TYPE, Problem

Document = dict[str, Any]

_NAMES = {
    400: "MalformedRequest",
    401: "NotSignedIn",
    403: "Forbidden",
    404: "NotFound",
    409: "Refused",
    413: "TooLarge",
    415: "NotJson",
    422: "Invalid",
    429: "TooManyRequests",
}
_SAYS = {
    400: "The body is not JSON.",
    401: "No key or session, or one that is not valid.",
    403: "Not for this account, or for whom `Acting-For` says; or a browser session without its "
    "CSRF token.",
    404: "Nothing carries this key or receipt.",
    409: "A rule says no; `code` says which, `detail` what to do about it.",
    413: "The body is larger than any operation needs.",
    415: "The body is not declared as JSON.",
    422: "`errors` lists what to correct; or the Idempotency-Key came with another request.",
    429: "Ask more slowly.",
}
_HEADERS = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    429: {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}},
}
_REPLAYED = {
    "Idempotent-Replayed": {
        "schema": {"const": "true"},
        "description": "This is the answer that was given to the same request before.",
    }
}
_WRITTEN = {
    200: _REPLAYED,
    201: {"Location": {"schema": {"type": "string", "format": "uri-reference"}}, **_REPLAYED},
}
_ACTING = {
    "in": "header",
    "name": ACTING_FOR,
    "required": False,
    "schema": {"type": "string", "format": "uuid"},
    "description": "A mandate of yours (`/me/mandates`): do it for its principal.",
}
_WRITES = ("post", "put", "patch", "delete")


def refusals(*statuses: int) -> dict[int, type[Problem]]:
    """For ``response=``: what an operation may refuse by itself, beside the common mistakes."""
    return dict.fromkeys(statuses, Problem)


def document(api: NinjaAPI) -> Document:
    """The whole description, ready to be sent."""
    # The library's own is a dict with other attributes; only the dict goes out.
    found: Document = dict(OpenAPISchema(api, ""))
    operations = {op.view_func.__name__: op for op in operations_of(api)}
    for methods in found["paths"].values():
        for method, described in methods.items():
            _complete(described, method, operations[described["operationId"]])
    components = found["components"]
    components["schemas"]["Problem"] = _problem_schema(components["schemas"])
    components["responses"] = {_NAMES[status]: _response(status) for status in _NAMES}
    _without_titles(found)
    return found


def operations_of(api: NinjaAPI) -> Iterator[Operation]:
    """Every operation, with its ways in and limits as they are in force."""
    # The library has no public way to its bound operations; its own description goes this way.
    for router in api._get_bound_routers():
        for view in router.path_operations.values():
            yield from view.operations


def _complete(described: Document, method: str, operation: Operation) -> None:
    first, _, rest = operation.description.partition("\n")
    described["summary"], described["description"] = first.rstrip("."), rest.strip() or first
    if anyone in operation.auth_callbacks:
        described["security"].append({})
    if any(isinstance(way, Key) and way.purpose for way in operation.auth_callbacks):
        described["parameters"].append(_ACTING)
    answers = {s: answer for s, answer in described["responses"].items() if s < 400}
    for status in _refusals(described, method, operation):
        answers[status] = {"$ref": f"#/components/responses/{_NAMES[status]}"}
    described["responses"] = {str(status): answers[status] for status in sorted(answers)}
    if method in _WRITES:
        for status in {200, 201} & set(answers):
            answers[status]["headers"] = _WRITTEN[status]
    for parameter in described["parameters"]:
        # A parameter that is left out is left out; there is no null in an address.
        parameter["schema"] = _not_null(parameter["schema"])
        if "description" in parameter["schema"]:
            parameter["description"] = parameter["schema"].pop("description")


def _refusals(described: Document, method: str, operation: Operation) -> set[int]:
    """What may go wrong, by what the operation lists, takes and asks."""
    asks, writes = bool(operation.auth_callbacks), method in _WRITES
    body, parameters = "requestBody" in described, described["parameters"]
    mistakes = {
        400: body,
        401: asks,
        403: asks,
        404: any(parameter["in"] == "path" for parameter in parameters),
        413: writes,
        415: body,
        422: bool(parameters) or body,
        429: True,
    }
    listed = {status for status in described["responses"] if status >= 400}
    return listed | {status for status, is_possible in mistakes.items() if is_possible}


def _not_null(schema: Document) -> Document:
    variants = schema.get("anyOf", [])
    kept = [variant for variant in variants if variant != {"type": "null"}]
    if len(kept) == len(variants):
        return schema
    assert len(kept) == 1
    return {k: v for k, v in schema.items() if k != "anyOf"} | kept[0]


def _problem_schema(schemas: Document) -> Document:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(schema.pop("$defs"))
    return schema


def _response(status: int) -> Document:
    found: Document = {
        "description": _SAYS[status],
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in _HEADERS:
        found["headers"] = _HEADERS[status]
    return found


def _without_titles(part: Any) -> None:
    """Leave out the names the library makes up from the names of fields."""
    if isinstance(part, list):
        for item in part:
            _without_titles(item)
    if isinstance(part, dict):
        if isinstance(part.get("title"), str) and ("type" in part or "anyOf" in part):
            del part["title"]
        for item in part.values():
            _without_titles(item)
