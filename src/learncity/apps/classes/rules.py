"""Pure decisions: may one apply, and when do sessions fall."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from .types import ClassCancelled, ClassClosed, ClassNotOpenYet

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


class _Window(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def opens_at(self) -> datetime | None: ...
    @property
    def closes_at(self) -> datetime: ...
    @property
    def cancelled_at(self) -> datetime | None: ...


def check_open(window: _Window, at: datetime) -> None:
    """Refuse unless applications are taken at this moment; the closing moment is too late.

    Raises:
        ClassCancelled, ClassNotOpenYet, ClassClosed: as they say.
    """
    if window.cancelled_at is not None:
        raise ClassCancelled(window.key)
    if window.opens_at is not None and at < window.opens_at:
        raise ClassNotOpenYet(window.key)
    if at >= window.closes_at:
        raise ClassClosed(window.key)


def meetings(
    first: date, day: str, begin: time, end: time, times: int, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """Weekly meetings, as beginnings and ends in the city's time.

    Args:
        first: any day of the first week.
        day: ``MON`` … ``SUN``.
        times: how many.
    """
    monday = first - timedelta(days=first.weekday())
    on = monday + timedelta(days=WEEKDAYS.index(day))
    for week in range(times):
        held_on = on + timedelta(weeks=week)
        yield (
            datetime.combine(held_on, begin, zone),
            datetime.combine(held_on, end, zone),
        )
