"""Saying where something lies whose region ended or was divided."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from learncity.apps.organizations import queries
from learncity.apps.organizations.queries.whereabouts import living
from learncity.apps.organizations.types import (
    Astray,
    Elsewhere,
    LiesAlready,
    NotAnHeir,
    SiteLaid,
    SiteNotFound,
    Thing,
)
from learncity.apps.places import queries as places
from learncity.apps.places import services as place_services
from learncity.apps.places.types import PlaceNotFound, PlaceValue
from learncity.kernel import audit, locks, outbox
from learncity.kernel.acting import By

# One lock: few are astray, and many are settled at once.
_LOCK, _ALL = "organizations.Astray", UUID(int=0)


@transaction.atomic
def lay(
    *,
    chosen: Collection[tuple[Thing, UUID]],
    place_key: str,
    reason: Elsewhere | None,
    by: By,
    at: datetime,
) -> int:
    """Say that seats, sites and offices that are astray lie in a region of today; how many.

    What lies there already is left alone, so the same again changes nothing. Classes to come go
    along with their site.

    Args:
        reason: why it is a region that the old one did not go into; not needed for its heirs and
            what lies in them.

    Raises:
        SiteNotFound: one of them is not there, or no longer.
        PlaceNotFound: there is no such region today.
        LiesAlready: one of them is not astray, and lies elsewhere.
        NotAnHeir: it needs a reason.
    """
    locks.hold(_LOCK, _ALL)
    place_services.hold_places()
    place = places.find_place(place_key)
    if place is None:
        raise PlaceNotFound(place_key)
    wanted = set(chosen)
    found = {(a.thing, a.id): a for a in queries.astray() if (a.thing, a.id) in wanted}
    _check_settled(wanted - set(found), place)
    if reason is None:
        _check_heirs(list(found.values()), place)
    for thing in Thing:
        ids = [a.id for a in found.values() if a.thing is thing]
        if ids:
            living(thing).filter(pk__in=ids).update(place_id=place.id, placed_at=at)
    outbox.publish(
        *(
            SiteLaid(a.thing.value, a.id, a.region.place.id, place.id)
            for a in found.values()
            if a.thing is not Thing.OFFICE and a.region.place.id != place.id
        )
    )
    audit.note_all("organizations.laid", _entries(found.values(), place, reason), by=by)
    return len(found)


def _check_settled(others: Collection[tuple[Thing, UUID]], place: PlaceValue) -> None:
    """What is not astray lies where it is said to lie."""
    for thing in Thing:
        ids = {pk for kind, pk in others if kind is thing}
        if not ids:
            continue
        lies = dict(living(thing).filter(pk__in=ids).values_list("id", "place_id"))
        if ids - set(lies):
            raise SiteNotFound(thing)
        if set(lies.values()) != {place.id}:
            raise LiesAlready(thing)


def _check_heirs(found: Collection[Astray], place: PlaceValue) -> None:
    """The region is an heir of each one's old region, or lies in one; five queries."""
    over = places.above([place.id], on=timezone.localdate())[place.id] | {place.id}
    for heirs in queries.candidates(found).values():
        if not any(heir.id in over for heir in heirs):
            raise NotAnHeir(place.key)


def _entries(
    found: Collection[Astray], place: PlaceValue, reason: Elsewhere | None
) -> Mapping[str, Mapping[str, str]]:
    kinds = {Thing.SEAT: "organization", Thing.VENUE: "site", Thing.OFFICE: "office"}
    why = {"reason": reason.value} if reason else {}
    return {
        f"{kinds[a.thing]} {a.key or a.id}": {
            "before": a.region.place.key, "after": place.key, **why,
        }
        for a in found
    }  # fmt: skip
