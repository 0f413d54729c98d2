"""The audit trail. For operators only; the router sees to that."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from learncity.apps.people import queries as people
from learncity.apps.people import services
from learncity.apps.people.access import account
from learncity.apps.roles.access import Duty, in_city
from learncity.apps.roles.types import Act
from learncity.kernel import audit
from learncity.kernel.acting import By, Via
from learncity.kernel.dated import begin_of
from learncity.rest import cursors
from learncity.rest.identity import only
from learncity.rest.openapi import refusals
from learncity.rest.shapes import trail as shapes
from learncity.rest.shapes.common import Cursor, Day, Limit

router = Router(tags=["Desk"])
router.add_decorator(only(Duty(Act.OPERATE, on=in_city)))
_NAME = "trail"
Action = Annotated[str, Field(pattern=r"^[-a-z_.]{0,80}$", description="What, as `room.verb`.")]


@router.get("/office/trail", response={200: shapes.Trail, **refusals(403)})
def list_trail(
    request: HttpRequest,
    action: Action = "",
    person_id: UUID | None = None,
    first_day: Day | None = None,
    last_day: Day | None = None,
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> shapes.Trail:
    """List what was done, the newest first; `person_id`: by them, and under their record.

    A look at what was done by or with a person is written to the audit trail.
    """
    sought = audit.Sought(
        action=action,
        people=people.all_ids(person_id) if person_id else (),
        since=begin_of(first_day) if first_day else None,
        # After the last day that there is, there is none.
        before=begin_of(last_day + timedelta(days=1)) if last_day and last_day < date.max else None,
    )
    after = cursors.read_id(cursor, _NAME) if cursor else None
    try:
        found = audit.latest(limit + 1, sought=sought, after=after)
    except audit.NoSuchEntry as error:
        raise cursors.unknown() from error
    if person_id:
        by = By(account(request).person_id, Via.API)
        services.note_person_read(person_id=person_id, by=by, how="TRAIL")
    part = cursors.after_id(request, _NAME, found, limit, last=lambda entry: entry.id)
    return shapes.Trail(items=[shapes.TrailEntry.of(e) for e in part.items], next=part.next)
