"""What this room keeps about persons."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from learncity.apps.notices import services as notices
from learncity.kernel.personal_data import Basis, Erased, Line, OnErasure, RecordClass, register

from . import queries, services
from .models import Act, Dispute, Household, Invitation, Mandate, Membership

# Where something has to stand that says nothing.
BLANK = "–"
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
                {pgettext("thing", "What"): _("Somebody acts for you"), **line}
            )
        if one.delegate_id in ids:
            assert one.delegate_id
            found.setdefault(one.delegate_id, []).append(
                {pgettext("thing", "What"): _("You act for somebody"), **line}
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
                by=erased.by, at=erased.at, nameless=True,
            )  # fmt: skip
        services.leave(household_id=one.id, person_id=erased.person_id, by=erased.by, at=erased.at)
    return len(households) + _forget_names(erased)


def _forget_names(erased: Erased) -> int:
    """The name of a household goes with the last of all who were ever in it."""
    mine = Membership.objects.filter(person_id=erased.person_id)
    others = Membership.objects.filter(household=OuterRef("pk"), person__erased_at=None)
    gone = Household.objects.filter(pk__in=mine.values("household"), ended_at__isnull=False)
    gone = gone.exclude(Exists(others.exclude(person_id=erased.person_id)))
    known = set(mine.values_list("household_id", flat=True))
    around = Membership.objects.filter(household__in=known).values_list("person_id", flat=True)
    _forget_told(known, set(around))
    return gone.exclude(name=BLANK).update(name=BLANK, place=None)


def _forget_invitations(erased: Erased) -> int:
    both = Q(person_id=erased.person_id) | Q(inviter_id=erased.person_id)
    rows = Invitation.objects.filter(both)
    found = rows.values_list("id", "person_id", "inviter_id")
    _forget_told({pk for pk, *_ in found}, {one for _pk, *them in found for one in them})
    return rows.delete()[0]


def _forget_told(about: Collection[UUID], person_ids: Collection[UUID | None]) -> None:
    """What the other side was told of these things goes: it names who is erased."""
    others = [pk for pk in person_ids if pk]
    notices.forget_told(others, about=[str(pk) for pk in about])


def _end_mandates(erased: Erased) -> int:
    """Nobody acts for somebody who is gone, nor they for anybody; what was written goes."""
    rows = Mandate.objects.filter(
        Q(principal_id=erased.person_id) | Q(delegate_id=erased.person_id)
    )
    found = list(rows.values_list("id", "principal_id", "delegate_id", "ended_at"))
    disputes = Dispute.objects.filter(act__mandate__in=[pk for pk, *_ in found])
    about = {pk for pk, *_ in found} | set(disputes.values_list("id", flat=True))
    about |= set(Act.objects.filter(mandate__in=rows).values_list("id", flat=True))
    _forget_told(about, {one for _pk, *them, _ended in found for one in them})
    living = [pk for pk, _principal, _delegate, ended_at in found if ended_at is None]
    for mandate_id in living:
        services.end_mandate(
            mandate_id=mandate_id, person_id=erased.person_id, by=erased.by, at=erased.at,
            nameless=True,
        )  # fmt: skip
    labelled = rows.exclude(label="", paper__in=("", BLANK))
    # A guardian's was registered with a paper, which has to be named.
    blanked = labelled.update(
        label="", paper=Case(When(paper="", then=Value("")), default=Value(BLANK))
    )
    # What either says of it is about both; how it was decided stays.
    blanked += disputes.exclude(words="").update(words="")
    return len(living) + blanked + disputes.exclude(note__in=("", BLANK)).update(note=BLANK)


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
        stays={
            "households_act.title": gettext_lazy(
                "The title of the class, as everybody reads it; an act is never changed."
            ),
        },
    ),
)
