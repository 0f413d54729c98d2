"""Roles for tests."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from learncity.apps.organizations import queries as organizations
from learncity.apps.places import queries as places
from learncity.kernel.acting import SYSTEM

from . import services
from .types import Role


def make_grant(
    person_id: UUID,
    role: Role,
    organization_key: str,
    *,
    region: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> UUID:
    """Give somebody a role, from now or ``since``; the id of it."""
    at = timezone.now()
    place_id = places.ids_by_key([region])[region] if region else None
    assert organizations.find_registered(organization_key)
    return services.give(
        person_id=person_id, role=role, organization_key=organization_key, place_id=place_id,
        since=since or at, until=until, by=SYSTEM, at=min(at, since) if since else at,
    )  # fmt: skip
