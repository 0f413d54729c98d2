"""Who may do what: the one place where roles decide, for every room.

A view names the act and what it is done to: ``only(Duty(Act.KEEP_PEOPLE, on=of_person))``. For
rooms below this one what it is done to is found here; a room above hands over its own function.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from learncity.apps.organizations import queries as organizations
from learncity.apps.organizations.types import OrganizationValue
from learncity.apps.people import queries as people
from learncity.apps.places import queries as places
from learncity.apps.privacy import queries as privacy
from learncity.kernel.dated import day_of

from . import queries
from .types import SCOPES, Act, Actor, Scope

_STRANGER = Actor()


@dataclass(frozen=True, slots=True)
class Where:
    """One thing that something is done to: whose it is, and where."""

    organization_ids: frozenset[UUID] = frozenset()
    place_id: UUID | None = None


Finder = Callable[..., Sequence[Where]]


def actor_of(request: HttpRequest) -> Actor:
    """The actor behind a request; asked of the database once a request."""
    known = getattr(request, "_learncity_actor", None)
    if known is None:
        user = request.user
        known = queries.actor(user.person_id) if user.is_authenticated else _STRANGER
        request._learncity_actor = known  # type: ignore[attr-defined]
    return known


def covers(actor: Actor, act: Act, things: Sequence[Where]) -> bool:
    """Whether the actor may do it to every one of these; nobody but the city to what is not there.

    No query but for officers: two at most, whatever the number.
    """
    if actor.everywhere(act):
        return True
    own, regions = actor.organizations(act), actor.regions(act)
    rest = [thing for thing in things if not own & thing.organization_ids]
    if not things or (rest and not regions):
        return False
    return not rest or _lie_in(rest, regions)


def _lie_in(things: Sequence[Where], regions: frozenset[UUID]) -> bool:
    spots = _spots(things)
    return _inside(spots, regions, _above(spots))


def _spots(things: Sequence[Where]) -> list[set[UUID]]:
    """Of each thing the regions in which it lies: its own, and the seats of whose it is."""
    owners = {pk for thing in things for pk in thing.organization_ids}
    seats = {o.id: o.place_id for o in organizations.organizations(owners).values()}
    return [
        {seats[pk] for pk in thing.organization_ids if pk in seats}
        | ({thing.place_id} if thing.place_id else set())
        for thing in things
    ]


def _above(spots: Sequence[set[UUID]]) -> Mapping[UUID, frozenset[UUID]]:
    known = {spot for found in spots for spot in found}
    return places.above(known, on=day_of(timezone.now())) if known else {}


def _inside(
    spots: Sequence[set[UUID]], regions: frozenset[UUID], above: Mapping[UUID, frozenset[UUID]]
) -> bool:
    return all(
        any(spot in regions or above.get(spot, frozenset()) & regions for spot in found)
        for found in spots
    )


def anybody_else(
    act: Act, things: Sequence[Where], *, besides: Collection[UUID], at: datetime
) -> bool:
    """Whether somebody besides these may do it to every one of these things.

    One query; two more when there are officers and no operator besides.
    """
    others = [a for a in queries.holders(act, at=at) if a.person_id not in besides]
    if any(actor.everywhere(act) for actor in others):
        return True
    regions = [own for actor in others if (own := actor.regions(act))]
    if not things or not regions:
        return False
    spots = _spots(things)
    above = _above(spots)
    return any(_inside(spots, own, above) for own in regions)


@dataclass(frozen=True)
class Duty:
    """A decision: whoever holds a role that lets them do it, to this thing."""

    act: Act
    on: Finder | None = None

    def __str__(self) -> str:
        return f"{self.act} {self.on.__name__}" if self.on else self.act.value

    def __call__(self, request: HttpRequest, **arguments: Any) -> bool:
        """Whether the one who asks may."""
        actor = actor_of(request)
        if not actor.may(self.act):
            return False
        return self.on is None or covers(actor, self.act, _found(self, actor, arguments))


def _found(duty: Duty, actor: Actor, arguments: dict[str, Any]) -> Sequence[Where]:
    """What it is done to; not looked for when the whole city is theirs anyway."""
    assert duty.on is not None
    return () if actor.everywhere(duty.act) else duty.on(**arguments)


@dataclass(frozen=True)
class AnyDuty:
    """A decision: whoever may do one of these, anywhere; for pages that show each their part."""

    acts: frozenset[Act]

    def __str__(self) -> str:
        return " or ".join(sorted(self.acts))

    def __call__(self, request: HttpRequest, **arguments: Any) -> bool:
        """Whether the one who asks may do any of them."""
        actor = actor_of(request)
        return any(actor.may(act) for act in self.acts)


def in_city(**arguments: Any) -> Sequence[Where]:
    """What is done to the city as a whole, and no role for a part reaches."""
    return ()


def of_organization(*, key: str, **arguments: Any) -> Sequence[Where]:
    """The living organization of an address."""
    found = organizations.find_organization(key)
    return [Where(frozenset({found.id}))] if found else []


def of_registered(*, key: str, **arguments: Any) -> Sequence[Where]:
    """The organization of an address, even if it has ended."""
    found = organizations.find_registered(key)
    return [_of(found)] if found else []


def _of(organization: OrganizationValue) -> Where:
    return Where(frozenset({organization.id}), organization.place_id)


def of_committee(*, key: str, **arguments: Any) -> Sequence[Where]:
    """The organization whose committee it is."""
    found = organizations.find_committee(key)
    return [_of(found.organization)] if found else []


def of_agreement(*, key: str, **arguments: Any) -> Sequence[Where]:
    """An agreement is each party's."""
    found = organizations.find_agreement(key)
    return [Where(frozenset(party.id for party in found.parties))] if found else []


