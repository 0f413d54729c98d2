"""Organizations, agreements, the figure of coverage, and what organizations vouch for."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from ninja.errors import Throttled
from pydantic import BaseModel, Field

from learncity.apps.assertions import queries as assertions
from learncity.apps.assertions import services
from learncity.apps.assertions.access import may_look, may_verify
from learncity.apps.assertions.types import PersonNotFound
from learncity.apps.organizations import queries
from learncity.apps.organizations import services as organizations
from learncity.apps.organizations.types import (
    AgreementState,
    OrganizationKind,
)
from learncity.apps.people.access import account
from learncity.apps.people.services import parse_address
from learncity.apps.people.types import Addresses, BadAddress
from learncity.apps.places import queries as places
from learncity.apps.places.types import PlaceKind
from learncity.apps.roles.access import Duty, of_agreement, of_organization
from learncity.apps.roles.types import Act
from learncity.kernel.acting import By, Via
from learncity.kernel.dated import day_of
from learncity.kernel.errors import NotFound
from learncity.rest import cursors
from learncity.rest.cursors import after_key
from learncity.rest.idempotency import once
from learncity.rest.identity import only
from learncity.rest.openapi import refusals
from learncity.rest.shapes import assertions as said
from learncity.rest.shapes import partners as shapes
from learncity.rest.shapes.common import Cursor, Day, Limit, Named, Receipt, Slug, Words

from .common import city_and_region, found

router = Router(tags=["Partners"])


Number = Annotated[int, Field(ge=1, le=32_767)]


def _today() -> date:
    return day_of(timezone.now())


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.API)


@router.get("/organizations", auth=None, response={200: shapes.Organizations, **refusals(404)})
def list_organizations(
    request: HttpRequest,
    kind: OrganizationKind | None = None,
    place: Slug | None = None,
    cursor: Cursor | None = None,
    limit: Limit = 20,
) -> shapes.Organizations:
    """List the living organizations, by key.

    `place` keeps those whose seat is in the region, or that cover some of it.
    """
    path = found(places.find_place(place)).path if place else ""
    rows = queries.register(on=_today(), kind=kind, path=path)
    part = after_key(
        request, "organizations", rows, key=lambda o: o.key, cursor=cursor, limit=limit
    )
    items = [shapes.Organization.of(o) for o in part.items]
    return shapes.Organizations(items=items, total=len(rows), next=part.next)


@router.get("/organizations/{key}", auth=None, response={200: shapes.OrganizationDetail})
def get_organization(request: HttpRequest, key: Slug) -> shapes.OrganizationDetail:
    """Say what an organization belongs to, what belongs to it, where it is and who leads it."""
    value, on = found(queries.find_organization(key)), _today()
    kin = queries.kin(value.id, on=on)
    where = places.places(kin.place_ids)
    return shapes.OrganizationDetail(
        **dict(shapes.Organization.of(value)),
        parent=shapes.named(kin.parent) if kin.parent else None,
        children=[shapes.named(child) for child in kin.children],
        covers=[Named(key=where[pk].key, name=Words(where[pk].name)) for pk in kin.place_ids],
        offices=[shapes.Office.of(o) for o in queries.offices(value.id, on=on)],
        committees=[
            shapes.Committee.of(c, on) for c in queries.committees_of(value.id, public=True)
        ],
    )


@router.get("/agreements", auth=None, response={200: shapes.Agreements})
def list_agreements(request: HttpRequest) -> shapes.Agreements:
    """List all agreements with what was promised and done; count those in force today."""
    on, rows = _today(), queries.agreements()
    in_force = [a for a in rows if a.state(on) == AgreementState.IN_FORCE]
    figures = queries.count_agreements(in_force, on=on)
    return shapes.Agreements(
        items=[shapes.Agreement.of(a, on) for a in rows],
        figures=shapes.AgreementFigures(
            agreements=figures.agreements,
            partners=figures.partners,
            promises=figures.promises,
            kept=figures.kept,
            late=figures.late,
        ),
    )


@router.get("/coverage", auth=None, response={200: shapes.Coverage, **refusals(404)})
def get_coverage(
    request: HttpRequest,
    kind: OrganizationKind = OrganizationKind.ASSOCIATION,
    level: PlaceKind = PlaceKind.SUBDISTRICT,
    on: Day | None = None,
) -> shapes.Coverage:
    """Count the places of a level that an organization of a kind covers on a day; name the others.

    One that covers a district is not counted in each of its parts.
    """
    _city, region = city_and_region()
    region = found(region)
    counted = queries.coverage(kind, level, region.id, on=on or _today())
    by_id = {place.place_id: place for place in places.below_on(region.id, on=counted.on)}

    def named(pk: UUID) -> Named:
        return Named(key=by_id[pk].key, name=Words(by_id[pk].name))

    return shapes.Coverage(
        day=counted.on,
        total=counted.total,
        per_cent=counted.per_cent,
        covered=[
            shapes.Covered(place=named(pk), organizations=[shapes.named(o) for o in covering])
            for pk, covering in counted.covered
        ],
        without=[named(pk) for pk in counted.without],
    )


@router.post(
    "/desk/agreements/{key}/promises/{number}/deeds",
    response={200: shapes.Agreement, **refusals(403, 409)},
)
@once
@only(Duty(Act.NOTE_DEEDS, on=of_agreement))
def note_deed(
    request: HttpRequest, key: Slug, number: Number, payload: shapes.Deed
) -> Status[BaseModel]:
    """Note what my organization did for a promise, and how one can see it.

    409 `not_yet` for a day to come, `amount_missing` when it is not counted like the promise.
    """
    organizations.note_deed(
        key=key, number=number, on=payload.day, amount=payload.amount, evidence=payload.evidence,
        link=payload.link, by=_by(request), at=timezone.now(),
    )  # fmt: skip
    return Status(200, shapes.Agreement.of(found(queries.find_agreement(key)), _today()))


# Assertions.


@router.get("/verifications/{code}", auth=None, response={200: said.Verification, **refusals(403)})
def verify_code(request: HttpRequest, code: Receipt) -> said.Verification:
    """Say whether a code is valid now, and for what: no more than needed. 429 after a few tries."""
    if not may_verify(request):
        raise Throttled(60)
    return said.Verification.of(found(assertions.find_verified(code, on=_today())))


@router.get("/me/assertions", response=said.Assertions)
def list_my_assertions(request: HttpRequest) -> said.Assertions:
    """List all that is and was said of me, by whom, newest first."""
    rows = assertions.of_person(account(request).person_id)
    return said.Assertions(items=[said.Assertion.of(row) for row in rows])


@router.post("/me/assertions", response={200: said.Assertion, **refusals(404, 409)})
@once
def state_own(request: HttpRequest, payload: said.NewOwn) -> Status[BaseModel]:
    """Say something of my own work; it is shown as only said by me.

    409 `not_for_oneself` for what needs an organization, `value_does_not_fit`, `bad_dates`.
    """
    made = services.state(
        person_id=account(request).person_id, key=_key(payload.key), value=_plain(payload.value),
        at_key=payload.organization, since=payload.since, until=payload.until, by=_by(request),
        at=timezone.now(),
    )  # fmt: skip
    return Status(200, said.Assertion.of(made))


@router.get("/me/work", response=said.Works)
def list_my_work(request: HttpRequest) -> said.Works:
    """List what I say of my own work, the latest first."""
    found = assertions.work_of(account(request).person_id)
    return said.Works(items=[said.Work.of(work) for work in found])


@router.post("/me/work", response={200: said.Works, **refusals(404, 409)})
@once
def state_my_work(request: HttpRequest, payload: said.NewWork) -> Status[BaseModel]:
    """Say where I work from a day on; what I said before ends on that day.

    409 `work_missing`, `value_does_not_fit`, `bad_dates` for a day to come. Again, nothing changes.
    """
    services.state_work(
        person_id=account(request).person_id, employer=payload.employer,
        employer_key=payload.organization, post=payload.post, pattern=payload.pattern,
        since=payload.since, by=_by(request), at=timezone.now(),
    )  # fmt: skip
    return Status(200, list_my_work(request))


@router.post(
    "/me/assertions/{assertion_id}/objection", response={200: said.Assertion, **refusals(409)}
)
@once
def object_to_assertion(
    request: HttpRequest, assertion_id: UUID, payload: said.Because
) -> Status[BaseModel]:
    """Object to what an organization said of me; its staff is told. A second time changes nothing.

    409 `was_withdrawn` when it is said no longer.
    """
    me = account(request).person_id
    services.object_to(
        assertion_id=assertion_id, person_id=me, text=payload.text, by=_by(request),
        at=timezone.now(),
    )  # fmt: skip
    return Status(
        200, said.Assertion.of(found(assertions.find_of_person(assertion_id, person_id=me)))
    )


@router.get(
    "/desk/organizations/{key}/assertions",
    response={200: said.AssertionsOfPeople, **refusals(403)},
)
@only(Duty(Act.VOUCH, on=of_organization))
def list_assertions(
    request: HttpRequest, key: Slug, cursor: Cursor | None = None, limit: Limit = 20
) -> said.AssertionsOfPeople:
    """List what my organization says of people, newest first. Each look is written down."""
    own = found(queries.find_organization(key))
    services.note_look(organization_key=key, by=_by(request))
    total = 0

    def part_of(offset: int, count: int) -> list[assertions.Line]:
        nonlocal total
        lines, total = assertions.of_organization(own.id, limit=count, offset=offset)
        return lines

    part = cursors.after_count(
        request, "assertions", part_of, identity=lambda line: str(line.assertion.id),
        cursor=cursor, limit=limit,
    )  # fmt: skip
    items = [
        said.AssertionOfPerson(**dict(said.Assertion.of(line.assertion)), name=line.name)
        for line in part.items
    ]
    return said.AssertionsOfPeople(items=items, total=total, next=part.next)


@router.post(
    "/desk/organizations/{key}/assertions", response={200: said.Assertion, **refusals(403, 409)}
)
@once
@only(Duty(Act.VOUCH, on=of_organization))
def vouch_for(request: HttpRequest, key: Slug, payload: said.NewAssertion) -> Status[BaseModel]:
    """Vouch for a person in the name of my organization; they are told and can object.

    409 `person_not_found`, `value_does_not_fit`, `bad_dates` or `evidence_needed`.
    """
    at, by = timezone.now(), _by(request)
    name = _key(payload.key)
    if not may_look(request):
        raise Throttled(60)
    person_id = services.find_person(
        organization_key=key, address=_address(payload.who), code=payload.who.upper(), by=by, at=at
    )
    if person_id is None:
        raise PersonNotFound
    made = services.vouch(
        organization_key=key, person_id=person_id, key=name, value=_plain(payload.value),
        since=payload.since, until=payload.until, evidence=payload.evidence, link=payload.link,
        checksum=payload.checksum, code_until=payload.code_until, by=by, at=at,
    )  # fmt: skip
    return Status(200, said.Assertion.of(made))


@router.post(
    "/desk/organizations/{key}/assertions/{assertion_id}/withdrawal",
    response={200: said.Assertion, **refusals(403, 409)},
)
@once
@only(Duty(Act.VOUCH, on=of_organization))
def withdraw_assertion(
    request: HttpRequest, key: Slug, assertion_id: UUID, payload: said.Because
) -> Status[BaseModel]:
    """Say something no longer; its code is worth nothing from now on. Twice is once."""
    services.withdraw(
        assertion_id=assertion_id, organization_key=key, person_id=None, because=payload.text,
        by=_by(request), at=timezone.now(),
    )  # fmt: skip
    own = found(queries.find_organization(key))
    line = found(assertions.find_of_organization(assertion_id, organization_id=own.id))
    return Status(200, said.Assertion.of(line.assertion))


def _key(name: str) -> str:
    """The name of a registered key.

    Raises:
        NotFound: there is none.
    """
    if name not in {key.name for key in assertions.all_keys()}:
        raise NotFound
    return name


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, said.Shifts) else value


def _address(typed: str) -> Addresses | None:
    """A number or e-mail address; a code is neither."""
    try:
        return parse_address(typed, region="CN", invented=settings.DEMO)
    except BadAddress:
        return None
