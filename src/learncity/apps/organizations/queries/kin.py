"""Whom organizations belong to, where they are, and which places have one."""

from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q

from learncity.apps.organizations.models import Covered, Office, Parent
from learncity.apps.organizations.types import (
    Coverage,
    Kin,
    OfficeValue,
    OrganizationKind,
    OrganizationValue,
)
from learncity.apps.places import queries as places
from learncity.apps.places.types import PlaceKind
from learncity.kernel.dated import begin_of, holds


def kin(organization_id: UUID, *, on: date) -> Kin:
    """What an organization belongs to on a day, what belongs to it, what it covers; two queries."""
    rows = Parent.objects.filter(holds(on)).select_related("child", "parent")
    both = rows.filter(Q(child_id=organization_id) | Q(parent_id=organization_id))
    parent: OrganizationValue | None = None
    children: list[OrganizationValue] = []
    for row in both.order_by("child__key"):
        if row.child_id == organization_id:
            parent = row.parent.as_value()
        else:
            children.append(row.child.as_value())
    covered = Covered.objects.filter(holds(on), organization_id=organization_id)
    place_ids = covered.order_by("place__path").values_list("place_id", flat=True)
    return Kin(parent, tuple(children), tuple(place_ids))


def offices(organization_id: UUID, *, on: date | None = None) -> list[OfficeValue]:
    """Offices open on a day, or of all times, as they were opened; one query."""
    rows = Office.objects.filter(organization_id=organization_id)
    if on is not None:
        rows = rows.filter(holds(on))
    return [office.as_value() for office in rows.order_by("since", "id")]


def coverage(kind: OrganizationKind, level: PlaceKind, region_id: UUID, *, on: date) -> Coverage:
    """How many places of a level have a living organization of a kind on a day; two queries.

    The places are those that lay in the region on that day. A place counts when one covers that
    very place: one that covers a district is not in each of its sub-districts. An organization
    counts from ``since`` to before the day on which it ended.
    """
    wanted = places.below_on(region_id, on=on, kinds=[level])
    rows = Covered.objects.filter(
        holds(on),
        Q(organization__since=None) | Q(organization__since__lte=on),
        Q(organization__ended_at=None)
        | Q(organization__ended_at__gte=begin_of(on + timedelta(days=1))),
        organization__kind=kind,
        place_id__in=[place.place_id for place in wanted],
    )
    found: dict[UUID, list[OrganizationValue]] = {}
    for row in rows.select_related("organization").order_by("organization__key", "id"):
        found.setdefault(row.place_id, []).append(row.organization.as_value())
    return Coverage(
        on,
        len(wanted),
        tuple((p.place_id, tuple(found[p.place_id])) for p in wanted if p.place_id in found),
        tuple(p.place_id for p in wanted if p.place_id not in found),
    )
