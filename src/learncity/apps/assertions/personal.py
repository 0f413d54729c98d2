"""What this room keeps about persons."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from learncity.kernel.personal_data import Basis, Erased, Line, OnErasure, RecordClass, register

from .models import Assertion, Objection
from .rules import key_named

Found = Mapping[UUID, Sequence[Line]]


def _assertions(ids: Collection[UUID]) -> Found:
    found: dict[UUID, list[Line]] = {}
    rows = Assertion.objects.filter(person_id__in=ids).select_related("organization")
    for one in rows.order_by("asserted_at", "id"):
        line = {
            pgettext("thing", "What"): key_named(one.key).label,
            _("Value"): "" if one.value is None else str(one.value),
            _("Organization"): one.organization.name if one.organization else "",
            _("From"): one.since or "",
            _("Until"): one.until or "",
            _("Evidence"): one.evidence,
            _("Withdrawn"): one.withdrawn_at or "",
        }
        found.setdefault(one.person_id, []).append(line)
    return found


def _objections(ids: Collection[UUID]) -> Found:
    found: dict[UUID, list[Line]] = {}
    rows = Objection.objects.filter(assertion__person_id__in=ids).select_related("assertion")
    for one in rows.order_by("at", "id"):
        line = {
            _("When"): one.at,
            pgettext("objection", "What you said"): one.text,
            _("Answer"): one.answer,
        }
        found.setdefault(one.assertion.person_id, []).append(line)
    return found


# What was said, on what it rested, why it was withdrawn.
_BLANK = {"value": None, "evidence": "", "link": "", "checksum": "", "withdrawn_because": ""}


def _blank_assertions(erased: Erased) -> int:
    """No code vouches for somebody who is gone; that something was said stays, and what goes."""
    mine = Assertion.objects.filter(person_id=erased.person_id, erased_at=None)
    since = Coalesce("withdrawn_at", Value(erased.at))
    return mine.update(withdrawn_at=since, erased_at=erased.at, **_BLANK)


def _blank_objections(erased: Erased) -> int:
    """That somebody objected, and when it was answered, stays; the words go."""
    mine = Objection.objects.filter(assertion__person_id=erased.person_id, erased_at=None)
    return mine.update(text="", answer="", erased_at=erased.at)


register(
    RecordClass(
        "assertions.assertion",
        (Assertion,),
        gettext_lazy("What is said of you"),
        gettext_lazy("Work, membership, insurance, studies: who says it, and on what evidence."),
        Basis.DUTY,
        OnErasure.BLANKED,
        export=_assertions,
        erase=_blank_assertions,
    ),
    RecordClass(
        "assertions.objection",
        (Objection,),
        gettext_lazy("What you objected to"),
        gettext_lazy("Your words, and the answer."),
        Basis.DUTY,
        OnErasure.BLANKED,
        export=_objections,
        erase=_blank_objections,
    ),
)
