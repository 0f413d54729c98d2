"""Giving, ending and lending roles, under the lock of the organization. Called through services."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from learncity.apps.organizations import queries as organizations
from learncity.apps.organizations.types import HasEnded, OrganizationNotFound, OrganizationValue
from learncity.apps.people import queries as people
from learncity.apps.places import queries as places
from learncity.kernel import audit, locks
from learncity.kernel.acting import By

from . import queries, telling
from .models import Grant, Item
from .types import (
    AlreadyHeld,
    CannotStandIn,
    Ending,
    GrantNotFound,
    HoldsTheOffice,
    LastOperator,
    NoTime,
    OwnRole,
    RegionNeeded,
    Role,
)

LOCK = "roles.organization"
# Who reviews and lets lapse must not be able to end the last operator from two desks at once.
OPERATORS = UUID(int=0)


@transaction.atomic
def give(
    *,
    person_id: UUID,
    role: Role,
    organization_key: str,
    place_id: UUID | None = None,
    since: datetime,
    until: datetime | None = None,
    reason: str = "",
    by: By,
    at: datetime,
) -> UUID:
    """Give somebody a role; the id of it. The same again, while it is held, is the same.

    Args:
        place_id: of an officer's region; for other roles none.
        since, until: from when, and the first moment without.

    Raises:
        OrganizationNotFound: no organization has the key.
        HasEnded: the organization is no more.
        OwnRole: the giver is the person.
        RegionNeeded: an officer without a region of today, or a region for another role.
        NoTime: it would be held at no time from now on.
        AlreadyHeld: they hold it for another time that this one goes beyond.
    """
    if is_own(by, person_id):
        raise OwnRole(person_id)
    if (role == Role.OFFICER) != (place_id is not None):
        raise RegionNeeded(role)
    if place_id is not None and not _is_there(place_id):
        raise RegionNeeded(place_id)
    if until is not None and until <= max(since, at):
        raise NoTime(until)
    found = _hold_living(organization_key, role)
    same = Grant.objects.filter(
        person_id=person_id, role=role, organization_id=found.id, stands_in_for=None
    )
    same = same.filter(place_id=place_id) if place_id else same.filter(place=None)
    known = _same(same, since, until)
    if known is not None:
        return known.id
    made = Grant.objects.create(
        person_id=person_id, role=role, organization_id=found.id, place_id=place_id,
        since=since, until=until, reason=reason, given_by_id=by.person_id,
    )  # fmt: skip
    audit.note("roles.given", f"person {person_id}", by=by, role=role.value, key=found.key)
    telling.given(queries.find_grant(made.id), at=at)
    return made.id


def _hold_living(organization_key: str, role: Role) -> OrganizationValue:
    """The organization, which does not end until this transaction does."""
    found = organizations.find_registered(organization_key)
    if found is None:
        raise OrganizationNotFound(organization_key)
    if role == Role.OPERATOR:
        locks.hold(LOCK, OPERATORS)
    locks.hold(LOCK, found.id)
    # It may have ended while the lock was waited for.
    found = organizations.find_registered(organization_key)
    if found is None or found.ended_at is not None:
        raise HasEnded(organization_key)
    return found


def is_own(by: By, person_id: UUID) -> bool:
    """Whether the acting person is the person, by whichever of their records."""
    return by.person_id is not None and by.person_id in people.all_ids(person_id)


def _is_there(place_id: UUID) -> bool:
    found = places.places([place_id]).get(place_id)
    return found is not None and places.find_place(found.key) is not None


def _same(rows: QuerySet[Grant], since: datetime, until: datetime | None) -> Grant | None:
    """The role that is held already for all of this time, if any.

    Raises:
        AlreadyHeld: for some of it.
    """
    known = rows.filter(_overlapping(since, until)).order_by("since").first()
    if known is None:
        return None
    is_longer = known.until is None or (until is not None and until <= known.until)
    if known.since <= since and is_longer:
        return known
    raise AlreadyHeld(known.id)


def _overlapping(since: datetime, until: datetime | None) -> Q:
    ends_later = Q(until=None) | Q(until__gt=since)
    return ends_later & Q(since__lt=until) if until else ends_later


@transaction.atomic
def end(*, grant_id: UUID, ending: Ending, by: By, at: datetime) -> None:
    """End a role from now on; one that was to come never begins. One that is over stays as it is.

    Raises:
        GrantNotFound: no role has this id.
        OwnRole: somebody takes what is their own; they lay it down instead.
        LastOperator: nobody could operate the city.
    """
    grant = held(grant_id)
    own = is_own(by, grant.person_id)
    if own and ending != Ending.LAID_DOWN:
        raise OwnRole(grant_id)
    if not own and ending == Ending.LAID_DOWN:
        raise GrantNotFound(grant_id)
    end_all([grant], ending, by=by, at=at)


def held(grant_id: UUID) -> Grant:
    """The role, under the lock of its organization, and of operators when it is one's."""
    found = Grant.objects.filter(pk=grant_id).first()
    if found is None:
        raise GrantNotFound(grant_id)
    if found.role == Role.OPERATOR:
        locks.hold(LOCK, OPERATORS)
    locks.hold(LOCK, found.organization_id)
    found.refresh_from_db()
    return found


