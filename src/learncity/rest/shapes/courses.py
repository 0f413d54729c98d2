"""What there is to learn."""

from datetime import date

from learncity.apps.catalogue.types import (
    Audience,
    Category,
    CourseMode,
    CourseValue,
    CreditUnit,
    Level,
    MaterialKind,
    PartnerRole,
    Payer,
    ProgrammeValue,
    SkillValue,
    SubjectValue,
    Support,
)

from .classes import CourseClass
from .common import Named, Next, Shape, Words, page_of


class CategoryCount(Shape):
    """One of the six categories and how many courses it has."""

    category: Category
    name: Words
    page: str
    """The page for people."""
    courses: int


class Categories(Shape):
    """All categories, in their official order."""

    items: list[CategoryCount]


class Subject(Shape):
    """What a course is about, within a category."""

    key: str
    page: str
    """The page for people."""
    category: Category
    name: Words

    @classmethod
    def of(cls, subject: SubjectValue) -> "Subject":
        """From a subject."""
        return cls(
            key=subject.key,
            page=page_of(f"/subjects/{subject.key}/"),
            category=subject.category,
            name=Words(subject.name),
        )


class Subjects(Shape):
    """All subjects, by category and key."""

    items: list[Subject]


class Skill(Shape):
    """Something one can do after a course."""

    key: str
    name: Words
    esco: str | None
    """The end of the address of the nearest skill in ESCO."""
    onet: str | None
    """The nearest element of O*NET."""

    @classmethod
    def of(cls, skill: SkillValue) -> "Skill":
        """From a skill."""
        return cls(
            key=skill.key, name=Words(skill.name), esco=skill.esco or None, onet=skill.onet or None
        )


class Skills(Shape):
    """The city's own list of skills, by key."""

    items: list[Skill]


class Effort(Shape):
    """How much learning it is, in minutes, with what is done at home; never a deadline."""

    weekly: int | None
    total: int | None


class Credits(Shape):
    """What a course counts, in hundredths of the unit."""

    hundredths: int
    unit: CreditUnit


class Share(Shape):
    """Who pays how much for one learner, in the smallest part of the currency."""

    payer: Payer
    amount_minor: int
    currency: str


class CourseMaterial(Shape):
    """Something to learn from."""

    title: Words
    kind: MaterialKind
    link: str | None
    licence: str | None
    """As SPDX writes it, or in words."""


class Course(Shape):
    """What is taught, by whom. Its classes are the times it is held."""

    key: str
    page: str
    """The page for people."""
    category: Category
    title: Words
    summary: Words
    needs: Words
    """What to bring along."""
    level: Level
    audiences: list[Audience]
    taught_in: list[str]
    """Languages, as BCP 47 tags."""
    provider: Named
    subject: Subject | None
    sdgs: list[int]
    """Goals of sustainable development, 1 to 17."""
    mode: CourseMode | None
    effort: Effort
    credits: Credits | None
    pays: list[Share]
    """Who pays what; whoever is absent is not known."""
    access: list[Support]
    """What helps to follow it."""
    materials: list[CourseMaterial]

    @classmethod
    def of(cls, course: CourseValue) -> "Course":
        """From a course."""
        return cls(
            key=course.key,
            page=page_of(f"/courses/{course.key}/"),
            category=course.category,
            title=Words(course.title),
            summary=Words(course.summary),
            needs=Words(course.needs),
            level=course.level,
            audiences=list(course.audiences),
            taught_in=list(course.taught_in),
            provider=Named(key=course.provider_key, name=Words(course.provider_name)),
            subject=Subject.of(course.subject) if course.subject else None,
            sdgs=list(course.sdgs),
            mode=course.mode,
            effort=Effort(weekly=course.effort_weekly, total=course.effort_total),
            credits=Credits(hundredths=course.credits, unit=course.credit_unit)
            if course.credits and course.credit_unit
            else None,
            pays=[
                Share(payer=payer, amount_minor=amount, currency=course.currency)
                for payer, amount in course.pays.items()
            ],
            access=list(course.access),
            materials=[
                CourseMaterial(
                    title=Words(m.title),
                    kind=m.kind,
                    link=m.link or None,
                    licence=m.licence or None,
                )
                for m in course.materials
            ],
        )


class CourseInList(Course):
    """A course with the class that comes next."""

    next_class: CourseClass | None
    """The open class that begins first; null when none takes applications."""


class Courses(Shape):
    """Courses: the best match first, or without a search the newest."""

    items: list[CourseInList]
    total: int
    next: Next


class CourseDetail(Course):
    """A course with its skills, programmes and classes."""

    skills: list[Skill]
    programmes: list[Named]
    """Of which it is a part."""

    classes: list[CourseClass]
    """Those that are not over, the next to begin first; at most 60."""


class Partner(Shape):
    """An institution of a programme, and what it does in it."""

    organization: Named
    role: PartnerRole


class Programme(Shape):
    """Courses of several institutions that lead somewhere together."""

    key: str
    page: str
    """The page for people."""
    title: Words
    summary: Words
    audiences: list[Audience]
    fields: list[Subject]
    mode: CourseMode | None
    since: date | None
    until: date | None
    """The first day on which it no longer is."""
    partners: list[Partner]
    """The lead first."""

    @classmethod
    def of(cls, programme: ProgrammeValue) -> "Programme":
        """From a programme."""
        return cls(
            key=programme.key,
            page=page_of(f"/programmes/{programme.key}/"),
            title=Words(programme.title),
            summary=Words(programme.summary),
            audiences=list(programme.audiences),
            fields=[Subject.of(subject) for subject in programme.subjects],
            mode=programme.mode,
            since=programme.since,
            until=programme.until,
            partners=[
                Partner(organization=Named(key=p.key, name=Words(p.name)), role=p.role)
                for p in programme.partners
            ],
        )


class Programmes(Shape):
    """All programmes, by key."""

    items: list[Programme]


class CourseOfProgramme(Shape):
    """A course of a programme."""

    is_needed: bool
    """Otherwise a free choice."""
    course: Course


class ProgrammeDetail(Programme):
    """A programme with its courses."""

    courses: list[CourseOfProgramme]
    """In their order."""

    @classmethod
    def whole(cls, programme: ProgrammeValue) -> "ProgrammeDetail":
        """From a programme with its courses."""
        return cls(
            **dict(Programme.of(programme)),
            courses=[
                CourseOfProgramme(is_needed=needed, course=Course.of(course))
                for course, needed in programme.courses
            ],
        )
