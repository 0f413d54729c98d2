"""What belongs to the signed-in person: classes, places, record, messages."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import BaseModel

from learncity.apps.classes import queries as classes
from learncity.apps.classes import services
from learncity.apps.classes.access import place_for
from learncity.apps.households import services as households
from learncity.apps.households.access import by_of, person_for
from learncity.apps.households.types import Purpose
from learncity.apps.notices import queries as notices
from learncity.apps.people.access import account
from learncity.apps.places import queries as places
from learncity.apps.record import queries as record
from learncity.apps.roles.access import actor_of
from learncity.kernel.acting import Via
from learncity.rest import cursors
from learncity.rest.idempotency import once
from learncity.rest.identity import on_behalf
from learncity.rest.openapi import refusals
from learncity.rest.shapes import mine as shapes
from learncity.rest.shapes.classes import ClassDetail, Enrolment, TimedClass
from learncity.rest.shapes.common import Cursor, Limit, Named, Receipt, Words, labels

from .common import providers_of

router = Router(tags=["Mine"])


@router.get("/me", response=shapes.Me)
def get_me(request: HttpRequest) -> shapes.Me:
    """Say who the key or session belongs to."""
    mine, actor = account(request), actor_of(request)
    person, reach = mine.person, mine.addresses()
    home = places.places([person.home_id]).get(person.home_id) if person.home_id else None
    return shapes.Me(
        name=person.name,
        language=person.language,
        home=Named(key=home.key, name=Words(home.name)) if home else None,
        phone=reach.phone,
        email=reach.email,
        unread_messages=notices.unread(person.id),
        has_desk=actor.has_desk,
        is_operator=actor.is_operator,
    )


@router.get("/me/classes", auth=on_behalf(Purpose.CLASSES), response=shapes.MyClasses)
def list_my_classes(request: HttpRequest) -> shapes.MyClasses:
    """List everything I applied for: coming, over, given back."""
    at = timezone.now()
    held = classes.my_classes(person_for(request, Purpose.CLASSES).id, at=at)
    providers = providers_of(mine.card for mine in held)
    items = [
        shapes.MyClass(
            **dict(Enrolment.of(mine.enrolment)),
            course_class=TimedClass.at_hour(mine.card, providers=providers, at=at),
        )
        for mine in held
    ]
    return shapes.MyClasses(items=items)


@router.get(
    "/me/places/{receipt}",
    url_name="my_place",
    auth=on_behalf(Purpose.CLASSES),
    response=shapes.MyPlace,
)
def get_my_place(request: HttpRequest, receipt: Receipt) -> shapes.MyPlace:
    """Say what became of an application of mine."""
    detail, enrolment = place_for(request, receipt)
    providers = providers_of([detail.card])
    return shapes.MyPlace(
        **dict(Enrolment.of(enrolment)),
        course_class=ClassDetail.of_detail(detail, providers=providers, at=timezone.now()),
    )


@router.delete(
    "/me/places/{receipt}",
    url_name="my_place",
    auth=on_behalf(Purpose.CLASSES),
    response={200: Enrolment, **refusals(409)},
)
@once
def give_place_back(request: HttpRequest, receipt: Receipt) -> Status[BaseModel]:
    """Give a place back, or leave the waiting list. A second time changes nothing.

    A seat goes to whoever has waited longest. 409 `class_over` when the last meeting has ended.
    """
    enrolment = services.withdraw(
        receipt=receipt,
        person_id=person_for(request, Purpose.CLASSES).id,
        by=by_of(request, Via.API),
        at=timezone.now(),
    )
    return Status(200, Enrolment.of(enrolment))


@router.get("/me/record", response=shapes.Record)
def list_my_record(
    request: HttpRequest, cursor: Cursor | None = None, limit: Limit = 20
) -> shapes.Record:
    """List everything that ever happened to me, newest first, each with its source."""
    before = cursors.read_moment(cursor, "record") if cursor else None
    facts = record.facts_of(account(request).person_id, before=before, limit=limit + 1)
    kinds = {kind.name: labels(kind.label) for kind in record.all_kinds()}
    part = cursors.after_moment(request, "record", facts, limit, last=lambda f: (f.at, f.id))
    items = [shapes.Fact.of(fact, kinds[fact.kind]) for fact in part.items]
    return shapes.Record(items=items, next=part.next)


@router.get("/me/messages", auth=on_behalf(Purpose.MESSAGES), response=shapes.Messages)
def list_my_messages(
    request: HttpRequest, cursor: Cursor | None = None, limit: Limit = 20
) -> shapes.Messages:
    """List my messages, newest first, as they were written to me."""
    person_id = person_for(request, Purpose.MESSAGES).id
    households.note_look(by=by_of(request, Via.API), person_id=person_id, at=timezone.now())
    part = cursors.after_count(
        request,
        "messages",
        lambda offset, count: notices.inbox(person_id, limit=count, offset=offset),
        identity=lambda message: str(message.id),
        cursor=cursor,
        limit=limit,
    )
    items = [shapes.Message.of(message) for message in part.items]
    return shapes.Messages(items=items, next=part.next)
