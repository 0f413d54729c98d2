"""The city's office: requests about data."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import BaseModel

from learncity.apps.people.access import account
from learncity.apps.privacy import queries, services
from learncity.apps.privacy.types import RequestNotFound
from learncity.apps.roles.access import Duty, actor_of, of_request, regions_for
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
