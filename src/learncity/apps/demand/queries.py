"""Everything that can be asked of demand. Nothing here writes."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from learncity.apps.catalogue.types import Category
from learncity.apps.people import queries as people
from learncity.kernel.dated import day_of
from learncity.kernel.texts import Text

from .board import demand as demand
from .board import last_day as last_day
from .models import Wish
from .rules import plain
from .types import WishValue


def living(at: datetime) -> Q:
    """The wishes that somebody is told of."""
    return Q(ended_at=None, until__gt=day_of(at))


def wishes(person_id: UUID, *, at: datetime) -> list[WishValue]:
    """What a person waits for, the latest first; one query."""
    rows = Wish.objects.filter(people.of_person(person_id), living(at))
    return _values(rows.order_by("-made_at", "-id"))


def find_wish(wish_id: UUID, *, person_id: UUID) -> WishValue | None:
    """One of a person's wishes, living or not, or ``None``; one query."""
    return next(iter(_values(Wish.objects.filter(people.of_person(person_id), pk=wish_id))), None)


def waits_for(
    person_id: UUID, *, at: datetime, course_id: UUID | None = None, words: str = "",
    category: Category | None = None,
) -> UUID | None:  # fmt: skip
    """The living wish of a person for a course, or for words and category; one query."""
    rows = Wish.objects.filter(people.of_person(person_id), living(at))
    if course_id is not None:
        rows = rows.filter(course_id=course_id)
    else:
        rows = rows.filter(course=None, plain=plain(words), category=category or "")
    return rows.values_list("id", flat=True).first()


def _values(rows: "QuerySet[Wish]") -> list[WishValue]:
    told = rows.select_related("course", "place").annotate(
        told=Count("matches", filter=Q(matches__told_at__isnull=False))
    )
    return [
        WishValue(
            w.id,
            w.course_id,
            w.course.key if w.course else "",
            w.course.title if w.course else Text(),
            w.words,
            Category(w.category) if w.category else None,
            w.place_id,
            w.place.name if w.place else Text(),
            w.made_at,
            w.until,
            w.told,
        )
        for w in told
    ]
