"""What changed in the catalogue, for others who keep a copy: every change once, none skipped.

A harvester asks for what changed since it last asked. A change is dated when it is written and seen
only when its transaction commits, which may be minutes later for a long list. So nothing is handed
out that is younger than the oldest transaction still writing (``horizon``): whatever becomes
visible later is dated later, and the next harvest from there on finds it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Max, Min, Q, QuerySet

from .models import Course
from .types import Category, CourseState, CourseValue

_HORIZON = """
SELECT least(clock_timestamp(), min(xact_start)) FROM pg_stat_activity
WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which courses a harvester wants: changed from ``since`` on and before ``before``."""

    since: datetime | None = None
    before: datetime | None = None
    provider_id: UUID | None = None
    category: Category | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A course as it is since ``at``. An ended one is still named, so that copies of it go too."""

    at: datetime
    course: CourseValue
    is_ended: bool


def horizon() -> datetime:
    """The moment up to which all changes are there to be read; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON)
        return cursor.fetchone()[0]


def changes(
    wanted: Wanted, *, after: tuple[datetime, UUID] | None = None, limit: int
) -> list[Change]:
    """Courses in the order of their last change, ties by id; one query.

    Args:
        after: moment and id of the last change of the part before.
    """
    rows = _wanted(wanted)
    if after:
        at, last = after
        rows = rows.filter(Q(changed_at__gt=at) | Q(changed_at=at, id__gt=last), changed_at__gte=at)
    return [_change(c) for c in _whole(rows).order_by("changed_at", "id")[:limit]]


def count_changes(wanted: Wanted) -> int:
    """How many ``changes`` there are in all parts; one query."""
    return _wanted(wanted).count()


def find_change(course_id: UUID) -> Change | None:
    """The last change of one course; one query."""
    found = _whole(_ever_shown().filter(pk=course_id)).first()
    return _change(found) if found else None


def first_change() -> datetime | None:
    """No course was changed before this moment; one query."""
    return _ever_shown().aggregate(first=Min("changed_at"))["first"]


def pages_changed(*, offset: int, limit: int) -> Iterator[tuple[str, datetime]]:
    """Keys of courses that are offered, oldest first, and when each changed; one query."""
    rows = Course.objects.filter(is_shown=True).order_by("id").values_list("key", "changed_at")
    yield from rows[offset : offset + limit].iterator(chunk_size=2000)


def count_offered() -> int:
    """How many courses are offered; one query."""
    return Course.objects.filter(is_shown=True).count()


def last_change() -> datetime | None:
    """When a course that is offered last changed; one query."""
    return Course.objects.filter(is_shown=True).aggregate(last=Max("changed_at"))["last"]


def _ever_shown() -> "QuerySet[Course]":
    """A draft was never there; what no longer is stays named."""
    return Course.objects.exclude(state=CourseState.DRAFT)


def _wanted(wanted: Wanted) -> "QuerySet[Course]":
    rows = _ever_shown()
    if wanted.since:
        rows = rows.filter(changed_at__gte=wanted.since)
    if wanted.before:
        rows = rows.filter(changed_at__lt=wanted.before)
    if wanted.provider_id:
        rows = rows.filter(provider_id=wanted.provider_id)
    if wanted.category:
        rows = rows.filter(category=wanted.category)
    return rows


def _whole(rows: "QuerySet[Course]") -> "QuerySet[Course]":
    return rows.select_related("provider", "subject").defer("provider__about", "provider__phone")


def _change(course: Course) -> Change:
    return Change(course.changed_at, course.as_value(), not course.is_shown)
