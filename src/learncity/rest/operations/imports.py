"""Lists at a desk: of people for the city's office, of courses and classes for who runs them."""

from typing import Annotated
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Query, Router, Status
from pydantic import BaseModel

from learncity.apps.imports import queries, services
from learncity.apps.imports.access import check_sender, keeps_list, may_keep, sends_lists
from learncity.apps.imports.types import ImportValue, NotOfYours
from learncity.apps.organizations import queries as organizations
from learncity.apps.people.access import account
from learncity.apps.roles.access import actor_of, organizations_for
from learncity.apps.roles.types import Act
from learncity.kernel.acting import By, Via
from learncity.rest.idempotency import once
from learncity.rest.identity import only
from learncity.rest.openapi import refusals
from learncity.rest.shapes import imports as shapes

from .common import found

router = Router(tags=["Desk"])


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.API)


def _kept(request: HttpRequest, import_id: UUID) -> ImportValue:
    value = found(queries.find(import_id))
    if not may_keep(actor_of(request), value):
        raise PermissionDenied
    return value


@router.get("/desk/imports", response={200: shapes.Imports, **refusals(403)})
@only(sends_lists)
def list_imports(request: HttpRequest) -> shapes.Imports:
    """List what was sent, newest first: of your organizations, or of all for the city's office."""
    actor = actor_of(request)
    rows = queries.latest(owner_ids=organizations_for(actor, Act.RUN_CLASSES))
    items = [shapes.Import.of(value) for value in rows if may_keep(actor, value)]
    return shapes.Imports(items=items)


@router.post("/desk/imports", response={201: shapes.Import, **refusals(409)})
@only(sends_lists)
@once
def send_list(request: HttpRequest, payload: shapes.NewImport) -> Status[BaseModel]:
    """Send a list. Nothing of it is written before it was checked and applied.

    409 `list_unreadable`, `import_kind_unknown` or `list_not_of_yours`.
    """
    owner_id = organizations.ids_by_key([payload.owner]).get(payload.owner)
    if payload.owner and owner_id is None:
        raise NotOfYours
    check_sender(actor_of(request), payload.kind, owner_id)
    value = services.send(
        import_id=payload.id,
        kind=payload.kind,
        owner_id=owner_id,
        list_name=payload.list_name,
        file_name="",
        content=[payload.text.encode()],
        language=payload.language,
        country=payload.country,
        giver=payload.giver,
        spoken=get_language() or "",
        by=_by(request),
        at=timezone.now(),
    )
    return Status(201, shapes.Import.of(value))


@router.get(
    "/desk/imports/{uuid:import_id}",
    response={200: shapes.Import, **refusals(403)},
    url_name="import",
)
@only(keeps_list)
def get_import(request: HttpRequest, import_id: UUID) -> shapes.Import:
    """Look how far a list is."""
    return shapes.Import.of(_kept(request, import_id))


@router.get(
    "/desk/imports/{uuid:import_id}/changes",
    response={200: shapes.ImportChanges, **refusals(403)},
)
@only(keeps_list)
def get_changes(
    request: HttpRequest, import_id: UUID, offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0
) -> shapes.ImportChanges:
    """See what a checked list would change, and what its rows want that is taken.

    Of either the first 500 from the offset; empty once the list is imported.
    """
    _kept(request, import_id)
    return shapes.ImportChanges(
        changes=[
            shapes.ImportChange.of(one)
            for one in queries.changes(import_id, begin=offset, count=500)
        ],
        clashes=[
            shapes.ImportClash.of(one)
            for one in queries.clashes(import_id, begin=offset, count=500)
        ],
    )


@router.post(
    "/desk/imports/{uuid:import_id}/check", response={200: shapes.Import, **refusals(404, 409)}
)
@only(keeps_list)
@once
def check_list(
    request: HttpRequest, import_id: UUID, payload: shapes.ImportColumns
) -> Status[BaseModel]:
    """Say what the columns hold, and have every row looked at.

    409 `column_twice`, `columns_missing` or `import_not_now`.
    """
    _kept(request, import_id)
    value = services.check(
        import_id=import_id,
        columns=payload.columns.items(),
        by=_by(request),
        at=timezone.now(),
    )
    return Status(200, shapes.Import.of(value))


@router.post(
    "/desk/imports/{uuid:import_id}/application",
    response={200: shapes.Import, **refusals(404, 409)},
)
@only(keeps_list)
@once
def apply_list(request: HttpRequest, import_id: UUID) -> Status[BaseModel]:
    """Have a checked list written. 409 `import_not_now` when it was not checked."""
    _kept(request, import_id)
    value = services.apply(import_id=import_id, by=_by(request), at=timezone.now())
    return Status(200, shapes.Import.of(value))


@router.get(
    "/desk/imports/{uuid:import_id}/failed-rows", response={200: shapes.FailedRows, **refusals(403)}
)
@only(keeps_list)
def get_failed_rows(request: HttpRequest, import_id: UUID) -> shapes.FailedRows:
    """Fetch the rows that were left out. Each look is written to the audit trail."""
    _kept(request, import_id)
    if not queries.has_failed_rows(import_id):
        return shapes.FailedRows(header=[], rows=[])
    services.note_rows_fetched(import_id=import_id, by=_by(request), kind="API")
    head, *rows = queries.failed_rows(import_id)
    return shapes.FailedRows(header=head, rows=rows)
