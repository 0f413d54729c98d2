"""Numbers for figures across reforms of places."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce, Now, TruncDate

from learncity.apps.places.types import Dated

from .models import CourseClass, Enrolment, Session
from .types import State


def count_coming(path: str, *, at: datetime) -> int:
    """How many classes of a region and all below it are not over; one query."""
    here = Q(place__path=path) | Q(place__path__startswith=f"{path}.")
    rows = CourseClass.objects.filter(here, cancelled_at=None, ends_at__gt=at)
    return rows.filter(course__is_shown=True).count()


def count_coming_at(place_ids: Collection[UUID]) -> int:
    """How many classes of these very regions are not over; one query."""
    rows = CourseClass.objects.filter(place_id__in=place_ids, cancelled_at=None)
    return rows.filter(ends_at__gt=Now()).count()


def count_coming_by_site(place_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """How many classes of these very regions are not over, by site, else by provider; one query."""
    rows = CourseClass.objects.filter(place_id__in=place_ids, cancelled_at=None, ends_at__gt=Now())
    sites = rows.annotate(site=Coalesce("venue_id", "provider_id")).values_list("site")
    return dict(sites.annotate(n=Count("id")).order_by())


def count_at_sites(*, begin: datetime, end: datetime) -> Mapping[UUID, int]:
    """How many classes meet in rooms of each site between two moments; one query."""
    rows = Session.objects.filter(
        starts_at__gte=begin, starts_at__lt=end, cancelled_at=None, room__isnull=False,
        course_class__course__is_shown=True,
    ).values_list("room__venue_id")  # fmt: skip
    return dict(rows.annotate(n=Count("course_class_id", distinct=True)).order_by())


def counted_places(place_ids: Collection[UUID]) -> list[Dated]:
    """Places taken in classes of these regions, by the day on which the class began; one query.

    A class that is over keeps the region in which it was held. Cancelled ones do not count.
    """
    rows = CourseClass.objects.filter(place_id__in=place_ids, cancelled_at=None, seats_taken__gt=0)
    days = rows.annotate(day=TruncDate("starts_at")).values_list("place_id", "day")
    found = days.annotate(n=Sum("seats_taken")).order_by("place_id", "day")
    return [Dated(place, day, n) for place, day, n in found]


def taken_by_month(provider_ids: Collection[UUID] | None) -> Mapping[date, list[Dated]]:
    """Places that are held today, by month of application: region of the class and day; one query.

    Newest month first, as its first day. A person in two classes counts twice.
    """
    rows = Enrolment.objects.filter(state=State.ENROLLED)
    if provider_ids is not None:
        rows = rows.filter(course_class__provider_id__in=provider_ids)
    days = rows.annotate(day=TruncDate("applied_at")).values_list("course_class__place_id", "day")
    found: dict[date, list[Dated]] = {}
    for place, day, n in days.annotate(n=Count("id")).order_by("-day", "course_class__place_id"):
        found.setdefault(day.replace(day=1), []).append(Dated(place, day, n))
    return found


@dataclass(frozen=True, slots=True)
class Figures:
    """What the figures strip of a desk shows. Each is a count of persons' places, not of people."""

    classes: int
    seats: int
    enrolled: int
    waiting: int


def figures(provider_ids: Collection[UUID] | None, *, at: datetime) -> Figures:
    """Classes that are not over, their seats, places taken and waiting; one query."""
    rows = CourseClass.objects.filter(ends_at__gt=at, cancelled_at=None)
    if provider_ids is not None:
        rows = rows.filter(provider_id__in=provider_ids)
    sums = {name: Coalesce(Sum(name), 0) for name in ("seats", "seats_taken", "waiting_taken")}
    found = rows.aggregate(classes=Count("id"), **{f"sum_{k}": v for k, v in sums.items()})
    return Figures(
        found["classes"], found["sum_seats"], found["sum_seats_taken"], found["sum_waiting_taken"]
    )


def waiting_by_course(*, at: datetime) -> list[tuple[UUID, str, UUID, int]]:
    """Who waits for a seat in classes that are not over: course, category, region and how many.

    One query. A person on two lists counts twice.
    """
    rows = CourseClass.objects.filter(ends_at__gt=at, cancelled_at=None, waiting_taken__gt=0)
    named = rows.values_list("course_id", "course__category", "place_id")
    return list(named.annotate(n=Sum("waiting_taken")).order_by())
