"""What this room keeps about persons."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.kernel.personal_data import Basis, Erased, Line, OnErasure, RecordClass, register

from .models import Deed, Member, StaffRole


def _roles(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    rows = StaffRole.objects.filter(person_id__in=ids).select_related("organization")
    for role in rows.order_by("since", "id"):
        line = {
            _("Organization"): role.organization.name,
            _("Role"): role.role,
            _("From"): role.since,
            _("Until"): role.ended_at or "",
        }
        found.setdefault(role.person_id, []).append(line)
    return found


def _members(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    rows = Member.objects.filter(person_id__in=ids).select_related("committee")
    for member in rows.order_by("since", "id"):
        line = {
            _("Committee"): member.committee.name,
            _("From"): member.since,
            _("Until"): member.until or "",
        }
        assert member.person_id
        found.setdefault(member.person_id, []).append(line)
    return found


def _end(erased: Erased) -> int:
    """Whoever is gone acts for nobody."""
    living = StaffRole.objects.filter(person_id=erased.person_id, ended_at=None)
    return living.update(ended_at=erased.at)


def _ended(before: datetime) -> int:
    return StaffRole.objects.filter(ended_at__lt=before).delete()[0]


register(
    RecordClass(
        "organizations.role",
        (StaffRole,),
        gettext_lazy("Whom you act for"),
        gettext_lazy("Organization, role, from when to when."),
        Basis.DUTY,
        OnErasure.PSEUDONYMOUS,
        days=5 * 365,
        export=_roles,
        erase=_end,
        sweep=_ended,
    ),
    RecordClass(
        "organizations.member",
        (Member,),
        gettext_lazy("Committees you sit in"),
        gettext_lazy("Committee, post, from when to when."),
        Basis.DUTY,
        OnErasure.PSEUDONYMOUS,
        export=_members,
    ),
    RecordClass(
        "organizations.deed",
        (Deed,),
        gettext_lazy("What you noted of an agreement"),
        gettext_lazy("That you noted it, and when."),
        Basis.DUTY,
        OnErasure.PSEUDONYMOUS,
        stays={
            "organizations_deed.evidence": gettext_lazy(
                "What was done for a promise; of the person only that they noted it."
            ),
            "organizations_deed.link": gettext_lazy(
                "What was done for a promise; of the person only that they noted it."
            ),
        },
    ),
)
