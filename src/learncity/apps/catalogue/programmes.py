"""Programmes: as a blueprint states them, and changed at the city's office or by who is in them.

Everything is written by ``write_programmes``, a whole statement at a time, and under the lock of
the programme: who puts a course in and who takes theirs out never undo one another.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.text import slugify

from learncity.apps.organizations import queries as organizations
from learncity.apps.organizations.types import OrganizationNotFound
from learncity.kernel import audit, locks
from learncity.kernel.acting import By
from learncity.kernel.ids import uuid7
from learncity.kernel.texts import Text

from .indexing import index
from .merging import merge
from .models import Course, Programme, ProgrammeCourse, ProgrammePartner, Subject
from .telling import PUT_IN, tell
from .types import (
    CourseIsDraft,
    CourseIsHeld,
    CourseIsWithdrawn,
    CourseNotFound,
    CourseState,
    DaysImpossible,
    NotListed,
    PartnerRole,
    ProgrammeNotFound,
)

# What kernel.locks holds for one programme, before it is read to be changed.
LOCK = "catalogue.Programme"


def stated_programmes(keys: Collection[str]) -> dict[str, dict[str, Any]]:
    """These programmes, but ended ones, as a blueprint would state them; four queries."""
    rows = Programme.objects.filter(key__in=keys, ended_at=None).prefetch_related(
        "subjects",
        Prefetch("partners", ProgrammePartner.objects.select_related("organization")),
        Prefetch("courses", ProgrammeCourse.objects.select_related("course").order_by("number")),
    )
    return {
        p.key: {
            "title": dict(p.title),
            "summary": dict(p.summary),
            "partners": [
                {"organization": one.organization.key, "role": one.role} for one in p.partners.all()
            ],
            "audiences": list(p.audiences),
            "subjects": [s.key for s in p.subjects.all()],
            "mode": p.mode or None,
            "since": p.since.isoformat() if p.since else None,
            "until": p.until.isoformat() if p.until else None,
            "courses": [
                {"course": one.course.key, "needed": one.is_needed} for one in p.courses.all()
            ],
        }
        for p in rows
    }


@transaction.atomic
def write_programmes(items: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Make programmes be as they are stated, new or not, and find their courses by their names.

    For this room only; the caller holds them.
    """
    said_courses = {one["course"] for _, said in items for one in said["courses"]}
    courses = dict(Course.objects.filter(key__in=said_courses).values_list("key", "id"))
    partners = organizations.ids_by_key(
        {one["organization"] for _, said in items for one in said["partners"]}
    )
    changed = set(courses.values())
    for key, said in items:
        found, _new = Programme.objects.update_or_create(
            key=key,
            defaults={
                "title": said["title"], "summary": said["summary"],
                "audiences": said["audiences"], "mode": said["mode"] or "",
                "since": said["since"], "until": said["until"], "ended_at": None,
            },
        )  # fmt: skip
        found.subjects.set(Subject.objects.filter(key__in=said["subjects"]))
        ProgrammePartner.objects.filter(programme=found).delete()
        ProgrammePartner.objects.bulk_create(
            ProgrammePartner(
                programme=found, organization_id=partners[one["organization"]], role=one["role"]
            )
            for one in said["partners"]
        )
        before = ProgrammeCourse.objects.filter(programme=found)
        changed |= set(before.values_list("course_id", flat=True))
        before.delete()
        ProgrammeCourse.objects.bulk_create(
            ProgrammeCourse(
                programme=found, number=number, course_id=courses[one["course"]],
                is_needed=one["needed"],
            )
            for number, one in enumerate(said["courses"], 1)
        )  # fmt: skip
    # Held: what somebody publishes meanwhile would be found by its old words.
    index(list(Course.objects.filter(pk__in=changed).order_by("id").select_for_update()))


def hold_programmes() -> None:
    """Nobody else changes any programme until the transaction ends; one statement."""
    locks.hold_whole(LOCK)


