"""Wishes for tests. Never used by the product."""

from datetime import datetime
from uuid import UUID

from learncity.apps.catalogue.types import Category
from learncity.kernel.acting import By, Via

from . import services
from .types import WishValue


def make_wish(
    person: UUID,
    at: datetime,
    *,
    course: str = "",
    words: str = "",
    category: Category | None = None,
    place: str = "",
) -> WishValue:
    """A wish that a person makes for themself."""
    return services.make_wish(
        person_id=person,
        course_key=course,
        words=words,
        category=category,
        place_key=place,
        by=By(person, Via.WEB),
        at=at,
    )
