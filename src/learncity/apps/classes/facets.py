"""By what a list of courses can be narrowed: the facets, their values, and the bit of each.

A value is written in addresses and in the API as it stands here. Bits below 62 are spread over
lanes, numbers of 64 bits: what the course is, what the class is, and places, sixty to a lane.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from learncity.apps.catalogue.queries import AUDIENCE_BITS, CATEGORY_BITS, LEVEL_BITS
from learncity.apps.places.types import PlaceValue, Point

from .rules import WEEKDAYS
from .traits import LANGUAGE_BITS, MODE_BITS, SEATS_BIT
from .types import PartOfDay


class Facet(StrEnum):
    """One way to narrow a list, by its name in an address."""

    CATEGORY = "category"
    PLACE = "place"
    WITHIN = "within"  # kilometres
    PART = "part"
    WEEKDAY = "weekday"
    MODE = "mode"
    LANGUAGE = "language"
    LEVEL = "level"
    AUDIENCE = "audience"
    PRICE = "price"
    SEATS = "seats"
    STARTS = "starts"  # in so many days


# What belongs to the course; the others to a class, and one class must meet all of them.
OF_COURSE = (Facet.CATEGORY, Facet.LEVEL, Facet.AUDIENCE)


class Price(StrEnum):
    """What it costs at the most; how much is low and middle stands in ``bands``."""

    FREE = "FREE"
    LOW = "LOW"
    MIDDLE = "MIDDLE"
    MORE = "MORE"


class Order(StrEnum):
    """What comes first."""

    BEST = "best"
    SOONEST = "soonest"
    NEAREST = "nearest"
    PRICE = "price"


FREE_SEATS = "FREE"
# Of the course lane.
HIT = 62
# Of the class lane, beside what ``traits`` holds in it. WITHIN and STARTS have room for four bands.
PRICE_BITS: Mapping[str, int] = {value: 16 + n for n, value in enumerate(Price)}
STARTS_AT, WITHIN_AT, BANDS = 20, 24, 4
WEEKDAY_BITS: Mapping[str, int] = {value: 28 + n for n, value in enumerate(WEEKDAYS)}
PART_BITS: Mapping[str, int] = {value: 35 + n for n, value in enumerate(PartOfDay)}
# In its lane every facet has a bit that says: whatever its value is, all else is met.
_ANY = {facet: 44 + n for n, facet in enumerate(Facet)}
PLACES_A_LANE = 60


@dataclass(frozen=True, slots=True)
class Spot:
    """A region by which the list can be narrowed, and the regions that lie in it, itself too."""

    key: str
    ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for.

    Attributes:
        choices: values of a facet are joined by 'or', facets by 'and'; unknown values count for
            nothing, and a facet of which nothing is known is none.
        here: from where WITHIN and NEAREST are measured; without it neither means anything.
        spots: the regions that PLACE knows.
    """

    text: str = ""
    choices: Mapping[Facet, frozenset[str]] = field(default_factory=dict)
    here: Point | None = None
    spots: tuple[Spot, ...] = ()
    order: Order = Order.BEST
    provider_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A course that meets all, and the class that does; ``None`` where no class was asked for
    and none takes applications."""

    course_id: UUID
    class_id: UUID | None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, and how many courses there would be for every value.

    Attributes:
        total: how many courses.
        counts: by facet and value: how many if this were the only choice of its facet.
        without: by facet: how many if nothing of it were chosen.
        mended: what was looked for instead of mistyped words.
        holds_any: whether any course holds all words, as typed or mended.
    """

    total: int
    counts: Mapping[Facet, Mapping[str, int]]
    without: Mapping[Facet, int]
    hits: tuple[Hit, ...]
    counted_at: datetime
    mended: str = ""
    holds_any: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each value of each facet stands: its lane and bit."""

    bits: Mapping[Facet, Mapping[str, tuple[int, int]]]
    lanes: int

    def any(self, facet: Facet) -> tuple[int, int]:
        """The bit for 'whatever its value'."""
        return (0 if facet in OF_COURSE else 1), _ANY[facet]

    def mask(self, facets: Iterable[Facet], lane: int) -> int:
        """All bits of some facets in a lane."""
        found = 0
        for facet in facets:
            for at, bit in (*self.bits[facet].values(), self.any(facet)):
                found |= 1 << bit if at == lane else 0
        return found

    def chosen(self, facet: Facet, values: Iterable[str], lane: int) -> int:
        """The bits of some values of a facet in a lane; unknown values have none."""
        found = 0
        for value in values:
            at, bit = self.bits[facet].get(value, (-1, 0))
            found |= 1 << bit if at == lane else 0
        return found


def layout(kilometres: Sequence[int], days: Sequence[int], spots: Sequence[Spot]) -> Layout:
    """The places of all values, of these bands and regions."""
    assert len(kilometres) <= BANDS
    assert len(days) <= BANDS
    of_class: dict[Facet, Mapping[str, int]] = {
        Facet.WITHIN: {str(km): WITHIN_AT + n for n, km in enumerate(kilometres)},
        Facet.PART: PART_BITS,
        Facet.WEEKDAY: WEEKDAY_BITS,
        Facet.MODE: MODE_BITS,
        Facet.LANGUAGE: LANGUAGE_BITS,
        Facet.PRICE: PRICE_BITS,
        Facet.SEATS: {FREE_SEATS: SEATS_BIT},
        Facet.STARTS: {str(n_days): STARTS_AT + n for n, n_days in enumerate(days)},
    }
    of_course = {
        Facet.CATEGORY: CATEGORY_BITS,
        Facet.LEVEL: LEVEL_BITS,
        Facet.AUDIENCE: AUDIENCE_BITS,
    }
    found: dict[Facet, Mapping[str, tuple[int, int]]] = {
        facet: {str(value): (lane, bit) for value, bit in bits.items()}
        for lane, facets in enumerate((of_course, of_class))
        for facet, bits in facets.items()
    }
    found[Facet.PLACE] = {
        spot.key: (2 + n // PLACES_A_LANE, n % PLACES_A_LANE) for n, spot in enumerate(spots)
    }
    return Layout({facet: found[facet] for facet in Facet}, 2 + -(-len(spots) // PLACES_A_LANE))


def spots_of(inside: Sequence[PlaceValue], chosen: Collection[str]) -> tuple[Spot, ...]:
    """The regions by which one chooses, of a city's, itself first, as ``places.below`` has them.

    Those right below the city; and, of each of them that was chosen or holds one that was, those
    that lie in it.
    """
    if not inside:
        return ()
    depth = inside[0].path.count(".") + 1
    parts = {p.path: p.path.split(".")[depth:] for p in inside}
    opened = {parts[p.path][0] for p in inside[1:] if p.key in chosen}
    shown = [p for p in inside[1:] if len(parts[p.path]) == 1 or parts[p.path][0] in opened]
    return tuple(
        Spot(p.key, tuple(q.id for q in inside if f"{q.path}.".startswith(f"{p.path}.")))
        for p in shown
    )
