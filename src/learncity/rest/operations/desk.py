"""The desk of a provider, and of the city's office. For staff only; the router sees to that."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import BaseModel

from learncity.apps.classes import queries, services
from learncity.apps.classes.access import runs_class
from learncity.apps.classes.types import ClassNotFound, Shown
from learncity.apps.people.access import account
from learncity.apps.places import queries as places
from learncity.apps.places.types import View
from learncity.apps.roles.access import Duty, actor_of, organizations_for
from learncity.apps.roles.types import Act
from learncity.kernel.acting import By, Via
from learncity.rest.idempotency import once
from learncity.rest.identity import only
from learncity.rest.openapi import refusals
from learncity.rest.shapes import desk as shapes
from learncity.rest.shapes.classes import Classes, CourseClass
from learncity.rest.shapes.common import Cursor, Day, Limit, Search, Slug

from .classes import classes_part
from .common import providers_of

router = Router(tags=["Desk"])
# Whatever an operation says itself: nobody without a desk gets in.
router.add_decorator(only(Duty(Act.SEE_FIGURES)))


def _scope(request: HttpRequest, act: Act) -> Collection[UUID] | None:
    """The organizations for which this account may do it; ``None``: all of the city."""
    return organizations_for(actor_of(request), act)


@router.get("/desk/classes", response={200: Classes, **refusals(403)})
@only(Duty(Act.RUN_CLASSES))
def list_desk_classes(
    request: HttpRequest,
    q: Search = "",
    state: Shown = Shown.NOT_OVER,
    cursor: Cursor | None = None,
    limit: Limit = 20,
) -> Classes:
    """List the classes I run; for the city's office, all.

    `q` is looked for in title, site and key.
    """
    at = timezone.now()
    # PostgreSQL holds no NUL in a text, so nothing can match one.
    text = q.replace("\x00", "").strip()
    wanted: dict[str, Any] = {
        "at": at,
        "shown": state,
        "provider_ids": _scope(request, Act.RUN_CLASSES),
        "text": text,
        "unseen": True,
    }
    part = classes_part(request, "desk", wanted, cursor, limit)
    providers = providers_of(part.items)
    items = [CourseClass.of(card, providers=providers, at=at) for card in part.items]
    return Classes(items=items, total=queries.count_classes(**wanted), next=part.next)


@router.get("/desk/classes/{class_key}/roster", response={200: shapes.Roster, **refusals(403)})
@only(runs_class)
def get_roster(request: HttpRequest, class_key: Slug) -> shapes.Roster:
    """List who has a seat in a class I run, and who waits.

    Each look is written to the audit trail.
    """
    ids = queries.ids_by_key([class_key])
    if class_key not in ids:
        raise ClassNotFound(class_key)
    services.note_roster_read(class_key=class_key, by=_by(request), how="API")
    items = [shapes.RosterLine.of(row) for row in queries.roster(ids[class_key])]
    return shapes.Roster(items=items)


@router.patch("/desk/classes/{class_key}", response={200: CourseClass, **refusals(409)})
@once
@only(runs_class)
def change_seats(
    request: HttpRequest, class_key: Slug, payload: shapes.SeatsChange
) -> Status[BaseModel]:
    """Change how many seats a class has, and how many may wait.

    New seats go to those who waited longest. 409 `seats_in_use` when more people hold one, or wait.
    """
    at = timezone.now()
    services.set_seats(
        class_key=class_key,
        seats=payload.seats,
        waiting_limit=payload.waiting_limit,
        by=_by(request),
        at=at,
    )
    return _changed(class_key, at)


@router.post("/desk/classes/{class_key}/cancellation", response={200: CourseClass, **refusals(409)})
@once
@only(runs_class)
def cancel_class(request: HttpRequest, class_key: Slug) -> Status[BaseModel]:
    """Call a class off: its coming meetings are cancelled, and everybody in it is told.

    A second time changes nothing. 409 `class_over` when the last meeting has ended.
    """
    at = timezone.now()
    services.cancel(class_key=class_key, by=_by(request), at=at)
    return _changed(class_key, at)


def _changed(class_key: str, at: datetime) -> Status[BaseModel]:
    detail = queries.find_class(class_key)
    assert detail is not None
    providers = providers_of([detail.card])
    return Status(200, CourseClass.of(detail.card, providers=providers, at=at))


@router.get("/desk/figures", response={200: shapes.DeskFigures, **refusals(403)})
def get_figures(
    request: HttpRequest, view: View = View.TODAY, on: Day | None = None
) -> shapes.DeskFigures:
    """Count the classes I run, their seats, and places taken by region and month.

    `AS_IT_WAS` counts each place in the region of its day, `ON_A_DAY` draws the map of the day
    `on`, `TODAY` that of today. What was counted in a region that was divided, and nobody knows
    what went where, is in `unsure`, once, and in `most` of each region to which it may belong.
    """
    scope = _scope(request, Act.SEE_FIGURES)
    figures = queries.figures(scope, at=timezone.now())
    day = (on if view is View.ON_A_DAY else None) or timezone.localdate()
    months = places.by_region(queries.taken_by_month(scope), view=view, on=day)
    ids = {pk for drawn in months.values() for pk in drawn.regions}
    ids |= {pk for drawn in months.values() for u in drawn.unsure for pk in u.counted_in}
    where = places.places(ids)
    return shapes.DeskFigures(
        view=view,
        on=None if view is View.AS_IT_WAS else day,
        classes=figures.classes,
        seats=figures.seats,
        enrolled=figures.enrolled,
        waiting=figures.waiting,
        places_taken=[
            shapes.PlacesTaken.of(where[pk], month, figure)
            for month, drawn in months.items()
            for pk, figure in drawn.figures()
        ],
        unsure=[
            shapes.UnsurePlaces.of(unsure, month, where)
            for month, drawn in months.items()
            for unsure in drawn.unsure
        ],
    )


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.API)
