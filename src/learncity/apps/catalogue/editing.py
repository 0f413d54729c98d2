"""How a course comes to be read by the public: written, sent in, reviewed by somebody else.

Each holds the lock of its course before anything is decided. What is published changes only when
an edition of it is published (README).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify

from learncity.apps.organizations import queries as organizations
from learncity.apps.organizations.services import STANDING_LOCK
from learncity.apps.organizations.types import OrganizationNotFound
from learncity.apps.people import queries as people
from learncity.kernel import audit, locks
from learncity.kernel.acting import By
from learncity.kernel.dated import day_of
from learncity.kernel.ids import uuid7

from .merging import merge, settle
from .models import Course, Edition
from .rules import missing
from .telling import PUBLISHED, SENT_BACK, WITHDRAWN, tell
from .types import (
    Category,
    ChangedElsewhere,
    ChangedMeanwhile,
    Clash,
    CourseNotFound,
    CourseState,
    EditionState,
    EffortImpossible,
    IsInReview,
    MayNotPublish,
    NotComplete,
    NotInReview,
    NotListed,
    NotPublished,
    OwnWork,
    ReasonMissing,
    clashes_mark,
    mark_of,
)
from .writing import LOCK, Known, fill, skills_of, stated, write_courses


@transaction.atomic
def begin_course(
    *, organization_key: str, title: Mapping[str, str], category: Category, by: By, at: datetime
) -> str:
    """Begin a course that nobody sees yet; its key, made of its English title where it has one.

    Raises:
        OrganizationNotFound: as it says.
    """
    provider = organizations.find_organization(organization_key)
    if provider is None:
        raise OrganizationNotFound(organization_key)
    pk = uuid7()
    key = slugify(title.get("en", ""))[:60] or organization_key[:60]
    if Course.objects.filter(key=key).exists() or not title.get("en"):
        key = f"{key}-{pk.hex[-8:]}"
    course = Course.objects.create(
        id=pk, key=key, provider_id=provider.id, category=category, title=dict(title),
        state=CourseState.DRAFT,
    )  # fmt: skip
    _begin(course, by, at)
    audit.note("catalogue.course_begun", f"course {key}", by=by)
    return key


@transaction.atomic
def open_edition(*, key: str, by: By, at: datetime) -> None:
    """Begin to change a course that is published or withdrawn; one that is open stays as it is.

    Raises:
        CourseNotFound: as it says.
    """
    course = _hold(key)
    if _open(course) is None:
        _begin(course, by, at)


def _begin(course: Course, by: By, at: datetime) -> Edition:
    said = _stated(course)
    return Edition.objects.create(
        course=course, stated=said, base=said, edited_by_id=by.person_id, edited_at=at
    )


@transaction.atomic
def write_edition(
    *,
    key: str,
    said: Mapping[str, Any],
    shown: Mapping[str, Any] | None = None,
    seen: str | None = None,
    by: By,
    at: datetime,
) -> None:
    """Change what a course shall say; the public goes on reading what is published.

    Args:
        said: some fields as the blueprint states them; never the provider.
        shown: the same fields as their writer saw them; what they left so is not written.
        seen: mark of the edition that its writer read (``EditionValue.mark``).

    Raises:
        CourseNotFound, IsInReview: as they say.
        ChangedMeanwhile: somebody else wrote in the same place since, or it is not what was seen.
        SubjectElsewhere: its subject is one of another category.
        NotListed: its subject or a skill is in no list.
        EffortImpossible: less in all than in a week.
    """
    course = _hold(key)
    edition = _open(course) or _begin(course, by, at)
    if edition.state == EditionState.IN_REVIEW:
        raise IsInReview(key)
    _take_up(edition, course)
    if seen is not None and mark_of(edition.stated) != seen:
        raise ChangedMeanwhile(key)
    if shown is not None:
        merged = merge(shown, said, {name: edition.stated[name] for name in said})
        if merged.clashes:
            raise ChangedMeanwhile(key, merged.clashes)
        said = merged.said
    changed = {name: value for name, value in said.items() if edition.stated.get(name) != value}
    changed.pop("provider", None)
    if not changed:
        return
    edition.stated = {**edition.stated, **changed}
    known = Known([edition.stated])
    _check_possible(key, edition.stated, known)
    fill(Course(key=key), edition.stated, known)
    edition.edited_by_id, edition.edited_at = by.person_id, at
    edition.save(update_fields=["stated", "base", "edited_by", "edited_at"])
    if course.state == CourseState.DRAFT and "title" in changed:
        # The lists of the desk know it by its title.
        Course.objects.filter(pk=course.pk).update(title=changed["title"])
    audit.note("catalogue.course_edited", f"course {key}", by=by)


def _check_possible(key: str, said: Mapping[str, Any], known: Known) -> None:
    subject, skills = said.get("subject"), said.get("skills", ())
    if (subject and subject not in known.subjects) or not set(skills) <= set(known.skills):
        raise NotListed(key)
    weekly, total = said.get("effort_weekly"), said.get("effort_total")
    if weekly and total and total < weekly:
        raise EffortImpossible(key)


@transaction.atomic
def choose(*, key: str, newer: Sequence[str], seen: str, by: By, at: datetime) -> None:
    """Settle what was changed in the course and here, in the same place. Settled, it stays so.

    Args:
        newer: slugs of the clashes of which what stands now is taken; of all others what was
            written here stays. One that is no clash counts for nothing.
        seen: mark of the clashes that were read (``EditionValue.clashes_mark``).

    Raises:
        CourseNotFound, IsInReview: as they say.
        ChangedMeanwhile: there is something else to choose now.
    """
    course = _hold(key)
    edition = _open(course)
    if edition is None:
        return
    if edition.state == EditionState.IN_REVIEW:
        raise IsInReview(key)
    now = _stated(course)
    merged = merge(edition.base, edition.stated, now)
    if not merged.clashes:
        return
    if clashes_mark(merged.clashes) != seen:
        raise ChangedMeanwhile(key)
    merged = settle(merged, now, newer)
    edition.base, edition.stated = merged.base, merged.said
    edition.edited_by_id, edition.edited_at = by.person_id, at
    edition.save(update_fields=["stated", "base", "edited_by", "edited_at"])
    audit.note("catalogue.course_edited", f"course {key}", by=by)


@transaction.atomic
def propose(
    courses: Sequence[Course], skills: Mapping[UUID, Sequence[str]], *, by: By, at: datetime
) -> None:
    """Hand courses that a provider's list states to the city's office; a few statements.

    New ones begin as drafts; of published ones the public goes on reading what it read. What is
    not complete, or of a provider that may not publish, waits at the provider's desk. For this
    room's import, under its lock.

    Args:
        courses: as they shall be, not saved; with their providers and subjects at hand.
        skills: keys of the skills of each.
    """
    new = [c for c in courses if c._state.adding]
    for course in new:
        course.state = CourseState.DRAFT
    Course.objects.bulk_create(new)
    rows = Course.objects.select_related("provider", "subject")
    begun = {c.id: c for c in rows.filter(pk__in=[c.id for c in courses])}
    now = stated(begun.values())
    known = {e.course_id: e for e in open_editions([c.id for c in courses])}
    # A list that says nothing of skills leaves those that were written.
    written = {pk: e.stated.get("skills", []) for pk, e in known.items()}
    # Of new ones only what was read again has its provider at hand.
    made = {c.id for c in new}
    some = [begun[c.id] if c.id in made else c for c in courses]
    wanted = stated(some, {**written, **skills})
    providers = {c.provider_id for c in courses}
    may = organizations.accredited(providers, on=day_of(at)) - organizations.suspended(providers)
    editions = []
    for course in courses:
        edition = known.get(course.id) or Edition(course_id=course.id)
        clashes: tuple[Clash, ...] = ()
        if course.id in known:
            clashes = _take_up(edition, course, now[course.key])
        else:
            edition.base = now[course.key]
        edition.stated = wanted[course.key]
        edition.edited_by_id, edition.edited_at = by.person_id, at
        is_ready = not missing(edition.stated) and course.provider_id in may and not clashes
        edition.state = EditionState.IN_REVIEW if is_ready else EditionState.DRAFT
        edition.submitted_by_id = by.person_id if is_ready else None
        edition.submitted_at = at if is_ready else None
        edition.decided_by_id, edition.decided_at, edition.reason = None, None, ""
        editions.append(edition)
    Edition.objects.bulk_create(
        editions, update_conflicts=True, unique_fields=["id"],
        update_fields=[
            "stated", "base", "edited_by", "edited_at", "state", "submitted_by", "submitted_at",
            "decided_by", "decided_at", "reason",
        ],
    )  # fmt: skip
    sent = {e.course_id for e in editions if e.state == EditionState.IN_REVIEW}
    for action, some in (
        ("catalogue.course_sent_in", [c for c in courses if c.id in sent]),
        ("catalogue.course_edited", [c for c in courses if c.id not in sent]),
    ):
        audit.note_all(action, {f"course {c.key}": {} for c in some}, by=by)


def open_editions(course_ids: Collection[UUID]) -> list[Edition]:
    """What is written of courses and not published yet; one query."""
    rows = Edition.objects.filter(course_id__in=course_ids)
    return list(rows.exclude(state=EditionState.PUBLISHED))


@transaction.atomic
def send_in(*, key: str, by: By, at: datetime) -> None:
    """Hand a course to the city's office for review. Sent in twice, it waits once.

    Raises:
        CourseNotFound, MayNotPublish: as they say.
        NotComplete: ``rules.missing`` names what.
        ChangedElsewhere: something is to be chosen first (``choose``).
    """
    course = _hold(key)
    edition = _open(course)
    if edition is None or edition.state == EditionState.IN_REVIEW:
        return
    if _take_up(edition, course):
        raise ChangedElsewhere(key)
    if missing(edition.stated):
        raise NotComplete(key)
    _may_publish(course, at)
    Edition.objects.filter(pk=edition.pk).update(
        stated=edition.stated, base=edition.base, state=EditionState.IN_REVIEW,
        submitted_by=by.person_id, submitted_at=at,
        decided_by=None, decided_at=None, reason="",
    )  # fmt: skip
    audit.note("catalogue.course_sent_in", f"course {key}", by=by)


@transaction.atomic
def take_back(*, key: str, by: By, at: datetime) -> None:
    """Go on writing what was sent in. Taken back twice, it is taken back.

    Raises:
        CourseNotFound: as it says.
    """
    rows = Edition.objects.filter(course=_hold(key), state=EditionState.IN_REVIEW)
    if rows.update(state=EditionState.DRAFT, submitted_by=None, submitted_at=None):
        audit.note("catalogue.course_taken_back", f"course {key}", by=by)


@transaction.atomic
def send_back(*, key: str, reason: str, by: By, at: datetime) -> None:
    """Return a course to its provider, who is told why.

    Raises:
        CourseNotFound, NotInReview, OwnWork: as they say.
        ReasonMissing: nobody can mend what they are not told.
    """
    reason = reason.strip()[:1000]
    if not reason:
        raise ReasonMissing(key)
    course, edition = _to_decide(key, by)
    Edition.objects.filter(pk=edition.pk).update(
        state=EditionState.RETURNED, decided_by=by.person_id, decided_at=at, reason=reason
    )
    audit.note("catalogue.course_sent_back", f"course {key}", by=by)
    tell(SENT_BACK, course, at=at, reason=reason)


@transaction.atomic
def publish(*, key: str, seen: str, by: By, at: datetime) -> None:
    """Let the public read what was sent in; the provider is told.

    Args:
        seen: mark of the edition that was read (``EditionValue.mark``).

    Raises:
        CourseNotFound, NotInReview, OwnWork, MayNotPublish: as they say.
        ChangedMeanwhile: it says something else now, or the course does.
        ChangedElsewhere: the same was changed in the course meanwhile; it has to go back.
        SubjectElsewhere: its subject has moved to another category meanwhile.
    """
    course, edition = _to_decide(key, by)
    if _take_up(edition, course):
        raise ChangedElsewhere(key)
    if mark_of(edition.stated) != seen:
        raise ChangedMeanwhile(key)
    _may_publish(course, at)
    known = Known([edition.stated])
    # The city's file may have given the course to another provider meanwhile.
    fill(course, {n: said for n, said in edition.stated.items() if n != "provider"}, known)
    course.state, course.ended_at = CourseState.PUBLISHED, None
    write_courses([course], {course.id: skills_of(edition.stated, known) or []})
    Edition.objects.filter(pk=edition.pk).update(
        stated=edition.stated,
        base=edition.base,
        state=EditionState.PUBLISHED,
        decided_by=by.person_id,
        decided_at=at,
    )
    audit.note("catalogue.course_published", f"course {key}", by=by)
    tell(PUBLISHED, course, at=at)


@transaction.atomic
def withdraw(*, key: str, reason: str, by: By, at: datetime) -> None:
    """Take a course from the public; its classes go on and take no more applications.

    Withdrawn twice, it is withdrawn.

    Raises:
        CourseNotFound, NotPublished: as they say.
        ReasonMissing: without a reason.
    """
    reason = reason.strip()[:1000]
    if not reason:
        raise ReasonMissing(key)
    course = _hold(key)
    if course.state == CourseState.DRAFT:
        raise NotPublished(key)
    if course.state == CourseState.WITHDRAWN:
        return
    Course.objects.filter(pk=course.pk).update(state=CourseState.WITHDRAWN)
    audit.note("catalogue.course_withdrawn", f"course {key}", by=by)
    tell(WITHDRAWN, course, at=at, reason=reason)


@transaction.atomic
def hold_back(organization_id: UUID) -> int:
    """Show the courses of an organization, or not, as its standing is now; how many changed."""
    # Whoever writes courses in this moment looked at the standing before.
    locks.hold_whole(LOCK)
    is_held = bool(organizations.suspended([organization_id]))
    rows = Course.objects.filter(provider_id=organization_id)
    return rows.exclude(is_held=is_held).update(is_held=is_held)


def _hold(key: str) -> Course:
    """The course, locked, as it is then."""
    pk = Course.objects.filter(key=key, ended_at=None).values_list("pk", flat=True).first()
    if pk is None:
        raise CourseNotFound(key)
    locks.hold_one_of(LOCK, pk)
    # It may have ended while somebody else held it.
    rows = Course.objects.select_related("provider", "subject")
    course = rows.filter(pk=pk, ended_at=None).first()
    if course is None:
        raise CourseNotFound(key)
    return course


def _open(course: Course) -> Edition | None:
    rows = Edition.objects.filter(course=course)
    return rows.exclude(state=EditionState.PUBLISHED).first()


def _stated(course: Course) -> dict[str, Any]:
    return stated([course])[course.key]


def _take_up(
    edition: Edition, course: Course, now: Mapping[str, Any] | None = None
) -> tuple[Clash, ...]:
    """Have an edition say what changed in the course too, unsaved; what clashes stays as it is."""
    merged = merge(edition.base, edition.stated, now or _stated(course))
    edition.base, edition.stated = merged.base, merged.said
    return merged.clashes


def _to_decide(key: str, by: By) -> tuple[Course, Edition]:
    course = _hold(key)
    edition = _open(course)
    if edition is None or edition.state != EditionState.IN_REVIEW:
        raise NotInReview(key)
    wrote = {pk for pk in (edition.edited_by_id, edition.submitted_by_id) if pk}
    if by.person_id:
        # Two records of one person are one person.
        same = people.same_person([by.person_id, *wrote])
        if same.get(by.person_id) in {same.get(pk) for pk in wrote}:
            raise OwnWork(key)
    return course, edition


def _may_publish(course: Course, at: datetime) -> None:
    locks.hold(STANDING_LOCK, course.provider_id)
    if not organizations.may_publish(course.provider_id, on=day_of(at)):
        raise MayNotPublish(course.key)
