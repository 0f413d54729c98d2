"""A class as lists show it, read in one query with what it is joined with."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from learncity.apps.organizations import queries as organizations
from learncity.apps.places.types import Point
from learncity.kernel.texts import Text

from .models import CourseClass
from .types import ClassCard, Mode, Seats

_COLUMNS = (
    "id", "key", "course_id", "course__key", "course__title", "course__category", "provider_id",
    "provider__name", "mode", "seats", "seats_taken", "waiting_taken", "waiting_limit", "starts_at",
    "ends_at", "sessions_count", "closes_at", "cancelled_at", "fee_minor", "fee_currency",
    "venue__key", "venue__name", "venue__latitude", "venue__longitude", "place_id",
)  # fmt: skip


def offered(of: str = "") -> Q:
    """Classes of which the public sees the course, and whoever runs them is not suspended.

    Args:
        of: the way to the class, such as ``course_class__``.
    """
    suspended = organizations.is_suspended(f"{of}provider_id")
    return Q(**{f"{of}course__is_shown": True}) & ~Q(suspended)


def card_columns(of: str = "") -> tuple[Any, ...]:
    """What ``card_of`` needs, for ``values_list``; ``of`` as above."""
    is_offered = ExpressionWrapper(offered(of), output_field=BooleanField())
    return (*(f"{of}{name}" for name in _COLUMNS), is_offered)


CARD_SIZE = len(_COLUMNS) + 1


def card_of(row: Sequence[Any]) -> ClassCard:
    """The card of ``card_columns``."""
    latitude, longitude = row[22], row[23]
    return ClassCard(
        row[0],
        row[1],
        row[2],
        row[3],
        row[4],
        row[5],
        row[6],
        row[7],
        Mode(row[8]),
        Seats(row[9], row[10], row[11], row[12]),
        row[13],
        row[14],
        row[15],
        row[16],
        row[17] is not None,
        row[18],
        row[19],
        row[20] or "",
        row[21] or Text(),
        None if latitude is None else Point(latitude, longitude),
        row[24],
        is_offered=row[25],
    )


def cards_of(rows: "QuerySet[CourseClass]") -> list[ClassCard]:
    """The cards of these rows; one query."""
    return [card_of(row) for row in rows.values_list(*card_columns())]


def cards(ids: Collection[UUID]) -> Mapping[UUID, ClassCard]:
    """Classes by id, in one query; unknown ids are absent."""
    return {card.id: card for card in cards_of(CourseClass.objects.filter(pk__in=ids))}
