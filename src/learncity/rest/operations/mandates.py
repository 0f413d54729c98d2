"""Who acts for whom, what they did, 'this was not me'; the office that registers and decides."""

from datetime import date, timedelta
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import BaseModel

from learncity.apps.households import queries, services
from learncity.apps.households.types import NewPerson, NobodyThere
from learncity.apps.people import queries as people
from learncity.apps.people.access import account
from learncity.apps.roles.access import Duty, in_city
from learncity.apps.roles.types import Act
from learncity.kernel.texts import content_language
from learncity.rest.idempotency import once
from learncity.rest.identity import only
from learncity.rest.openapi import refusals
from learncity.rest.shapes import households as shapes

from .households import by_me, parsed

router = Router(tags=["Mine"])
office = Router(tags=["Desk"])
# Whatever an operation says itself: nobody but the city's office gets in.
office.add_decorator(only(Duty(Act.SETTLE_DISPUTES, on=in_city)))


@router.get("/me/mandates", response=shapes.Mandates)
def list_my_mandates(request: HttpRequest) -> shapes.Mandates:
    """List who acts for me, for whom I act, and what is offered."""
    found = queries.mandates(account(request).person_id, at=timezone.now())
    return shapes.Mandates(items=[shapes.Mandate.of(one) for one in found])


@router.post("/me/mandates", response={201: shapes.Made, **refusals(409)})
@once
def offer_mandate(request: HttpRequest, payload: shapes.NewMandate) -> Status[BaseModel]:
    """Let somebody act for me, when they accept. Whether the address is used is not told."""
    made = services.offer_mandate(
        principal_id=account(request).person_id,
        address=parsed(payload.address),
        purposes=payload.purposes,
        until=_after(payload.last_day),
        by=by_me(request),
        at=timezone.now(),
    )
    return Status(201, shapes.Made(id=made, href=shapes.MANDATES))


@router.post("/me/mandates/{mandate_id}/answer", response={200: shapes.Done, **refusals(409)})
@once
def answer_mandate(
    request: HttpRequest, mandate_id: UUID, payload: shapes.Answer
) -> Status[BaseModel]:
    """Accept or refuse to act for somebody."""
    services.answer_mandate(
        mandate_id=mandate_id,
        person_id=account(request).person_id,
        accept=payload.accept,
        by=by_me(request),
        at=timezone.now(),
    )
    return Status(200, shapes.Done(id=mandate_id))


@router.delete("/me/mandates/{mandate_id}", response={200: shapes.Done, **refusals(409)})
@once
def end_mandate(request: HttpRequest, mandate_id: UUID) -> Status[BaseModel]:
    """End a mandate at once, from either side; or take an offer back."""
    services.end_mandate(
        mandate_id=mandate_id,
        person_id=account(request).person_id,
        by=by_me(request),
        at=timezone.now(),
    )
    return Status(200, shapes.Done(id=mandate_id))


@router.get("/me/acts", response=shapes.Acts)
def list_acts_for_me(request: HttpRequest) -> shapes.Acts:
    """List what others did for me, newest first."""
    found = queries.acts_for(account(request).person_id)
    return shapes.Acts(items=[shapes.Act.of(act) for act in found])


@router.post("/me/acts/{act_id}/dispute", response={201: shapes.Made, **refusals(409)})
@once
def dispute_act(
    request: HttpRequest, act_id: UUID, payload: shapes.NewDispute | None = None
) -> Status[BaseModel]:
    """Say 'this was not me': the mandate is suspended at once, the office decides.

    A second time changes nothing.
    """
    made = services.dispute(
        act_id=act_id,
        person_id=account(request).person_id,
        words=payload.words if payload else "",
        by=by_me(request),
        at=timezone.now(),
    )
    return Status(201, shapes.Made(id=made, href=shapes.ACTS))


@office.get("/office/disputes", response=shapes.Disputes)
def list_disputes(request: HttpRequest) -> shapes.Disputes:
    """List what people say was not them, oldest first."""
    found = queries.disputes(at=timezone.now())
    services.note_disputes_read(dispute_ids=[one.id for one in found], by=by_me(request))
    return shapes.Disputes(items=[shapes.Dispute.of(one) for one in found])


@office.post(
    "/office/disputes/{dispute_id}/resolution", response={200: shapes.Done, **refusals(409)}
)
@once
def resolve_dispute(
    request: HttpRequest, dispute_id: UUID, payload: shapes.Resolution
) -> Status[BaseModel]:
    """Decide a dispute; both sides are told. 409 `already_decided`, `own_case`."""
    services.resolve(
        dispute_id=dispute_id,
        is_upheld=payload.is_upheld,
        note=payload.note,
        by=by_me(request),
        at=timezone.now(),
    )
    return Status(200, shapes.Done(id=dispute_id))


@office.post("/office/mandates", response={201: shapes.Made, **refusals(409)})
@once
def register_mandate(request: HttpRequest, payload: shapes.Registration) -> Status[BaseModel]:
    """Register a delegate or a guardian, the paper seen at the desk; usable at once."""
    said = payload.principal
    principal: UUID | NewPerson = (
        _person_at(said)
        if isinstance(said, str)
        else NewPerson(said.name, said.born, content_language())
    )
    made = services.register_mandate(
        kind=payload.kind,
        principal=principal,
        delegate_id=_person_at(payload.delegate),
        purposes=payload.purposes,
        until=_after(payload.last_day),
        paper=payload.paper,
        by=by_me(request),
        at=timezone.now(),
    )
    return Status(201, shapes.Made(id=made, href="/api/v1/office/mandates"))


def _after(last: date) -> date:
    """The first day without a mandate whose last day this is; the calendar's end stays."""
    return last + timedelta(days=1) if last < date.max else last


def _person_at(address: str) -> UUID:
    found = people.holder_of(parsed(address))
    if found is None:
        raise NobodyThere
    return found
