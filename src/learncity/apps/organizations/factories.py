"""Organizations for tests and benchmarks. Never used by the product."""

from datetime import date
from itertools import count

from learncity.apps.places import queries as places

from .models import Organization
from .services import accredit_all
from .types import OrganizationKind

_number = count(1)


def make_organization(
    key: str = "",
    *,
    kind: OrganizationKind = OrganizationKind.ASSOCIATION,
    since: date | None = None,
    place: str = "gusu",
) -> Organization:
    """An accredited organization with its seat in a place of the demo city."""
    n = next(_number)
    key = key or f"organization-{n}"
    made = Organization.objects.create(
        key=key,
        kind=kind,
        name={"en": f"Organization {n}"},
        place_id=places.ids_by_key([place])[place],
        since=since,
    )
    accredit_all([made])
    return made
