"""What other rooms may know of places. Pure data."""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.kernel.errors import DomainError
from learncity.kernel.texts import Text

# Streets are not straight: the detour of a walk over the line, and an unhurried pace. Both are the
# planners' rule of thumb; the result is always shown as an estimate.
DETOUR = 1.3
METRES_A_MINUTE = 75


class PlaceKind(StrEnum):
    """What a region is; which kinds a country has is data."""

    COUNTRY = "COUNTRY"
    PROVINCE = "PROVINCE"
    CITY = "CITY"
    DISTRICT = "DISTRICT"
    # Streets and towns in China; wards, communes and special zones in Viet Nam.
    SUBDISTRICT = "SUBDISTRICT"
    COMMUNE = "COMMUNE"

    def is_above(self, other: "PlaceKind") -> bool:
        """Whether it is a higher level; streets and communes are one level of two countries."""
        return _HEIGHTS[self] < _HEIGHTS[other]


_HEIGHTS = {
    PlaceKind.COUNTRY: 0,
    PlaceKind.PROVINCE: 1,
    PlaceKind.CITY: 2,
    PlaceKind.DISTRICT: 3,
    PlaceKind.SUBDISTRICT: 4,
    PlaceKind.COMMUNE: 4,
}


class ReformState(StrEnum):
    """How far a reform is."""

    DRAFT = "DRAFT"
    APPLIED = "APPLIED"


class PopulationGroup(StrEnum):
    """Groups of residents that statistics offices count; everybody is the empty word."""

    EVERYBODY = ""
    WORKING_AGE = "WORKING_AGE"
    OVER_60 = "OVER_60"
    MIGRANTS = "MIGRANTS"
    WORKERS = "WORKERS"
    PUPILS = "PUPILS"


@dataclass(frozen=True, slots=True)
class Point:
    """A position, in degrees (WGS 84)."""

    latitude: float
    longitude: float

    def metres_to(self, other: "Point") -> float:
        """Great-circle distance in metres (haversine, mean radius 6,371,009 m)."""
        lat, lat2 = math.radians(self.latitude), math.radians(other.latitude)
        half_lat = (lat2 - lat) / 2
        half_lon = math.radians(other.longitude - self.longitude) / 2
        chord = math.sin(half_lat) ** 2 + math.cos(lat) * math.cos(lat2) * math.sin(half_lon) ** 2
        return 2 * 6_371_009 * math.asin(math.sqrt(chord))

    def minutes_to(self, other: "Point") -> int:
        """Estimated minutes on foot, at least one."""
        return max(1, round(self.metres_to(other) * DETOUR / METRES_A_MINUTE))


@dataclass(frozen=True, slots=True)
class PlaceValue:
    """A region as it is now. ``path`` lists the keys from the top, joined by dots."""

    id: UUID
    key: str
    kind: PlaceKind
    name: Text
    path: str
    parent_id: UUID | None
    point: Point | None
    # Of the statistics office; empty where there is none.
    code: str = ""


@dataclass(frozen=True, slots=True)
class VersionValue:
    """What a region was from one day (``None``: nobody knows) until before another (or no end)."""

    place_id: UUID
    key: str
    since: date | None
    until: date | None
    code: str
    kind: PlaceKind
    name: Text
    parent_id: UUID | None
    country: str = ""


@dataclass(frozen=True, slots=True)
class FlowValue:
    """What became of a region's territory on a day; ``share`` of its residents, if known."""

    source_id: UUID
    target_id: UUID
    on: date
    share: Fraction | None
    reform: str = ""
    act: str = ""


@dataclass(frozen=True, slots=True)
class Heirs:
    """What became of a region: one heir, or several of which somebody must choose one."""

    on: date
    places: tuple[UUID, ...]
    known_at: datetime | None = None
    """When the reform came into force here."""

    @property
    def sole(self) -> UUID | None:
        """The one heir; ``None`` where the region was divided."""
        return self.places[0] if len(self.places) == 1 else None


@dataclass(frozen=True, slots=True)
class Break:
    """A reform that came into force and ended or divided a region."""

    on: date
    known_at: datetime
    """When it came into force here, which is later where it was entered late."""
    reform: str
    title: Text


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A region that is not on today's map, or that was divided: whoever lay in it is asked where.

    ``breaks`` are in the order of their days; a region that simply left a city's file has none.
    """

    place: PlaceValue
    breaks: tuple[Break, ...]
    ended_on: date | None
    """The first day on which it is not there; ``None`` where it goes on."""

    @property
    def has_ended(self) -> bool:
        """Whether it is not on today's map."""
        return self.ended_on is not None

    def asked_since(self, placed_at: datetime) -> tuple[Break, ...]:
        """The breaks that whoever put something into the region at a moment could not know."""
        return tuple(b for b in self.breaks if b.known_at >= placed_at)

    def asks(self, placed_at: datetime) -> bool:
        """Whether what was put into the region at a moment lies nowhere certain today."""
        return self.has_ended or bool(self.asked_since(placed_at))


@dataclass(frozen=True, slots=True)
class PopulationValue:
    """People of a group in a region in a year."""

    year: int
    group: PopulationGroup
    people: int
    source: str


@dataclass(frozen=True, slots=True)
class NewPopulation:
    """People of a group in a region in a year, to be stated."""

    place_id: UUID
    year: int
    group: PopulationGroup
    people: int
    source: str


