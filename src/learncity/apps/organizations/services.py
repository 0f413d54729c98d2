"""Every change to organizations that is not a city's file."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from learncity.apps.places.types import Heirs
from learncity.kernel.rows import repoint

from .models import Organization, Venue


@transaction.atomic
def follow_places(heirs: Mapping[UUID, Heirs]) -> int:
    """Let offices and sites go with their region where it has one heir; how many.

    Those of a divided region stay with it until somebody says where they lie: ``queries.astray``.
    """
    sole = {pk: h.sole for pk, h in heirs.items() if h.sole}
    return sum(repoint(model, "place", sole) for model in (Organization, Venue))