def end_all(grants: list[Grant], ending: Ending, *, by: By, at: datetime) -> None:
    """End those of these roles that are not over, with their stand-ins; all are told.

    Raises:
        LastOperator: nobody could operate the city.
    """
    living = [g for g in grants if g.until is None or g.until > at]
    if not living:
        return
    lent = Grant.objects.filter(stands_in_for__in=living).exclude(until__lte=at)
    living += [grant for grant in lent if grant not in living]
    gone = {g.id for g in living}
    # Who stands in for somebody never was the last.
    is_asked = any(g.role == Role.OPERATOR and g.stands_in_for_id is None for g in living)
    if is_asked and not others_operate(gone, at):
        raise LastOperator(sorted(gone))
    for grant in living:
        grant.until, grant.ending = max(at, grant.since), ending
    Grant.objects.bulk_update(living, ["until", "ending"])
    # Of what has ended nobody is asked any more.
    undecided = Item.objects.filter(grant__in=living, keep=None, review__closed_at=None)
    undecided.update(keep=False, decided_at=at)
    _note_ended(living, ending, by)
    telling.ended([g.id for g in living], at=at)


def _note_ended(grants: list[Grant], ending: Ending, by: By) -> None:
    """One entry a role, in one statement for each time that a person stands among them."""
    left = grants
    while left:
        first = {grant.person_id: grant for grant in reversed(left)}
        entries = {
            f"person {pk}": {"role": grant.role, "ending": ending.value}
            for pk, grant in first.items()
        }
        audit.note_all("roles.ended", entries, by=by)
        left = [grant for grant in left if first[grant.person_id] is not grant]


def others_operate(gone: set[UUID], at: datetime) -> bool:
    """Whether somebody operates the city without these: without an end, not as a stand-in."""
    rest = Grant.objects.filter(
        queries.held_now(at), role=Role.OPERATOR, stands_in_for=None, until=None
    )
    return rest.exclude(pk__in=gone).filter(organization__ended_at=None).exists()


@transaction.atomic
def let_stand_in(
    *, grant_id: UUID, person_id: UUID, since: datetime, until: datetime, by: By, at: datetime
) -> UUID:
    """Let somebody stand in for the acting person; the id of their role. Again is the same.

    It ends with the role itself, at the latest after ``STAND_IN_DAYS``.

    Raises:
        GrantNotFound: the role is not the acting person's, or over.
        CannotStandIn: the acting person stands in themselves.
        OwnRole: for themselves.
        NoTime: it would be held at no time from now on, or too long.
    """
    grant = held(grant_id)
    if grant.person_id != by.person_id or (grant.until is not None and grant.until <= at):
        raise GrantNotFound(grant_id)
    if grant.stands_in_for_id is not None:
        raise CannotStandIn(grant_id)
    if is_own(by, person_id):
        raise OwnRole(person_id)
    longest = timedelta(days=settings.STAND_IN_DAYS)
    if until <= max(since, at) or until - since > longest:
        raise NoTime(until)
    same = Grant.objects.filter(person_id=person_id, stands_in_for=grant)
    known = _same(same, since, until)
    if known is not None:
        return known.id
    made = Grant.objects.create(
        person_id=person_id, role=grant.role, organization_id=grant.organization_id,
        place_id=grant.place_id, since=since, until=until, given_by_id=by.person_id,
        stands_in_for=grant,
    )  # fmt: skip
    audit.note("roles.stand_in", f"person {person_id}", by=by, role=grant.role)
    telling.given(queries.find_grant(made.id), at=at)
    return made.id


@transaction.atomic
def end_stand_in(*, grant_id: UUID, by: By, at: datetime) -> None:
    """End what the acting person let somebody do. One that is over stays as it is.

    Raises:
        GrantNotFound: nobody stands in for the acting person by this id.
    """
    grant = held(grant_id)
    if grant.stands_in_for is None or grant.stands_in_for.person_id != by.person_id:
        raise GrantNotFound(grant_id)
    end_all([grant], Ending.TAKEN, by=by, at=at)


def end_with(organization_id: UUID, by: By, at: datetime) -> None:
    """End the roles at an organization that ends; all are told.

    Raises:
        HoldsTheOffice: officers or operators have their role at it.
    """
    locks.hold(LOCK, OPERATORS)
    locks.hold(LOCK, organization_id)
    held = Grant.objects.filter(organization_id=organization_id).exclude(until__lte=at)
    living = list(held.order_by("since", "id"))
    if any(grant.role in (Role.OFFICER, Role.OPERATOR) for grant in living):
        raise HoldsTheOffice(organization_id)
    end_all(living, Ending.CLOSED, by=by, at=at)
