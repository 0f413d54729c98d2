"""Pure decisions: may one apply, when do sessions fall, what is tonight and near."""

import math
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import count, islice
from typing import Protocol
from zoneinfo import ZoneInfo

from django.utils import timezone

from learncity.apps.places.types import Point

from .types import ClassCancelled, ClassCard, ClassClosed, ClassNotOpenYet, Mode

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
    first: date,
    day: str,
    begin: time,
    end: time,
    times: int,
    zone: ZoneInfo,
    not_on: Collection[date] = (),
) -> Iterator[tuple[datetime, datetime]]:
    """Weekly meetings, as beginnings and ends in the city's time.

    Args:
        first: any day of the first week.
        day: ``MON`` … ``SUN``.
        times: how many.
        not_on: days on which it does not meet; it goes on so much longer.
    """
    monday = first - timedelta(days=first.weekday())
    on = monday + timedelta(days=WEEKDAYS.index(day))
    weeks = (on + timedelta(weeks=n) for n in count())
    for held_on in islice((d for d in weeks if d not in not_on), times):
        yield (
            datetime.combine(held_on, begin, zone),
            datetime.combine(held_on, end, zone),
        )


# How far from a place a class of tonight is still near it, in metres, and how many are shown at the
# least: where hardly anything is within reach, the nearest there are.
NEAR = 3000
AT_LEAST = 4


def evening(at: datetime) -> tuple[datetime, datetime, bool]:
    """The evening that people can still go to, and whether it is tomorrow's.

    From 17:00 or now to midnight by the city's clock; from 20:45 on, tomorrow's.
    """
    local = timezone.localtime(at)
    five = local.replace(hour=17, minute=0, second=0, microsecond=0)
    midnight = five.replace(hour=0) + timedelta(days=1)
    if local.time() >= time(20, 45):
        return five + timedelta(days=1), midnight + timedelta(days=1), True
    return max(five, local), midnight, False


def nearby(cards: Sequence[ClassCard], here: Point) -> list[ClassCard]:
    """Those within reach of a position, or the nearest, and those online.

    What can be walked to comes first, then what is online, both in the order given; then the
    nearest of what is far.
    """
    metres = {
        card.id: here.metres_to(card.venue_point) if card.venue_point else math.inf
        for card in cards
        if card.next_mode != Mode.ONLINE
    }
    nearest = sorted(metres, key=lambda pk: metres[pk])
    within = [pk for pk in nearest if metres[pk] <= NEAR]
    chosen = set(within if len(within) >= AT_LEAST else nearest[:AT_LEAST])
    found = [card for card in cards if card.next_mode == Mode.ONLINE or card.id in chosen]

    def order(card: ClassCard) -> tuple[int, float]:
        if card.next_mode == Mode.ONLINE:
            return 1, 0
        return (0, 0) if metres[card.id] <= NEAR else (2, metres[card.id])

    return sorted(found, key=order)


def is_near(cards: Sequence[ClassCard], here: Point) -> bool:
    """Whether every classroom of the list can be walked to."""
    points = [c.venue_point for c in cards if c.next_mode != Mode.ONLINE and c.venue_point]
    return all(here.metres_to(point) <= NEAR for point in points)
