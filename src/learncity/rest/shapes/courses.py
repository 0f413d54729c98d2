"""What there is to learn."""

from learncity.apps.catalogue.types import Audience, Category, CourseValue, Level

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
    """The open class that begins first; null when none takes applications."""


class Courses(Shape):
    """Courses: the best match first, or without a search the newest."""

    items: list[CourseInList]
    total: int
    next: Next


class CourseDetail(Course):
    """A course with its classes."""

    classes: list[CourseClass]
    """Those that are not over, the next to begin first; at most 60."""
