"""Writes classes and their meetings, each table in one statement a batch."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from learncity.apps.classes import services
from learncity.apps.classes.models import CourseClass, Session
from learncity.apps.classes.types import Mode, SeatsInUse
from learncity.kernel import locks
from learncity.kernel.acting import COMMAND
from learncity.kernel.texts import Text

from ._known import Candidate, Known
from ._reading import plan_of

# Seats are not among them: those of a class that exists change under its lock, by the service.
_FIELDS = [
    "course", "provider", "term", "place", "venue", "mode", "note", "language", "fee_minor",
    "fee_currency", "fee_for", "closes_at", "starts_at", "ends_at", "sessions_count", "plan",
    "cancelled_at",
]  # fmt: skip

_MEETING_FIELDS = [
    "starts_at", "ends_at", "mode", "room", "link", "instructor", "cancelled_at"
]  # fmt: skip


def write(candidates: Sequence[Candidate], known: Known, zone: ZoneInfo, at: datetime) -> None:
    """Make the classes be so, new or not.

    Raises:
        SeatsInUse, IntegrityError: somebody was quicker; nothing may be kept of the batch.
    """
    _change_seats(candidates, at)
    classes: list[CourseClass] = []
    meetings: list[Session] = []
    for candidate in candidates:
        course_class = _filled(candidate, known, at)
        all_meetings = _meetings(course_class, candidate, known, zone)
        _fit(course_class, all_meetings)
        classes.append(course_class)
        if candidate.is_replanned:
            meetings += all_meetings
    CourseClass.objects.bulk_create(
        classes, update_conflicts=True, unique_fields=["id"], update_fields=_FIELDS, batch_size=1000
    )
    _write_meetings(
        meetings, [c.existing.id for c in candidates if c.existing and c.is_replanned], at
    )
    cancelled = [c.existing.id for c in candidates if c.existing and c.stated.is_cancelled]
    coming = Session.objects.filter(course_class_id__in=cancelled, starts_at__gt=at)
    coming.filter(cancelled_at=None).update(cancelled_at=at)


def _write_meetings(meetings: list[Session], moved: list[UUID], at: datetime) -> None:
    """Write meetings; those that a new timetable has no number for stay cancelled."""
    # All old ones make room first: two classes may have changed rooms with each other.
    Session.objects.filter(course_class_id__in=moved, cancelled_at=None).update(cancelled_at=at)
    Session.objects.bulk_create(
        meetings,
        update_conflicts=True,
        unique_fields=["course_class", "number"],
        update_fields=_MEETING_FIELDS,
        batch_size=2000,
    )


def _change_seats(candidates: Sequence[Candidate], at: datetime) -> None:
    """Change seats, and lock what will be cancelled, in the order of the classes' ids."""
    existing = [(c.existing, c) for c in candidates if c.existing]
    for course_class, candidate in sorted(existing, key=lambda pair: pair[0].id):
        before, stated = candidate.before, candidate.stated
        if (stated.seats, stated.waiting) != (before.seats, before.waiting):
            services.set_seats(
                class_key=candidate.key,
                seats=stated.seats,
                waiting_limit=stated.waiting,
                by=COMMAND,
                at=at,
            )
        if stated.is_cancelled and not before.is_cancelled:
            locks.hold(services.LOCK, course_class.id)
            empty = CourseClass.objects.filter(pk=course_class.id, seats_taken=0, waiting_taken=0)
            if not empty.exists():
                raise SeatsInUse(candidate.key)


def _filled(candidate: Candidate, known: Known, at: datetime) -> CourseClass:
    """The class as it is stated, but for its meetings."""
    stated = candidate.stated
    c = candidate.existing or CourseClass(
        key=candidate.key, seats=stated.seats, waiting_limit=stated.waiting
    )
    provider, venue = known.organizations[stated.provider], known.venues.get(stated.venue)
    c.course_id, c.provider_id = known.courses[stated.course].id, provider.id
    c.term_id = known.terms.get(stated.term)
    c.venue_id = venue.id if venue else None
    c.place_id = venue.place_id if venue else provider.place_id
    c.mode, c.language, c.note = stated.mode or Mode.IN_PERSON, stated.language, stated.note
    c.fee_minor, c.fee_currency = stated.fee_minor, stated.fee_currency or "CNY"
    c.fee_for = c.fee_for if stated.fee_minor else Text()
    c.plan = plan_of(stated, c.plan)
    c.cancelled_at = (c.cancelled_at or at) if stated.is_cancelled else None
    return c


def _fit(course_class: CourseClass, meetings: list[Session]) -> None:
    """Keep what lists need to know of the meetings."""
    course_class.sessions_count = len(meetings)
    course_class.starts_at = meetings[0].starts_at
    course_class.ends_at = max(meeting.ends_at for meeting in meetings)
    last_entry = min(course_class.plan["open_until_session"], len(meetings))
    course_class.closes_at = meetings[last_entry - 1].starts_at


def _meetings(
    course_class: CourseClass, candidate: Candidate, known: Known, zone: ZoneInfo
) -> list[Session]:
    stated = candidate.stated
    room, instructor = known.room(stated), known.people.get(stated.instructor)
    return [
        Session(
            course_class=course_class,
            number=number,
            starts_at=begins,
            ends_at=ends,
            mode=Mode.ONLINE if is_online else Mode.IN_PERSON,
            link=stated.link if is_online else "",
            room_id=None if is_online else room,
            instructor_id=instructor,
            cancelled_at=course_class.cancelled_at,
        )
        for number, begins, ends, is_online in stated.meetings(zone)
    ]
