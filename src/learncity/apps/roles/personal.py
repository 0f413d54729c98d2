"""What this room keeps about persons."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.kernel.personal_data import Basis, Erased, Line, OnErasure, RecordClass, register

from .models import Grant, Item
from .types import ROLE_NAMES, Ending, Role


def _roles(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    rows = Grant.objects.filter(person_id__in=ids).select_related("organization", "place")
    for grant in rows.order_by("since", "id"):
        line = {
            _("Organization"): grant.organization.name,
            _("Role"): str(ROLE_NAMES[Role(grant.role)]),
            _("Region"): grant.place.name if grant.place else "",
            _("From"): grant.since,
            _("Until"): grant.until or "",
            _("Reason"): grant.reason,
        }
        found.setdefault(grant.person_id, []).append(line)
    return found


def _end(erased: Erased) -> int:
    """Whoever is gone acts for nobody, and nobody for them; why they once did is blank."""
    theirs = Q(person_id=erased.person_id)
    mine = Grant.objects.filter(theirs | Q(stands_in_for__person_id=erased.person_id))
    mine.filter(theirs).exclude(reason="").update(reason="")
    living = mine.exclude(until__lte=erased.at)
    return living.update(until=Greatest("since", Value(erased.at)), ending=Ending.ERASED)


def _ended(before: datetime) -> int:
    old = Grant.objects.filter(until__lt=before, stand_ins=None)
    return old.delete()[1].get("roles.Grant", 0)


register(
    RecordClass(
        "roles.grant",
        (Grant, Item),
        gettext_lazy("Whom you act for"),
        gettext_lazy("Organization, role, region, from when to when, and who kept it in a review."),
        Basis.DUTY,
        OnErasure.PSEUDONYMOUS,
        days=5 * 365,
        export=_roles,
        erase=_end,
        sweep=_ended,
    ),
)
