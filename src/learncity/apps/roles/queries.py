"""Everything that can be asked of roles. Nothing here writes."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from .models import Grant, Item, Review
from .types import DUTIES, Act, Actor, Figures, GrantValue, Held, ItemValue, ReviewValue, Role

SOON = timedelta(days=30)

_ACTOR = """
SELECT g.role, g.organization_id, g.place_id, s.id IS NOT NULL
FROM statement_timestamp() AS t(now) CROSS JOIN roles_grant g
JOIN organizations_organization o ON o.id = g.organization_id AND o.ended_at IS NULL
LEFT JOIN roles_grant s ON s.id = g.stands_in_for_id
WHERE g.person_id = %s AND g.since <= t.now AND (g.until IS NULL OR g.until > t.now)
AND (s.id IS NULL OR s.since <= t.now AND (s.until IS NULL OR s.until > t.now))
"""


def actor(person_id: UUID) -> Actor:
    """The person with the roles they hold now, in organizations that have not ended.

    A stand-in's role ends with the role they stand in for. Roles are the record's own: whoever
    merges two records gives nobody a role. One query, written out because every page asks it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ACTOR, [person_id])
        rows = cursor.fetchall()
    held = (Held(Role(role), org, place, is_lent) for role, org, place, is_lent in rows)
    return Actor(person_id, frozenset(held))


def held_now(at: datetime) -> Q:
    """The rows that give a role now, not looking at organizations; for this room only."""
    return _within(at) & (Q(stands_in_for=None) | _within(at, "stands_in_for__"))


def _within(at: datetime, prefix: str = "") -> Q:
    begun = Q(**{f"{prefix}since__lte": at})
    return begun & (Q(**{f"{prefix}until": None}) | Q(**{f"{prefix}until__gt": at}))


def of_organization(organization_id: UUID, roles: Collection[Role], *, at: datetime) -> list[UUID]:
    """Who has one of these roles at an organization, by when they came; one query."""
    rows = Grant.objects.filter(held_now(at), organization_id=organization_id, role__in=roles)
    found = rows.order_by("since", "id").values_list("person_id", flat=True)
    return list(dict.fromkeys(found))


def operators(*, at: datetime) -> list[UUID]:
    """Who operates the city now, by when they began; one query."""
    rows = Grant.objects.filter(
        held_now(at), role=Role.OPERATOR, organization__ended_at=None
    ).order_by("since", "id")
    return list(dict.fromkeys(rows.values_list("person_id", flat=True)))


def holders(act: Act, *, at: datetime) -> list[Actor]:
    """Everybody whose role lets them do it now, with these roles alone, by when they came.

    In organizations that have not ended; one query.
    """
    lets = [role for role in Role if act in DUTIES[role]]
    rows = Grant.objects.filter(held_now(at), role__in=lets, organization__ended_at=None)
    found: dict[UUID, set[Held]] = {}
    for person_id, role, organization_id, place_id, lent in rows.order_by(
        "since", "id"
    ).values_list("person_id", "role", "organization_id", "place_id", "stands_in_for_id"):
        held = Held(Role(role), organization_id, place_id, lent is not None)
        if held.lets(act):
            found.setdefault(person_id, set()).add(held)
    return [Actor(person_id, frozenset(held)) for person_id, held in found.items()]


def of_person(person_id: UUID, *, at: datetime) -> list[GrantValue]:
    """What a person may do now and will, with what they have let others do; one query."""
    rows = _loaded().filter(person_id=person_id).exclude(until__lte=at)
    return [row.as_value() for row in rows.order_by("since", "id")]


def stand_ins_of(person_id: UUID, *, at: datetime) -> list[GrantValue]:
    """Who stands in for a person, now or later; one query."""
    rows = _loaded().filter(stands_in_for__person_id=person_id).exclude(until__lte=at)
    return [row.as_value() for row in rows.order_by("since", "id")]


def grants(
    organization_ids: Collection[UUID] | None,
    *,
    at: datetime,
    over: bool = False,
    offset: int = 0,
    limit: int | None = None,
) -> list[GrantValue]:
    """Roles at these organizations, at all for ``None``, by organization and beginning; one query.

    Args:
        over: those that are over, the last first, instead of those of now and later.
        offset, limit: the part that is read; all for ``None``. How many there are say ``figures``.
    """
    rows = _of(organization_ids)
    if over:
        rows = rows.filter(until__lte=at).order_by("-until", "id")
    else:
        rows = rows.exclude(until__lte=at).order_by("organization__key", "since", "id")
    return [row.as_value() for row in rows[offset : None if limit is None else offset + limit]]


