"""What this room keeps about persons."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from learncity.kernel.personal_data import Basis, Erased, Line, OnErasure, RecordClass, register

from .models import Consent, Copy, Disclosure, Request
from .types import KIND_NAMES, STATE_NAMES, Decision, RequestKind, RequestState


def _consents(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    rows = Consent.objects.filter(person_id__in=ids).select_related("purpose", "text")
    for c in rows.order_by("-at", "-id"):
        line = {
            _("When"): c.at,
            _("Purpose"): c.purpose.name,
            _("Version of the text"): c.text.version,
            _("What you said"): _("Agreed")
            if c.decision == Decision.GIVEN
            else _("Took the consent back"),
            _("Text"): c.text.text,
            _("Paper"): c.paper,
        }
        found.setdefault(c.person_id, []).append(line)
    return found


def _disclosures(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    for d in Disclosure.objects.filter(person_id__in=ids).order_by("-at", "-id"):
        line = {
            _("When"): d.at,
            _("Who got it"): d.recipient,
            pgettext("thing", "What"): d.what,
            _("Consent"): str(d.consent_id),
        }
        found.setdefault(d.person_id, []).append(line)
    return found


def _requests(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    for r in Request.objects.filter(person_id__in=ids).order_by("-received_at", "-id"):
        line = {
            _("Number"): r.number,
            _("What you asked"): str(KIND_NAMES[RequestKind(r.kind)]),
            _("Your words"): r.words,
            _("When"): r.received_at,
            _("Paper"): r.paper,
            _("State"): str(STATE_NAMES[RequestState(r.state)]),
            _("Answer"): r.answer,
        }
        found.setdefault(r.person_id, []).append(line)
    return found


def _blank_requests(erased: Erased) -> int:
    """What was asked and when it was done stays as proof; the words go."""
    rows = Request.objects.filter(person_id=erased.person_id)
    words = rows.exclude(words="", answer="").update(words="", answer="")
    # What came on paper keeps saying so.
    return words + rows.exclude(paper__in=("", "–")).update(paper="–")


def _delete_copies(erased: Erased) -> int:
    return Copy.objects.filter(person_id=erased.person_id).delete()[0]


def _old_copies(before: datetime) -> int:
    return Copy.objects.filter(asked_at__lt=before).delete()[0]


register(
    RecordClass(
        "privacy.consent",
        (Consent,),
        gettext_lazy("What you agreed to"),
        gettext_lazy("Each consent and its withdrawal, with the text, the time and the way."),
        Basis.DUTY,
        OnErasure.PSEUDONYMOUS,
        export=_consents,
        stays={
            "privacy_consent.paper": gettext_lazy(
                "Where the signed paper is, without a name: a consent has to be proven."
            ),
        },
    ),
    RecordClass(
        "privacy.disclosure",
        (Disclosure,),
        gettext_lazy("Who was shown something of yours"),
        gettext_lazy("What was shown to whom, and the consent it rests on."),
        Basis.DUTY,
        OnErasure.PSEUDONYMOUS,
        export=_disclosures,
        stays={
            "privacy_disclosure.recipient": gettext_lazy(
                "Who got something: the proof of what a consent was used for."
            ),
        },
    ),
    RecordClass(
        "privacy.request",
        (Request,),
        gettext_lazy("Your requests about your data"),
        gettext_lazy("What you asked and were answered, and when."),
        Basis.DUTY,
        OnErasure.BLANKED,
        export=_requests,
        erase=_blank_requests,
    ),
    RecordClass(
        "privacy.copy",
        (Copy,),
        gettext_lazy("Copies of your data"),
        gettext_lazy("What you asked for on this page, to be fetched for a week."),
        Basis.SERVICE,
        OnErasure.DELETED,
        days=7,
        erase=_delete_copies,
        sweep=_old_copies,
    ),
)
