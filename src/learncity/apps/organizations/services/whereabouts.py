"""Saying where something lies, or what is covered, whose region ended or was divided."""

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
    OneRegion,
    SiteLaid,
    SiteNotFound,
    Thing,
)
from learncity.apps.places import queries as places
from learncity.apps.places import services as place_services
from learncity.apps.places.types import PlaceNotFound, PlaceValue
from learncity.kernel import audit, locks, outbox
from learncity.kernel.acting import By

from . import coverage

# One lock: few are astray, and many are settled at once.
_LOCK, _ALL = "organizations.Astray", UUID(int=0)


@transaction.atomic
def lay(
    *,
    chosen: Collection[tuple[Thing, UUID]],
    place_keys: Collection[str],
    reason: Elsewhere | None,
    by: By,
    at: datetime,
) -> int:
    """Say in which region of today what is astray lies, or which of them are covered; how many.

    What lies there already is left alone, so the same again changes nothing. Classes to come go
    along with their site. What is covered goes on from the day of the reform.

    Args:
        place_keys: one; for what is covered as many as it is, or none.
        reason: why it is a region that the old one did not go into; not needed for its heirs and
            what lies in them.

    Raises:
        SiteNotFound: one of them is not there, or no longer.
        PlaceNotFound: there is no such region today.
        OneRegion: seats, sites and offices lie in exactly one.
        LiesAlready: one of them is not astray, and lies elsewhere.
        NotAnHeir: it needs a reason.
    """
    locks.hold(_LOCK, _ALL)
    coverage.hold()
    place_services.hold_places()
    named = places.find_places(place_keys)
    for key in place_keys:
        if key not in named:
            raise PlaceNotFound(key)
    wanted, into = set(chosen), list(named.values())
    if len(into) != 1 and any(thing is not Thing.COVERAGE for thing, _pk in wanted):
        raise OneRegion(len(into))
    found = {(a.thing, a.id): a for a in queries.astray() if (a.thing, a.id) in wanted}
    _check_settled(wanted - set(found), into)
    if reason is None:
        _check_heirs(list(found.values()), into)
    for thing in Thing:
        ids = [a.id for a in found.values() if a.thing is thing]
        if ids and thing is not Thing.COVERAGE:
            living(thing).filter(pk__in=ids).update(place_id=into[0].id, placed_at=at)
    covered = [a for a in found.values() if a.thing is Thing.COVERAGE]
    coverage.settle(covered, into, at=at)
    outbox.publish(
        *(
            SiteLaid(a.thing.value, a.id, a.region.place.id, into[0].id)
            for a in found.values()
            if a.thing in (Thing.SEAT, Thing.VENUE) and a.region.place.id != into[0].id
        )
    )
    audit.note_all("organizations.laid", _entries(found.values(), into, reason), by=by)
    return len(found)


def _check_settled(others: Collection[tuple[Thing, UUID]], into: list[PlaceValue]) -> None:
    """What is not astray lies where it is said to lie."""
    for thing in Thing:
        ids = {pk for kind, pk in others if kind is thing}
        if not ids:
            continue
        if thing is Thing.COVERAGE:
            coverage.check_settled(ids, into)
            continue
        lies = dict(living(thing).filter(pk__in=ids).values_list("id", "place_id"))
        if ids - set(lies):
            raise SiteNotFound(thing)
        if set(lies.values()) != {into[0].id}:
            raise LiesAlready(thing)


def _check_heirs(found: Collection[Astray], into: list[PlaceValue]) -> None:
    """Each region is an heir of each one's old region, or lies in one; five queries or ten.

    What is covered goes into no part of an heir that is far more than the old region was.
    """
    over = places.above([place.id for place in into], on=timezone.localdate())
    candidates = queries.candidates(found)
    for a in found:
        heirs = candidates[a.id]
        if a.thing is Thing.COVERAGE:
            inside = {heir.id for heir in heirs if not a.is_far_less_than(heir)}
        else:
            inside = {heir.id for heir in heirs}
        for place in into:
            if not (over[place.id] & inside or place.id in {heir.id for heir in heirs}):
                raise NotAnHeir(place.key)


def _entries(
    found: Collection[Astray], into: list[PlaceValue], reason: Elsewhere | None
) -> Mapping[str, Mapping[str, str]]:
    after = ", ".join(sorted(place.key for place in into)) or "–"
    why = {"reason": reason.value} if reason else {}
    return {_subject(a): {"before": a.region.place.key, "after": after, **why} for a in found}


def _subject(a: Astray) -> str:
    if a.thing is Thing.COVERAGE:
        # One organization may cover several of the regions.
        return f"coverage {a.key} {a.region.place.key}"
    kinds = {Thing.SEAT: "organization", Thing.VENUE: "site", Thing.OFFICE: "office"}
    return f"{kinds[a.thing]} {a.key or a.id}"
