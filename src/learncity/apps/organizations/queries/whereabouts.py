"""What lies in a region that ended or was divided, or covers it, and what that is now."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from learncity.apps.organizations.models import Covered, Office, Organization, Venue
from learncity.apps.organizations.types import Astray, Located, Thing
from learncity.apps.organizations.types.whereabouts import is_asked
from learncity.apps.places import queries as places
from learncity.apps.places.types import PlaceValue, Unsettled
from learncity.kernel.dated import holds


def living(thing: Thing) -> "QuerySet[Any]":
    """The seats, sites or offices that there are today and that lie somewhere; or what is covered.

    That is dated, and asked about for as long as it held after a reform, also when it is over.
    """
    if thing is Thing.SEAT:
        return Organization.objects.filter(ended_at=None)
    if thing is Thing.VENUE:
        return Venue.objects.filter(ended_at=None)
    if thing is Thing.COVERAGE:
        return Covered.objects.all()
    is_open = Q(until=None) | Q(until__gt=timezone.localdate())
    return Office.objects.filter(is_open, place__isnull=False)


def astray() -> list[Astray]:
    """Everything whose region ended or was divided since it was put there; three or seven queries.

    Grouped by region, then by organization and kind.
    """
    regions = _unsettled()
    if not regions:
        return []
    found = []
    for thing in Thing:
        rows = living(thing).filter(place_id__in=regions)
        if thing is not Thing.SEAT:
            rows = rows.select_related("organization")
        for row in rows:
            owner = row if thing is Thing.SEAT else row.organization
            named = owner if thing is Thing.COVERAGE else row
            one = Astray(
                thing,
                row.id,
                "" if thing is Thing.OFFICE else named.key,
                named.name,
                owner.as_value(),
                regions[row.place_id],
                row.placed_at,
                *(getattr(row, field) for field in _days(thing)),
            )
            if is_asked(one.region, one.placed_at, one.since, one.until):
                found.append(one)
    return sorted(found, key=lambda a: (a.region.place.path, a.organization.key, a.thing, a.id))


def count_astray() -> int:
    """How many things are astray; three or seven queries, without building them."""
    regions = _unsettled()
    if not regions:
        return 0
    return sum(
        is_asked(regions[place_id], placed_at, *days)
        for thing in Thing
        for place_id, placed_at, *days in living(thing)
        .filter(place_id__in=regions)
        .values_list("place_id", "placed_at", *_days(thing))
    )


def _days(thing: Thing) -> tuple[str, ...]:
    """The fields that say on which days it lies where it does; none where nobody noted it."""
    return ("since", "until") if thing is Thing.COVERAGE else ()


def _unsettled() -> Mapping[UUID, Unsettled]:
    first, *rest = (living(thing).values_list("place_id") for thing in Thing)
    return places.unsettled({pk for (pk,) in first.union(*rest)})


def count_covered_at(place_ids: Collection[UUID], *, on: date) -> int:
    """How often these regions are covered on a day, once by each organization; one query."""
    return Covered.objects.filter(holds(on), place_id__in=place_ids).count()


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
    """What the region of each went into, as of today, by id of the thing; four queries.

    For what is covered, also what lay right below a region whose level was abolished; five more.
    """
    asked = {a.id: (a.region.place.id, a.breaks[0].on) for a in found if a.breaks}
    heirs = places.heirs_today(set(asked.values()))
    all_ = {a.id: list(heirs[asked[a.id]]) if a.id in asked else [] for a in found}
    abolished = {
        asked[a.id]
        for a in found
        if a.thing is Thing.COVERAGE and any(a.is_far_less_than(heir) for heir in all_[a.id])
    }
    parts = places.parts_today(abolished) if abolished else {}
    for a in found:
        if a.thing is Thing.COVERAGE and a.id in asked:
            have = {heir.id for heir in all_[a.id]}
            all_[a.id] += [p for p in parts.get(asked[a.id], ()) if p.id not in have]
    return all_
