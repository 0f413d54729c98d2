"""Roles: who has which, giving and ending them, reviews, stand-ins."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from ninja.errors import Throttled
from pydantic import BaseModel

from learncity.apps.assertions.access import may_look
from learncity.apps.organizations import queries as organizations
from learncity.apps.people import queries as people
from learncity.apps.people.access import account
from learncity.apps.people.types import PersonNotFound
from learncity.apps.places import queries as places
from learncity.apps.roles import queries, services
from learncity.apps.roles.access import (
    Duty,
    Where,
    actor_of,
    covers,
    of_grant,
    of_review,
    organizations_for,
)
from learncity.apps.roles.types import (
    SCOPES,
    Act,
    Ending,
    GrantNotFound,
    GrantValue,
    ReviewNotFound,
    Scope,
)
from learncity.kernel.acting import By, Via
from learncity.kernel.dated import begin_of, day_of
from learncity.rest.cursors import after_count
from learncity.rest.idempotency import once
from learncity.rest.identity import only
from learncity.rest.openapi import refusals
from learncity.rest.shapes import roles as shapes
from learncity.rest.shapes.common import Cursor, Limit

from .common import found
from .households import parsed

mine = Router(tags=["Mine"])
router = Router(tags=["Desk"])
router.add_decorator(only(Duty(Act.GIVE_ROLES)))


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.API)


def _person(request: HttpRequest, address: str) -> UUID:
    """Who signs in with an address; asking is counted, so that nobody tries numbers out."""
    if not may_look(request):
        raise Throttled(wait=3600)
    person_id = people.find_by_address(parsed(address))
    if person_id is None:
        raise PersonNotFound(address[:2])
    return person_id


def _since(first: date | None, at: datetime) -> datetime:
    return begin_of(first) if first and first > day_of(at) else at


def _until(last: date | None) -> datetime | None:
    # After the last day that there is, there is none.
    return begin_of(last + timedelta(days=1)) if last and last < date.max else None


@router.get("/desk/roles", response={200: shapes.Grants, **refusals(403)})
def list_roles(
    request: HttpRequest, over: bool = False, limit: Limit = 50, cursor: Cursor | None = None
) -> shapes.Grants:
    """List the roles where I give them, of now and later; `over`: those that have ended."""
    ours, at = organizations_for(actor_of(request), Act.GIVE_ROLES), timezone.now()

    def ask(offset: int, count: int) -> Sequence[GrantValue]:
        return queries.grants(ours, at=at, over=over, offset=offset, limit=count)

    part = after_count(
        request, "roles", ask, identity=lambda one: str(one.id), cursor=cursor, limit=limit
    )
    return shapes.Grants(items=[shapes.Grant.of(v) for v in part.items], next=part.next)


def _of_new(*, payload: shapes.NewGrant, **arguments: Any) -> Sequence[Where]:
    there = organizations.find_organization(payload.organization)
    is_theirs = SCOPES[payload.role] == Scope.ORGANIZATION
    return [Where(frozenset({there.id}))] if there and is_theirs else []


@router.post("/desk/roles", response={200: shapes.Grant, **refusals(404, 409)})
@once
@only(Duty(Act.GIVE_ROLES, on=_of_new))
def give_role(request: HttpRequest, payload: shapes.NewGrant) -> Status[BaseModel]:
    """Give a role to somebody who signs in with an address. The same again is the same.

    A manager gives roles of their organization; those for a region or the city, only its operators.
    """
    at = timezone.now()
    regions = places.ids_by_key([payload.region]) if payload.region else {}
    made = services.give(
        person_id=_person(request, payload.address),
        role=payload.role,
        organization_key=payload.organization,
        place_id=found(regions.get(payload.region)) if payload.region else None,
        since=_since(payload.first_day, at),
        until=_until(payload.last_day),
        reason=payload.reason,
        by=_by(request),
        at=at,
    )
    return Status(200, _grant(made))


def _grant(grant_id: UUID) -> shapes.Grant:
    value = queries.find_grant(grant_id)
    if value is None:
        raise GrantNotFound(grant_id)
    return shapes.Grant.of(value)


@router.delete("/desk/roles/{uuid:grant_id}", response={200: shapes.Grant, **refusals(409)})
@once
@only(Duty(Act.GIVE_ROLES, on=of_grant))
def end_role(request: HttpRequest, grant_id: UUID) -> Status[BaseModel]:
    """End a role from now on. A second time changes nothing.

    409 `last_operator` when nobody could operate the city, `own_role` for one of mine.
    """
    services.end(grant_id=grant_id, ending=Ending.TAKEN, by=_by(request), at=timezone.now())
    return Status(200, _grant(grant_id))


@router.get("/desk/role-reviews", response={200: shapes.Reviews, **refusals(403)})
def list_role_reviews(request: HttpRequest) -> shapes.Reviews:
    """List the reviews of roles where I give them."""
    ours = organizations_for(actor_of(request), Act.GIVE_ROLES)
    return shapes.Reviews(items=[shapes.Review.of(value) for value in queries.reviews(ours)])


def _of_named(*, payload: shapes.NewReview, **arguments: Any) -> Sequence[Where]:
    there = organizations.find_organization(payload.organization)
    return [Where(frozenset({there.id}))] if there else []


@router.post("/desk/role-reviews", response={200: shapes.ReviewDetail, **refusals(404, 409)})
@once
@only(Duty(Act.GIVE_ROLES, on=_of_named))
def begin_role_review(request: HttpRequest, payload: shapes.NewReview) -> Status[BaseModel]:
    """Begin a look at all roles of an organization. One that is open is taken up."""
    made = services.open_review(
        organization_key=payload.organization, by=_by(request), at=timezone.now(),
        with_office=actor_of(request).everywhere(Act.GIVE_ROLES),
    )  # fmt: skip
    return Status(200, _review(made))


@router.get(
    "/desk/role-reviews/{uuid:review_id}", response={200: shapes.ReviewDetail, **refusals(403)}
)
@only(Duty(Act.GIVE_ROLES, on=of_review))
def get_role_review(request: HttpRequest, review_id: UUID) -> shapes.ReviewDetail:
    """Read a review with its roles."""
    return _review(review_id)


def _review(review_id: UUID) -> shapes.ReviewDetail:
    value = queries.find_review(review_id)
    if value is None:
        raise ReviewNotFound(review_id)
    items = [shapes.Item.of(item) for item in queries.items(review_id)]
    return shapes.ReviewDetail(**dict(shapes.Review.of(value)), items=items)


@router.post(
    "/desk/role-reviews/{uuid:review_id}/verdicts",
    response={200: shapes.ReviewDetail, **refusals(404, 409)},
)
@once
@only(Duty(Act.GIVE_ROLES, on=of_review))
def decide_role(
    request: HttpRequest, review_id: UUID, payload: shapes.Verdict
) -> Status[BaseModel]:
    """Keep a role or end it; 409 `review_closed` when it was decided otherwise."""
    if not covers(actor_of(request), Act.GIVE_ROLES, of_grant(grant_id=payload.role)):
        raise PermissionDenied
    services.decide(
        review_id=review_id, grant_id=payload.role, keep=payload.keep, by=_by(request),
        at=timezone.now(),
    )  # fmt: skip
    return Status(200, _review(review_id))


@mine.get("/me/roles", response=shapes.Grants)
def list_my_roles(request: HttpRequest) -> shapes.Grants:
    """List what I may do for others, now and later, and who stands in for me."""
    me, at = account(request).person_id, timezone.now()
    rows = [*queries.of_person(me, at=at), *queries.stand_ins_of(me, at=at)]
    return shapes.Grants(items=[shapes.Grant.of(value) for value in rows], next=None)


@mine.delete("/me/roles/{uuid:grant_id}", response={200: shapes.Grant, **refusals(404, 409)})
@once
def lay_role_down(request: HttpRequest, grant_id: UUID) -> Status[BaseModel]:
    """Lay a role of mine down. A second time changes nothing."""
    services.end(grant_id=grant_id, ending=Ending.LAID_DOWN, by=_by(request), at=timezone.now())
    return Status(200, _grant(grant_id))


@mine.post(
    "/me/roles/{uuid:grant_id}/stand-ins", response={200: shapes.Grant, **refusals(404, 409)}
)
@once
def let_stand_in(
    request: HttpRequest, grant_id: UUID, payload: shapes.NewStandIn
) -> Status[BaseModel]:
    """Let somebody stand in for me in a role, until a day. The same again is the same."""
    at, until = timezone.now(), _until(payload.last_day)
    assert until
    made = services.let_stand_in(
        grant_id=grant_id, person_id=_person(request, payload.address),
        since=_since(payload.first_day, at), until=until, by=_by(request), at=at,
    )  # fmt: skip
    return Status(200, _grant(made))


@mine.delete(
    "/me/roles/{uuid:grant_id}/stand-in", response={200: shapes.Grant, **refusals(404, 409)}
)
@once
def end_stand_in(request: HttpRequest, grant_id: UUID) -> Status[BaseModel]:
    """End what I let somebody do. A second time changes nothing."""
    services.end_stand_in(grant_id=grant_id, by=_by(request), at=timezone.now())
    return Status(200, _grant(grant_id))
