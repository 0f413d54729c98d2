"""Wishes: being told when; and what people look for and do not find, for planners."""

from typing import Annotated
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import BaseModel, Field

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.catalogue.types import Category
from learncity.apps.demand import queries, services
from learncity.apps.demand.types import Grouping
from learncity.apps.households.access import by_of, person_for
from learncity.apps.households.types import Purpose
from learncity.apps.people.types import Assurance
from learncity.apps.places import queries as places
from learncity.apps.roles.access import Duty
from learncity.apps.roles.types import Act
from learncity.kernel.acting import Via
from learncity.rest.idempotency import once
from learncity.rest.identity import at_least, on_behalf, only
from learncity.rest.openapi import refusals
from learncity.rest.shapes import demand as shapes
from learncity.rest.shapes.common import Slug

from .common import found

mine = Router(tags=["Mine"])
router = Router(tags=["Desk"])
# Whatever an operation says itself: nobody without figures gets in.
router.add_decorator(only(Duty(Act.SEE_FIGURES)))

Days = Annotated[int, Field(ge=1, le=3660)]


@mine.get("/me/wishes", auth=on_behalf(Purpose.CLASSES), response=shapes.Wishes)
def list_my_wishes(request: HttpRequest) -> shapes.Wishes:
    """List what I wait for, the latest first."""
    held = queries.wishes(person_for(request, Purpose.CLASSES).id, at=timezone.now())
    return shapes.Wishes(items=[shapes.Wish.of(wish) for wish in held])


@mine.post(
    "/me/wishes",
    auth=on_behalf(Purpose.CLASSES),
    response={200: shapes.Wish, 201: shapes.Wish, **refusals(404, 409)},
)
@at_least(Assurance.ADDRESS)
@once
def make_wish(request: HttpRequest, payload: shapes.NewWish) -> Status[BaseModel]:
    """Ask to be told: of classes of a course, or of what fits words or a category.

    201 when it is new, 200 when I waited for it already; then where it shall be is changed. 409:
    `nothing_wanted`, `too_many_wishes`.
    """
    at = timezone.now()
    # PostgreSQL holds no NUL in a text, so nothing can match one.
    wish = services.make_wish(
        person_id=person_for(request, Purpose.CLASSES).id,
        course_key=payload.course or "",
        words=payload.words.replace("\x00", ""),
        category=payload.category,
        place_key=payload.place or "",
        by=by_of(request, Via.API),
        at=at,
    )
    return Status(201 if wish.made_at == at else 200, shapes.Wish.of(wish))


@mine.delete(
    "/me/wishes/{wish_id}",
    auth=on_behalf(Purpose.CLASSES),
    response={200: shapes.Wish, **refusals(409)},
)
@once
def take_wish_back(request: HttpRequest, wish_id: UUID) -> Status[BaseModel]:
    """Wait for it no longer. A second time changes nothing."""
    person_id = person_for(request, Purpose.CLASSES).id
    services.take_back(
        wish_id=wish_id, person_id=person_id, by=by_of(request, Via.API), at=timezone.now()
    )
    wish = queries.find_wish(wish_id, person_id=person_id)
    assert wish is not None
    return Status(200, shapes.Wish.of(wish))


@router.get("/desk/demand", response={200: shapes.Demand, **refusals(403, 404)})
def get_demand(
    request: HttpRequest,
    by: Grouping = Grouping.THING,
    days: Days = 90,
    place: Slug | None = None,
    category: Category | None = None,
) -> shapes.Demand:
    """Count what people look for and do not find, in the whole city or one region.

    Searches without a result, wishes and waiting lists; there is no person in it. Words are shown
    where they were met often enough, all rarer ones are one line together.
    """
    lines = queries.demand(
        by=by,
        days=days,
        at=timezone.now(),
        place_id=found(places.find_place(place)).id if place else None,
        category=category,
    )
    courses = catalogue.courses({line.course_id for line in lines if line.course_id})
    regions = places.places({line.place_id for line in lines if line.place_id})
    return shapes.Demand(
        by=by,
        days=days,
        words_shown_from=settings.DEMAND_WORDS_SHOWN_FROM,
        items=[shapes.DemandLine.of(line, courses, regions) for line in lines],
    )
