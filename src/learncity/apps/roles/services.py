"""Every change to roles: one function, one transaction, under the lock of the organization."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest

from learncity.apps.organizations import queries as organizations
from learncity.apps.organizations.types import HasEnded, OrganizationNotFound
from learncity.apps.people import queries as people
from learncity.apps.places import queries as places
from learncity.apps.places.types import Heirs
from learncity.kernel import audit, locks
from learncity.kernel.acting import SYSTEM, By
from learncity.kernel.dated import begin_of, day_of

from . import queries, telling
from .models import Grant, Item, Review
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
        RegionNeeded: an officer without a region of today, or a region for another role.
        NoTime: it would be held at no time from now on.
        AlreadyHeld: they hold it for another time that this one goes beyond.
    """
    if _is_own(by, person_id):
        raise OwnRole(person_id)
    if (role == Role.OFFICER) != (place_id is not None):
        raise RegionNeeded(role)
    if place_id is not None and not _is_there(place_id):
        raise RegionNeeded(place_id)
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


def _is_own(by: By, person_id: UUID) -> bool:
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
    grant = _held(grant_id)
    is_own = _is_own(by, grant.person_id)
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
    # Of what has ended nobody is asked any more.
    undecided = Item.objects.filter(grant__in=living, keep=None, review__closed_at=None)
    undecided.update(keep=False, decided_at=at)
    for grant in living:
        audit.note(
            "roles.ended", f"person {grant.person_id}", by=by, role=grant.role, ending=ending.value
        )
    telling.ended([g.id for g in living], at=at)


def _others_operate(gone: set[UUID], at: datetime) -> bool:
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
    grant = _held(grant_id)
    if grant.person_id != by.person_id or (grant.until is not None and grant.until <= at):
        raise GrantNotFound(grant_id)
    if grant.stands_in_for_id is not None:
        raise CannotStandIn(grant_id)
    if _is_own(by, person_id):
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
    grant = _held(grant_id)
    if grant.stands_in_for is None or grant.stands_in_for.person_id != by.person_id:
        raise GrantNotFound(grant_id)
    _end([grant], Ending.TAKEN, by=by, at=at)


@transaction.atomic
def open_review(*, organization_key: str, by: By, at: datetime, with_office: bool = True) -> UUID:
    """Begin a look at all roles of an organization; its id. One that is open is taken up.

    Args:
        with_office: also at those of officers and operators, which only the city may decide.

    Raises:
        OrganizationNotFound: no living organization has the key.
    """
    found = organizations.find_organization(organization_key)
    if found is None:
        raise OrganizationNotFound(organization_key)
    return _open(found.id, by=by, at=at, with_office=with_office)


def _open(organization_id: UUID, *, by: By, at: datetime, with_office: bool) -> UUID:
    locks.hold(_LOCK, organization_id)
    open_one = Review.objects.filter(organization_id=organization_id, closed_at=None).first()
    if open_one is not None:
        return open_one.id
    due = begin_of(day_of(at) + timedelta(days=settings.ROLE_REVIEW_TAKES + 1))
    made = Review.objects.create(organization_id=organization_id, opened_at=at, due=due)
    held = Grant.objects.filter(organization_id=organization_id).exclude(until__lte=at)
    if not with_office:
        held = held.exclude(role__in=[Role.OFFICER, Role.OPERATOR])
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
    if _is_own(by, grant.person_id):
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
            _open(organization_id, by=SYSTEM, at=at, with_office=True)
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
    # What has ended meanwhile needs nobody's answer any more.
    grants = [i.grant for i in open_items if i.grant.until is None or i.grant.until > at]
    gone = {g.id for g in grants}
    if not _others_operate(gone, at):
        first = min(
            (
                g
                for g in grants
                if g.role == Role.OPERATOR
                and g.stands_in_for_id is None
                and g.since <= at
                and g.until is None
            ),
            key=lambda g: (g.since, g.id),
            default=None,
        )
        grants = [g for g in grants if g is not first]
    Item.objects.filter(review=review, grant__in=grants).update(keep=False, decided_at=at)
    _end(grants, Ending.LAPSED, by=SYSTEM, at=at)
    Review.objects.filter(pk=review.pk).update(closed_at=at)
    return len(grants)


def keep_the_office(organization_id: UUID, at: datetime) -> None:
    """Refuse that an organization ends at which somebody serves the public.

    Raises:
        HoldsTheOffice: officers or operators have their role at it.
    """
    locks.hold(_LOCK, _OPERATORS)
    locks.hold(_LOCK, organization_id)
    held = Grant.objects.filter(organization_id=organization_id).exclude(until__lte=at)
    if held.filter(role__in=[Role.OFFICER, Role.OPERATOR]).exists():
        raise HoldsTheOffice(organization_id)


@transaction.atomic
def follow_places(heirs: Mapping[UUID, Heirs], *, at: datetime) -> int:
    """Let officers of a region that is no more keep what wholly came from theirs; how many roles.

    No reform gives an officer another region that was not wholly theirs: into which more came is
    nobody's until the city gives it. A region that goes on stays its officer's, with what a decree
    joins to it. Stand-ins end with a region. Doing it again changes nothing.
    """
    rows = Grant.objects.filter(place_id__in=list(heirs), place__ended_at__isnull=False)
    rows = rows.exclude(until__lte=at)
    locks.hold_all(_LOCK, sorted(set(rows.values_list("organization_id", flat=True))))
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


_Office = tuple[UUID, UUID]


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
