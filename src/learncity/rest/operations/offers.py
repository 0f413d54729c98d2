"""What a provider's own program writes: its courses and classes, by the rules of lists."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Status
from pydantic import BaseModel

from learncity.apps.catalogue import imports as courses
from learncity.apps.catalogue import queries as catalogue
from learncity.apps.classes import imports as classes
from learncity.apps.classes.queries import meetings
from learncity.apps.people.access import account
from learncity.apps.roles.access import Duty, actor_of, organizations_for
from learncity.apps.roles.types import Act
from learncity.kernel.acting import By, Via
from learncity.rest import cursors
from learncity.rest.idempotency import once
from learncity.rest.identity import only
from learncity.rest.openapi import refusals
from learncity.rest.shapes import offers as shapes
from learncity.rest.shapes.common import Cursor, Limit

from .desk import router

# The same address is read and written, so they stand in one router.
_may = only(Duty(Act.RUN_CLASSES))


@router.get("/desk/courses", response={200: shapes.OwnCourses, **refusals(403)})
@_may
def list_desk_courses(
    request: HttpRequest, cursor: Cursor | None = None, limit: Limit = 20
) -> shapes.OwnCourses:
    """List the courses of my organizations, oldest first; for the city's office, all."""
    own = organizations_for(actor_of(request), Act.RUN_CLASSES)
    after = cursors.read_id(cursor, "own-courses") if cursor else None
    found = catalogue.courses_of(own, after=after, limit=limit + 1)
    part = cursors.after_id(request, "own-courses", found, limit, last=lambda c: c.id)
    items = [shapes.Course.of(course) for course in part.items]
    total = catalogue.count_courses_of(own)
    return shapes.OwnCourses(items=items, total=total, next=part.next)


@router.post("/desk/courses", response={200: shapes.Written, **refusals(403, 409)})
@once
@_may
def offer_courses(request: HttpRequest, payload: shapes.StatedCourses) -> Status[BaseModel]:
    """Make courses of my organizations be as they are stated, new or not; all of them or none.

    A course is stated as a whole: what is left out is emptied. Sent again, it changes nothing. What
    a provider states is reviewed before the public reads it; what the city’s office states is not.
    409 `rows_refused` says in `errors` what to correct, and where.
    """
    outcome = courses.offer(
        payload.rows(),
        own=organizations_for(actor_of(request), Act.EDIT_COURSES),
        by=_by(request),
        at=timezone.now(),
    )
    return Status(200, shapes.Written.of(outcome))


@router.post("/desk/classes", response={200: shapes.WrittenClasses, **refusals(403, 409)})
@once
@_may
def offer_classes(request: HttpRequest, payload: shapes.StatedClasses) -> Status[BaseModel]:
    """Make classes of my courses be as they are stated, new or not; all of them or none.

    The timetable is stated as a whole; meetings that took place stay. Whoever has a place in a
    class that is moved or called off is told. Who teaches stays as it is. A class whose room is
    taken is written and waits for one; `without_room` says which. Sent again, it changes nothing.
    409 `rows_refused` says in `errors` what to correct, and where.
    """
    at = timezone.now()
    outcome = classes.offer(
        payload.rows(),
        own=organizations_for(actor_of(request), Act.RUN_CLASSES),
        by=_by(request),
        at=at,
    )
    waiting = meetings.meetings_without_room([item.key for item in payload.items], at=at)
    return Status(200, shapes.WrittenClasses.of_classes(outcome, waiting))


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.API)
