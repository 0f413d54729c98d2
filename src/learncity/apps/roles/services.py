"""Every change to roles: one function, one transaction, under the lock of the organization."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q, Value
from django.db.models.functions import Coalesce, Greatest

from learncity.apps.organizations import queries as organizations
from learncity.apps.organizations.types import HasEnded, OrganizationNotFound
from learncity.apps.places import queries as places
from learncity.apps.places.types import Heirs
from learncity.kernel import audit, locks
from learncity.kernel.acting import SYSTEM, By
from learncity.kernel.dated import begin_of, day_of

from . import queries, telling
from .models import Grant, Item, Review
from .types import (
    CannotStandIn,
    Ending,
    GrantNotFound,
    LastOperator,
    NoTime,
    OwnRole,
    RegionNeeded,
    ReviewClosed,
    ReviewNotFound,
    Role,
)

_LOCK = "roles.organization"
# Who reviews and lets lapse must not be able to end the last operator from two desks at once.
_OPERATORS = UUID(int=0)


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
        RegionNeeded: an officer without a region, or a region for another role.
        NoTime: it would be held at no time from now on.
    """
    if by.person_id == person_id:
        raise OwnRole(person_id)
    if (role == Role.OFFICER) != (place_id is not None):
        raise RegionNeeded(role)
    if until is not None and until <= max(since, at):
        raise NoTime(until)
    found = organizations.find_registered(organization_key)
    if found is None:
        raise OrganizationNotFound(organization_key)
    if found.ended_at is not None:
        raise HasEnded(organization_key)
    locks.hold(_LOCK, found.id)
    same = Grant.objects.filter(
        person_id=person_id, role=role, organization_id=found.id, stands_in_for=None
    )
    same = same.filter(place_id=place_id) if place_id else same.filter(place=None)
    known = same.filter(_overlapping(since, until)).order_by("since").first()
    if known is not None:
        return known.id
    made = Grant.objects.create(
        person_id=person_id, role=role, organization_id=found.id, place_id=place_id,
        since=since, until=until, reason=reason, given_by_id=by.person_id,
    )  # fmt: skip
    audit.note("roles.given", f"person {person_id}", by=by, role=role.value, key=found.key)
    telling.given(queries.find_grant(made.id), at=at)
    return made.id


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
    grant = _held(grant_id)
    is_own = by.person_id == grant.person_id
    if is_own and ending != Ending.LAID_DOWN:
        raise OwnRole(grant_id)
    if not is_own and ending == Ending.LAID_DOWN:
        raise GrantNotFound(grant_id)
    _end([grant], ending, by=by, at=at)


def _held(grant_id: UUID) -> Grant:
    """The role, under the lock of its organization, and of operators when it is one's."""
    found = Grant.objects.filter(pk=grant_id).first()
    if found is None:
        raise GrantNotFound(grant_id)
    if found.role == Role.OPERATOR:
        locks.hold(_LOCK, _OPERATORS)
    locks.hold(_LOCK, found.organization_id)
    found.refresh_from_db()
    return found


def _end(grants: list[Grant], ending: Ending, *, by: By, at: datetime) -> None:
    living = [g for g in grants if g.until is None or g.until > at]
    if not living:
        return
    lent = Grant.objects.filter(stands_in_for__in=living).exclude(until__lte=at)
    living += [grant for grant in lent if grant not in living]
    gone = {g.id for g in living}
    if any(g.role == Role.OPERATOR for g in living) and not _others_operate(gone, at):
        raise LastOperator(sorted(gone))
    for grant in living:
        grant.until, grant.ending = max(at, grant.since), ending
    Grant.objects.bulk_update(living, ["until", "ending"])
    for grant in living:
        audit.note(
            "roles.ended", f"person {grant.person_id}", by=by, role=grant.role, ending=ending.value
        )
    telling.ended([g.id for g in living], at=at)