@transaction.atomic
def begin_programme(
    *, title: Mapping[str, str], summary: Mapping[str, str], lead: str, by: By
) -> str:
    """Begin a programme without courses, which everybody reads; its key, made of the English title.

    Args:
        lead: key of the organization that leads it.

    Raises:
        OrganizationNotFound: as it says.
    """
    if organizations.find_organization(lead) is None:
        raise OrganizationNotFound(lead)
    # Two of one name at once get two keys.
    hold_programmes()
    name = slugify(title.get("en", ""))[:60]
    key = name or lead[:60]
    if not name or Programme.objects.filter(key=key).exists():
        key = f"{key}-{uuid7().hex[-8:]}"
    said = _EMPTY | {
        "title": dict(title), "summary": dict(summary),
        "partners": [{"organization": lead, "role": PartnerRole.LEAD.value}],
    }  # fmt: skip
    write_programmes([(key, said)])
    audit.note("catalogue.programme_begun", f"programme {key}", by=by)
    return key


_EMPTY: dict[str, Any] = {
    "audiences": [], "subjects": [], "mode": None, "since": None, "until": None, "courses": [],
}  # fmt: skip


@transaction.atomic
def write_programme(
    *, key: str, said: Mapping[str, Any], shown: Mapping[str, Any] | None = None, by: By
) -> None:
    """Change what a programme says; what stays the same is not noted.

    Args:
        said: some fields as the blueprint states them, but partners and courses; and ``lead``, the
            key of who leads it.
        shown: the same fields as their writer saw them; what they left so is not written.

    Raises:
        ProgrammeNotFound, OrganizationNotFound: as they say.
        DaysImpossible: it ends before it begins.
        NotListed: a field of it is in no list, and was not one before.
    """
    now = _hold(key)
    stands = now | {"lead": lead_of(now)}
    if shown is not None:
        said = merge(shown, said, {name: stands[name] for name in said}).said
    new = {**now, **{n: value for n, value in said.items() if n in _SAYS}}
    lead = said.get("lead") or stands["lead"]
    if lead != stands["lead"]:
        if organizations.find_organization(lead) is None:
            raise OrganizationNotFound(lead)
        new["partners"] = _led_by(lead, now)
    if new["since"] and new["until"] and new["until"] <= new["since"]:
        raise DaysImpossible(key)
    more = set(new["subjects"]) - set(now["subjects"])
    if Subject.objects.filter(key__in=more, ended_at=None).count() < len(more):
        raise NotListed(key)
    _change(key, now, new, by)


_SAYS = ("title", "summary", "audiences", "subjects", "mode", "since", "until")


def lead_of(said: Mapping[str, Any]) -> str:
    """Key of who leads a programme as it is stated, or empty."""
    leads = (p["organization"] for p in said["partners"] if p["role"] == PartnerRole.LEAD)
    return next(leads, "")


def _led_by(lead: str, now: Mapping[str, Any]) -> list[dict[str, str]]:
    """Its partners under another lead; who led it takes part on, if with a course."""
    before = lead_of(now)
    teach = _providers(one["course"] for one in now["courses"])
    others = [p for p in now["partners"] if p["organization"] not in (lead, before)]
    if before in teach.values():
        others.append({"organization": before, "role": PartnerRole.PARTNER.value})
    return [{"organization": lead, "role": PartnerRole.LEAD.value}, *others]


