"""One's own data: what I agree to, what I ask, everything that is kept of me."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Router, Status
from pydantic import BaseModel

from learncity.apps.people import queries as people
from learncity.apps.people.access import account
from learncity.apps.privacy import queries, services
from learncity.apps.privacy.types import Decision, PurposeNotFound, RequestNotFound, RequestValue
from learncity.kernel import personal_data
from learncity.kernel.acting import By, Via
from learncity.rest.idempotency import once
from learncity.rest.openapi import refusals
from learncity.rest.shapes import privacy as shapes
from learncity.rest.shapes.common import Receipt, Slug

router = Router(tags=["Mine"])


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.API)


@router.get("/me/consents", response=shapes.Consents)
def list_my_consents(request: HttpRequest) -> shapes.Consents:
    """List everything I can agree to, with its text, and whether I do."""
    found = queries.purposes(account(request).person_id, at=timezone.now())
    return shapes.Consents(items=[shapes.Consent.of(value) for value in found])


@router.post("/me/consents/{purpose}", response={200: shapes.Consent, **refusals(409)})
@once
def agree(
    request: HttpRequest, purpose: Slug, payload: shapes.ConsentAgreement
) -> Status[BaseModel]:
    """Agree to a purpose as its text stands. A second time changes nothing.

    409 `text_has_changed` when another version was read than the one in force.
    """
    return _decided(request, purpose, Decision.GIVEN, payload.version)


@router.delete("/me/consents/{purpose}", response={200: shapes.Consent, **refusals(409)})
@once
def take_consent_back(request: HttpRequest, purpose: Slug) -> Status[BaseModel]:
    """Take a consent back. It counts at once; a second time changes nothing."""
    return _decided(request, purpose, Decision.WITHDRAWN, 0)


def _decided(
    request: HttpRequest, purpose: str, decision: Decision, version: int
) -> Status[BaseModel]:
    person_id, at = account(request).person_id, timezone.now()
    services.decide(
        person_id=person_id,
        purpose=purpose,
        decision=decision,
        version=version,
        by=_by(request),
        at=at,
    )
    return Status(200, shapes.Consent.of(_purpose(person_id, purpose, at)))


def _purpose(person_id: Any, key: str, at: datetime) -> Any:
    found = next((p for p in queries.purposes(person_id, at=at) if p.key == key), None)
    if found is None:
        raise PurposeNotFound(key)
    return found


@router.get("/me/requests", response=shapes.DataRequests)
def list_my_requests(request: HttpRequest) -> shapes.DataRequests:
    """List what I asked about my data, newest first."""
    found = queries.requests_of(account(request).person_id)
    return shapes.DataRequests(items=[shape_of(value) for value in found])


@router.post("/me/requests", response={201: shapes.DataRequest, **refusals(409)})
@once
def ask_about_my_data(request: HttpRequest, payload: shapes.NewDataRequest) -> Status[BaseModel]:
    """Ask to see, correct, restrict or erase my data, or object to a use of it.

    It is answered by `answer_by`. 409 `already_asked` when one of the kind is open.
    """
    made = services.ask(
        person_id=account(request).person_id,
        kind=payload.kind,
        words=payload.words,
        by=_by(request),
        at=timezone.now(),
    )
    return Status(201, shape_of(made))


@router.get("/me/requests/{number}", url_name="my_request", response=shapes.DataRequest)
def get_my_request(request: HttpRequest, number: Receipt) -> shapes.DataRequest:
    """Say what became of a request of mine."""
    found = queries.find_request(number, person_id=account(request).person_id)
    if found is None:
        raise RequestNotFound(number)
    return shape_of(found)


@router.delete(
    "/me/requests/{number}",
    url_name="my_request",
    response={200: shapes.DataRequest, **refusals(409)},
)
@once
def take_request_back(request: HttpRequest, number: Receipt) -> Status[BaseModel]:
    """Take a request of mine back. A second time changes nothing.

    409 `already_answered` when it is done or was refused.
    """
    person_id = account(request).person_id
    found = services.take_back(
        number=number, person_id=person_id, by=_by(request), at=timezone.now()
    )
    return Status(200, shape_of(found))


@router.get("/me/data", response=shapes.OwnData)
def get_my_data(request: HttpRequest) -> shapes.OwnData:
    """Give everything that is kept of me, in the language of the request."""
    found = personal_data.copy_of(people.all_ids(account(request).person_id))
    return shapes.OwnData(
        record_classes=[
            shapes.RecordClass(
                name=one.name,
                label=str(one.label),
                keeps=str(one.keeps),
                basis=one.basis,
                on_erasure=one.on_erasure,
                rows=[{name: _plain(value) for name, value in line.items()} for line in lines],
            )
            for one, lines in found
        ]
    )


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat()
    return str(value)


def shape_of(value: RequestValue) -> shapes.DataRequest:
    """A request as its person and the office see it."""
    return shapes.DataRequest.of(value, reverse("rest:my_request", args=[value.number]))
