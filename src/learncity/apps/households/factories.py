"""Households and mandates for tests and benchmarks. Never used by the product."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from .models import Household, Mandate, Membership
from .types import Kind, MandateKind, Purpose

# Long before anything that a test does.
LONG_AGO = timedelta(days=60)


def make_mandate(
    principal_id: UUID,
    delegate_id: UUID,
    *,
    purposes: Collection[Purpose] = (Purpose.CLASSES,),
    until: date | None = None,
    at: datetime | None = None,
) -> UUID:
    """A mandate in force since two months; its id. Nobody is told of it."""
    begun = (until or timezone.localdate()) - LONG_AGO
    made = Mandate.objects.create(
        kind=MandateKind.DELEGATE,
        principal_id=principal_id,
        delegate_id=delegate_id,
        purposes=list(purposes),
        since=begun,
        until=until or begun + timedelta(days=365),
        offered_at=at or timezone.now(),
        accepted_at=at or timezone.now(),
    )
    return made.id


def make_household(head_id: UUID, *members: UUID, kind: Kind = Kind.HOUSEHOLD) -> UUID:
    """A household with its head and members, since two months; its id."""
    made = Household.objects.create(kind=kind, name="测试家庭")
    since = timezone.localdate() - LONG_AGO
    Membership.objects.bulk_create(
        Membership(household=made, kind=kind, person_id=pk, is_head=pk == head_id, since=since)
        for pk in (head_id, *members)
    )
    return made.id
