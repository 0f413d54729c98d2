"""Writing classes with their timetables, many at a time: what blueprint and import share.

Each table is one statement. Seats of a class that exists change by the service, under its lock;
whoever has a place in a class that is cancelled, moved or takes place after all is told.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from learncity.kernel import locks, outbox
from learncity.kernel.acting import By

from . import facts, services
from .models import CourseClass, Session
from .telling import tell_all
from .traits import slots
from .types import ClassesOpened

# Seats and cancellation are not among them: they change under the lock, by the service.
_FIELDS = [
    "course", "provider", "term", "place", "venue", "mode", "note", "language", "given",
    "fee_minor", "fee_currency", "fee_for", "closes_at", "starts_at", "ends_at", "sessions_count",
    "slots", "plan",
]  # fmt: skip
_MEETING_FIELDS = [
    "starts_at", "ends_at", "mode", "room", "wanted_room", "link", "instructor", "cancelled_at"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planned:
    """A class as it shall be.

    ``course_class`` is filled but for seats, cancellation and what follows from the meetings, of
    which there is at least one. ``is_replanned``: they have to be written.
    """

    course_class: CourseClass
    seats: int
    waiting: int
    meetings: Sequence[Session]
    is_replanned: bool
    is_cancelled: bool = False


def write(planned: Sequence[Planned], *, by: By, at: datetime) -> None:
    """Make the classes be so, new or not, inside the caller's transaction.

    Meetings that began before ``at`` took place and stay as they are.

    Raises:
        SeatsInUse, IntegrityError: people hold more seats, or a room or instructor is taken;
            nothing may be kept of it.
    """
    existing = sorted(p.course_class.id for p in planned if not p.course_class._state.adding)
    new = [p.course_class.id for p in planned if p.course_class._state.adding]
    locks.hold_all(services.LOCK, existing)
    rows = CourseClass.objects.filter(pk__in=existing)
    before = {pk: rest for pk, *rest in rows.values_list("id", *_BEFORE)}
    was_cancelled = {pk for pk, (_, _, cancelled_at) in before.items() if cancelled_at}
    old, held = _timetables(existing, at), _held(existing, at)
    for p in planned:
        _fit(p, held.get(p.course_class.id, []))
        if p.course_class.id not in before:
            p.course_class.seats, p.course_class.waiting_limit = p.seats, p.waiting
    CourseClass.objects.bulk_create(
        [p.course_class for p in planned],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=_FIELDS,
        batch_size=1000,
    )
    _write_meetings([p for p in planned if p.is_replanned], existing, held, at)
    resumed = {p.course_class.id for p in planned if not p.is_cancelled} & was_cancelled
    if resumed:
        services.resume_locked(resumed, by=by, at=at)
    _change_seats(planned, before, by, at)
    ended = {p.course_class.id for p in planned if p.is_cancelled} - was_cancelled
    if ended:
        services.cancel_locked(ended, by=by, at=at)
    now = _timetables(old, at)
    moved = {pk for pk in old if now[pk] != old[pk]} - was_cancelled - ended
    tell_all(moved, facts.TELL_MOVED, by=by, at=at)
    opened = [str(pk) for pk in (*new, *sorted(resumed))]
    # In parts, so that no piece of news grows with the list it came by.
    for begin in range(0, len(opened), _NEWS):
        outbox.publish(ClassesOpened(tuple(opened[begin : begin + _NEWS]), at))


# So many classes are one piece of news at the most.
_NEWS = 500
_BEFORE = ("seats", "waiting_limit", "cancelled_at")


def _fit(p: Planned, held: Sequence[Session]) -> None:
    """Keep what lists need to know of the meetings, those that took place and those to come."""
    c, numbers = p.course_class, {meeting.number for meeting in held}
    meetings = [*held, *(m for m in p.meetings if m.number not in numbers)]
    meetings.sort(key=lambda meeting: meeting.number)
    c.sessions_count = len(meetings)
    c.starts_at = min(meeting.starts_at for meeting in meetings)
    c.ends_at = max(meeting.ends_at for meeting in meetings)
    c.slots = slots(meeting.starts_at for meeting in meetings)
    last_entry = min(c.plan["open_until_session"], len(meetings))
    c.closes_at = meetings[last_entry - 1].starts_at
    if said := c.plan.get("closes_at"):
        # The desk said so; a new timetable may end before.
        c.closes_at = min(datetime.fromisoformat(said), c.ends_at)


def _change_seats(
    planned: Sequence[Planned], before: Mapping[UUID, Sequence[Any]], by: By, at: datetime
) -> None:
    for p in planned:
        was = before.get(p.course_class.id)
        if was is not None and (p.seats, p.waiting) != tuple(was[:2]):
            key = p.course_class.key
            services.set_seats(class_key=key, seats=p.seats, waiting_limit=p.waiting, by=by, at=at)


def _held(class_ids: Collection[UUID], at: datetime) -> Mapping[UUID, list[Session]]:
    """The meetings that took place, by class; one query."""
    found: dict[UUID, list[Session]] = {}
    rows = Session.objects.filter(
        course_class_id__in=class_ids, starts_at__lte=at, cancelled_at=None
    )
    for meeting in rows.order_by("course_class_id", "number"):
        found.setdefault(meeting.course_class_id, []).append(meeting)
    return found


def _write_meetings(
    planned: Sequence[Planned],
    existing: Collection[UUID],
    held: Mapping[UUID, Sequence[Session]],
    at: datetime,
) -> None:
    """Write meetings to come; those that a new timetable has no number for stay cancelled.

    One that stays as it is is not touched: calendars would hear of a change that is none.
    """
    moved = {p.course_class.id for p in planned} & set(existing)
    coming = Session.objects.filter(course_class_id__in=moved, starts_at__gt=at, cancelled_at=None)
    before = {_as_held(meeting): meeting.pk for meeting in coming}
    meetings, same = [], set()
    for p in planned:
        numbers = {meeting.number for meeting in held.get(p.course_class.id, ())}
        for meeting in p.meetings:
            meeting.cancelled_at = at if p.is_cancelled else None
            if not p.is_cancelled and _as_held(meeting) in before:
                same.add(before[_as_held(meeting)])
            elif meeting.number not in numbers:
                meetings.append(meeting)
    # All others make room first: two classes may have changed rooms with each other.
    coming.exclude(pk__in=same).update(cancelled_at=at)
    Session.objects.bulk_create(
        meetings,
        update_conflicts=True,
        unique_fields=["course_class", "number"],
        update_fields=_MEETING_FIELDS,
        batch_size=2000,
    )


def _as_held(meeting: Session) -> tuple[Any, ...]:
    m = meeting
    when = (m.course_class_id, m.number, m.starts_at, m.ends_at)
    return (*when, m.mode, m.room_id, m.wanted_room_id, m.link, m.instructor_id)


def _timetables(class_ids: Collection[UUID], at: datetime) -> dict[UUID, list[tuple[Any, ...]]]:
    """When and where people still have to come, by class; one query."""
    rows = Session.objects.filter(
        course_class_id__in=class_ids, starts_at__gt=at, cancelled_at=None
    ).order_by("course_class_id", "starts_at", "number")
    found: dict[UUID, list[tuple[Any, ...]]] = {pk: [] for pk in class_ids}
    for pk, *meeting in rows.values_list("course_class_id", "starts_at", "ends_at", "mode", "room"):
        found[pk].append(tuple(meeting))
    return found
