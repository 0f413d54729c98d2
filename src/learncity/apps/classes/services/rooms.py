"""Giving meetings a room: those that wait for theirs, and all of a class."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Q, QuerySet

from learncity.apps.classes import facts
from learncity.apps.classes.models import CourseClass, Session
from learncity.apps.classes.queries.meetings import in_the_way, to_settle
from learncity.apps.classes.telling import tell_all
from learncity.apps.classes.types import ClassNotFound, RoomNotFound, RoomTaken, RoomTooSmall
from learncity.apps.organizations import queries as organizations
from learncity.kernel import audit, locks
from learncity.kernel.acting import By

from . import LOCK, booked_twice


@transaction.atomic
def settle_rooms(*, class_key: str, room_id: UUID | None, by: By, at: datetime) -> int:
    """Give the coming meetings that want a room this one, where it is free; how many got it.

    Args:
        room_id: ``None``: they need none of ours, and want it no more.

    Raises:
        ClassNotFound, RoomNotFound, RoomTooSmall: as they say.
        RoomTaken: it is free at none of these times.
    """
    course_class = _lock(class_key)
    wanting = to_settle(None, at, class_key)
    if room_id is None:
        settled = wanting.update(wanted_room=None)
    else:
        _check_size(course_class, room_id)
        free = wanting.exclude(Exists(in_the_way(room_id))).values_list("id", flat=True)
        settled = _put(list(free), room_id)
        if not settled:
            raise RoomTaken(class_key)
        tell_all([course_class.id], facts.TELL_MOVED, by=by, at=at)
    if settled:
        audit.note("classes.rooms_settled", f"class {class_key}", by=by, meetings=settled)
    return settled


def _put(ids: Collection[UUID], room_id: UUID) -> int:
    try:
        with transaction.atomic():
            return Session.objects.filter(pk__in=ids).update(room_id=room_id, wanted_room=None)
    except IntegrityError as error:
        raise booked_twice(error) from error


def _lock(class_key: str) -> CourseClass:
    found = CourseClass.objects.filter(key=class_key).values_list("id", flat=True).first()
    if found is None:
        raise ClassNotFound(class_key)
    locks.hold(LOCK, found)
    return CourseClass.objects.get(pk=found)


def _check_size(course_class: CourseClass, room_id: UUID) -> None:
    room = organizations.rooms([room_id]).get(room_id)
    if room is None:
        raise RoomNotFound(str(room_id))
    if room.seats < course_class.seats:
        raise RoomTooSmall(course_class.key)


@transaction.atomic
def move_to_room(*, class_key: str, room_id: UUID, by: By, at: datetime) -> int:
    """Have every coming meeting that is held in a room in this one; how many moved.

    Its people are told. The plan says so too: a list that names the room before changes it back.

    Raises:
        ClassNotFound, RoomNotFound, RoomTooSmall, RoomTaken: as they say.
    """
    course_class = _lock(class_key)
    _check_size(course_class, room_id)
    coming = _held_in_rooms(course_class, at).exclude(room_id=room_id)
    moved = _put(list(coming.values_list("id", flat=True)), room_id)
    if not moved:
        return 0
    venue = organizations.venue_of_room(room_id)
    if venue is None:
        raise RoomNotFound(str(room_id))
    room = next(r for r in venue.rooms if r.id == room_id)
    _say_place(course_class, venue.id, venue.place_id, venue.key, f"{venue.key}/{room.key}")
    tell_all([course_class.id], facts.TELL_MOVED, by=by, at=at)
    audit.note("classes.moved", f"class {class_key}", by=by, meetings=moved)
    return moved


def _held_in_rooms(course_class: CourseClass, at: datetime) -> "QuerySet[Session]":
    in_room = Q(room__isnull=False) | Q(wanted_room__isnull=False)
    return Session.objects.filter(
        in_room, course_class=course_class, cancelled_at=None, starts_at__gt=at
    )


def _say_place(
    c: CourseClass, venue_id: UUID | None, place_id: UUID, venue: str | None, room: str | None
) -> None:
    plan = {**c.plan, "venue": venue, "room": room}
    CourseClass.objects.filter(pk=c.pk).update(venue_id=venue_id, place_id=place_id, plan=plan)


def rooms_before(course_class: CourseClass, at: datetime) -> dict[str, object]:
    """Where a class meets, as ``move_back`` takes it."""
    rows = _held_in_rooms(course_class, at).annotate(wanted=F("wanted_room_id"))
    return {
        "venue_id": str(course_class.venue_id) if course_class.venue_id else None,
        "place_id": str(course_class.place_id),
        "venue": course_class.plan.get("venue"),
        "room": course_class.plan.get("room"),
        "rooms": {
            str(pk): [str(room) if room else None, str(wanted) if wanted else None]
            for pk, room, wanted in rows.values_list("id", "room_id", "wanted")
        },
    }


@transaction.atomic
def move_back(*, class_key: str, before: Mapping[str, object], by: By, at: datetime) -> None:
    """Have the meetings where they were; its people are told again.

    Raises:
        ClassNotFound: no such class.
        RoomTaken: somebody has one of the rooms meanwhile.
    """
    c = _lock(class_key)
    rooms = before["rooms"]
    assert isinstance(rooms, dict)
    try:
        with transaction.atomic():
            for pk, (room, wanted) in rooms.items():
                Session.objects.filter(pk=pk, course_class=c, starts_at__gt=at).update(
                    room_id=room, wanted_room_id=wanted
                )
    except IntegrityError as error:
        raise booked_twice(error) from error
    venue, place = before["venue_id"], before["place_id"]
    _say_place(
        c, UUID(str(venue)) if venue else None, UUID(str(place)),
        before["venue"], before["room"],  # type: ignore[arg-type]
    )  # fmt: skip
    tell_all([c.id], facts.TELL_MOVED, by=by, at=at)
    audit.note("classes.moved", f"class {class_key}", by=by, meetings=len(rooms))