@transaction.atomic
def put_course(
    *, key: str, course: str, is_needed: bool, place: int | None = None, by: By, at: datetime
) -> None:
    """Put a course into a programme, or elsewhere in its order; its provider takes part with it.

    The provider's staff are told of a new one. Put twice, it stands there once.

    Args:
        place: from 1; ``None``: where it stands, or at the end.

    Raises:
        ProgrammeNotFound, CourseNotFound: as they say.
        CourseIsDraft, CourseIsWithdrawn, CourseIsHeld: the public does not see it; one that stands
            in the programme already may stay.
    """
    now = _hold(key)
    row = Course.objects.select_related("provider").filter(key=course, ended_at=None).first()
    if row is None:
        raise CourseNotFound(course)
    keys = [one["course"] for one in now["courses"]]
    is_new = course not in keys
    if is_new:
        _must_be_shown(row)
    rest = [one for one in now["courses"] if one["course"] != course]
    at_place = place - 1 if place else len(rest) if is_new else keys.index(course)
    rest.insert(at_place, {"course": course, "needed": is_needed})
    partners = list(now["partners"])
    if row.provider.key not in {p["organization"] for p in partners}:
        partners.append({"organization": row.provider.key, "role": PartnerRole.PARTNER.value})
    new = {**now, "courses": rest, "partners": partners}
    if is_new:
        _change(key, now, new, by, "catalogue.programme_course_put", course=course)
        tell(PUT_IN, row, at=at, programme=Text(now["title"]))
    else:
        _change(key, now, new, by)


def _must_be_shown(course: Course) -> None:
    if course.state == CourseState.DRAFT:
        raise CourseIsDraft(course.key)
    if course.state == CourseState.WITHDRAWN:
        raise CourseIsWithdrawn(course.key)
    if not course.is_shown:
        raise CourseIsHeld(course.key)


@transaction.atomic
def take_course_out(*, key: str, course: str, by: By) -> None:
    """Take a course out of a programme, at the office or by its provider. Out twice, it is out.

    Its provider, if it only takes part and has no other course in it, takes part no more.

    Raises:
        ProgrammeNotFound: as it says.
    """
    now = _hold(key)
    rest = [one for one in now["courses"] if one["course"] != course]
    if len(rest) == len(now["courses"]):
        return
    teach = _providers(one["course"] for one in now["courses"])
    others = {provider for one, provider in teach.items() if one != course}
    gone = {"organization": teach[course], "role": PartnerRole.PARTNER}
    partners = [p for p in now["partners"] if p != gone or p["organization"] in others]
    new = {**now, "courses": rest, "partners": partners}
    _change(key, now, new, by, "catalogue.programme_course_out", course=course)


@transaction.atomic
def end_programme(*, key: str, by: By, at: datetime) -> None:
    """Nobody finds a programme any more; its courses are still found. Ended twice, it is ended.

    Raises:
        ProgrammeNotFound: there never was one.
    """
    rows = Programme.objects.filter(key=key)
    if not rows.exists():
        raise ProgrammeNotFound(key)
    hold_programmes()
    if rows.filter(ended_at=None).update(ended_at=at):
        audit.note("catalogue.programme_ended", f"programme {key}", by=by)


def end_programmes(keys: Collection[str]) -> None:
    """The same for what a file no longer states."""
    hold_programmes()
    Programme.objects.filter(key__in=keys).update(ended_at=timezone.now())


def _hold(key: str) -> dict[str, Any]:
    """What a programme says, locked, as it is then."""
    pk = Programme.objects.filter(key=key, ended_at=None).values_list("pk", flat=True).first()
    if pk is None:
        raise ProgrammeNotFound(key)
    locks.hold_one_of(LOCK, pk)
    # It may have ended while somebody else held it.
    found = stated_programmes([key]).get(key)
    if found is None:
        raise ProgrammeNotFound(key)
    return found


def _providers(courses: Any) -> dict[str, str]:
    rows = Course.objects.filter(key__in=list(courses))
    return dict(rows.values_list("key", "provider__key"))


def _change(
    key: str, now: Mapping[str, Any], new: Mapping[str, Any], by: By,
    action: str = "catalogue.programme_edited", **detail: str,
) -> None:  # fmt: skip
    if new == now:
        return
    write_programmes([(key, new)])
    audit.note(action, f"programme {key}", by=by, **detail)
