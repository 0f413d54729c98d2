"""What the rows of a file make of classes and their meetings."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from learncity.apps.classes.models import CourseClass, Session
from learncity.apps.classes.stated import plan_of
from learncity.apps.classes.types import Mode
from learncity.apps.classes.writing import Planned
from learncity.apps.classes.writing import write as write_classes
from learncity.kernel.acting import By

from ._known import Candidate, Known


def write(
    candidates: Sequence[Candidate], known: Known, zone: ZoneInfo, *, by: By, at: datetime
) -> None:
    """Make the classes be so, new or not.

    Raises:
        SeatsInUse, IntegrityError: somebody was quicker; nothing may be kept of the batch.
    """
    planned = []
    for candidate in candidates:
        course_class, stated = _filled(candidate, known), candidate.stated
        meetings = _meetings(course_class, candidate, known, zone)
        planned.append(
            Planned(
                course_class,
                stated.seats,
                stated.waiting,
                meetings,
                candidate.is_replanned,
                stated.is_cancelled,
            )
        )
    write_classes(planned, by=by, at=at)


def _filled(candidate: Candidate, known: Known) -> CourseClass:
    """The class as it is stated, but for its seats and meetings."""
    stated = candidate.stated
    c = candidate.existing or CourseClass(key=candidate.key)
    provider, venue = known.organizations[stated.provider], known.venues.get(stated.venue)
    c.course_id, c.provider_id = known.courses[stated.course].id, provider.id
    c.term_id = known.terms.get(stated.term)
    c.venue_id = venue.id if venue else None
    c.place_id = venue.place_id if venue else provider.place_id
    c.mode, c.language, c.note = stated.mode or Mode.IN_PERSON, stated.language, stated.note
    c.fee_minor, c.fee_currency = stated.fee_minor, stated.fee_currency or "CNY"
    c.fee_for = stated.fee_for
    c.plan = plan_of(stated, c.plan)
    return c


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
            room_id=None if is_online or number in candidate.without_room else room,
            wanted_room_id=room if number in candidate.without_room else None,
            instructor_id=instructor,
        )
        for number, begins, ends, is_online in stated.meetings(zone)
    ]
