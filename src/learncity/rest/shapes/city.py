"""The city and its regions."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from learncity.apps.initiatives import types as initiatives
from learncity.apps.places.types import (
    FlowValue,
    PlaceKind,
    PlaceValue,
    PopulationGroup,
    PopulationValue,
    VersionValue,
    View,
)

from .common import Named, Next, Position, Shape, Words


class Help(Shape):
    """How to reach a person."""

    phone: str
    hours: Words
    address: Words

    @classmethod
    def of(cls, said: initiatives.Help) -> "Help":
        """From the city's own words."""
        return cls(phone=said.phone, hours=Words(said.hours), address=Words(said.address))


class City(Shape):
    """The city that this system serves."""

    key: str
    title: Words
    story: Words
    place: Named | None
    """The region that is the city."""
    help: Help
    languages: list[str]
    """In which pages and answers can be read, as BCP 47 tags."""
    time_zone: str
    is_demo: bool
    """Everybody in it is invented, and no message leaves the machine."""


class Place(Shape):
    """A region: the city itself, a district, a sub-district."""

    key: str
    kind: PlaceKind
    name: Words
    parent: str | None
    """Key of the region it lies in, when that is in the city too."""
    position: Position | None

    @classmethod
    def of(cls, place: PlaceValue, keys: Mapping[UUID | None, str]) -> "Place":
        """From a region and the keys of all by id."""
        return cls(
            key=place.key,
            kind=place.kind,
            name=Words(place.name),
            parent=keys.get(place.parent_id),
            position=Position.of(place.point),
        )


class Places(Shape):
    """Regions, each after the one it lies in."""

    items: list[Place]
    total: int
    next: Next


class PlaceVersion(Shape):
    """What a region was between two days."""

    since: date | None
    """The first day; null when nobody knows it."""
    until: date | None
    """The day after the last; null when there is none."""
    code: str
    country: str
    kind: PlaceKind
    name: Words
    parent: str | None
    """Key of the region it lay in."""

    @classmethod
    def of(cls, version: VersionValue, named: Mapping[UUID, PlaceValue]) -> "PlaceVersion":
        """From a version and the regions it speaks of."""
        over = named.get(version.parent_id) if version.parent_id else None
        return cls(
            since=version.since,
            until=version.until,
            code=version.code,
            country=version.country,
            kind=version.kind,
            name=Words(version.name),
            parent=over.key if over else None,
        )


class PlaceFlow(Shape):
    """A region went into another on a day, wholly or in part."""

    on: date
    source: str
    target: str
    share: float | None
    """Of the people who lived in the source, where it was published."""
    act: str

    @classmethod
    def of(cls, flow: FlowValue, named: Mapping[UUID, PlaceValue]) -> "PlaceFlow":
        """From a flow and the regions it speaks of."""
        return cls(
            on=flow.on,
            source=named[flow.source_id].key,
            target=named[flow.target_id].key,
            share=None if flow.share is None else float(flow.share),
            act=flow.act,
        )


class Population(Shape):
    """People of a group in a year; the empty group is everybody."""

    year: int
    group: PopulationGroup
    people: int
    source: str

    @classmethod
    def of(cls, counted: PopulationValue) -> "Population":
        """From what was counted."""
        return cls(
            year=counted.year, group=counted.group, people=counted.people, source=counted.source
        )


class PlaceDetail(Shape):
    """A region as it is, was and will be."""

    key: str
    kind: PlaceKind
    name: Words
    position: Position | None
    versions: list[PlaceVersion]
    reforms: list[PlaceFlow]
    """What went into it and what it went into."""
    people: list[Population]


class Figure(Shape):
    """A sum of a year; not certain where `least` and `most` differ."""

    year: int
    least: int
    most: int


class Figures(Shape):
    """Sums by year on one map."""

    view: View
    on: date | None
    """The day of the map; null for the regions as they were."""
    items: list[Figure]
