"""Committees with their terms and members."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import TypeVar
from uuid import UUID

from django.db.models import Max, QuerySet

from learncity.apps.organizations.models import Committee, Member, TermOfOffice
from learncity.apps.organizations.types import CommitteeValue
from learncity.apps.people import queries as people

T = TypeVar("T", TermOfOffice, Member)


def committees_of(organization_id: UUID, *, public: bool = False) -> list[CommitteeValue]:
    """The committees of an organization, by key; four queries, or one when there is none.

    Args:
        public: only those whose members are published.
    """
    rows = Committee.objects.filter(organization_id=organization_id, ended_at=None)
    return _values(rows.filter(is_public=True) if public else rows)


def find_committee(key: str) -> CommitteeValue | None:
    """A committee by its key, or ``None``; four queries."""
    return next(iter(_values(Committee.objects.filter(key=key, ended_at=None))), None)


def overdue_committees(
    *, on: date, organization_ids: Collection[UUID] | None = None
) -> list[CommitteeValue]:
    """Committees of living organizations whose last term has ended, by key; five queries.

    Args:
        organization_ids: only of these; ``None``: of all.
    """
    rows = Committee.objects.filter(ended_at=None, organization__ended_at=None)
    if organization_ids is not None:
        rows = rows.filter(organization_id__in=organization_ids)
    ids = list(rows.annotate(last=Max("terms__until")).filter(last__lte=on).values_list("pk"))
    return _values(Committee.objects.filter(pk__in=[pk for (pk,) in ids]))


def _values(rows: "QuerySet[Committee]") -> list[CommitteeValue]:
    found = list(
        rows.select_related("organization").prefetch_related("terms", "members").order_by("key")
    )
    everybody: list[Member] = [m for c in found for m in c.members.all()]
    names = people.persons({m.person_id for m in everybody if m.person_id}) if everybody else {}

    def name(member: Member) -> str:
        return names[member.person_id].name if member.person_id else member.name

    return [
        CommitteeValue(
            c.id,
            c.key,
            c.organization.as_value(),
            c.name,
            c.is_public,
            tuple(t.as_value() for t in _by_day(c.terms.all())),
            tuple(m.as_value(name(m)) for m in _by_day(c.members.all())),
        )
        for c in found
    ]


def _by_day(rows: Iterable[T]) -> list[T]:
    return sorted(rows, key=lambda row: (row.since, row.id))
