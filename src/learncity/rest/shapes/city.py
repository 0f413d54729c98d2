"""The city and its regions."""

from collections.abc import Mapping
from uuid import UUID

from learncity.apps.initiatives import types as initiatives
from learncity.apps.places.types import PlaceKind, PlaceValue

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
