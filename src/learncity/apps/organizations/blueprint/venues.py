"""Sites."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any

from django.utils import timezone
from pydantic import Field

from learncity.apps.organizations.models import Organization, Room, Venue
from learncity.apps.organizations.types import Access
from learncity.apps.places import queries as places
from learncity.kernel.blueprints import Key, Names, Ref, Section, Stated, Value


class StatedRoom(Value):
    """A room of a venue."""

    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,40}$")]
    seats: Annotated[int, Field(ge=1, le=100_000)]
    name: Names


class StatedVenue(Stated):
    """A site where people learn, with its rooms."""

    organization: Annotated[Key, Ref("organizations")]
    place: Annotated[Key, Ref("places")]
    name: Names
    address: Names = Field(default_factory=dict)
    at: (
        tuple[Annotated[float, Field(ge=-90, le=90)], Annotated[float, Field(ge=-180, le=180)]]
        | None
    ) = None
    hours: Names = Field(default_factory=dict)
    access: list[Access] = Field(default_factory=list)
    directions: Names = Field(default_factory=dict)
    rooms: list[StatedRoom] = Field(default_factory=list)


class Venues(Section):
    """The sites."""

    name = "venues"
    schema = StatedVenue

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These sites as a blueprint would state them; two queries."""
        rows = Venue.objects.filter(key__in=keys, ended_at=None)
        rooms: dict[Any, list[dict[str, Any]]] = {}
        for r in Room.objects.filter(venue__key__in=keys, ended_at=None).order_by("id"):
            said = {"key": r.key, "seats": r.seats, "name": dict(r.name)}
            rooms.setdefault(r.venue_id, []).append(said)
        return {
            v.key: {
                "organization": v.organization.key,
                "place": v.place.key,
                "name": dict(v.name),
                "address": dict(v.address),
                "at": None if v.latitude is None else [v.latitude, v.longitude],
                "hours": dict(v.hours),
                "access": list(v.access),
                "directions": dict(v.directions),
                "rooms": rooms.get(v.id, []),
            }
            for v in rows.select_related("organization", "place")
        }

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist; ``venue/room`` names a room."""
        found = set(Venue.objects.filter(key__in=keys, ended_at=None).values_list("key", flat=True))
        from learncity.apps.organizations import queries

        return found | set(queries.room_ids([k for k in keys if "/" in k]))

    def normal(self, said: dict[str, Any]) -> dict[str, Any]:
        """The order of rooms and of what helps to get in means nothing."""
        rooms = sorted(said["rooms"], key=lambda room: str(room["key"]))
        return {**said, "rooms": rooms, "access": sorted(said["access"])}

    def keys_of(self, key: str, said: dict[str, Any]) -> set[str]:
        """A venue also brings its rooms into being."""
        return {key} | {f"{key}/{room['key']}" for room in said.get("rooms", [])}

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make or change sites and their rooms; rooms that are not named are ended."""
        keys = [key for key, _ in items]
        known = {v.key: v for v in Venue.objects.filter(key__in=keys)}
        where = places.ids_by_key({said["place"] for _, said in items})
        wanted = {said["organization"] for _, said in items}
        owners = dict(Organization.objects.filter(key__in=wanted).values_list("key", "id"))
        at = timezone.now()
        for key, said in items:
            v = known.setdefault(key, Venue(key=key))
            v.organization_id = owners[said["organization"]]
            if v.place_id != where[said["place"]]:
                v.place_id, v.placed_at = where[said["place"]], at
            v.name, v.address, v.hours = said["name"], said["address"], said["hours"]
            v.directions, v.access, v.ended_at = said["directions"], said["access"], None
            v.latitude, v.longitude = said["at"] or (None, None)
        Venue.objects.bulk_create(
            [known[key] for key in keys],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[
                "organization",
                "place",
                "placed_at",
                "name",
                "address",
                "hours",
                "directions",
                "access",
                "latitude",
                "longitude",
                "ended_at",
            ],
            batch_size=1000,
        )
        self._write_rooms([(known[key], said["rooms"]) for key, said in items])

    def _write_rooms(self, items: Sequence[tuple[Venue, list[dict[str, Any]]]]) -> None:
        venue_ids = [venue.id for venue, _ in items]
        known = {(r.venue_id, r.key): r for r in Room.objects.filter(venue_id__in=venue_ids)}
        rooms = []
        for venue, stated in items:
            for said in stated:
                r = known.pop((venue.id, said["key"]), None) or Room(venue=venue, key=said["key"])
                r.name, r.seats, r.ended_at = said["name"], said["seats"], None
                rooms.append(r)
        Room.objects.bulk_create(
            rooms,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["name", "seats", "ended_at"],
            batch_size=1000,
        )
        gone = [room.id for room in known.values()]
        Room.objects.filter(pk__in=gone, ended_at=None).update(ended_at=timezone.now())

    def end(self, keys: Collection[str]) -> None:
        """The sites are closed; what was held there stays."""
        Venue.objects.filter(key__in=keys).update(ended_at=timezone.now())
