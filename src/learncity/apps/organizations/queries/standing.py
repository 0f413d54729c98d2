"""Who may publish courses."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef

from learncity.apps.organizations.models import Accreditation, Suspension
from learncity.apps.organizations.types import (
    AccreditationState,
    AccreditationValue,
    OrganizationValue,
    Standing,
)
from learncity.kernel.dated import holds


def suspended(ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the organizations that are suspended now; one query."""
    rows = Suspension.objects.filter(organization_id__in=ids, until=None)
    return frozenset(rows.values_list("organization_id", flat=True))


def is_suspended(column: str) -> Exists:
    """Whether the organization in a column of another query is suspended now, within that query."""
    return Exists(Suspension.objects.filter(organization_id=OuterRef(column), until=None))


def accredited(ids: Collection[UUID], *, on: date) -> frozenset[UUID]:
    """Those of the organizations that are accredited on a day; one query."""
    rows = Accreditation.objects.filter(
        holds(on), organization_id__in=ids, state=AccreditationState.GIVEN
    )
    return frozenset(rows.values_list("organization_id", flat=True))


def may_publish(organization_id: UUID, *, on: date) -> bool:
    """Whether an organization is accredited on a day and not suspended now; two queries."""
    return bool(accredited([organization_id], on=on)) and not suspended([organization_id])


def standing(organization_id: UUID, *, on: date) -> Standing:
    """All that was decided about whether an organization may publish; two queries."""
    rows = Accreditation.objects.filter(organization_id=organization_id)
    asked = tuple(
        a.as_value() for a in rows.select_related("organization").order_by("-asked_at", "-id")
    )
    stopped = Suspension.objects.filter(organization_id=organization_id).order_by("-since", "-id")
    suspensions = tuple(s.as_value() for s in stopped)
    return Standing(
        asked,
        suspensions,
        any(
            a.state == AccreditationState.GIVEN
            and (a.since is None or a.since <= on)
            and (a.until is None or on < a.until)
            for a in asked
        ),
        any(s.until is None for s in suspensions),
        any(a.state == AccreditationState.ASKED for a in asked),
    )


def to_accredit() -> list[AccreditationValue]:
    """Requests that wait for a decision, the oldest first; one query."""
    rows = Accreditation.objects.filter(state=AccreditationState.ASKED)
    return [a.as_value() for a in rows.select_related("organization").order_by("asked_at", "id")]


def suspended_organizations() -> list[OrganizationValue]:
    """Who is suspended now, by key; one query."""
    rows = Suspension.objects.filter(until=None).select_related("organization")
    return [s.organization.as_value() for s in rows.order_by("organization__key")]
