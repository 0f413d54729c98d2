"""What there is to learn."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

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
from learncity.apps.classes.queries import Facet, Found, Order, Price
from learncity.apps.classes.types import Mode, PartOfDay

from .classes import CourseClass
from .common import Moment, Named, Next, Shape, Slug, Words, page_of


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


class CourseSubject(Shape):
    """What a course is about, within a category."""

    key: str
    page: str
    """The page for people."""
    category: Category
    name: Words

    @classmethod
    def of(cls, subject: SubjectValue) -> "CourseSubject":
        """From a subject."""
        return cls(
            key=subject.key,
            page=page_of(f"/subjects/{subject.key}/"),
            category=subject.category,
            name=Words(subject.name),
        )


class Subjects(Shape):
    """All subjects, by category and key."""

    items: list[CourseSubject]


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
    subject: CourseSubject | None
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
            subject=CourseSubject.of(course.subject) if course.subject else None,
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
    """The open class that meets all that was asked for and begins first, or is nearest or cheapest
    when the list is ordered so; null when none takes applications."""


Several = Field(max_length=40)
Weekday = Literal["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
Number = Annotated[int, Field(ge=1, le=1000)]


class Narrowed(Shape):
    """By what courses are chosen: any of the values of one, and all of those that are given.

    What belongs to a class, which is all but `category`, `level` and `audience`, one class that
    takes applications must meet together, weekday and part of the day in one meeting.
    """

    category: Annotated[list[Category], Several] = []
    """Of these categories."""
    place: Annotated[list[Slug], Several] = []
    """In these regions, by their keys, and all that lies in them."""
    near: Slug | None = None
    """A region by its key, from which distances are measured."""
    within: Annotated[list[Number], Several] = []
    """At most so many kilometres from `near`; the numbers of the facet, others do not narrow."""
    part: Annotated[list[PartOfDay], Several] = []
    """When its meetings begin: in the morning, from 12:00, from 18:00."""
    weekday: Annotated[list[Weekday], Several] = []
    """On which days it meets."""
    mode: Annotated[list[Mode], Several] = []
    """How it is held."""
    language: Annotated[list[Literal["zh", "vi", "en"]], Several] = []
    """In which language it is taught."""
    level: Annotated[list[Level], Several] = []
    """For whom it is not too hard."""
    audience: Annotated[list[Audience], Several] = []
    """For whom it is meant."""
    price: Annotated[list[Price], Several] = []
    """Free, not above a low or a middle price, or above that; in China 50 and 200 yuan."""
    seats: Annotated[list[Literal["FREE"]], Several] = []
    """Seats are free."""
    starts: Annotated[list[Number], Several] = []
    """It begins in so many days; the numbers of the facet, others do not narrow."""
    sort: Order = Order.BEST
    """What comes first; `nearest` needs `near`."""


class ValueCount(Shape):
    """A value, and how many courses there are if it is the only choice of its facet."""

    value: str
    courses: int


class FacetCounts(Shape):
    """One way to narrow the list: the name of its parameter, and all of its values."""

    name: Facet
    values: list[ValueCount]

    @classmethod
    def all_of(cls, found: Found) -> "list[FacetCounts]":
        """Every facet of what was found."""
        return [
            cls(
                name=facet,
                values=[ValueCount(value=value, courses=n) for value, n in counts.items()],
            )
            for facet, counts in found.counts.items()
        ]


class Courses(Shape):
    """Courses: the best match first, or without a search the newest."""

    items: list[CourseInList]
    total: int
    facets: list[FacetCounts]
    """Counts ignore the choices of their own facet and heed all others."""
    counted_at: Moment
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
    fields: list[CourseSubject]
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
            fields=[CourseSubject.of(subject) for subject in programme.subjects],
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
