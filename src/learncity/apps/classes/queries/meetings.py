"""Meetings as a desk sees them: those whose room is to be settled, and a week of them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from learncity.apps.classes.models import CourseClass, Session
from learncity.apps.classes.types import Meeting, Mode
from learncity.apps.organizations import queries as organizations
from learncity.kernel.texts import Text


def rooms_to_settle(
    provider_ids: Collection[UUID] | None, *, at: datetime, class_key: str = "", limit: int = 500
) -> list[Meeting]:
    """Coming meetings whose room another class has, the next first; one query.

    ``taken_by`` is empty where the room became free meanwhile.
    """
    return _meetings(to_settle(provider_ids, at, class_key).order_by("starts_at", "id")[:limit])


def count_rooms_to_settle(provider_ids: Collection[UUID] | None, *, at: datetime) -> int:
    """How many classes have a coming meeting without its room; one query."""
    return to_settle(provider_ids, at, "").values("course_class").distinct().count()


def meetings_without_room(keys: Collection[str], *, at: datetime) -> Mapping[str, int]:
    """Of these classes those that wait for a room, and for how many meetings; one query."""
    rows = to_settle(None, at, "").filter(course_class__key__in=keys).order_by("course_class__key")
    return dict(rows.values_list("course_class__key").annotate(n=Count("id")))


def to_settle(
    provider_ids: Collection[UUID] | None, at: datetime, class_key: str
) -> "QuerySet[Session]":
    """Coming meetings that want a room they do not have."""
    rows = Session.objects.filter(wanted_room__isnull=False, cancelled_at=None, starts_at__gt=at)
    if provider_ids is not None:
        rows = rows.filter(course_class__provider_id__in=provider_ids)
    return rows.filter(course_class__key=class_key) if class_key else rows


def week(
    provider_ids: Collection[UUID] | None, *, begin: datetime, end: datetime, limit: int = 2000
) -> list[Meeting]:
    """Meetings that begin between two moments and are not cancelled, by time; one query."""
    rows = Session.objects.filter(starts_at__gte=begin, starts_at__lt=end, cancelled_at=None)
    if provider_ids is not None:
        rows = rows.filter(course_class__provider_id__in=provider_ids)
    return _meetings(rows.order_by("starts_at", "id")[:limit])


def _meetings(rows: "QuerySet[Session]") -> list[Meeting]:
    rows = rows.annotate(taken_by=Subquery(in_the_way().values("course_class__key")[:1]))
    fields = (
        "course_class__key", "course_class__course__title", "number", "starts_at", "ends_at",
        "mode", "room__key", "room__name", "room__venue__name", "wanted_room__key",
        "wanted_room__name", "wanted_room__venue__name", "instructor__name", "taken_by",
    )  # fmt: skip
    found = []
    for row in rows.values_list(*fields):
        key, title, number, begins, ends, mode, *rest = row
        room, name, site, wanted, wanted_name, wanted_site, who, taken_by = rest
        found.append(
            Meeting(
                key, title, number, begins, ends, Mode(mode), room or wanted or "",
                name or wanted_name or Text(), site or wanted_site or Text(), who or "",
                wanted is not None, taken_by or "",
            )
        )  # fmt: skip
    return found


def in_the_way(room_id: UUID | None = None) -> "QuerySet[Session]":
    """Meetings that hold a room, or the wanted one, at the time of the outer meeting."""
    return Session.objects.filter(
        room=room_id or OuterRef("wanted_room"),
        cancelled_at=None,
        starts_at__lt=OuterRef("ends_at"),
        ends_at__gt=OuterRef("starts_at"),
    ).exclude(course_class=OuterRef("course_class"))


def free_rooms(class_key: str, *, at: datetime) -> Mapping[UUID, int]:
    """For each room of its site at how many of its meetings to settle it is free; one query.

    Rooms in which fewer people fit than the class has seats are absent.
    """
    found = CourseClass.objects.filter(key=class_key).select_related("venue").first()
    venue = organizations.find_venue(found.venue.key) if found and found.venue else None
    if found is None or venue is None:
        return {}
    wanted = to_settle(None, at, class_key)
    counted = {}
    for room in venue.rooms:
        if room.seats >= found.seats:
            free = wanted.exclude(Exists(in_the_way(room.id)))
            counted[room.id] = free.count()
    return counted