@dataclass(frozen=True, slots=True)
class Dated:
    """A number that belongs to a region as it was on a day, such as places taken there that day."""

    place_id: UUID
    on: date
    value: int


class View(StrEnum):
    """On which map a figure is drawn."""

    AS_IT_WAS = "AS_IT_WAS"
    ON_A_DAY = "ON_A_DAY"
    TODAY = "TODAY"


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum over a region: what certainly belongs to it, and what perhaps does.

    ``perhaps`` is not zero where a region was divided and nobody knows what went where: the figure
    is then between ``known`` and ``known + perhaps``, and cannot be known.
    """

    known: Fraction
    perhaps: Fraction = Fraction(0)

    @property
    def is_certain(self) -> bool:
        """Whether the figure can be known."""
        return self.perhaps == 0

    @property
    def least(self) -> int:
        """The smallest whole number that it may be."""
        return math.floor(self.known)

    @property
    def most(self) -> int:
        """The largest whole number that it may be."""
        return math.ceil(self.known + self.perhaps)


@dataclass(frozen=True, slots=True)
class Unsure:
    """A part of a sum that belongs to one of several regions, and nobody knows to which."""

    among: frozenset[UUID]
    """Empty when it belongs to no region of that map."""
    counted_in: frozenset[UUID]
    is_divided: bool
    """These were divided since; else the map is older, and they were put together after it."""
    value: Fraction


@dataclass(frozen=True, slots=True)
class Partition:
    """A sum given to the regions of a map; what is known and what is not are all there is."""

    known: Mapping[UUID, Fraction]
    unsure: tuple[Unsure, ...]

    @property
    def total(self) -> Fraction:
        """All that was counted; the same on every map."""
        return sum(self.known.values(), Fraction()) + sum(
            (u.value for u in self.unsure), Fraction()
        )

    @property
    def regions(self) -> frozenset[UUID]:
        """The regions to which something belongs, or may belong."""
        return frozenset(self.known).union(*(u.among for u in self.unsure))

    def figures(self) -> list[tuple[UUID, Figure]]:
        """Each region with its figure, the most first."""
        found = [(pk, self.figure(pk)) for pk in self.regions]
        return sorted(found, key=lambda pair: (-pair[1].most, pair[0]))

    def figure(self, region: UUID) -> Figure:
        """What belongs to a region, and what perhaps does."""
        perhaps = (u.value for u in self.unsure if region in u.among)
        return Figure(self.known.get(region, Fraction()), sum(perhaps, Fraction()))


@dataclass(frozen=True)
class PlacesReformed:
    """Published when a reform comes into force and the regions of today change."""

    reform_id: UUID


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a decree, by codes. Empty ``source``: founded; empty ``target``: abolished."""

    number: int
    source: str
    target: str
    share: Fraction | None = None
    name: Text = field(default_factory=Text)
    kind: PlaceKind | None = None
    parent: str = ""

    def as_json(self) -> dict[str, Any]:
        """As kept in a draft."""
        return {
            "number": self.number,
            "source": self.source,
            "target": self.target,
            "share": str(self.share) if self.share is not None else None,
            "name": dict(self.name),
            "kind": self.kind.value if self.kind else None,
            "parent": self.parent,
        }

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Line":
        """The line of ``as_json``."""
        return cls(
            said["number"],
            said["source"],
            said["target"],
            Fraction(said["share"]) if said["share"] is not None else None,
            Text(said["name"]),
            PlaceKind(said["kind"]) if said["kind"] else None,
            said["parent"],
        )


@dataclass(frozen=True, slots=True)
class After:
    """A region as it is from the day of the reform. ``place_id`` is ``None`` for a new one."""

    place_id: UUID | None
    code: str
    kind: PlaceKind
    name: Text
    parent: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line cannot be; ``line`` 0 where none is to blame."""

    line: int
    says: str

    def __str__(self) -> str:
        if not self.line:
            return self.says
        return str(_("row %(n)s: %(problem)s") % {"n": self.line, "problem": self.says})


@dataclass
class Draft:
    """Everything that a reform would do. Codes are those after it."""

    founded: list[After] = field(default_factory=list)
    changed: list[After] = field(default_factory=list)
    # The same region in another spelling: corrected, not reformed.
    respelled: list[After] = field(default_factory=list)
    ended: list[UUID] = field(default_factory=list)
    # Source, target code, share.
    flows: list[tuple[UUID, str, Fraction | None]] = field(default_factory=list)
    # How the targets are called afterwards, by code.
    names: dict[str, Text] = field(default_factory=dict)
    # And of what kind they are then.
    kinds: dict[str, PlaceKind] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether it would change nothing."""
        return not (self.founded or self.changed or self.respelled or self.ended or self.flows)

    @property
    def split(self) -> set[UUID]:
        """Regions whose territory goes to several, so that what was theirs must be asked about."""
        times: dict[UUID, int] = defaultdict(int)
        for source, _target, _share in self.flows:
            times[source] += 1
        return {source for source, n in times.items() if n > 1}


class ReformRefused(DomainError):
    """A reform does not fit the regions as they are on its day."""

    code = "reform_refused"
    says = _("This reform does not fit the regions of its day. Mend the lines that are named.")


class ReformApplied(DomainError):
    """What is in force cannot be drafted anew."""

    code = "reform_applied"
    says = _("This reform has been applied. Draft a new one to change what it did.")


class PlaceNotFound(DomainError):
    """No such region."""

    code = "place_not_found"
    says = _("There is no such place. Look it up in the list of places.")
