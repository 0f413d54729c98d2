"""Wishes of one's own, and demand as planners read it."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import Field

from learncity.apps.catalogue.types import Category, CourseValue
from learncity.apps.demand.types import Grouping, Line, WishValue
from learncity.apps.places.types import PlaceValue

from .common import Asked, Moment, Named, Shape, Slug, Words


class Wish(Shape):
    """What I wait for: classes of a course, or what fits words or a category."""

    id: UUID
    href: str
    course: Named | None
    words: str
    category: Category | None
    place: Words | None
    """The region in which it shall be; null: anywhere."""
    made_at: Moment
    until: date
    """The first day on which nobody looks any more."""
    told: int
    """Of how many classes and courses I was told."""

    @classmethod
    def of(cls, wish: WishValue) -> "Wish":
        """From a wish."""
        return cls(
            id=wish.id,
            href=f"/api/v1/me/wishes/{wish.id}",
            course=Named(key=wish.course_key, name=Words(wish.title)) if wish.course_id else None,
            words=wish.words,
            category=wish.category,
            place=Words(wish.place) if wish.place_id else None,
            made_at=wish.made_at,
            until=wish.until,
            told=wish.told,
        )


class Wishes(Shape):
    """What I wait for, the latest first."""

    items: list[Wish]


class NewWish(Asked):
    """What to be told of. With a course, words and category are left aside."""

    course: Slug | None = None
    words: str = Field(default="", max_length=60)
    category: Category | None = None
    place: Slug | None = None
    """The region in which it shall be; left out: anywhere."""


class DemandLine(Shape):
    """What is looked for and not found: one course, words, category or place. Without persons."""

    category: Category | None
    course: Named | None
    words: str
    """Folded; empty for a course, and for all words together that are too rare to be shown."""
    place: Named | None
    searches: int
    """Without a result, in the period; one browser counts once a day."""
    wishes_made: int
    before: int
    """Searches and wishes in the period of the same length before."""
    wishes: int
    """Living now."""
    waiting: int
    """Places in waiting lists now."""

    @classmethod
    def of(
        cls,
        line: Line,
        courses: Mapping[UUID, CourseValue],
        places: Mapping[UUID, PlaceValue],
    ) -> "DemandLine":
        """From a line of the board, and what its things are called."""
        course = courses.get(line.course_id) if line.course_id else None
        place = places.get(line.place_id) if line.place_id else None
        return cls(
            category=line.category,
            course=Named(key=course.key, name=Words(course.title)) if course else None,
            words=line.words,
            place=Named(key=place.key, name=Words(place.name)) if place else None,
            searches=line.searches,
            wishes_made=line.wished,
            before=line.before,
            wishes=line.wishing,
            waiting=line.waiting,
        )


class Demand(Shape):
    """What people look for and do not find, the most first."""

    by: Grouping
    days: int
    words_shown_from: int
    """How often words must have been met in these rows to be shown."""
    items: list[DemandLine]
