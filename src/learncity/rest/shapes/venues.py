"""Places to learn, and who offers courses."""

from learncity.apps.organizations.types import (
    Access,
    OrganizationKind,
    OrganizationValue,
    RoomValue,
    VenueValue,
)
from learncity.apps.places.types import PlaceValue

from .classes import TimedClass
from .common import Named, Next, Position, Shape, Words, page_of


def _named(place: PlaceValue | None) -> Named | None:
    return Named(key=place.key, name=Words(place.name)) if place else None


class Room(Shape):
    """A room and how many people it holds."""

    name: Words
    seats: int

    @classmethod
    def of(cls, room: RoomValue) -> "Room":
        """From a room."""
        return cls(name=Words(room.name), seats=room.seats)


class Venue(Shape):
    """A site where people learn."""

    key: str
    page: str
    """The page for people."""
    name: Words
    address: Words
    hours: Words
    directions: Words
    position: Position | None
    access: list[Access]
    """What helps to get in and to follow a class there."""
    provider: Named
    """Who runs it."""
    place: Named | None
    """The region it lies in."""

    @classmethod
    def of(cls, venue: VenueValue, place: PlaceValue | None) -> "Venue":
        """From a site and its region."""
        run_by = venue.organization
        return cls(
            key=venue.key,
            page=page_of(f"/venues/{venue.key}/"),
            name=Words(venue.name),
            address=Words(venue.address),
            hours=Words(venue.hours),
            directions=Words(venue.directions),
            position=Position.of(venue.point),
            access=list(venue.access),
            provider=Named(key=run_by.key, name=Words(run_by.name)),
            place=_named(place),
        )


class VenueDetail(Venue):
    """A site with its rooms and what is on there."""

    rooms: list[Room]
    week: list[TimedClass]
    """Meetings of the next seven days, by time."""


class Venues(Shape):
    """Sites, by key."""

    items: list[Venue]
    total: int
    next: Next


class Provider(Shape):
    """An organization that offers courses; `/courses?provider=` lists what it teaches."""

    key: str
    page: str
    """The page for people."""
    kind: OrganizationKind
    name: Words
    about: Words
    phone: str
    place: Named | None
    """The region it belongs to."""
    venues: list[Named]

    @classmethod
    def of(
        cls, provider: OrganizationValue, place: PlaceValue | None, venues: list[VenueValue]
    ) -> "Provider":
        """From an organization, its region and its sites."""
        return cls(
            key=provider.key,
            page=page_of(f"/providers/{provider.key}/"),
            kind=provider.kind,
            name=Words(provider.name),
            about=Words(provider.about),
            phone=provider.phone,
            place=_named(place),
            venues=[Named(key=v.key, name=Words(v.name)) for v in venues],
        )