def _others_operate(gone: set[UUID], at: datetime) -> bool:
    """Whether somebody operates the city without these: for good, not as a stand-in."""
    rest = Grant.objects.filter(queries.held_now(at), role=Role.OPERATOR, stands_in_for=None)
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
    grant = _held(grant_id)
    if grant.person_id != by.person_id or (grant.until is not None and grant.until <= at):
        raise GrantNotFound(grant_id)
    if grant.stands_in_for_id is not None:
        raise CannotStandIn(grant_id)
    if person_id == by.person_id:
        raise OwnRole(person_id)
    longest = timedelta(days=settings.STAND_IN_DAYS)
    if until <= max(since, at) or until - since > longest:
        raise NoTime(until)
    same = Grant.objects.filter(person_id=person_id, stands_in_for=grant)
    known = same.filter(_overlapping(since, until)).first()
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
    grant = _held(grant_id)
    if grant.stands_in_for is None or grant.stands_in_for.person_id != by.person_id:
        raise GrantNotFound(grant_id)
    _end([grant], Ending.TAKEN, by=by, at=at)


@transaction.atomic
def open_review(*, organization_key: str, by: By, at: datetime) -> UUID:
    """Begin a look at all roles of an organization; its id. One that is open is taken up.

    Raises:
        OrganizationNotFound: no living organization has the key.
    """
    found = organizations.find_organization(organization_key)
    if found is None:
        raise OrganizationNotFound(organization_key)
    return _open(found.id, by=by, at=at)


def _open(organization_id: UUID, *, by: By, at: datetime) -> UUID:
    locks.hold(_LOCK, organization_id)
    open_one = Review.objects.filter(organization_id=organization_id, closed_at=None).first()
    if open_one is not None:
        return open_one.id
    due = begin_of(day_of(at) + timedelta(days=settings.ROLE_REVIEW_TAKES + 1))
    made = Review.objects.create(organization_id=organization_id, opened_at=at, due=due)
    held = Grant.objects.filter(organization_id=organization_id).exclude(until__lte=at)
    Item.objects.bulk_create(
        Item(review=made, grant=g, person_id=g.person_id) for g in held.order_by("since", "id")
    )
    audit.note("roles.review_opened", f"organization {organization_id}", by=by)
    telling.review_opened(queries.find_review(made.id), at=at)
    return made.id


@transaction.atomic
def decide(*, review_id: UUID, grant_id: UUID, keep: bool, by: By, at: datetime) -> None:
    """Keep a role, or end it. The same decision again is the same.

    Raises:
        ReviewNotFound: no review has this id, or the role is not in it.
        ReviewClosed: it was decided otherwise, or the review is over.
        OwnRole: it is the acting person's.
        LastOperator: nobody could operate the city.
    """
    grant = _held(grant_id) if Grant.objects.filter(pk=grant_id).exists() else None
    item = Item.objects.filter(review_id=review_id, grant=grant).select_related("review").first()
    if grant is None or item is None:
        raise ReviewNotFound(review_id)
    if item.keep is keep:
        return
    if item.keep is not None or item.review.closed_at is not None:
        raise ReviewClosed(grant_id)
    if grant.person_id == by.person_id:
        raise OwnRole(grant_id)
    item.keep, item.decided_by_id, item.decided_at = keep, by.person_id, at
    item.save(update_fields=["keep", "decided_by", "decided_at"])
    if keep:
        Grant.objects.filter(pk=grant.pk).update(confirmed_at=at)
        audit.note("roles.kept", f"person {grant.person_id}", by=by, role=grant.role)
    else:
        _end([grant], Ending.NOT_KEPT, by=by, at=at)
    if not Item.objects.filter(review_id=review_id, keep=None).exists():
        Review.objects.filter(pk=review_id).update(closed_at=at)


def open_due_reviews(*, at: datetime) -> int:
    """Begin a review wherever somebody's role was given or kept too long ago; how many."""
    before = at - timedelta(days=settings.ROLE_REVIEW_DAYS)
    held = Grant.objects.filter(queries.held_now(at), stands_in_for=None)
    due = held.filter(organization__ended_at=None).annotate(
        looked=Coalesce("confirmed_at", "since")
    )
    oldest = due.values("organization_id").annotate(oldest=Min("looked")).filter(oldest__lt=before)
    busy = Review.objects.filter(closed_at=None).values("organization_id")
    wanted = oldest.exclude(organization_id__in=busy).values_list("organization_id", flat=True)
    found = sorted(wanted)
    for organization_id in found:
        with transaction.atomic():
            _open(organization_id, by=SYSTEM, at=at)
    return len(found)


def close_due_reviews(*, at: datetime) -> int:
    """End every role that nobody kept in a review that is over; how many.

    The last operator stays, undecided: the city must not lose its keys by nobody looking.
    """
    ended = 0
    for review in Review.objects.filter(closed_at=None, due__lte=at).order_by("due", "id"):
        with transaction.atomic():
            ended += _close(review.id, at)
    return ended


