"""What this room keeps about persons."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.kernel.personal_data import Basis, Line, OnErasure, RecordClass, register

from .models import Accreditation, Deed, Member, Suspension


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


register(
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
    RecordClass(
        "organizations.standing",
        (Accreditation, Suspension),
        gettext_lazy("What you asked or decided about organizations"),
        gettext_lazy("That you asked for an accreditation, decided one, or suspended somebody."),
        Basis.DUTY,
        OnErasure.PSEUDONYMOUS,
        stays={
            f"organizations_{column}": gettext_lazy(
                "What was decided about an organization; of the person only that they decided it."
            )
            for column in (
                "accreditation.words",
                "accreditation.reason",
                "accreditation.evidence",
                "suspension.reason",
                "suspension.evidence",
                "suspension.lifted_because",
            )
        },
    ),
)
