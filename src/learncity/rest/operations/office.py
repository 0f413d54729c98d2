"""The city's office: requests about data."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import BaseModel

from learncity.apps.people import queries as people
from learncity.apps.people.access import account
from learncity.apps.people.types import PersonNotFound
from learncity.apps.privacy import queries, services
from learncity.apps.privacy.types import RequestNotFound
from learncity.apps.roles.access import Duty, actor_of, of_person, of_request, regions_for
from learncity.apps.roles.types import Act
from learncity.kernel.acting import By, Via
from learncity.rest.idempotency import once
from learncity.rest.identity import only
from learncity.rest.openapi import refusals
from learncity.rest.shapes import privacy as shapes
from learncity.rest.shapes.common import Receipt

from .privacy import shape_of

router = Router(tags=["Desk"])
# Of the requests of a region its officers see and answer each.
one = Router(tags=["Desk"])
router.add_decorator(only(Duty(Act.ANSWER_REQUESTS)))
one.add_decorator(only(Duty(Act.ANSWER_REQUESTS, on=of_request)))
papers = Router(tags=["Desk"])
papers.add_decorator(only(Duty(Act.KEEP_PEOPLE, on=of_person)))


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.API)


@router.get("/desk/requests", response={200: shapes.DataRequests, **refusals(403)})
def list_requests(request: HttpRequest, closed: bool = False) -> shapes.DataRequests:
    """List requests about data, the next due first; `closed`: those that are over, newest first.

    At most 1,000, without the person's words and ours.
    """
    homes = regions_for(actor_of(request), Act.ANSWER_REQUESTS)
    found = [shape_of(value) for value in queries.worklist(closed=closed, home_ids=homes)]
    return shapes.DataRequests(
        items=[one.model_copy(update={"words": "", "answer": ""}) for one in found]
    )


@one.get("/desk/requests/{number}", response={200: shapes.DataRequest, **refusals(403)})
def get_request(request: HttpRequest, number: Receipt) -> shapes.DataRequest:
    """Read one request. Each look is written to the audit trail."""
    found = queries.find_request(number)
    if found is None:
        raise RequestNotFound(number)
    services.note_request_read(number=number, by=_by(request))
    return shape_of(found)


@one.post("/desk/requests/{number}/answer", response={200: shapes.DataRequest, **refusals(409)})
@once
def answer_request(
    request: HttpRequest, number: Receipt, payload: shapes.RequestAnswer
) -> Status[BaseModel]:
    """Grant or refuse a request; the person is told.

    409 `already_answered`; `answer_missing` when a refusal has no reason.
    """
    found = services.answer(
        number=number,
        granted=payload.granted,
        words=payload.words,
        reason=payload.reason,
        by=_by(request),
        at=timezone.now(),
    )
    return Status(200, shape_of(found))


@one.post("/desk/requests/{number}/extension", response={200: shapes.DataRequest, **refusals(409)})
@once
def extend_request(
    request: HttpRequest, number: Receipt, payload: shapes.RequestExtension
) -> Status[BaseModel]:
    """Take the longer time that the country's rule allows, once; the person is told why.

    409 `already_extended` or `already_answered`.
    """
    found = services.extend(number=number, words=payload.words, by=_by(request), at=timezone.now())
    return Status(200, shape_of(found))


@one.post("/desk/requests/{number}/completion", response={200: shapes.DataRequest, **refusals(409)})
@once
def finish_request(request: HttpRequest, number: Receipt) -> Status[BaseModel]:
    """Note that what was granted is done; an erasure is carried out. Again changes nothing.

    409 `already_answered` when it was not granted.
    """
    found = services.finish(number=number, by=_by(request), at=timezone.now())
    return Status(200, shape_of(found))


@papers.post(
    "/desk/people/{uuid:person_id}/consents", response={200: shapes.Consents, **refusals(409)}
)
@once
def enter_consent(
    request: HttpRequest, person_id: UUID, payload: shapes.PaperConsent
) -> Status[BaseModel]:
    """Enter what somebody agreed to, or took back, on paper; they are told.

    409 `said_later` when they said something to it since, `no_such_text`, `day_not_yet`,
    `own_paper`. The same paper again changes nothing.
    """
    kept, at = _kept(person_id), timezone.now()
    services.enter_consent(
        person_id=kept,
        purpose=payload.purpose,
        decision=payload.decision,
        version=payload.version,
        on=payload.on,
        paper=payload.paper,
        channel=payload.channel,
        by=_by(request),
        at=at,
    )
    found = queries.purposes(kept, at=at)
    return Status(200, shapes.Consents(items=[shapes.Consent.of(value) for value in found]))


@papers.post(
    "/desk/people/{uuid:person_id}/requests", response={201: shapes.DataRequest, **refusals(409)}
)
@once
def enter_request(
    request: HttpRequest, person_id: UUID, payload: shapes.PaperRequest
) -> Status[BaseModel]:
    """Enter a request that came on paper; its clock starts on the day it came. The person is told.

    409 `request_open_already`, `day_not_yet`, `own_paper`. The same paper again is the same
    request.
    """
    made = services.enter_request(
        person_id=_kept(person_id),
        kind=payload.kind,
        words=payload.words,
        on=payload.on,
        paper=payload.paper,
        channel=payload.channel,
        by=_by(request),
        at=timezone.now(),
    )
    return Status(201, shape_of(made))


def _kept(person_id: UUID) -> UUID:
    """The record that is kept for this one.

    Raises:
        PersonNotFound: there is no such person.
    """
    kept = people.same_person([person_id])[person_id]
    if kept not in people.persons([kept]):
        raise PersonNotFound(str(person_id))
    return kept
