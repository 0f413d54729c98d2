"""What went wrong, as RFC 9457 problem details, in the language of the request.

Every answer from 400 up has this form. ``code`` is what programs match on and never changes;
``title`` and ``detail`` are for people. Refusals of the rooms bring their own code and sentence.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from learncity.kernel.errors import DomainError, NotFound
from learncity.kernel.stated_rows import RowsRefused

from .shapes.common import Shape

CONTENT_TYPE = "application/problem+json"

TITLES: dict[int, Promise] = {
    400: _("The request cannot be read"),
    401: _("Signing in is needed"),
    403: _("Not allowed"),
    404: _("Not found"),
    405: _("Not possible here"),
    409: _("Refused"),
    413: _("Too large"),
    415: _("Not in JSON"),
    422: _("There are mistakes in the request"),
    429: _("Too many requests"),
    500: _("Something went wrong on our side"),
}

# Code → status and sentence of what this shell itself has to say.
OWN: dict[str, tuple[int, Promise]] = {
    "malformed_request": (400, _("The body is not JSON. Check commas, quotes and the encoding.")),
    "not_signed_in": (401, _("Send a key of yours as ‘Authorization: Bearer lc_…’.")),
    "forbidden": (403, _("This is for the staff of the provider or the city.")),
    "csrf_failed": (
        403,
        _("Send the value of the CSRF cookie in the header X-CSRFToken, or use a key."),
    ),
    "may_not_act": (
        403,
        _("No mandate of yours that is in force covers this. Look at /me/mandates."),
    ),
    "second_factor_needed": (
        403,
        _("Open a page of the desk in this browser and show your second factor, or use a key."),
    ),
    "assurance_needed": (
        403,
        _("The city has to know better who you are. Open /me/missing/, or come to the office."),
    ),
    "not_found": (404, _("There is nothing at this address. Check the key.")),
    "method_not_allowed": (405, _("The header Allow lists the methods that work here.")),
    "too_large": (413, _("The body is larger than any operation needs.")),
    "not_json": (415, _("Send the body as JSON, with ‘Content-Type: application/json’.")),
    "invalid": (422, _("Correct what ‘errors’ lists and send the request again.")),
    "idempotency_key_reused": (
        422,
        _("This Idempotency-Key came with another request before. Take a new key."),
    ),
    "too_many_requests": (429, _("Wait as many seconds as the header Retry-After says.")),
    "internal_error": (
        500,
        _("Nothing was changed. Try again; tell us if it happens a second time."),
    ),
}


class Mistake(Shape):
    """One thing to correct."""

    pointer: str
    """Where: `/body/seats`, `/query/limit`, `/path/receipt` or `/header/Idempotency-Key`."""
    detail: str


class Problem(Shape):
    """What went wrong (RFC 9457)."""

    type: str
    """Address of the documentation of this code."""
    title: str
    status: int
    detail: str
    """What to do about it, for people."""
    code: str
    """What programs match on."""
    instance: str
    """The path that was asked for."""
    errors: list[Mistake] = Field(default_factory=list)
    """What to correct; with 422, and with 409 `rows_refused`."""


def problem(
    request: HttpRequest,
    code: str,
    *,
    refusal: DomainError | None = None,
    errors: Sequence[Mistake] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The answer of a code, or of a refusal of a room."""
    status, detail = OWN[code] if refusal is None else said_by(refusal)
    body = {
        "type": f"{reverse('rest:docs')}#{code if refusal is None else refusal.code}",
        "title": str(TITLES[status]),
        "status": status,
        "detail": str(detail),
        "code": code if refusal is None else refusal.code,
        "instance": request.path,
    }
    if errors:
        body["errors"] = [mistake.model_dump() for mistake in errors]
    content = json.dumps(body, ensure_ascii=False)
    return HttpResponse(content, status=status, content_type=CONTENT_TYPE, headers=headers)


def refused(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """The answer to a request that a room refused."""
    errors = pointers(refusal) if isinstance(refusal, RowsRefused) else ()
    return problem(request, refusal.code, refusal=refusal, errors=errors)


def pointers(refusal: RowsRefused) -> list[Mistake]:
    """What is wrong with which item, and where in it, as the sender named it."""
    return [
        Mistake(
            pointer=f"/body/items/{e.row - 1}" + (f"/{e.column}" if e.column else ""),
            detail=e.says,
        )
        for e in refusal.errors
    ]


def said_by(refusal: DomainError | type[DomainError]) -> tuple[int, str | Promise]:
    """Status and sentence of a refusal: 404 when nothing carries the identifier, else 409."""
    kind = refusal if isinstance(refusal, type) else type(refusal)
    status = 404 if issubclass(kind, NotFound) else 409
    return status, refusal.says or OWN["not_found"][1]


def codes() -> list[tuple[str, int, str | Promise]]:
    """Every code there can be, with its status and sentence, by status and name."""
    found: dict[str, tuple[int, str | Promise]] = dict(OWN)
    found |= {kind.code: said_by(kind) for kind in _refusals(DomainError)}
    return sorted(
        ((code, status, detail) for code, (status, detail) in found.items()),
        key=lambda entry: (entry[1], entry[0]),
    )


def _refusals(root: type[DomainError]) -> Iterator[type[DomainError]]:
    for kind in root.__subclasses__():
        if kind.__module__.startswith("learncity.") and kind.code != DomainError.code:
            yield kind
        yield from _refusals(kind)