def _close(review_id: UUID, at: datetime) -> int:
    locks.hold(_LOCK, _OPERATORS)
    review = Review.objects.filter(pk=review_id, closed_at=None).first()
    if review is None:
        return 0
    locks.hold(_LOCK, review.organization_id)
    open_items = Item.objects.filter(review=review, keep=None).select_related("grant")
    grants = [item.grant for item in open_items]
    gone = {g.id for g in grants}
    if not _others_operate(gone, at):
        first = min(
            (g for g in grants if g.role == Role.OPERATOR and g.stands_in_for_id is None),
            key=lambda g: (g.since, g.id),
            default=None,
        )
        grants = [g for g in grants if g is not first]
    Item.objects.filter(review=review, grant__in=grants).update(keep=False, decided_at=at)
    _end(grants, Ending.LAPSED, by=SYSTEM, at=at)
    Review.objects.filter(pk=review.pk).update(closed_at=at)
    return len(grants)


@transaction.atomic
def follow_places(heirs: Mapping[UUID, Heirs], *, at: datetime) -> int:
    """Let officers of a region that is no more keep what wholly came from theirs; how many roles.

    No reform gives an officer a place that was not theirs: what other territory came into is
    nobody's until the city gives it. Stand-ins end with it. Doing it again changes nothing.
    """
    rows = Grant.objects.filter(place_id__in=list(heirs), place__ended_at__isnull=False)
    lost = list(rows.exclude(until__lte=at).order_by("organization_id", "since", "id"))
    if not lost:
        return 0
    locks.hold_all(_LOCK, sorted({g.organization_id for g in lost}))
    Grant.objects.filter(pk__in=[g.id for g in lost]).update(
        until=Greatest("since", Value(at)), ending=Ending.REFORMED
    )
    to = max(heirs[g.place_id].on for g in lost if g.place_id)
    stay = Grant.objects.filter(person_id__in={g.person_id for g in lost}, role=Role.OFFICER)
    held = [*lost, *stay.exclude(until__lte=at)]
    offices = _offices([g for g in held if g.stands_in_for_id is None], to - timedelta(days=1))
    left: dict[_Office, list[Grant]] = {}
    for grant in lost:
        if grant.stands_in_for_id is None:
            left.setdefault((grant.person_id, grant.organization_id), []).append(grant)
    candidates = {
        office: {place for g in grants if g.place_id for place in heirs[g.place_id].places}
        for office, grants in left.items()
    }
    known = {
        (g.person_id, g.organization_id, g.place_id)
        for g in held[len(lost) :]
        if g.stands_in_for_id is None
    }
    theirs = places.still_theirs(offices, candidates, on=to - timedelta(days=1), to=to)
    made = [
        _follow(left[office], place, at)
        for office in left
        for place in sorted(theirs[office])
        if (*office, place) not in known
    ]
    Grant.objects.bulk_create(made)
    for office, grants in left.items():
        person_id, kept = office[0], len(theirs[office])
        audit.note("roles.followed", f"person {person_id}", by=SYSTEM, found=kept)
        others = len(candidates[office]) - kept
        telling.followed(grants[0].id, kept=kept, lost=others, at=at)
    return len(made)


_Office = tuple[UUID, UUID]


def _offices(held: list[Grant], on: date) -> dict[_Office, frozenset[UUID]]:
    """By person and organization, all regions of their roles as they lay on a day; one query."""
    inside = places.within({g.place_id for g in held if g.place_id}, on=on)
    had: dict[_Office, frozenset[UUID]] = {}
    for g in held:
        assert g.place_id
        mine = (g.person_id, g.organization_id)
        had[mine] = had.get(mine, frozenset()) | inside[g.place_id] | {g.place_id}
    return had


def _follow(lost: list[Grant], place_id: UUID, at: datetime) -> Grant:
    """A role for a region that wholly came from those of these roles, until the last of them."""
    first = lost[0]
    ends = [g.until for g in lost]
    return Grant(
        person_id=first.person_id, role=Role.OFFICER, organization_id=first.organization_id,
        place_id=place_id, since=max(at, min(g.since for g in lost)),
        until=None if None in ends else max(end for end in ends if end),
        given_by_id=first.given_by_id, follows=first, confirmed_at=first.confirmed_at,
    )  # fmt: skip
