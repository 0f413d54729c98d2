"""Writes that may be sent again: a request with an Idempotency-Key is done once.

The key's row is written first, in the transaction of the write itself. A second request with the
key waits at the unique index until the first has ended and then gets its answer; a first that
crashes, or is answered with anything but success or a refusal (409), leaves no row and may be tried
again. Rows are kept one day (``kernel.personal``).
"""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, cast
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Header, Status
from ninja.utils import contribute_operation_args
from pydantic import BaseModel, Field

from learncity.apps.households.access import acting_of
from learncity.apps.people.access import account
from learncity.kernel.errors import DomainError
from learncity.kernel.models import RepeatedRequest

from . import problems

Operation = Callable[..., Status[BaseModel]]

HEADER = "Idempotency-Key"
_KEY = Annotated[
    str,
    Field(
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="A random text of yours, new for every new request. Sent again within a day, "
        "the same request is answered the same and done once.",
    ),
]


def once(operation: Operation) -> Callable[..., HttpResponse]:
    """Let an operation that writes honour the header; it answers ``Status(code, shape)``."""

    @wraps(operation)
    def run(
        request: HttpRequest, idempotency_key: str | None = None, **arguments: Any
    ) -> HttpResponse:
        def answer() -> HttpResponse:
            return _answer(request, lambda: operation(request, **arguments))

        if idempotency_key is None:
            return answer()
        return _once(request, account(request).pk, idempotency_key, answer)

    header = cast(Any, Header)(None, alias=HEADER)
    contribute_operation_args(run, "idempotency_key", cast(Any, _KEY | None), header)
    return run


def _answer(request: HttpRequest, operation: Callable[[], Status[BaseModel]]) -> HttpResponse:
    """What an operation says, or the refusal it ran into, ready to be sent."""
    try:
        status = operation()
    except DomainError as refusal:
        return problems.refused(request, refusal)
    return _sent(status.status_code, status.value.model_dump_json())


@transaction.atomic
def _once(
    request: HttpRequest, account_id: UUID, key: str, answer: Callable[[], HttpResponse]
) -> HttpResponse:
    row, is_first = _claim(account_id, key, _fingerprint(request))
    if not is_first:
        return _again(request, row)
    response = answer()
    if response.status_code == 409 or 200 <= response.status_code < 300:
        row.status, row.body = response.status_code, response.content.decode()
        row.save(update_fields=["status", "body"])
    else:
        transaction.set_rollback(True)
    return response


def _claim(account_id: UUID, key: str, fingerprint: str) -> tuple[RepeatedRequest, bool]:
    """The row of the key, and whether it is this request that wrote it."""
    mine = RepeatedRequest(account_id=account_id, key=key, fingerprint=fingerprint)
    # ON CONFLICT DO NOTHING waits for a rival that has not committed, and is no error.
    RepeatedRequest.objects.bulk_create([mine], ignore_conflicts=True)
    row = RepeatedRequest.objects.get(account_id=account_id, key=key)
    return row, row.pk == mine.pk


def _again(request: HttpRequest, row: RepeatedRequest) -> HttpResponse:
    if row.fingerprint != _fingerprint(request):
        return problems.problem(request, "idempotency_key_reused")
    assert row.status is not None
    response = _sent(row.status, row.body)
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _fingerprint(request: HttpRequest) -> str:
    """What makes two requests the same: method, address with query, for whom, body."""
    acting = acting_of(request)
    for_whom = f" {acting.mandate_id}" if acting else ""
    said = f"{request.method} {request.get_full_path()}{for_whom}\n".encode() + request.body
    return hashlib.sha256(said).hexdigest()


def _sent(status: int, body: str) -> HttpResponse:
    kind = problems.CONTENT_TYPE if status >= 400 else "application/json"
    response = HttpResponse(body, status=status, content_type=kind)
    if status == 201:
        response.headers["Location"] = json.loads(body)["href"]
    return response
