"""Who I belong to: households, families, clans, and invitations to them."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import BaseModel

from learncity.apps.households import queries, services
from learncity.apps.people import services as people
from learncity.apps.people.access import account
from learncity.apps.people.types import Addresses
from learncity.kernel.acting import By, Via
from learncity.rest.idempotency import once
from learncity.rest.openapi import refusals
from learncity.rest.shapes import households as shapes

router = Router(tags=["Mine"])


def parsed(address: str) -> Addresses:
    """An address in the form in which it is kept.

    Raises:
        BadAddress: it is none.
    """
    return people.parse_address(address, region="CN", invented=settings.DEMO)


def by_me(request: HttpRequest) -> By:
    """The account's person, for themselves."""
    return By(account(request).person_id, Via.API)


@router.get("/me/households", response=shapes.Households)
def list_my_households(request: HttpRequest) -> shapes.Households:
    """List my household, families and clans, with their members."""
    groups = queries.households_of(account(request).person_id, at=timezone.now())
    return shapes.Households(items=[shapes.Household.of(group) for group in groups])


@router.post("/me/households", response={201: shapes.Made, **refusals(409)})
@once
def start_household(request: HttpRequest, payload: shapes.NewHousehold) -> Status[BaseModel]:
    """Start a household, family or clan, as its head. 409 `in_another_household`."""
    made = services.found_household(
        person_id=account(request).person_id,
        kind=payload.kind,
        name=payload.name,
        place_id=None,
        by=by_me(request),
        at=timezone.now(),
    )
    return Status(201, shapes.Made(id=made, href=shapes.HOUSEHOLDS))


@router.post(
    "/me/households/{household_id}/invitations", response={201: shapes.Made, **refusals(409)}
)
@once
def invite_to_household(
    request: HttpRequest, household_id: UUID, payload: shapes.NewInvitation
) -> Status[BaseModel]:
    """Ask somebody to join a household of which I am the head.

    They decide. Whether somebody uses the address is not told.
    """
    made = services.invite(
        household_id=household_id,
        head_id=account(request).person_id,
        address=parsed(payload.address),
        relation=payload.relation,
        by=by_me(request),
        at=timezone.now(),
    )
    return Status(201, shapes.Made(id=made, href=shapes.INVITATIONS))


@router.delete(
    "/me/households/{household_id}/membership", response={200: shapes.Done, **refusals(409)}
)
@once
def leave_household(request: HttpRequest, household_id: UUID) -> Status[BaseModel]:
    """Leave a household of mine, from today on. 409 `hand_over_first` for its head."""
    services.leave(
        household_id=household_id,
        person_id=account(request).person_id,
        by=by_me(request),
        at=timezone.now(),
    )
    return Status(200, shapes.Done(id=household_id))


@router.post("/me/households/{household_id}/head", response={200: shapes.Done, **refusals(409)})
@once
def hand_household_over(
    request: HttpRequest, household_id: UUID, payload: shapes.NewHead
) -> Status[BaseModel]:
    """Make another member the head of a household of mine."""
    services.hand_over(
        household_id=household_id,
        head_id=account(request).person_id,
        to_id=payload.membership,
        by=by_me(request),
        at=timezone.now(),
    )
    return Status(200, shapes.Done(id=household_id))


@router.get("/me/invitations", response=shapes.Invitations)
def list_my_invitations(request: HttpRequest) -> shapes.Invitations:
    """List who asks me to join a household, family or clan."""
    found = queries.invitations_to(account(request).person_id, at=timezone.now())
    return shapes.Invitations(items=[shapes.Invitation.of(one) for one in found])


@router.post("/me/invitations/{invitation_id}/answer", response={200: shapes.Done, **refusals(409)})
@once
def answer_invitation(
    request: HttpRequest, invitation_id: UUID, payload: shapes.Answer
) -> Status[BaseModel]:
    """Accept or refuse an invitation. 409 `in_another_household`, `own_name_missing`."""
    services.answer_invitation(
        invitation_id=invitation_id,
        person_id=account(request).person_id,
        accept=payload.accept,
        by=by_me(request),
        at=timezone.now(),
    )
    return Status(200, shapes.Done(id=invitation_id))


@router.delete("/me/invitations/{invitation_id}", response={200: shapes.Done, **refusals(409)})
@once
def take_invitation_back(request: HttpRequest, invitation_id: UUID) -> Status[BaseModel]:
    """Take back an invitation of mine, as the head."""
    services.take_back_invitation(
        invitation_id=invitation_id,
        head_id=account(request).person_id,
        by=by_me(request),
        at=timezone.now(),
    )
    return Status(200, shapes.Done(id=invitation_id))
