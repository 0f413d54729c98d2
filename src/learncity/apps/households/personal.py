"""What this room keeps about persons."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.kernel.personal_data import Basis, Erased, Line, OnErasure, RecordClass, register

from . import queries, services
from .models import Act, Dispute, Household, Invitation, Mandate, Membership

Found = Mapping[UUID, Sequence[Line]]


def _memberships(ids: Collection[UUID]) -> Found:
    found: dict[UUID, list[Line]] = {}
    rows = Membership.objects.filter(person_id__in=ids).select_related("household", "relation")
    for one in rows.order_by("since", "id"):
        line = {
            _("Household"): one.household.name,
            _("Relation"): one.relation.name if one.relation else "",
            _("From"): one.since,
            _("Until"): one.until or "",
        }
        found.setdefault(one.person_id, []).append(line)
    return found


def _mandates(ids: Collection[UUID]) -> Found:
    found: dict[UUID, list[Line]] = {}
    rows = Mandate.objects.filter(Q(principal_id__in=ids) | Q(delegate_id__in=ids))
    for one in rows.order_by("offered_at", "id"):
        line = {_("From"): one.since, _("Until"): one.ended_at or one.until}
        if one.principal_id in ids:
            found.setdefault(one.principal_id, []).append(
                {_("What"): _("Somebody acts for you"), **line}
            )
        if one.delegate_id in ids:
            assert one.delegate_id
            found.setdefault(one.delegate_id, []).append(
                {_("What"): _("You act for somebody"), **line}
            )
    return found


def _acts(ids: Collection[UUID]) -> Found:
    found: dict[UUID, list[Line]] = {}
    rows = Act.objects.filter(mandate__principal_id__in=ids).select_related("mandate", "dispute")
    for one in rows.order_by("at", "id"):
        line = {_("When"): one.at, _("What"): one.deed, _("Receipt"): one.reference}
        found.setdefault(one.mandate.principal_id, []).append(line)
    return found


def _leave(erased: Erased) -> int:
    """Out of every household; who was its head hands over to whoever is longest in it."""
    households = queries.households_of(erased.person_id, at=erased.at)
    for one in households:
        others = sorted(one.others(erased.person_id), key=lambda m: (m.since, m.membership_id))
        if others and one.has_head(erased.person_id):
            services.hand_over(
                household_id=one.id, head_id=erased.person_id, to_id=others[0].membership_id,
                by=erased.by, at=erased.at,
            )  # fmt: skip
        services.leave(household_id=one.id, person_id=erased.person_id, by=erased.by, at=erased.at)
    return len(households)


def _forget_invitations(erased: Erased) -> int:
    both = Q(person_id=erased.person_id) | Q(inviter_id=erased.person_id)
    return Invitation.objects.filter(both).delete()[0]


def _end_mandates(erased: Erased) -> int:
    """Nobody acts for somebody who is gone, nor they for anybody; what they wrote goes."""
    both = Q(principal_id=erased.person_id) | Q(delegate_id=erased.person_id)
    living = list(Mandate.objects.filter(both, ended_at=None).values_list("id", flat=True))
    for mandate_id in living:
        services.end_mandate(
            mandate_id=mandate_id, person_id=erased.person_id, by=erased.by, at=erased.at
        )
    labelled = Mandate.objects.filter(both).exclude(label="", paper="")
    words = Dispute.objects.filter(act__mandate__principal_id=erased.person_id)
    return (
        len(living) + labelled.update(label="", paper="") + words.exclude(words="").update(words="")
    )


def _expired(before: datetime) -> int:
    return Invitation.objects.filter(answered_at__lt=before).delete()[0]


def _old_memberships(before: datetime) -> int:
    return Membership.objects.filter(until__lt=before.date()).delete()[0]


register(
    RecordClass(
        "households.membership",
        (Household, Membership),
        gettext_lazy("Your household, families and clans"),
        gettext_lazy("Its name, who is in it, what they are to each other, from when to when."),
        Basis.CONSENT,
        OnErasure.PSEUDONYMOUS,
        days=5 * 365,
        export=_memberships,
        erase=_leave,
        sweep=_old_memberships,
    ),
    RecordClass(
        "households.invitation",
        (Invitation,),
        gettext_lazy("Invitations into a household"),
        gettext_lazy("Who was invited by whom, and the address until it is answered."),
        Basis.CONSENT,
        OnErasure.DELETED,
        days=90,
        erase=_forget_invitations,
        sweep=_expired,
    ),
    RecordClass(
        "households.mandate",
        (Mandate, Dispute),
        gettext_lazy("Who acts for whom"),
        gettext_lazy("Who, for what, until when; what was disputed."),
        Basis.SERVICE,
        OnErasure.PSEUDONYMOUS,
        export=_mandates,
        erase=_end_mandates,
    ),
    RecordClass(
        "households.act",
        (Act,),
        gettext_lazy("What others did for you"),
        gettext_lazy("What was done, when, under which mandate."),
        Basis.SAFETY,
        OnErasure.PSEUDONYMOUS,
        export=_acts,
    ),
)
