"""What the services of the register share."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from learncity.apps.organizations.models import Organization
from learncity.apps.organizations.types import EndsBeforeBegin, HasEnded, OrganizationNotFound


def living(key: str) -> Organization:
    """The living organization of a key.

    Raises:
        OrganizationNotFound: none has it.
        HasEnded: it is no more.
    """
    found = Organization.objects.filter(key=key).first()
    if found is None:
        raise OrganizationNotFound(key)
    if found.ended_at is not None:
        raise HasEnded(key)
    return found


def cut(rows: "QuerySet[Any]", on: date) -> None:
    """What began before the day ends on it; what would begin later never does."""
    rows.filter(since__gte=on).delete()
    rows.update(until=on)


def check_order(since: date | None, until: date | None) -> None:
    """What holds, holds on one day at least.

    Raises:
        EndsBeforeBegin: it would hold on no day.
    """
    if since is not None and until is not None and until <= since:
        raise EndsBeforeBegin(until)
