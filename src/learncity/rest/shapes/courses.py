"""What there is to learn."""

from typing import Annotated, Literal

from pydantic import Field

from learncity.apps.catalogue.types import Audience, Category, CourseValue, Level
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
    """A course with its classes."""

    classes: list[CourseClass]
    """Those that are not over, the next to begin first; at most 60."""
