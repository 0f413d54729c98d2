"""The same done to many classes: looked at, done, undone; and the calendar of a desk."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import BaseModel

from learncity.apps.classes import queries
from learncity.apps.classes.queries import bulk as done
from learncity.apps.classes.queries import meetings
from learncity.apps.classes.services import bulk
from learncity.apps.classes.types import BulkValue, BulkWish
from learncity.apps.organizations import queries as organizations
from learncity.apps.people.access import account
from learncity.apps.roles.access import Duty, actor_of, organizations_for
from learncity.apps.roles.types import Act
from learncity.kernel.acting import By, Via
from learncity.rest.idempotency import once
from learncity.rest.identity import only
from learncity.rest.openapi import refusals
from learncity.rest.shapes import bulk as shapes
from learncity.rest.shapes.common import Day

from .common import found

router = Router(tags=["Desk"])
_may = only(Duty(Act.RUN_CLASSES))
_DONE: Any = {200: shapes.DoneChange, **refusals(403, 404, 409)}


@router.get("/desk/meetings", response={200: shapes.Calendar, **refusals(403)})
@_may
def list_meetings(request: HttpRequest, week: Day | None = None) -> shapes.Calendar:
    """List the meetings of the classes I run in a week, Monday to Sunday.

    `week` is any day of it; left out: this week.
    """
    # So that the week after is one, too.
    day = min(max(week or timezone.localdate(), date(1950, 1, 2)), date(2999, 1, 1))
    monday = datetime.combine(
        day - timedelta(days=day.weekday()), time(), timezone.get_current_timezone()
    )
    own = organizations_for(actor_of(request), Act.RUN_CLASSES)
    items = meetings.week(own, begin=monday, end=monday + timedelta(days=7))
    return shapes.Calendar(items=[shapes.CalendarMeeting.of(one) for one in items])


@router.post(
    "/desk/class-changes/preview", response={200: shapes.ChangePreview, **refusals(403, 404, 409)}
)
@_may
def preview_class_change(request: HttpRequest, payload: shapes.ClassChange) -> shapes.ChangePreview:
    """Say what would become of each of these classes. Nothing is done.

    404 when one of them is not yours to run, or the room is none of their sites.
    """
    keys, wish = _asked(request, payload)
    lines = bulk.looked_at(keys, wish, at=timezone.now())
    return shapes.ChangePreview(items=[shapes.ChangeLine.of(line) for line in lines])


@router.post("/desk/class-changes", response=_DONE)
@once
@_may
def change_classes(request: HttpRequest, payload: shapes.NewClassChange) -> Status[BaseModel]:
    """Do it to each class that allows it; of the others it says why not.

    The same id again changes nothing and says what was done then.
    """
    there = done.find_bulk(payload.id)
    if there is not None:
        return Status(200, _shown(_own(request, payload.id)))
    keys, wish = _asked(request, payload)
    value = bulk.carry_out(
        act_id=payload.id, keys=keys, wish=wish, by=_by(request), at=timezone.now()
    )
    return Status(200, _shown(value))


@router.get("/desk/class-changes/{act_id}", response={200: shapes.DoneChange, **refusals(403, 404)})
@_may
def get_class_change(request: HttpRequest, act_id: UUID) -> shapes.DoneChange:
    """Say what was done. For who did it, and the city's office."""
    return _shown(_own(request, act_id))


@router.delete("/desk/class-changes/{act_id}", response=_DONE)
@once
@_may
def undo_class_change(request: HttpRequest, act_id: UUID) -> Status[BaseModel]:
    """Do the opposite to each class, within 30 minutes. A cancellation is never undone.

    Whoever was told of a new place is told again; a seat that was given stays given.
    """
    act = _own(request, act_id)
    _mine(request, {line.key for line in act.lines})
    return Status(200, _shown(bulk.undo(act_id=act_id, by=_by(request), at=timezone.now())))


def _asked(request: HttpRequest, payload: shapes.ClassChange) -> tuple[list[str], BulkWish]:
    keys = list(dict.fromkeys(payload.classes))
    sites = _mine(request, set(keys))
    room_id = None
    if isinstance(payload.wish, shapes.ToRoom):
        venue = found(
            organizations.find_venue(payload.wish.venue) if payload.wish.venue in sites else None
        )
        room_id = found(next((r.id for r in venue.rooms if r.key == payload.wish.room), None))
    return keys, payload.wish.wish(room_id)


def _mine(request: HttpRequest, keys: set[str]) -> set[str]:
    """The sites of classes that the caller runs; not found when one of them is not."""
    own = organizations_for(actor_of(request), Act.RUN_CLASSES)
    cards = queries.classes_named(keys, provider_ids=own)
    found(cards if len(cards) == len(keys) else None)
    return {card.venue_key for card in cards if card.venue_key}


def _own(request: HttpRequest, act_id: UUID) -> BulkValue:
    value, actor = found(done.find_bulk(act_id)), actor_of(request)
    if value.by_id != actor.person_id and not actor.everywhere(Act.RUN_CLASSES):
        raise PermissionDenied
    return value


def _shown(value: BulkValue) -> shapes.DoneChange:
    until = value.at + done.UNDO if done.can_undo(value, at=timezone.now()) else None
    return shapes.DoneChange.of(value, until)


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.API)
