"""Everything that can be asked of the catalogue. Nothing here writes."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Count
from django.db.models.expressions import RawSQL

from learncity.kernel.texts import Text

from .models import Course
from .searching import Sought as Sought
from .searching import sought as sought
from .traits import AUDIENCE_BITS as AUDIENCE_BITS
from .traits import CATEGORY_BITS as CATEGORY_BITS
from .traits import LEVEL_BITS as LEVEL_BITS
from .types import Category, CourseValue, Page

# Ranking more than this many matches would cost more than it tells the reader: newest first then.
_RANKED = 2000


def courses(ids: Collection[UUID]) -> Mapping[UUID, CourseValue]:
    """Courses by id, in one query; unknown ids are absent."""
    rows = Course.objects.filter(pk__in=ids).select_related("provider")
    return {c.id: c.as_value() for c in rows}


def titles(ids: Collection[UUID]) -> Mapping[UUID, Text]:
    """Titles by id, in one query; unknown ids are absent."""
    return dict(Course.objects.filter(pk__in=ids).values_list("id", "title"))


def find_course(key: str) -> CourseValue | None:
    """The course of a key that has not ended, or ``None``; one query."""
    found = Course.objects.filter(key=key, ended_at=None).select_related("provider").first()
    return found.as_value() if found else None


def ids_by_key(keys: Collection[str]) -> Mapping[str, UUID]:
    """Ids of courses by key, in one query; unknown keys are absent."""
    return dict(Course.objects.filter(key__in=keys).values_list("key", "id"))


def counts() -> Mapping[Category, int]:
    """How many courses each category has, in one query; empty categories count 0."""
    rows = Course.objects.filter(ended_at=None).values_list("category").annotate(n=Count("id"))
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
    """Courses that hold every word of the text, best match first; two queries.

    A word matches from its beginning, with or without diacritics. Without a text, the newest come
    first. ``offset`` and ``limit`` count courses.
    """
    rows = Course.objects.filter(ended_at=None)
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
    if found.rank and total <= _RANKED:
        rows = rows.annotate(rank=RawSQL(found.rank.sql, found.rank.values))  # noqa: S611
        order = ["-rank", "-id"]
    chosen = rows.select_related("provider").defer("search", "provider__about", "provider__phone")
    page = [c.as_value() for c in chosen.order_by(*order)[offset : offset + limit]]
    return Page(tuple(page), total)
