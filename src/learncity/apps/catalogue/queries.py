"""Everything that can be asked of the catalogue. Nothing here writes."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import (
    Count,
    FilteredRelation,
    Prefetch,
    Q,
    QuerySet,
)
from django.db.models.expressions import RawSQL

from learncity.kernel.texts import Text

from .harvesting import Change as Change
from .harvesting import Wanted as Wanted
from .harvesting import changes as changes
from .harvesting import count_changes as count_changes
from .harvesting import count_offered as count_offered
from .harvesting import find_change as find_change
from .harvesting import first_change as first_change
from .harvesting import horizon as horizon
from .harvesting import last_change as last_change
from .harvesting import pages_changed as pages_changed
from .merging import merge
from .models import (
    Course,
    Edition,
    Programme,
    ProgrammeCourse,
    ProgrammePartner,
    Skill,
    Subject,
    SubjectName,
)
from .rules import missing, untranslated
from .rules import share as share
from .searching import Sought as Sought
from .searching import holding as holding
from .searching import sought as sought
from .searching import total as total
from .standings import decided as decided
from .standings import standings as standings
from .standings import translated_shares as translated_shares
from .traits import AUDIENCE_BITS as AUDIENCE_BITS
from .traits import CATEGORY_BITS as CATEGORY_BITS
from .traits import LEVEL_BITS as LEVEL_BITS
from .types import (
    Audience,
    Category,
    Clash,
    CourseMode,
    CourseState,
    CourseValue,
    EditionState,
    EditionValue,
    Page,
    PartnerRole,
    PartnerValue,
    ProgrammeValue,
    SkillValue,
    SubjectValue,
)
from .writing import preview, stated

# What the public sees, as a condition; in SQL it is the column ``catalogue_course.is_shown``.
SHOWN = Q(is_shown=True)
# Key, title and provider of a course, how it stands, when it was last written and sent in.
StandingRow = tuple[str, Text, Text, CourseState, datetime | None, datetime | None]
_BEST_FIRST = ["-rank", "-id"]


def _whole(rows: "QuerySet[Course]") -> "QuerySet[Course]":
    """With all that a value of a course needs, in the same query."""
    joined = rows.select_related("provider", "subject")
    return joined.defer("provider__about", "provider__phone")


def courses(ids: Collection[UUID]) -> Mapping[UUID, CourseValue]:
    """Courses by id, in one query; unknown ids are absent."""
    rows = _whole(Course.objects.filter(pk__in=ids))
    return {c.id: c.as_value() for c in rows}


def titles(ids: Collection[UUID]) -> Mapping[UUID, Text]:
    """Titles by id, in one query; unknown ids are absent."""
    return dict(Course.objects.filter(pk__in=ids).values_list("id", "title"))


def find_course(key: str) -> CourseValue | None:
    """The course of a key that the public sees, or ``None``; one query."""
    found = _whole(Course.objects.filter(SHOWN, key=key)).first()
    return found.as_value() if found else None


def find_courses(keys: Sequence[str]) -> list[CourseValue]:
    """The courses of these keys that the public sees, in their order; one query."""
    known = {c.key: c for c in _whole(Course.objects.filter(SHOWN, key__in=keys))}
    return [known[key].as_value() for key in keys if key in known]


def courses_of(
    provider_ids: Collection[UUID] | None, *, after: UUID | None = None, limit: int
) -> list[CourseValue]:
    """Courses that these providers offer, ``None``: all, oldest first; one query.

    Args:
        after: the last of the part before.
    """
    rows = _whole(Course.objects.filter(ended_at=None)).order_by("id")
    if provider_ids is not None:
        rows = rows.filter(provider_id__in=provider_ids)
    if after:
        rows = rows.filter(id__gt=after)
    return [c.as_value() for c in rows[:limit]]


def count_courses_of(provider_ids: Collection[UUID] | None) -> int:
    """How many ``courses_of`` there are in all parts; one query."""
    rows = Course.objects.filter(ended_at=None)
    return (rows if provider_ids is None else rows.filter(provider_id__in=provider_ids)).count()


def ids_by_key(keys: Collection[str]) -> Mapping[str, UUID]:
    """Ids of courses by key, in one query; unknown keys are absent."""
    # Of a draft nobody may read yet, so nothing may be said of it by a class either.
    rows = Course.objects.filter(key__in=keys).exclude(state=CourseState.DRAFT)
    return dict(rows.values_list("key", "id"))


def counts() -> Mapping[Category, int]:
    """How many courses each category has, in one query; empty categories count 0."""
    rows = Course.objects.filter(SHOWN).values_list("category").annotate(n=Count("id"))
    found = dict(rows.order_by())
    return {category: found.get(category, 0) for category in Category}


def search(
    *,
    text: str = "",
    category: Category | None = None,
    provider_id: UUID | None = None,
    offset: int = 0,
    limit: int = 20,
) -> Page:
    """Courses that a text finds, best match first; two queries, and those of ``sought``.

    Without a text, the newest come first. ``offset`` and ``limit`` count courses.
    """
    rows, is_narrow = Course.objects.filter(SHOWN), bool(category or provider_id)
    if category:
        rows = rows.filter(category=category)
    if provider_id:
        rows = rows.filter(provider_id=provider_id)
    found = sought(text)
    if found.is_empty:
        return Page((), 0)
    if not found.rank:
        return _page(_whole(rows).order_by("-id")[offset : offset + limit], rows.count())
    # The best are looked up by their ids: what follows them does not change their order.
    best = found.best
    if is_narrow:
        kept = set(rows.filter(pk__in=best).values_list("id", flat=True))
        best = tuple(pk for pk in best if pk in kept)
    part = best[offset : offset + limit]
    # The text of both conditions is our own; what was typed is among their values.
    matching = rows.extra(where=[found.where.sql], params=found.where.values)  # noqa: S610
    more = 0 if found.is_whole else matching.count() if is_narrow else total(found)
    count = more or len(best)
    if found.is_whole or len(part) == min(limit, count - offset):
        whole = {c.id: c for c in _whole(rows.filter(pk__in=part))}
        return _page([whole[pk] for pk in part if pk in whole], count)
    matching = matching.annotate(rank=RawSQL(found.rank.sql, found.rank.values))  # noqa: S611
    return _page(_whole(matching).order_by(*_BEST_FIRST)[offset : offset + limit], count)


def _page(courses: Iterable[Course], total: int) -> Page:
    return Page(tuple(c.as_value() for c in courses), total)


def skills_of(ids: Collection[UUID]) -> Mapping[UUID, Sequence[SkillValue]]:
    """What courses teach, by key; in one query. A course without skills is absent."""
    found: dict[UUID, list[SkillValue]] = {}
    rows = Course.skills.through.objects.filter(course_id__in=ids)
    for row in rows.select_related("skill").order_by("skill__key"):
        found.setdefault(row.course_id, []).append(row.skill.as_value())
    return found


def subjects(category: Category | None = None) -> list[SubjectValue]:
    """The subjects that courses can be put into now, by category and key; one query."""
    rows = Subject.objects.filter(ended_at=None).order_by("category", "key")
    return [s.as_value() for s in (rows.filter(category=category) if category else rows)]


def find_subject(key: str) -> SubjectValue | None:
    """The subject to which an address leads, also one of before, or ``None``; one query.

    Where its key is another than the one asked for, the address has moved.
    """
    named = SubjectName.objects.filter(key=key).values("subject_id")
    found = Subject.objects.filter(Q(key=key) | Q(pk__in=named)).first()
    return found.as_value() if found else None


def skills() -> list[SkillValue]:
    """The skills that courses can teach now, by key; one query."""
    return [s.as_value() for s in Skill.objects.filter(ended_at=None).order_by("key")]


def _editions() -> "QuerySet[Edition]":
    return Edition.objects.exclude(state=EditionState.PUBLISHED).select_related(
        "course__provider", "course__subject"
    )


def to_review(
    *, after: tuple[datetime, UUID] | None = None, offset: int = 0, limit: int = 50
) -> list[EditionValue]:
    """Editions that wait for the city's office, the longest waiting first; one query.

    Args:
        after: when the last of the part before was sent in, and the id of its course.
    """
    rows = _in_review()
    if after:
        at, course_id = after
        # The first of the two bounds is one that an index serves.
        rows = rows.filter(submitted_at__gte=at)
        rows = rows.filter(Q(submitted_at__gt=at) | Q(course_id__gt=course_id))
    found = rows.order_by("submitted_at", "course_id")[offset : offset + limit]
    return [_edition(e.course, e, whole=False) for e in found]


def count_to_review() -> int:
    """How many ``to_review`` there are in all parts; one query."""
    return _in_review().count()


def _in_review() -> "QuerySet[Edition]":
    return _editions().filter(state=EditionState.IN_REVIEW, course__ended_at=None)


def find_edition(key: str) -> EditionValue | None:
    """A course as its desk sees it: published or not, with its open edition; four queries."""
    rows = Course.objects.filter(key=key, ended_at=None).select_related("provider", "subject")
    course = rows.first()
    if course is None:
        return None
    return _edition(course, _editions().filter(course=course).first())


def of_providers(
    provider_ids: Collection[UUID] | None, *, offset: int = 0, limit: int = 50
) -> tuple[list[EditionValue], int]:
    """Courses of providers (``None``: of all) that have not ended, drafts too, newest first.

    With how many there are; three queries.
    """
    rows = Course.objects.filter(ended_at=None)
    if provider_ids is not None:
        rows = rows.filter(provider_id__in=provider_ids)
    total = rows.count()
    part = list(rows.select_related("provider", "subject").order_by("-id")[offset : offset + limit])
    open_ = {e.course_id: e for e in _editions().filter(course__in=part)}
    return [_edition(course, open_.get(course.id), whole=False) for course in part], total


def rows_of_providers(provider_ids: Collection[UUID] | None) -> Iterator[StandingRow]:
    """All courses of ``of_providers``, each with no more than how it stands; one query."""
    rows = Course.objects.filter(ended_at=None)
    if provider_ids is not None:
        rows = rows.filter(provider_id__in=provider_ids)
    not_published = ~Q(editions__state=EditionState.PUBLISHED)
    found = rows.annotate(edition=FilteredRelation("editions", condition=not_published))
    columns = ("key", "title", "provider__name", "state", "edition__state", "edition__edited_at",
               "edition__submitted_at")  # fmt: skip
    for key, title, name, state, step, *when in (
        found.order_by("-id").values_list(*columns).iterator()
    ):
        yield key, title, name, _state(state, step), *when


def _state(course: str, edition: str | None) -> CourseState:
    """How a course stands, by its own state and that of its open edition, if any."""
    if edition and not (edition == EditionState.DRAFT and course == CourseState.WITHDRAWN):
        return CourseState(edition)
    return CourseState(course)


def _edition(course: Course, edition: Edition | None, *, whole: bool = True) -> EditionValue:
    clashes: tuple[Clash, ...] = ()
    said = edition.stated if edition else {}
    if whole:
        now = stated([course])[course.key]
        _base, said, clashes = merge(edition.base, said, now) if edition else (now, now, ())
    return EditionValue(
        course.key,
        course.provider_id,
        _state(course.state, edition.state if edition else None),
        course.as_value(),
        preview(course, said) if edition and whole else course.as_value(),
        said,
        tuple(missing(said)) if said else (),
        untranslated(said) if said else (0, 0),
        edition.edited_at if edition else None,
        edition.submitted_at if edition else None,
        edition.reason if edition else "",
        frozenset(pk for pk in (edition.edited_by_id, edition.submitted_by_id) if pk)
        if edition
        else frozenset(),
        edition is not None,
        clashes,
    )


def provider_of(key: str) -> UUID | None:
    """The organization that offers a course, drafts too, or ``None``; one query."""
    rows = Course.objects.filter(key=key, ended_at=None)
    return rows.values_list("provider_id", flat=True).first()


def of_subject(subject_id: UUID, *, offset: int = 0, limit: int = 20) -> Page:
    """The courses of a subject, newest first; two queries."""
    rows = Course.objects.filter(SHOWN, subject_id=subject_id)
    total = rows.count()
    return Page(
        tuple(c.as_value() for c in _whole(rows).order_by("-id")[offset : offset + limit]), total
    )


def programmes_of(course_id: UUID) -> list[tuple[str, Text]]:
    """Key and title of the programmes of which a course is a part, by key; one query."""
    rows = Programme.objects.filter(ended_at=None, courses__course_id=course_id)
    return list(rows.order_by("key").values_list("key", "title"))


def programmes() -> list[ProgrammeValue]:
    """Programmes that have not ended, by key, without their courses; three queries."""
    rows = Programme.objects.filter(ended_at=None)
    return [programme_value(p) for p in _with_partners(rows).order_by("key")]


def find_programme(key: str, *, hidden: bool = False) -> ProgrammeValue | None:
    """A programme with its courses that the public sees, or ``None``; five queries.

    Args:
        hidden: with those too that the public does not see.
    """
    found = _with_partners(Programme.objects.filter(key=key, ended_at=None)).first()
    if found is None:
        return None
    parts = ProgrammeCourse.objects.filter(programme=found).order_by("number")
    ids = dict(parts.values_list("course_id", "is_needed"))
    rows = Course.objects.filter(pk__in=ids)
    known = {c.id: c for c in _whole(rows if hidden else rows.filter(SHOWN))}
    courses = [(known[pk].as_value(), needed) for pk, needed in ids.items() if pk in known]
    return programme_value(found, tuple(courses))


def _with_partners(rows: "QuerySet[Programme]") -> "QuerySet[Programme]":
    partners = ProgrammePartner.objects.select_related("organization")
    return rows.prefetch_related(
        "subjects",
        # LEAD, HOST, PARTNER sort otherwise than they are read.
        Prefetch("partners", partners.order_by("organization__key")),
    )


def programme_value(
    p: Programme, courses: tuple[tuple[CourseValue, bool], ...] = ()
) -> ProgrammeValue:
    """The only shape in which a programme leaves this room; for this room only."""
    order = [*PartnerRole]
    partners = sorted(p.partners.all(), key=lambda one: order.index(PartnerRole(one.role)))
    return ProgrammeValue(
        p.id,
        p.key,
        p.title,
        p.summary,
        tuple(Audience(a) for a in p.audiences),
        tuple(s.as_value() for s in p.subjects.all()),
        CourseMode(p.mode) if p.mode else None,
        p.since,
        p.until,
        tuple(
            PartnerValue(o.organization.key, o.organization.name, PartnerRole(o.role))
            for o in partners
        ),
        courses,
    )
