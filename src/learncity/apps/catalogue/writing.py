"""A course as a blueprint states it, and back: what files, the import and editions have in common.

For this room only. ``said`` is plain JSON by the names of ``blueprint.StatedCourse``; a name that
is absent is left as it is.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from learncity.apps.organizations import queries as organizations
from learncity.kernel import locks, outbox
from learncity.kernel.texts import Text

from .indexing import index
from .models import Course, Skill, Subject
from .types import CoursesPublished, CourseState, CourseValue, Payer, SubjectElsewhere

# What stands in the table as it is stated.
PLAIN = (
    "category", "title", "summary", "needs", "level", "audiences", "taught_in", "sdgs",
    "effort_weekly", "effort_total", "credits", "currency", "access", "materials",
)  # fmt: skip
_EMPTY_IS_NONE = ("mode", "credit_unit")
_FIELDS = [
    "provider", "subject", *PLAIN, *_EMPTY_IS_NONE, *(f"{payer.slug}_pays" for payer in Payer),
    "state", "is_held", "ended_at",
]  # fmt: skip

_SKILLS = Course.skills.through
# So many courses are one piece of news at the most.
_NEWS = 500
# What kernel.locks holds for one course, before it is read to be changed.
LOCK = "catalogue.Course"


class Known:
    """What some statements name, by key; three queries at most."""

    def __init__(self, items: Iterable[Mapping[str, Any]]) -> None:
        said = list(items)
        subjects = {one["subject"] for one in said if one.get("subject")}
        skills = {key for one in said for key in one.get("skills", ())}
        providers = {one["provider"] for one in said if "provider" in one}
        self.providers = organizations.ids_by_key(providers) if providers else {}
        self.subjects: Mapping[str, Subject] = (
            {s.key: s for s in Subject.objects.filter(key__in=subjects)} if subjects else {}
        )
        self.skills: Mapping[str, UUID] = (
            dict(Skill.objects.filter(key__in=skills).values_list("key", "id")) if skills else {}
        )


def fill(course: Course, said: Mapping[str, Any], known: Known) -> None:
    """Make a course as it is stated, but for its skills; no query.

    Raises:
        SubjectElsewhere: its subject is one of another category.
    """
    if "provider" in said:
        course.provider_id = known.providers[said["provider"]]
    for name in PLAIN:
        if name in said:
            value = said[name]
            setattr(course, name, Text(value) if isinstance(value, Mapping) else value)
    for name in _EMPTY_IS_NONE:
        if name in said:
            setattr(course, name, said[name] or "")
    if "pays" in said:
        for payer in Payer:
            setattr(course, f"{payer.slug}_pays", said["pays"].get(payer.value))
    if "subject" in said:
        course.subject = known.subjects[said["subject"]] if said["subject"] else None
        if course.subject and course.subject.category != course.category:
            raise SubjectElsewhere(course.key, course.subject.key)


def skills_of(said: Mapping[str, Any], known: Known) -> list[UUID] | None:
    """The skills of a statement; ``None`` when it says nothing of them."""
    return [known.skills[key] for key in said["skills"]] if "skills" in said else None


def stated(
    courses: Collection[Course], wanted: Mapping[UUID, Sequence[str]] | None = None
) -> dict[str, dict[str, Any]]:
    """Courses as a blueprint would state them, by key; needs their providers; one query.

    Args:
        wanted: keys of the skills that some of them shall teach, instead of those they do.
    """
    skills: dict[UUID, list[str]] = {}
    rows = _SKILLS.objects.filter(course_id__in=[c.id for c in courses])
    for pk, key in rows.order_by("skill__key").values_list("course_id", "skill__key"):
        skills.setdefault(pk, []).append(key)
    skills |= {pk: sorted(keys) for pk, keys in (wanted or {}).items()}
    return {
        c.key: {
            "provider": c.provider.key,
            "subject": c.subject.key if c.subject else None,
            "skills": skills.get(c.id, []),
            **{name: _as_json(getattr(c, name)) for name in PLAIN},
            **{name: getattr(c, name) or None for name in _EMPTY_IS_NONE},
            "pays": {
                payer.value: amount
                for payer in Payer
                if (amount := getattr(c, f"{payer.slug}_pays")) is not None
            },
        }
        for c in courses
    }


def preview(course: Course, said: Mapping[str, Any]) -> CourseValue:
    """The course as it would be, were the statement published; nothing is written."""
    shown = Course(id=course.id, key=course.key, provider=course.provider, state=course.state)
    shown.is_shown = course.is_shown
    subject = Subject.objects.filter(key=said["subject"]).first() if said["subject"] else None
    texts = {name: Text(said[name]) for name in ("title", "summary", "needs")}
    known = Known(())
    known.subjects = {subject.key: subject} if subject else {}
    bare = {n: v for n, v in said.items() if n not in ("provider", "skills")}
    fill(shown, {**bare, **texts, "subject": subject.key if subject else None}, known)
    return shown.as_value()


def _as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return dict(value)
    return list(value) if isinstance(value, list) else value


def hold_courses(keys: Collection[str]) -> None:
    """Nobody else changes the courses of these keys until the transaction ends; three statements.

    Whoever writes whole rows takes it before reading them, or a withdrawal in between is lost.
    """
    ids = Course.objects.filter(key__in=keys).values_list("id", flat=True)
    locks.hold_some_of(LOCK, sorted(ids))


@transaction.atomic
def write_courses(
    courses: Sequence[Course], skills: Mapping[UUID, Sequence[UUID]] | None = None
) -> None:
    """Make courses be so, new or not, and find them by their words, and tell whoever waits.

    For this room's own shells (blueprint and import), which hold the courses and build the rows,
    and for what is published. A draft is published by it; what was withdrawn stays so.

    Args:
        skills: of those courses whose skills are said, in two statements more.
    """
    held = organizations.suspended({c.provider_id for c in courses})
    for course in courses:
        course.is_held = course.provider_id in held
        if course.state == CourseState.DRAFT:
            course.state = CourseState.PUBLISHED
    ids = [c.id for c in courses if not c._state.adding]
    seen = Course.objects.filter(pk__in=ids, is_shown=True).values_list("id", flat=True)
    before = {str(pk) for pk in seen} if ids else set()
    Course.objects.bulk_create(
        courses,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=_FIELDS,
        batch_size=1000,
    )
    shown = [str(c.id) for c in courses if c.state == CourseState.PUBLISHED and not c.is_held]
    new = [pk for pk in shown if pk not in before]
    for begin in range(0, len(new), _NEWS):
        outbox.publish(CoursesPublished(tuple(new[begin : begin + _NEWS])))
    if skills:
        links = [(pk, skill) for pk, found in skills.items() for skill in found]
        _SKILLS.objects.filter(course_id__in=skills).delete()
        _SKILLS.objects.bulk_create(_SKILLS(course_id=pk, skill_id=one) for pk, one in links)
    index(courses)
