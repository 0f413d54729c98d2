"""What this room keeps about persons."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.kernel.personal_data import Basis, Erased, Line, OnErasure, RecordClass, register

from . import services
from .models import (
    AuthenticatorApp,
    BrowserSession,
    Link,
    Passkey,
    RecoveryCode,
    SupportVisit,
    UsedStep,
)

# The least that security_visit_has_a_reason takes.
BLANK = "--"
Found = Mapping[UUID, Sequence[Line]]


def _sessions(ids: Collection[UUID]) -> Found:
    found: dict[UUID, list[Line]] = {}
    rows = BrowserSession.objects.filter(account__person_id__in=ids).select_related("account")
    for one in rows.order_by("since", "id"):
        line = {
            _("Browser"): one.browser,
            _("First signed in"): one.since,
            _("Last used"): one.used_at,
        }
        assert one.account
        found.setdefault(one.account.person_id, []).append(line)
    return found


def _factors(ids: Collection[UUID]) -> Found:
    found: dict[UUID, list[Line]] = {}
    apps = AuthenticatorApp.objects.filter(account__person_id__in=ids).select_related("account")
    for app in apps:
        line = {_("Kind"): _("App with codes"), _("Made"): app.created_at}
        found.setdefault(app.account.person_id, []).append(line)
    keys = Passkey.objects.filter(account__person_id__in=ids).select_related("account")
    for key in keys.order_by("created_at", "id"):
        line = {_("Kind"): _("Passkey"), _("What for"): key.label, _("Made"): key.created_at}
        found.setdefault(key.account.person_id, []).append(line)
    return found


def _links(ids: Collection[UUID]) -> Found:
    found: dict[UUID, list[Line]] = {}
    rows = Link.objects.filter(account__person_id__in=ids).select_related("account")
    for one in rows.order_by("linked_at", "id"):
        line = {_("Provider"): one.way, _("Made"): one.linked_at}
        found.setdefault(one.account.person_id, []).append(line)
    return found


def _visits(ids: Collection[UUID]) -> Found:
    found: dict[UUID, list[Line]] = {}
    for one in SupportVisit.objects.filter(person_id__in=ids).order_by("began_at", "id"):
        line = {_("When"): one.began_at, _("Reason"): one.reason}
        found.setdefault(one.person_id, []).append(line)
    return found


def _end_sessions(erased: Erased) -> int:
    return BrowserSession.objects.filter(account__person_id=erased.person_id).delete()[0]


def _blank_visits(erased: Erased) -> int:
    """Why somebody was looked at may name them; that they were stays."""
    visits = SupportVisit.objects.filter(person_id=erased.person_id).exclude(reason=BLANK)
    return visits.update(reason=BLANK)


def _over(before: datetime) -> int:
    return services.forget_ended(before=before)


def _old_visits(before: datetime) -> int:
    return SupportVisit.objects.filter(ends_at__lt=before).delete()[0]


register(
    RecordClass(
        "security.session",
        (BrowserSession, UsedStep),
        gettext_lazy("Where you are signed in"),
        gettext_lazy("Kind of browser, when it was made and last used, when a code was used."),
        Basis.SAFETY,
        OnErasure.DELETED,
        days=1,
        export=_sessions,
        erase=_end_sessions,
        sweep=_over,
    ),
    # These go with the account.
    RecordClass(
        "security.factor",
        (AuthenticatorApp, Passkey, RecoveryCode),
        gettext_lazy("Your second factors"),
        gettext_lazy("Apps, passkeys and recovery codes; secrets sealed."),
        Basis.SAFETY,
        OnErasure.DELETED,
        export=_factors,
    ),
    RecordClass(
        "security.link",
        (Link,),
        gettext_lazy("Sign-ins with other providers"),
        gettext_lazy("Which provider, who you are there, since when."),
        Basis.SERVICE,
        OnErasure.DELETED,
        export=_links,
    ),
    RecordClass(
        "security.visit",
        (SupportVisit,),
        gettext_lazy("Who looked at the site as you"),
        gettext_lazy("Who of the office, when, and why."),
        Basis.SAFETY,
        OnErasure.PSEUDONYMOUS,
        days=5 * 365,
        export=_visits,
        erase=_blank_visits,
        sweep=_old_visits,
    ),
)