def of_person(
    *, person_id: UUID, other_id: UUID | None = None, **arguments: Any
) -> Sequence[Where]:
    """A person, or two: where they live. Who lives nowhere known is the city's alone."""
    wanted = [person_id] + ([other_id] if other_id else [])
    kept = people.same_person(wanted)
    found = people.persons({kept[pk] for pk in wanted if pk in kept})
    if len(found) < len({kept.get(pk, pk) for pk in wanted}):
        return []
    return [Where(place_id=person.home_id) for person in found.values()]


def of_request(*, number: str, **arguments: Any) -> Sequence[Where]:
    """A request about data: where the person lives who made it."""
    found = privacy.find_request(number)
    return of_person(person_id=found.person_id) if found else []


def of_grant(*, grant_id: UUID, **arguments: Any) -> Sequence[Where]:
    """A role at an organization; one for a region or the city is the city's alone."""
    found = queries.find_grant(grant_id)
    if found is None or SCOPES[found.role] != Scope.ORGANIZATION:
        return []
    return [Where(frozenset({found.organization.id}))]


def of_review(*, review_id: UUID, **arguments: Any) -> Sequence[Where]:
    """A review: the organization whose roles are looked at."""
    found = queries.find_review(review_id)
    return [Where(frozenset({found.organization.id}))] if found else []


def organizations_for(actor: Actor, act: Act) -> frozenset[UUID] | None:
    """The organizations to which the actor may do it, ``None`` for all.

    Two queries for an officer, none for others.
    """
    if actor.everywhere(act):
        return None
    regions = regions_for(actor, act)
    seated = organizations.seated_in(regions) if regions else frozenset()
    return actor.organizations(act) | seated


def regions_for(actor: Actor, act: Act) -> frozenset[UUID] | None:
    """The regions in which the actor may do it, with all below them today; ``None`` for all.

    One query for an officer, none for others.
    """
    if actor.everywhere(act):
        return None
    regions = actor.regions(act)
    if not regions:
        return frozenset()
    inside = places.within(regions, on=day_of(timezone.now()))
    return regions.union(*inside.values())
