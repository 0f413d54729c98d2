"""What a class is, as bits of two numbers: lists are counted over them in one pass.

``traits`` is kept by PostgreSQL itself from what the row says; ``slots`` by ``writing``, from the
meetings. A bit keeps its place for ever (see ``catalogue.traits``).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils import timezone

from learncity.kernel.bits import bit_of

from .bands import PARTS_OF_DAY
from .types import Mode, PartOfDay

MODE_BITS: Mapping[str, int] = {value: n for n, value in enumerate(Mode)}
# Written Chinese is one language to whoever listens.
LANGUAGE_BITS: Mapping[str, int] = {"zh": 4, "vi": 5, "en": 6}
_SPOKEN = {"zh-Hans": "zh", "zh-Hant": "zh"}
SEATS_BIT = 12

CLASS_TRAITS = " | ".join(
    (
        bit_of("mode", MODE_BITS),
        bit_of(
            "language",
            {
                tag: LANGUAGE_BITS[_SPOKEN.get(tag, tag)]
                for tag in ("zh-Hans", "zh-Hant", "vi", "en")
            },
        ),
        f"(CASE WHEN seats_taken < seats THEN {1 << SEATS_BIT} ELSE 0 END)::bigint",
    )
)

DAYS = 7


def slot(part: PartOfDay, weekday: int) -> int:
    """The bit of meetings on a weekday, from 0 for Monday, in a part of the day."""
    return 1 << (DAYS * list(PartOfDay).index(part) + weekday)


def part_of(moment: datetime) -> PartOfDay:
    """The part of the day in which something begins, by the city's clock."""
    hour = timezone.localtime(moment).hour
    return next(part for part, begins in reversed(PARTS_OF_DAY.items()) if hour >= begins)


def slots(beginnings: Iterable[datetime]) -> int:
    """When a class meets, from the beginnings of its meetings."""
    found = 0
    for moment in beginnings:
        found |= slot(part_of(moment), timezone.localtime(moment).weekday())
    return found
