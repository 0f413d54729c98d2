"""Officers after a reform of places. Called through services."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest

from learncity.apps.places import queries as places
from learncity.apps.places.types import Heirs
from learncity.kernel import audit, locks
from learncity.kernel.acting import SYSTEM

from . import telling
from .granting import LOCK
from .models import Grant
from .types import Ending, Role

_Office = tuple[UUID, UUID]


@transaction.atomic
def follow_places(heirs: Mapping[UUID, Heirs], *, at: datetime) -> int:
    """Let officers of a region that is no more keep what wholly came from theirs; how many roles.

    No reform gives an officer another region that was not wholly theirs: into which more came is
    nobody's until the city gives it. A region that goes on stays its officer's, with what a decree
    joins to it. Stand-ins end with a region. Doing it again changes nothing.
    """
    rows = Grant.objects.filter(place_id__in=list(heirs), place__ended_at__isnull=False)
    rows = rows.exclude(until__lte=at)
    locks.hold_all(LOCK, sorted(set(rows.values_list("organization_id", flat=True))))
    lost = list(rows.order_by("organization_id", "since", "id"))
    if not lost:
        return 0
    Grant.objects.filter(pk__in=[g.id for g in lost]).update(
        until=Greatest("since", Value(at)), ending=Ending.REFORMED
    )
    own = [g for g in lost if g.stands_in_for_id is None]
    to = max(heirs[g.place_id].on for g in lost if g.place_id)
    stay = Grant.objects.filter(person_id__in={g.person_id for g in own}, role=Role.OFFICER)
    held = list(stay.filter(stands_in_for=None).exclude(until__lte=at))
    left: dict[_Office, list[Grant]] = {}
    for grant in own:
        left.setdefault((grant.person_id, grant.organization_id), []).append(grant)
    # What is to come later is not what somebody has.
    offices = _offices(
        [g for g in [*own, *held] if g.since <= at], to - timedelta(days=1), set(left)
    )
    candidates = {
        office: {place for g in grants if g.place_id for place in heirs[g.place_id].places}
        for office, grants in left.items()
    }
    theirs = places.still_theirs(offices, candidates, on=to - timedelta(days=1), to=to)
    made = [
        grant
        for office, grants in left.items()
        for place in sorted(theirs[office])
        for grant in [_follow(grants, heirs, place, at)]
        if grant is not None and not _is_held(held, grant)
    ]
    Grant.objects.bulk_create(made)
    for office, grants in left.items():
        kept = len(theirs[office])
        audit.note("roles.followed", f"person {office[0]}", by=SYSTEM, found=kept)
        others = len(candidates[office]) - kept
        telling.followed(grants[0].id, kept=kept, lost=others, at=at)
    telling.ended([g.id for g in lost if g.stands_in_for_id is not None], at=at)
    return len(made)


def _offices(
    held: list[Grant], on: date, of: Collection[_Office]
) -> dict[_Office, frozenset[UUID]]:
    """By person and organization, all regions of their roles as they lay on a day; one query."""
    inside = places.within({g.place_id for g in held if g.place_id}, on=on)
    had: dict[_Office, frozenset[UUID]] = dict.fromkeys(of, frozenset())
    for g in held:
        assert g.place_id
        mine = (g.person_id, g.organization_id)
        if mine in had:
            had[mine] |= inside[g.place_id] | {g.place_id}
    return had


def _follow(
    lost: list[Grant], heirs: Mapping[UUID, Heirs], place_id: UUID, at: datetime
) -> Grant | None:
    """A role for an heir, while all those were held whose land went into it; ``None`` if never."""
    into = [g for g in lost if g.place_id and place_id in heirs[g.place_id].places]
    since = max([at, *(g.since for g in into)])
    ends = [g.until for g in into if g.until is not None]
    if ends and min(ends) <= since:
        return None
    first = into[0]
    return Grant(
        person_id=first.person_id, role=Role.OFFICER, organization_id=first.organization_id,
        place_id=place_id, since=since, until=min(ends, default=None),
        given_by_id=first.given_by_id, follows=first, confirmed_at=first.confirmed_at,
    )  # fmt: skip


def _is_held(held: list[Grant], new: Grant) -> bool:
    """Whether they have the region for some of that time already."""
    return any(
        (g.person_id, g.organization_id, g.place_id)
        == (new.person_id, new.organization_id, new.place_id)
        and (g.until is None or g.until > new.since)
        and (new.until is None or g.since < new.until)
        for g in held
    )
