"""Everything that can be asked of the catalogue. Nothing here writes."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL

from learncity.kernel.texts import Text

from .models import Course
from .searching import sought
from .types import Category, CourseValue, Page

# What the public sees, as a condition; in SQL it is the column ``catalogue_course.is_shown``.
SHOWN = Q(is_shown=True)


def _whole(rows: "QuerySet[Course]") -> "QuerySet[Course]":
    """With all that a value of a course needs, in the same query."""
    joined = rows.select_related("provider", "subject")
    return joined.defer("provider__about", "provider__phone")


def courses(ids: Collection[UUID]) -> Mapping[UUID, CourseValue]:
    """Courses by id, in one query; unknown ids are absent."""
    rows = _whole(Course.objects.filter(pk__in=ids))
    return {c.id: c.as_value() for c in rows}


def titles(ids: Collection[UUID]) -> Mapping[UUID, Text]:
    """Titles by id, in one query; unknown ids are absent."""
    return dict(Course.objects.filter(pk__in=ids).values_list("id", "title"))


def find_course(key: str) -> CourseValue | None:
    """The course of a key that the public sees, or ``None``; one query."""
    found = _whole(Course.objects.filter(SHOWN, key=key)).first()
    return found.as_value() if found else None


def ids_by_key(keys: Collection[str]) -> Mapping[str, UUID]:
    """Ids of courses by key, in one query; unknown keys are absent."""
    return dict(Course.objects.filter(key__in=keys).values_list("key", "id"))


def counts() -> Mapping[Category, int]:
    """How many courses each category has, in one query; empty categories count 0."""
    rows = Course.objects.filter(SHOWN).values_list("category").annotate(n=Count("id"))
    found = dict(rows.order_by())
    return {category: found.get(category, 0) for category in Category}


def search(
    *,
    text: str = "",
    category: Category | None = None,
    provider_id: UUID | None = None,
    offset: int = 0,
    limit: int = 20,
) -> Page:
    """Courses that a text finds, best match first; two queries, and those of ``sought``.

    Without a text, the newest come first. ``offset`` and ``limit`` count courses.
    """
    rows = Course.objects.filter(SHOWN)
    if category:
        rows = rows.filter(category=category)
    if provider_id:
        rows = rows.filter(provider_id=provider_id)
    found = sought(text)
    if found.is_empty:
        return Page((), 0)
    # The text of both conditions is our own; what was typed is among their values.
    rows = rows.extra(where=[found.where.sql], params=found.where.values)  # noqa: S610
    total = rows.count()
    order = ["-id"]
    if found.rank:
        rows = rows.annotate(rank=RawSQL(found.rank.sql, found.rank.values))  # noqa: S611
        order = ["-rank", "-id"]
    page = [c.as_value() for c in _whole(rows).order_by(*order)[offset : offset + limit]]
    return Page(tuple(page), total)
