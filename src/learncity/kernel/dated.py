"""Rows that hold from one day to before another, and what the database promises about them.

``since`` is the first day, ``until`` the first day on which it no longer holds; an end that is not
known is ``None`` and open.
"""

from datetime import date, datetime, time

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from .ranges import DateRange


def once_a_day(name: str, *fields: str, condition: Q | None = None) -> ExclusionConstraint:
    """No two rows with the same fields hold on the same day."""
    same = [(field, RangeOperators.EQUAL) for field in fields]
    return ExclusionConstraint(
        name=name,
        expressions=[*same, (DateRange("since", "until"), RangeOperators.OVERLAPS)],
        condition=condition,
    )


def in_order(name: str) -> models.CheckConstraint:
    """Each row holds on one day at least."""
    return models.CheckConstraint(
        condition=Q(until=None) | Q(since=None) | Q(until__gt=F("since")), name=name
    )


def holds(on: date, prefix: str = "") -> Q:
    """The rows that hold on a day; ``prefix`` leads to them, such as ``terms__``."""
    begun = Q(**{f"{prefix}since": None}) | Q(**{f"{prefix}since__lte": on})
    return begun & (Q(**{f"{prefix}until": None}) | Q(**{f"{prefix}until__gt": on}))


def day_of(at: datetime) -> date:
    """The day of a moment, by the city's clock."""
    return timezone.localtime(at).date()


def begin_of(day: date) -> datetime:
    """The moment at which a day begins, by the city's clock."""
    return timezone.make_aware(datetime.combine(day, time.min))
