"""What this room keeps about persons."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.kernel.personal_data import Basis, Erased, Line, OnErasure, RecordClass, register

from . import services
from .models import BulkAct, CalendarAddress, Enrolment, Session
from .types import State

_STATES = {
    State.ENROLLED: gettext_lazy("You have a place"),
    State.WAITING: gettext_lazy("On the waiting list"),
    State.WITHDRAWN: gettext_lazy("No longer in it"),
}


def _enrolments(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    rows = Enrolment.objects.filter(person_id__in=ids).select_related("course_class__course")
    for e in rows.order_by("-applied_at", "-id"):
        line = {
            _("Class"): e.course_class.course.title,
            _("Begins"): e.course_class.starts_at,
            _("Applied"): e.applied_at,
            _("State"): str(_STATES[State(e.state)]),
            _("Receipt"): e.receipt,
        }
        found.setdefault(e.person_id, []).append(line)
    return found


def _taught(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    rows = Session.objects.filter(instructor_id__in=ids).select_related("course_class__course")
    for s in rows.order_by("-starts_at", "-id"):
        assert s.instructor_id is not None
        line = {_("Class"): s.course_class.course.title, _("Begins"): s.starts_at}
        found.setdefault(s.instructor_id, []).append(line)
    return found


def _done_at_once(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    for act in BulkAct.objects.filter(by_id__in=ids).order_by("-at", "-id"):
        assert act.by_id is not None
        line = {_("When"): act.at, _("Classes"): len(act.lines)}
        found.setdefault(act.by_id, []).append(line)
    return found


def _give_back(erased: Erased) -> int:
    return services.withdraw_all(person_id=erased.person_id, by=erased.by, at=erased.at)


def _stop_teaching(erased: Erased) -> int:
    """Nobody is announced who is gone; who taught before stays under the pseudonym."""
    coming = Session.objects.filter(instructor_id=erased.person_id, starts_at__gt=erased.at)
    return coming.update(instructor=None)


def _calendars(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    rows = CalendarAddress.objects.filter(person_id__in=ids)
    return {a.person_id: [{_("Made"): a.made_at}] for a in rows}


def _forget_calendar(erased: Erased) -> int:
    return CalendarAddress.objects.filter(person_id=erased.person_id).delete()[0]


register(
    RecordClass(
        "classes.enrolment",
        (Enrolment,),
        gettext_lazy("Your classes"),
        gettext_lazy("Which class you applied for, when, and what became of it."),
        Basis.SERVICE,
        OnErasure.PSEUDONYMOUS,
        export=_enrolments,
        erase=_give_back,
    ),
    RecordClass(
        "classes.instructor",
        (Session,),
        gettext_lazy("Classes you teach"),
        gettext_lazy("Who teaches which meeting."),
        Basis.SERVICE,
        OnErasure.PSEUDONYMOUS,
        export=_taught,
        erase=_stop_teaching,
        stays={
            "classes_session.link": gettext_lazy(
                "Where the meeting of a class is; not of the person."
            ),
        },
    ),
    RecordClass(
        "classes.calendar",
        (CalendarAddress,),
        gettext_lazy("The address of your calendar"),
        gettext_lazy("Since when you have one; of the address only a digest."),
        Basis.SERVICE,
        OnErasure.DELETED,
        export=_calendars,
        erase=_forget_calendar,
    ),
)
register(
    RecordClass(
        "classes.bulk",
        (BulkAct,),
        gettext_lazy("What you did to many classes at once"),
        gettext_lazy("Which classes you closed, moved or called off together, and when."),
        Basis.SERVICE,
        OnErasure.PSEUDONYMOUS,
        export=_done_at_once,
        stays={
            "classes_bulkact.lines": gettext_lazy(
                "Which classes were changed; nothing of a person."
            ),
        },
    ),
)
