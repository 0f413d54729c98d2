"""What this room keeps about persons."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.kernel.personal_data import Basis, Erased, Line, OnErasure, RecordClass, register

from . import services
from .models import (
    Account,
    Identifier,
    Listed,
    Membership,
    Merge,
    MergeProposal,
    Person,
    PersonKey,
    Resemblance,
    Residence,
    SeenInPerson,
    Token,
)
from .types import KIND_NAMES, IdentifierKind


def _persons(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    rows, names = Person.objects.filter(pk__in=ids), dict(settings.LANGUAGES)
    return {
        p.id: [
            {
                _("Name"): p.name,
                _("Language"): names.get(p.language.lower(), p.language),
                _("Where you live"): p.home.name if p.home else "",
                _("Home town"): p.hometown,
                _("Year of birth"): p.born or "",
                _("Known since"): p.created_at,
            }
        ]
        for p in rows.select_related("home")
    }


def _accounts(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    return {
        a.person_id: [
            {
                _("Phone number"): a.phone or "",
                _("E-mail address"): a.email or "",
                _("First signed in"): a.verified_at or "",
            }
        ]
        for a in Account.objects.filter(person_id__in=ids)
    }


def _tokens(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    rows = Token.objects.filter(account__person_id__in=ids).order_by("created_at", "id")
    for token, person_id in ((t, t.account.person_id) for t in rows.select_related("account")):
        line = {
            _("What for"): token.label,
            _("Made"): token.created_at,
            _("Revoked"): token.revoked_at or "",
        }
        found.setdefault(person_id, []).append(line)
    return found


def _identifiers(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    for one in Identifier.objects.filter(person_id__in=ids).order_by("added_at", "id"):
        line = {
            _("Kind"): KIND_NAMES[IdentifierKind(one.kind)],
            _("Given out by"): one.issuer,
            _("Last signs"): one.tail,
            _("Added"): one.added_at,
            _("Until"): one.ended_at or "",
        }
        found.setdefault(one.person_id, []).append(line)
    return found


def _memberships(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    rows = Membership.objects.filter(person_id__in=ids).select_related("group")
    for one in rows.order_by("since", "id"):
        line = {_("Group"): one.group.name, _("From"): one.since, _("Until"): one.until or ""}
        found.setdefault(one.person_id, []).append(line)
    return found


def _residences(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    rows = Residence.objects.filter(person_id__in=ids).select_related("place")
    for one in rows.order_by("since", "id"):
        line = {_("Place"): one.place.name, _("From"): one.since, _("Until"): one.until or ""}
        found.setdefault(one.person_id, []).append(line)
    return found


def _seen(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    for one in SeenInPerson.objects.filter(person_id__in=ids).order_by("at", "id"):
        line = {_("When"): one.at, _("Until"): one.ended_at or ""}
        found.setdefault(one.person_id, []).append(line)
    return found


def _listed(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    rows = Listed.objects.filter(person_id__in=ids).select_related("people_list")
    for one in rows.order_by("at", "id"):
        line = {_("List"): one.people_list.name, _("When"): one.at}
        found.setdefault(one.person_id, []).append(line)
    return found


def _forget(erased: Erased) -> int:
    return services.forget(person_id=erased.person_id, at=erased.at)


def _unproven(before: datetime) -> int:
    return services.forget_unproven(before=before)


def _answered(before: datetime) -> int:
    """Proposals that were answered, or lapsed, before a moment."""
    over = Q(answered_at__lt=before) | Q(outcome=None, until__lt=before)
    return MergeProposal.objects.filter(over).delete()[0]


def _revoked(before: datetime) -> int:
    return Token.objects.filter(revoked_at__lt=before).delete()[0]


register(
    RecordClass(
        "people.person",
        (Person,),
        gettext_lazy("You"),
        gettext_lazy("Name, year of birth, home region, language."),
        Basis.SERVICE,
        OnErasure.BLANKED,
        export=_persons,
        erase=_forget,
    ),
    # Goes with the person: services.forget.
    RecordClass(
        "people.account",
        (Account,),
        gettext_lazy("How you sign in"),
        gettext_lazy("Phone number, e-mail address."),
        Basis.SERVICE,
        OnErasure.DELETED,
        export=_accounts,
    ),
    RecordClass(
        "people.unproven_account",
        (Account,),
        gettext_lazy("Sign-ins that were begun and not finished"),
        gettext_lazy("The address a code was asked for."),
        Basis.SERVICE,
        OnErasure.DELETED,
        days=1,
        sweep=_unproven,
    ),
    RecordClass(
        "people.token",
        (Token,),
        gettext_lazy("Keys for your own programs"),
        gettext_lazy("What you called the key, when it was made and revoked."),
        Basis.SERVICE,
        OnErasure.DELETED,
        days=90,
        export=_tokens,
        sweep=_revoked,
    ),
    # These go with the person too.
    RecordClass(
        "people.identifier",
        (Identifier, PersonKey),
        gettext_lazy("Your numbers"),
        gettext_lazy("Kind, who gave it out, last signs; the number itself sealed."),
        Basis.DUTY,
        OnErasure.BLANKED,
        export=_identifiers,
    ),
    RecordClass(
        "people.group",
        (Membership,),
        gettext_lazy("Groups you belong to"),
        gettext_lazy("Which group, from when to when."),
        Basis.CONSENT,
        OnErasure.DELETED,
        export=_memberships,
    ),
    RecordClass(
        "people.residence",
        (Residence,),
        gettext_lazy("Where you live and lived"),
        gettext_lazy("The region, from when to when."),
        Basis.SERVICE,
        OnErasure.DELETED,
        export=_residences,
    ),
    RecordClass(
        "people.seen_in_person",
        (SeenInPerson,),
        gettext_lazy("When you were seen at a desk"),
        gettext_lazy("When, by whom, with which kind of document; never its number."),
        Basis.DUTY,
        OnErasure.DELETED,
        export=_seen,
    ),
    RecordClass(
        "people.listed",
        (Listed,),
        gettext_lazy("Lists that have you"),
        gettext_lazy("Which list brought you here and when; its number as a hash nobody can read."),
        Basis.DUTY,
        OnErasure.PSEUDONYMOUS,
        export=_listed,
    ),
    # Goes with the person too.
    RecordClass(
        "people.resemblance",
        (Resemblance,),
        gettext_lazy("Records that look like yours"),
        gettext_lazy("Which other record, and why; the office compares the two."),
        Basis.DUTY,
        OnErasure.DELETED,
    ),
    RecordClass(
        "people.merge_proposal",
        (MergeProposal,),
        gettext_lazy("Proposals that two records are yours"),
        gettext_lazy("Which two, who proposed and who answered, and why."),
        Basis.DUTY,
        OnErasure.DELETED,
        days=365,
        sweep=_answered,
    ),
    RecordClass(
        "people.merge",
        (Merge,),
        gettext_lazy("Records that are the same person"),
        gettext_lazy("Which record stands for which, who said so, and why."),
        Basis.DUTY,
        OnErasure.PSEUDONYMOUS,
    ),
)
