"""The values between which one chooses where there is no list of them: the only place they stand.

Parts of the day are kept with every class (``slots``): whoever changes them lays all classes out
again with a migration, as 0004 did. The others may be changed at any time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from .types import PartOfDay

# From which hour of the city's clock. Since 2026-11: what starts after work is evening.
PARTS_OF_DAY: dict[PartOfDay, int] = {
    PartOfDay.MORNING: 0,
    PartOfDay.AFTERNOON: 12,
    PartOfDay.EVENING: 18,
}


@dataclass(frozen=True, slots=True)
class Bands:
    """Up to how much, from a day on; every list from the least to the most.

    Attributes:
        kilometres: from where the reader is, as the crow flies.
        days: until it starts.
        prices: by currency, in its smallest unit; two of them: low and middle.
    """

    since: date
    kilometres: tuple[int, ...]
    days: tuple[int, ...]
    prices: Mapping[str, tuple[int, int]]

    def price(self, currency: str) -> tuple[int, int]:
        """What is low and middle; of a currency that nobody spoke of, as of the first."""
        return self.prices.get(currency) or next(iter(self.prices.values()))


_BANDS = (
    Bands(
        since=date(2026, 1, 1),
        kilometres=(1, 2, 5, 10),
        days=(7, 30, 90),
        prices={"CNY": (50_00, 200_00), "VND": (200_000, 1_000_000)},
    ),
)


def bands_on(day: date) -> Bands:
    """The bands of a day; before the first, the first."""
    return next((b for b in reversed(_BANDS) if b.since <= day), _BANDS[0])
