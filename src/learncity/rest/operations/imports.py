"""Lists at the city office: for operators only; the router sees to that. All is written down."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Router, Status
from pydantic import BaseModel

from learncity.apps.imports import queries, services
from learncity.apps.imports.types import ImportNotFound
from learncity.apps.people.access import account
from learncity.apps.roles.access import Duty, in_city
from learncity.apps.roles.types import Act
from learncity.kernel.acting import By, Via
from learncity.rest.idempotency import once
from learncity.rest.identity import only
from learncity.rest.openapi import refusals
from learncity.rest.shapes import imports as shapes

from .common import found

router = Router(tags=["Desk"])
router.add_decorator(only(Duty(Act.KEEP_PEOPLE, on=in_city)))


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.API)


@router.get("/desk/imports", response={200: shapes.Imports, **refusals(403)})
def list_imports(request: HttpRequest) -> shapes.Imports:
    """List what was sent, newest first."""
    return shapes.Imports(items=[shapes.Import.of(value) for value in queries.latest()])


@router.post("/desk/imports", response={201: shapes.Import, **refusals(409)})
@once
def send_list(request: HttpRequest, payload: shapes.NewImport) -> Status[BaseModel]:
    """Send a list. Nothing is written for people before it was checked and applied.

    409 `list_unreadable` or `import_kind_unknown`.
    """
    value = services.send(
        import_id=payload.id,
        kind=payload.kind,
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
def get_import(request: HttpRequest, import_id: UUID) -> shapes.Import:
    """Look how far a list is."""
    return shapes.Import.of(found(queries.find(import_id)))


@router.post(
    "/desk/imports/{uuid:import_id}/check", response={200: shapes.Import, **refusals(404, 409)}
)
@once
def check_list(
    request: HttpRequest, import_id: UUID, payload: shapes.ImportColumns
) -> Status[BaseModel]:
    """Say what the columns hold, and have every row looked at.

    409 `column_twice`, `columns_missing` or `import_not_now`.
    """
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
@once
def apply_list(request: HttpRequest, import_id: UUID) -> Status[BaseModel]:
    """Have a checked list written. 409 `import_not_now` when it was not checked."""
    value = services.apply(import_id=import_id, by=_by(request), at=timezone.now())
    return Status(200, shapes.Import.of(value))


@router.get(
    "/desk/imports/{uuid:import_id}/failed-rows", response={200: shapes.FailedRows, **refusals(403)}
)
def get_failed_rows(request: HttpRequest, import_id: UUID) -> shapes.FailedRows:
    """Fetch the rows that were left out. Each look is written to the audit trail."""
    if queries.find(import_id) is None:
        raise ImportNotFound(str(import_id))
    if not queries.has_failed_rows(import_id):
        return shapes.FailedRows(header=[], rows=[])
    services.note_rows_fetched(import_id=import_id, by=_by(request), kind="API")
    head, *rows = queries.failed_rows(import_id)
    return shapes.FailedRows(header=head, rows=rows)
