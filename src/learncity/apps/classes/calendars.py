"""Meetings as calendars show them, and whose calendar a secret address is.

A meeting keeps its id for ever and counts its changes, so a calendar that asks again knows which of
its entries moved. Cancelled ones stay in the list and say so.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from learncity.apps.people import queries as people
from learncity.apps.places.types import Point
from learncity.kernel.texts import Text

from .models import CalendarAddress, CourseClass, Session
from .types import CalendarEntry, Mode, State, TaughtTime

_FIELDS = (
    "id", "number", "starts_at", "ends_at", "mode", "cancelled_at", "revision", "revised_at",
    "course_class__key", "course_class__course__title", "course_class__provider__name",
    "course_class__sessions_count", "room__name", "room__venue__name", "room__venue__address",
    "room__venue__latitude", "room__venue__longitude", "link",
)  # fmt: skip
# More than these nobody looks through; the earliest are kept.
_MOST = 2000


def meetings_of_class(class_key: str) -> list[CalendarEntry]:
    """All meetings of a class, without links; none if the public does not see it; one query."""
    rows = Session.objects.filter(course_class__key=class_key, course_class__course__is_shown=True)
    return _entries(rows)


def meetings_at(venue_id: UUID, *, since: datetime) -> list[CalendarEntry]:
    """Meetings in the rooms of a venue from a moment on, without links; one query."""
    rows = Session.objects.filter(room__venue_id=venue_id, starts_at__gte=since)
    return _entries(rows.filter(course_class__course__is_shown=True))


def meetings_of_person(person_id: UUID, *, since: datetime) -> list[CalendarEntry]:
    """Meetings from a moment on of the classes in which the person has a seat; one query.

    With the links of those online. What had begun when they applied is not theirs.
    """
    mine = Q(people.of_person(person_id, "course_class__enrolments__person"))
    rows = Session.objects.filter(
        mine,
        course_class__enrolments__state=State.ENROLLED,
        starts_at__gt=F("course_class__enrolments__applied_at"),
        starts_at__gte=since,
    )
    return _entries(rows, links=True)


def _entries(rows: "QuerySet[Session]", *, links: bool = False) -> list[CalendarEntry]:
    found = rows.order_by("starts_at", "id").values_list(*_FIELDS)[:_MOST]
    return [
        CalendarEntry(
            id=row[0],
            number=row[1],
            starts_at=row[2],
            ends_at=row[3],
            mode=Mode(row[4]),
            is_cancelled=row[5] is not None,
            revision=row[6],
            revised_at=row[7],
            class_key=row[8],
            title=row[9],
            provider_name=row[10],
            of=row[11],
            room_name=row[12] or Text(),
            venue_name=row[13] or Text(),
            address=row[14] or Text(),
            point=None if row[15] is None else Point(row[15], row[16]),
            link=row[17] if links else "",
        )
        for row in found
    ]


def person_of_calendar(secret: str) -> UUID | None:
    """Whose calendar this address is; ``None`` when it is nobody's, or no longer; one query."""
    digest = sha256(secret.encode()).hexdigest()
    rows = CalendarAddress.objects.filter(digest=digest)
    return rows.values_list("person_id", flat=True).first()


def calendar_since(person_id: UUID) -> datetime | None:
    """When the person made the address that is in force; ``None`` without one; one query."""
    rows = CalendarAddress.objects.filter(people.of_person(person_id))
    return rows.order_by("-made_at").values_list("made_at", flat=True).first()


def taught_times(class_ids: Collection[UUID]) -> dict[UUID, TaughtTime]:
    """How long each class meets in all, and at one time at the most; one query."""
    rows = Session.objects.filter(course_class_id__in=class_ids, cancelled_at=None)
    lengths: dict[UUID, list[timedelta]] = {}
    found = rows.annotate(length=F("ends_at") - F("starts_at"))
    for class_id, length in found.values_list("course_class_id", "length"):
        lengths.setdefault(class_id, []).append(length)
    return {class_id: TaughtTime.of(times) for class_id, times in lengths.items()}


def pages_changed(*, at: datetime, offset: int, limit: int) -> Iterator[tuple[str, datetime]]:
    """Keys of classes that are not over, oldest first, and when each was last moved; one query."""
    moved = Subquery(
        Session.objects.filter(course_class=OuterRef("pk"))
        .order_by("-revised_at")
        .values("revised_at")[:1]
    )
    shown = CourseClass.objects.filter(ends_at__gt=at, cancelled_at=None, course__is_shown=True)
    rows = shown.order_by("id").annotate(moved=moved)
    page = rows.values_list("key", "moved")[offset : offset + limit]
    yield from page.iterator(chunk_size=2000)
