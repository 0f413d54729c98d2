"""What this room keeps about persons."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.kernel.personal_data import Basis, Line, OnErasure, RecordClass, register

from . import queries
from .models import Fact


def _facts(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    return {
        person_id: [
            {
                _("When"): fact.at,
                _("What"): fact.label,
                _("Which"): fact.subject,
                _("Where"): fact.place,
                _("How"): fact.via,
                _("By yourself"): _("yes") if fact.own else _("no"),
            }
            for fact in facts
        ]
        for person_id, facts in queries.facts_of_all(ids).items()
    }


register(
    RecordClass(
        "record.fact",
        (Fact,),
        gettext_lazy("Your record"),
        gettext_lazy("What you did, when, and where you lived then."),
        Basis.DUTY,
        OnErasure.PSEUDONYMOUS,
        export=_facts,
        stays={
            "record_fact.evidence": gettext_lazy(
                "The record is never changed: figures rest on it. Keys and numbers only, no words."
            ),
        },
    ),
)
