"""Organizations, their sites and who acts for them."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, Q

from learncity.apps.organizations.models import Covered, Organization, Room, Venue
from learncity.apps.organizations.types import (
    OrganizationKind,
    OrganizationValue,
    RoomValue,
    VenueValue,
)
from learncity.apps.places import queries as places
from learncity.kernel.dated import holds
from learncity.kernel.texts import Text
from learncity.kernel.words import fold


def organizations(ids: Collection[UUID]) -> Mapping[UUID, OrganizationValue]:
    """Organizations by id, in one query; unknown ids are absent."""
    return {o.id: o.as_value() for o in Organization.objects.filter(pk__in=ids)}


def find_organization(key: str) -> OrganizationValue | None:
    """The organization of a key, or ``None``; one query."""
    found = Organization.objects.filter(key=key, ended_at=None).first()
    return found.as_value() if found else None


def all_organizations() -> list[OrganizationValue]:
    """Every organization that has not ended, by key; one query."""
    return [o.as_value() for o in Organization.objects.filter(ended_at=None).order_by("key")]


def count_organizations() -> int:
    """How many organizations there are that have not ended; one query."""
    return Organization.objects.filter(ended_at=None).count()


def find_registered(key: str) -> OrganizationValue | None:
    """The organization of a key even if it has ended, or ``None``; one query."""
    found = Organization.objects.filter(key=key).first()
    return found.as_value() if found else None


def register(
    *,
    on: date,
    kind: OrganizationKind | None = None,
    path: str = "",
    text: str = "",
    ended: bool = False,
    seats: Collection[UUID] | None = None,
) -> list[OrganizationValue]:
    """Organizations by key; one query, or three with a region.

    Args:
        path: of a region: those whose seat is in it, or that cover some of it on the day.
        text: words in a name, key or registration number, however accented.
        ended: those that have ended, instead of the living.
        seats: only those whose seat is in one of these regions.
    """
    rows = Organization.objects.filter(ended_at__isnull=not ended)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if seats is not None:
        rows = rows.filter(place_id__in=seats)
    if path:
        region = [place.id for place in places.below(path)]
        covering = Covered.objects.filter(holds(on), place_id__in=region)
        rows = rows.filter(Q(place_id__in=region) | Q(pk__in=covering.values("organization_id")))
    found = [o.as_value() for o in rows.order_by("key")]
    if not text:
        return found
    wanted = fold(text)
    return [o for o in found if wanted in fold(" ".join([o.key, o.registration, *o.name.values()]))]


def seated_in(place_ids: Collection[UUID]) -> frozenset[UUID]:
    """The living organizations whose seat is in one of these regions; one query."""
    rows = Organization.objects.filter(place_id__in=place_ids, ended_at=None)
    return frozenset(rows.values_list("id", flat=True))


def count_at(place_ids: Collection[UUID]) -> int:
    """How many organizations have their office in these regions; one query."""
    return Organization.objects.filter(place_id__in=place_ids, ended_at=None).count()


def count_sites_at(place_ids: Collection[UUID]) -> int:
    """How many sites lie in these regions; one query."""
    return Venue.objects.filter(place_id__in=place_ids, ended_at=None).count()


def ids_by_key(keys: Collection[str]) -> Mapping[str, UUID]:
    """Ids of organizations by key, in one query; unknown keys are absent."""
    return dict(Organization.objects.filter(key__in=keys).values_list("key", "id"))


def room_ids(keys: Collection[str]) -> Mapping[str, UUID]:
    """Ids of rooms by ``venue/room``, in one query; unknown keys are absent."""
    venues = {key.partition("/")[0] for key in keys}
    rows = Room.objects.filter(venue__key__in=venues, ended_at=None)
    found = rows.values_list("venue__key", "key", "id")
    wanted = set(keys)
    return {f"{v}/{k}": pk for v, k, pk in found if f"{v}/{k}" in wanted}


def find_venue(key: str) -> VenueValue | None:
    """A venue with its rooms, or ``None``; two queries."""
    rooms = Prefetch("rooms", Room.objects.filter(ended_at=None).order_by("key"))
    found = (
        Venue.objects.filter(key=key, ended_at=None)
        .select_related("organization")
        .prefetch_related(rooms)
        .first()
    )
    return found.as_value(tuple(r.as_value() for r in found.rooms.all())) if found else None


def rooms(ids: Collection[UUID]) -> Mapping[UUID, RoomValue]:
    """Rooms by id, in one query; those that ended are absent."""
    return {r.id: r.as_value() for r in Room.objects.filter(pk__in=ids, ended_at=None)}


def rooms_at(venue_keys: Collection[str]) -> list[tuple[RoomValue, Text]]:
    """The rooms of some sites, each with the name of its site, by key; one query."""
    rows = Room.objects.filter(venue__key__in=venue_keys, ended_at=None).select_related("venue")
    return [(r.as_value(), r.venue.name) for r in rows.order_by("venue__key", "key")]


def venue_of_room(room_id: UUID) -> VenueValue | None:
    """The venue in which a room is, with its rooms, or ``None``; three queries."""
    key = Room.objects.filter(pk=room_id).values_list("venue__key", flat=True).first()
    return find_venue(key) if key else None


def venues_of(organization_id: UUID) -> list[VenueValue]:
    """The sites of an organization, by key; one query."""
    rows = Venue.objects.filter(organization_id=organization_id, ended_at=None)
    return [v.as_value() for v in rows.select_related("organization").order_by("key")]


def all_venues() -> list[VenueValue]:
    """Every site that has not ended, by key; one query."""
    rows = Venue.objects.filter(ended_at=None).select_related("organization")
    return [v.as_value() for v in rows.order_by("key")]
