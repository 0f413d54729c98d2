"""Classes: when and where something is taught, what is on tonight, and applying for a place."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import BaseModel

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.classes import queries, services
from learncity.apps.classes.access import class_for
from learncity.apps.classes.types import ClassCard, Shown
from learncity.apps.households.access import by_of, person_for
from learncity.apps.households.types import Purpose
from learncity.apps.organizations import queries as organizations
from learncity.apps.people import services as people
from learncity.apps.people.types import Assurance, NameMissing
from learncity.apps.places import queries as places
from learncity.kernel.acting import Via
from learncity.rest import cursors
from learncity.rest.idempotency import once
from learncity.rest.identity import anyone, at_least, on_behalf
from learncity.rest.openapi import refusals
from learncity.rest.shapes import classes as shapes
from learncity.rest.shapes.common import Cursor, Limit, Named, Slug, Words

from .common import city_and_region, found, providers_of

router = Router(tags=["Learn"])


def classes_part(
    request: HttpRequest, name: str, wanted: dict[str, Any], cursor: str | None, limit: int
) -> cursors.PartOf[ClassCard]:
    """Part of the classes that are wanted (``queries.list_classes``), the next to begin first."""
    after = cursors.read_moment(cursor, name) if cursor else None
    cards = queries.list_classes(**wanted, after=after, limit=limit + 1)
    return cursors.after_moment(request, name, cards, limit, last=lambda c: (c.starts_at, c.id))


@router.get("/classes", auth=None, response={200: shapes.Classes, **refusals(404)})
def list_classes(
    request: HttpRequest,
    course: Slug | None = None,
    provider: Slug | None = None,
    open: bool = False,
    cursor: Cursor | None = None,
    limit: Limit = 20,
) -> shapes.Classes:
    """List classes that are not over, the next to begin first.

    Of a course, of who runs them, or of both; with `open`, only those that take applications now.
    """
    at = timezone.now()
    wanted: dict[str, Any] = {
        "at": at,
        "shown": Shown.OPEN if open else Shown.NOT_OVER,
        "provider_ids": [found(organizations.find_organization(provider)).id] if provider else None,
        "course_id": found(catalogue.find_course(course)).id if course else None,
    }
    part = classes_part(request, "classes", wanted, cursor, limit)
    providers = providers_of(part.items)
    items = [shapes.CourseClass.of(card, providers=providers, at=at) for card in part.items]
    return shapes.Classes(items=items, total=queries.count_classes(**wanted), next=part.next)


@router.get(
    "/classes/{class_key}",
    auth=[*on_behalf(Purpose.CLASSES), anyone],
    response={200: shapes.ClassSeen},
)
def get_class(request: HttpRequest, class_key: Slug) -> shapes.ClassSeen:
    """Say what a class is, with its meetings.

    Links of meetings online are there for those who have a seat, and for staff. With a key or
    session, `mine` is one's own place in it.
    """
    detail, mine = class_for(request, class_key)
    providers = providers_of([detail.card])
    known = dict(shapes.ClassDetail.of_detail(detail, providers=providers, at=timezone.now()))
    return shapes.ClassSeen(**known, mine=shapes.Enrolment.of(mine) if mine else None)


@router.get("/tonight", auth=None, response={200: shapes.Tonight, **refusals(404)})
def get_tonight(request: HttpRequest, place: Slug | None = None) -> shapes.Tonight:
    """List what people can still go to this evening.

    With `place`, what is within three kilometres of it, or the four nearest, and what is online.
    After 20:45 it is tomorrow's evening.
    """
    _city, region = city_and_region()
    chosen = found(places.find_place(place)) if place else region
    # The city's middle is nobody's corner: for the city itself, everything in it.
    here = chosen.point if chosen and chosen != region else None
    at = timezone.now()
    begin, end, is_tomorrow = queries.evening(at)
    cards = queries.tonight(begin=begin, end=end, path=region.path if region else "")
    near = queries.nearby(cards, here) if here else cards
    providers = providers_of(near)
    return shapes.Tonight(
        begins_at=begin,
        ends_at=end,
        is_tomorrow=is_tomorrow,
        place=Named(key=chosen.key, name=Words(chosen.name)) if chosen else None,
        items=[
            shapes.TimedClass.at_hour(card, providers=providers, at=at, here=here) for card in near
        ],
    )


@router.post(
    "/classes/{class_key}/applications",
    auth=on_behalf(Purpose.CLASSES),
    response={200: shapes.Enrolment, 201: shapes.Enrolment, **refusals(409)},
)
@at_least(Assurance.ADDRESS)
@once
def apply_for_class(
    request: HttpRequest, class_key: Slug, payload: shapes.Application | None = None
) -> Status[BaseModel]:
    """Apply for a place: a seat, or the last place in the waiting list.

    201 with the new receipt; 200 with the old one for who has a place or waits already. 409 when a
    rule says no: `class_full`, `class_closed`, `class_not_open_yet`, `class_cancelled`, or
    `name_missing` when you have no name yet and sent none.
    """
    mine, at = person_for(request, Purpose.CLASSES), timezone.now()
    if not mine.name:
        if payload is None or not payload.name:
            raise NameMissing
        people.describe(person_id=mine.id, name=payload.name)
    enrolment = services.apply(
        class_key=class_key,
        person_id=mine.id,
        by=by_of(request, Via.API),
        at=at,
    )
    # A place that was there before keeps the moment of its own application.
    is_new = enrolment.applied_at == at
    return Status(201 if is_new else 200, shapes.Enrolment.of(enrolment))
