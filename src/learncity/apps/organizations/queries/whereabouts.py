"""What lies in a region that ended or was divided, and where it may lie now."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from learncity.apps.organizations.models import Office, Organization, Venue
from learncity.apps.organizations.types import Astray, Located, Thing
from learncity.apps.places import queries as places
from learncity.apps.places.types import PlaceValue


def living(thing: Thing) -> "QuerySet[Any]":
    """The seats, sites or offices that there are today and that lie somewhere."""
    if thing is Thing.SEAT:
        return Organization.objects.filter(ended_at=None)
    if thing is Thing.VENUE:
        return Venue.objects.filter(ended_at=None)
    is_open = Q(until=None) | Q(until__gt=timezone.localdate())
    return Office.objects.filter(is_open, place__isnull=False)


def astray() -> list[Astray]:
    """Everything whose region ended or was divided since it was put there; three or six queries.

    Grouped by region, then by organization and kind.
    """
    first, *rest = (living(thing).values_list("place_id") for thing in Thing)
    regions = places.unsettled({pk for (pk,) in first.union(*rest)})
    if not regions:
        return []
    found = []
    for thing in Thing:
        rows = living(thing).filter(place_id__in=regions)
        if thing is not Thing.SEAT:
            rows = rows.select_related("organization")
        for row in rows:
            region = regions[row.place_id]
            owner = row if thing is Thing.SEAT else row.organization
            if region.asks(row.placed_at):
                found.append(
                    Astray(
                        thing,
                        row.id,
                        "" if thing is Thing.OFFICE else row.key,
                        row.name,
                        owner.as_value(),
                        region,
                        row.placed_at,
                    )
                )
    return sorted(found, key=lambda a: (a.region.place.path, a.organization.key, a.thing, a.id))


def count_astray() -> int:
    """How many things are astray; three or six queries, without building them."""
    first, *rest = (living(thing).values_list("place_id") for thing in Thing)
    regions = places.unsettled({pk for (pk,) in first.union(*rest)})
    if not regions:
        return 0
    return sum(
        regions[place_id].asks(placed_at)
        for thing in Thing
        for place_id, placed_at in living(thing)
        .filter(place_id__in=regions)
        .values_list("place_id", "placed_at")
    )


def located(path: str, *, limit: int) -> Located:
    """What lies in the region of a path and below it, by key; three queries.

    Args:
        limit: of each kind.
    """
    here = Q(place__path=path) | Q(place__path__startswith=f"{path}.")
    seats = living(Thing.SEAT).filter(here).order_by("key")[:limit]
    sites = living(Thing.VENUE).filter(here).select_related("organization").order_by("key")
    offices = living(Thing.OFFICE).filter(here).select_related("organization")
    return Located(
        tuple(seat.as_value() for seat in seats),
        tuple(site.as_value() for site in sites[:limit]),
        tuple(
            (office.as_value(), office.organization.as_value())
            for office in offices.order_by("organization__key", "id")[:limit]
        ),
    )


def candidates(found: Collection[Astray]) -> Mapping[UUID, list[PlaceValue]]:
    """What the region of each went into, as of today, by id of the thing; four queries."""
    asked = {a.id: (a.region.place.id, a.breaks[0].on) for a in found if a.breaks}
    heirs = places.heirs_today(set(asked.values()))
    return {a.id: heirs[asked[a.id]] if a.id in asked else [] for a in found}
