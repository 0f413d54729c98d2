"""What this room keeps about persons."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.kernel.personal_data import Basis, Erased, Line, OnErasure, RecordClass, register

from . import services
from .models import Account, Person, Token


def _persons(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    rows, names = Person.objects.filter(pk__in=ids), dict(settings.LANGUAGES)
    return {
        p.id: [
            {
                _("Name"): p.name,
                _("Language"): names.get(p.language.lower(), p.language),
                _("Where you live"): p.home.name if p.home else "",
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


def _forget(erased: Erased) -> int:
    return services.forget(person_id=erased.person_id, at=erased.at)


def _unproven(before: datetime) -> int:
    return services.forget_unproven(before=before)


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
)