def find_grant(grant_id: UUID) -> GrantValue | None:
    """A role by id, or ``None``; one query."""
    found = _loaded().filter(pk=grant_id).first()
    return found.as_value() if found else None


def figures(organization_ids: Collection[UUID] | None, *, at: datetime) -> Figures:
    """How the roles at these organizations stand, at all for ``None``; one query."""
    held = held_now(at)
    own = held & Q(stands_in_for=None)
    long_ago = at - timedelta(days=settings.ROLE_REVIEW_DAYS)
    asked = Item.objects.filter(grant=OuterRef("pk"), keep=None, review__closed_at=None)
    rows = _of(organization_ids).annotate(is_asked=Exists(asked))
    found = rows.aggregate(
        held=Count("pk", filter=own),
        stand_ins=Count("pk", filter=held & Q(stands_in_for__isnull=False)),
        ending=Count("pk", filter=held & Q(until__lte=at + SOON)),
        coming=Count("pk", filter=Q(since__gt=at)),
        unreviewed=Count(
            "pk", filter=~Q(until__lte=at) & (Q(is_asked=True) | own & unreviewed(long_ago))
        ),
        listed=Count("pk", filter=~Q(until__isnull=False, until__lte=at)),
        over=Count("pk", filter=Q(until__lte=at)),
    )
    return Figures(**found)


def unreviewed(before: datetime) -> Q:
    """Roles that nobody has given or kept since; for this room only."""
    return Q(confirmed_at__lt=before) | Q(confirmed_at=None, since__lt=before)


def reviews(organization_ids: Collection[UUID] | None, *, limit: int = 50) -> list[ReviewValue]:
    """Reviews of these organizations, of all for ``None``: the open first, then the newest."""
    rows = _reviews()
    if organization_ids is not None:
        rows = rows.filter(organization_id__in=organization_ids)
    rows = rows.order_by(F("closed_at").desc(nulls_first=True), "-opened_at", "-id")
    return [_review(row) for row in rows[:limit]]


def find_review(review_id: UUID) -> ReviewValue | None:
    """A review by id, or ``None``; one query."""
    found = _reviews().filter(pk=review_id).first()
    return _review(found) if found else None


def has_office_roles(review_id: UUID) -> bool:
    """Whether roles of officers or operators are in a review; one query."""
    rows = Item.objects.filter(review_id=review_id)
    return rows.filter(grant__role__in=[Role.OFFICER, Role.OPERATOR]).exists()


def items(review_id: UUID) -> list[ItemValue]:
    """The roles in a review, what is undecided first; one query."""
    rows = Item.objects.filter(review_id=review_id).select_related(
        "grant__organization", "grant__stands_in_for"
    )
    found = [
        ItemValue(row.grant.as_value(), row.keep, row.decided_by_id, row.decided_at)
        for row in rows.order_by("grant__since", "grant_id")
    ]
    return sorted(found, key=lambda item: item.keep is not None)


def _loaded() -> QuerySet[Grant]:
    return Grant.objects.select_related("organization", "stands_in_for")


def _of(organization_ids: Collection[UUID] | None) -> QuerySet[Grant]:
    if organization_ids is None:
        return _loaded()
    return _loaded().filter(organization_id__in=organization_ids)


def _reviews() -> QuerySet[Review]:
    return Review.objects.select_related("organization").annotate(
        total=Count("items"), decided=Count("items", filter=Q(items__keep__isnull=False))
    )


def _review(row: Review) -> ReviewValue:
    return ReviewValue(
        row.id, row.organization.as_value(), row.opened_at, row.due, row.closed_at,
        row.total, row.decided,  # type: ignore[attr-defined]
    )  # fmt: skip


def names_of(held: Sequence[GrantValue]) -> set[UUID]:
    """Everybody whom these roles name."""
    found = {g.person_id for g in held} | {g.given_by for g in held if g.given_by}
    return found | {g.stands_in_for for g in held if g.stands_in_for}
