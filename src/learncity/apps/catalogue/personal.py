"""What this room keeps about persons."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.kernel.personal_data import Basis, Line, OnErasure, RecordClass, register

from .models import Edition


def _editions(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    theirs = Q(edited_by__in=ids) | Q(submitted_by__in=ids) | Q(decided_by__in=ids)
    for one in Edition.objects.filter(theirs).select_related("course").order_by("edited_at", "id"):
        by = {
            one.edited_by_id: (_("wrote it"), one.edited_at),
            one.submitted_by_id: (_("sent it in"), one.submitted_at),
            one.decided_by_id: (_("decided it"), one.decided_at),
        }
        for person_id in {*ids} & {*by}:
            did, at = by[person_id]
            line = {_("Course"): one.course.title, _("What you did"): did, _("When"): at or ""}
            found.setdefault(person_id, []).append(line)
    return found


_WORDS = gettext_lazy("What a course says; of the person only that they worked on it.")

register(
    RecordClass(
        "catalogue.edition",
        (Edition,),
        gettext_lazy("Courses you worked on"),
        gettext_lazy("That you wrote, sent in or reviewed what a course says, and when."),
        Basis.DUTY,
        OnErasure.PSEUDONYMOUS,
        export=_editions,
        stays={
            "catalogue_edition.stated": _WORDS,
            "catalogue_edition.base": _WORDS,
            "catalogue_edition.reason": _WORDS,
        },
    ),
)
