"""What this room keeps about persons."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.apps.catalogue.types import CATEGORY_NAMES, Category
from learncity.kernel.dated import day_of
from learncity.kernel.personal_data import Basis, Erased, Line, OnErasure, RecordClass, register

from . import services
from .models import Match, Salt, Seen, Wish


def _wishes(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    rows = Wish.objects.filter(person_id__in=ids).select_related("course", "place")
    for w in rows.prefetch_related("matches__course").order_by("-made_at", "-id"):
        line = {
            _("Course"): w.course.title if w.course else "",
            _("Words"): w.words,
            _("Category"): str(CATEGORY_NAMES[Category(w.category)]) if w.category else "",
            _("Where"): w.place.name if w.place else "",
            _("When"): w.made_at,
            _("Until"): w.until,
            _("Ended"): w.ended_at or "",
            _("You were told of"): "; ".join(
                str(m.course.title) for m in w.matches.all() if m.told_at
            ),
        }
        found.setdefault(w.person_id, []).append(line)
    return found


def _erase(erased: Erased) -> int:
    return services.forget_wishes(person_id=erased.person_id)


def _ended(before: datetime) -> int:
    return services.forget_wishes(ended_before=before)


def _browsers(before: datetime) -> int:
    return services.forget_browsers(before=day_of(before))


register(
    RecordClass(
        "demand.wish",
        (Wish, Match),
        gettext_lazy("What you wait for"),
        gettext_lazy("What you want to be told of, and what you were told of."),
        Basis.SERVICE,
        OnErasure.DELETED,
        days=services.ENDED_DAYS,
        export=_wishes,
        erase=_erase,
        sweep=_ended,
    ),
    # Nobody can say whose a digest is, so there is nothing to read or erase.
    RecordClass(
        "demand.browser",
        (Salt, Seen),
        gettext_lazy("Searches that found nothing"),
        gettext_lazy(
            "For a day, a digest of browser and words, so that a search counts once; no name, no "
            "address, and no way back to you."
        ),
        Basis.DUTY,
        OnErasure.PSEUDONYMOUS,
        days=0,
        sweep=_browsers,
    ),
)
