"""Looking at all roles of an organization again. Called through services."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.db.models.functions import Coalesce

from learncity.apps.organizations import queries as organizations
from learncity.apps.organizations.types import OrganizationNotFound
from learncity.kernel import audit, locks
from learncity.kernel.acting import SYSTEM, By
from learncity.kernel.dated import begin_of, day_of
from learncity.kernel.one_by_one import one_by_one

from . import queries, telling
from .granting import LOCK, OPERATORS, end_all, held, is_own, others_operate
from .models import Grant, Item, Review
from .types import Ending, OwnRole, ReviewClosed, ReviewNotFound, Role


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
    locks.hold(LOCK, organization_id)
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
    grant = held(grant_id) if Grant.objects.filter(pk=grant_id).exists() else None
    item = Item.objects.filter(review_id=review_id, grant=grant).select_related("review").first()
    if grant is None or item is None:
        raise ReviewNotFound(review_id)
    if item.keep is keep:
        return
    is_over = grant.until is not None and grant.until <= at
    if item.keep is not None or item.review.closed_at is not None or is_over:
        raise ReviewClosed(grant_id)
    if is_own(by, grant.person_id):
        raise OwnRole(grant_id)
    item.keep, item.decided_by_id, item.decided_at = keep, by.person_id, at
    item.save(update_fields=["keep", "decided_by", "decided_at"])
    if keep:
        Grant.objects.filter(pk=grant.pk).update(confirmed_at=at)
        audit.note("roles.kept", f"person {grant.person_id}", by=by, role=grant.role)
    else:
        end_all([grant], Ending.NOT_KEPT, by=by, at=at)
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

    def begin(organization_id: UUID) -> int:
        with transaction.atomic():
            _open(organization_id, by=SYSTEM, at=at, with_office=True)
        return 1

    return one_by_one(sorted(wanted), begin, what="organization")


def close_due_reviews(*, at: datetime) -> int:
    """End every role that nobody kept in a review that is over; how many.

    The last operator stays, undecided: the city must not lose its keys by nobody looking.
    """
    due = Review.objects.filter(closed_at=None, due__lte=at).order_by("due", "id")
    ids = list(due.values_list("id", flat=True))
    return one_by_one(ids, lambda pk: _close(pk, at), what="review of roles")


@transaction.atomic
def _close(review_id: UUID, at: datetime) -> int:
    locks.hold(LOCK, OPERATORS)
    review = Review.objects.filter(pk=review_id, closed_at=None).first()
    if review is None:
        return 0
    locks.hold(LOCK, review.organization_id)
    open_items = Item.objects.filter(review=review, keep=None).select_related("grant")
    # What has ended meanwhile needs nobody's answer any more.
    grants = [i.grant for i in open_items if i.grant.until is None or i.grant.until > at]
    if not others_operate({g.id for g in grants}, at):
        spared = _last_operators(grants, at)
        grants = [g for g in grants if g not in spared]
    Item.objects.filter(review=review, grant__in=grants).update(keep=False, decided_at=at)
    end_all(grants, Ending.LAPSED, by=SYSTEM, at=at)
    Review.objects.filter(pk=review.pk).update(closed_at=at)
    return len(grants)


def _last_operators(grants: list[Grant], at: datetime) -> list[Grant]:
    """Of these the operator who came first, or all where each has an end."""
    operate = [
        g
        for g in grants
        if g.role == Role.OPERATOR and g.stands_in_for_id is None and g.since <= at
    ]
    lasting = [g for g in operate if g.until is None]
    return [min(lasting, key=lambda g: (g.since, g.id))] if lasting else operate
