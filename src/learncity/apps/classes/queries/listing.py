"""The list of classes that a desk sifts, sorts and turns the pages of, all in the database."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, IntegerField, OrderBy, Q, QuerySet, UUIDField, Value

from learncity.apps.classes.cards import cards_of, offered
from learncity.apps.classes.models import CourseClass
from learncity.apps.classes.stated import Stated, cells_of, stated_of
from learncity.apps.classes.types import ClassCard, Provider, Shown, Sort
from learncity.kernel.texts import LANGUAGES
from learncity.kernel.words import sort_key


def list_classes(
    *,
    at: datetime,
    shown: Shown = Shown.NOT_OVER,
    provider_ids: Collection[UUID] | None = None,
    course_id: UUID | None = None,
    text: str = "",
    unseen: bool = False,
    after: tuple[datetime, UUID] | None = None,
    limit: int | None = None,
) -> list[ClassCard]:
    """Classes, the next to begin first; one query.

    Args:
        provider_ids: who runs them; ``None``: whoever does.
        text: looked for in title, site and key.
        unseen: also those of courses that the public does not see; for desks alone.
        after: beginning and id of the last class of the part before.
    """
    rows = _listed(at, shown, provider_ids, course_id, text, unseen)
    if after:
        begins, last = after
        rows = rows.filter(Q(starts_at__gt=begins) | Q(starts_at=begins, id__gt=last))
    return cards_of(rows.order_by("starts_at", "id")[:limit])


def sorted_classes(
    *,
    at: datetime,
    shown: Shown = Shown.NOT_OVER,
    provider_ids: Collection[UUID] | None = None,
    text: str = "",
    sort: Sort = Sort.STARTS,
    descending: bool = False,
    offset: int = 0,
    limit: int | None = None,
) -> list[ClassCard]:
    """A part of a desk's list in an order that its reader chose; one query, two by title.

    Titles sort as their reader reads them, which no index knows: of all titles in the list only
    those of courses are read, each once.
    """
    rows = _listed(at, shown, provider_ids, None, text, True)
    keys: dict[Sort, Any] = {
        Sort.STARTS: F("starts_at"),
        Sort.FREE: F("seats") - F("seats_taken"),
        Sort.WAITING: F("waiting_taken"),
        Sort.PROVIDER: F("provider__key"),
    }
    key = keys[sort] if sort in keys else _place_of_title(rows)
    order = (OrderBy(key, descending=True), "-id") if descending else (OrderBy(key), "id")
    end = None if limit is None else offset + limit
    return cards_of(rows.order_by(*order)[offset:end])


def classes_named(
    keys: Collection[str], *, provider_ids: Collection[UUID] | None = None
) -> list[ClassCard]:
    """Of these classes those that some organizations run, the next to begin first; one query."""
    rows = CourseClass.objects.filter(key__in=keys)
    if provider_ids is not None:
        rows = rows.filter(provider_id__in=provider_ids)
    return cards_of(rows.order_by("starts_at", "id"))


def providers(provider_ids: Collection[UUID] | None = None) -> list[Provider]:
    """Who runs classes at all, among some organizations or everybody, by name; one query."""
    rows = CourseClass.objects.order_by().values_list(
        "provider_id", "provider__key", "provider__name"
    )
    if provider_ids is not None:
        rows = rows.filter(provider_id__in=provider_ids)
    found = [Provider(*row) for row in rows.distinct()]
    return sorted(found, key=lambda one: (sort_key(str(one.name)), one.key))


def as_rows(
    *,
    at: datetime,
    shown: Shown,
    provider_ids: Collection[UUID] | None = None,
    text: str = "",
) -> tuple[tuple[str, ...], list[list[str]]]:
    """The names of the columns and every class of the list, as a list that changes nothing.

    One query. What the import does not read is not in it.
    """
    rows = _listed(at, shown, provider_ids, None, text, True).order_by("starts_at", "id")
    found = rows.select_related("course", "provider", "term", "venue")
    head = tuple(cells_of("", Stated()))
    return head, [list(cells_of(c.key, stated_of(c)).values()) for c in found]


def _place_of_title(rows: "QuerySet[CourseClass]") -> Func:
    """Where the title of a class's course stands among all titles of the list."""
    found = rows.order_by().values_list("course_id", "course__title").distinct()
    ids = [pk for pk, title in sorted(found, key=lambda one: (sort_key(str(one[1])), one[0]))]
    held = Value(ids, output_field=ArrayField(UUIDField()))
    return Func(held, F("course_id"), function="array_position", output_field=IntegerField())


def count_classes(
    *,
    at: datetime,
    shown: Shown = Shown.NOT_OVER,
    provider_ids: Collection[UUID] | None = None,
    course_id: UUID | None = None,
    text: str = "",
    unseen: bool = False,
) -> int:
    """How many classes ``list_classes`` lists in all its parts; one query."""
    return _listed(at, shown, provider_ids, course_id, text, unseen).count()


def _listed(
    at: datetime,
    shown: Shown,
    provider_ids: Collection[UUID] | None,
    course_id: UUID | None,
    text: str,
    unseen: bool,
) -> "QuerySet[CourseClass]":
    conditions = {
        Shown.NOT_OVER: Q(ends_at__gt=at),
        # As ``ClassCard.is_open`` has it.
        Shown.OPEN: Q(ends_at__gt=at, closes_at__gt=at, cancelled_at=None) & offered(),
        Shown.FULL: Q(ends_at__gt=at, seats_taken__gte=F("seats")),
        Shown.OVER: Q(ends_at__lte=at),
        Shown.ALL: Q(),
    }
    rows = CourseClass.objects.filter(conditions[shown])
    if not unseen:
        rows = rows.filter(course__is_shown=True)
    if provider_ids is not None:
        rows = rows.filter(provider_id__in=provider_ids)
    if course_id is not None:
        rows = rows.filter(course_id=course_id)
    if text:
        said = Q(key__icontains=text)
        for tag in LANGUAGES:
            said |= Q(**{f"course__title__{tag}__icontains": text})
            said |= Q(**{f"venue__name__{tag}__icontains": text})
        rows = rows.filter(said)
    return rows
