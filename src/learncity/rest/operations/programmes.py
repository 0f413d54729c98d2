"""Programmes: written at the city's office, left by whoever offers a course in them."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import BaseModel

from learncity.apps.catalogue import queries, services
from learncity.apps.catalogue.access import edits_course, reviews
from learncity.apps.people.access import account
from learncity.kernel.acting import By, Via
from learncity.rest.idempotency import once
from learncity.rest.identity import only
from learncity.rest.openapi import refusals
from learncity.rest.shapes import programmes as shapes
from learncity.rest.shapes.common import Slug
from learncity.rest.shapes.course_desk import written
from learncity.rest.shapes.courses import Programme, ProgrammeDetail, Programmes

from .common import found

router = Router(tags=["Desk"])
_PUBLIC: Any = {200: ProgrammeDetail, **refusals(403, 404, 409)}
_WHOLE: Any = {200: shapes.WholeProgramme, **refusals(403, 404, 409)}


@router.post("/office/programmes", response={201: shapes.WholeProgramme, **refusals(403, 404, 409)})
@once
@only(reviews)
def begin_programme(request: HttpRequest, payload: shapes.NewProgramme) -> Status[BaseModel]:
    """Begin a programme without courses. Everybody can read it at once."""
    key = services.begin_programme(
        title=payload.called(),
        summary=written(payload.summary),
        lead=payload.lead,
        by=_by(request),
    )
    return Status(201, _whole(key))


@router.get("/office/programmes/{key}", response={200: shapes.WholeProgramme, **refusals(403, 404)})
@only(reviews)
def get_whole_programme(request: HttpRequest, key: Slug) -> shapes.WholeProgramme:
    """Say what a programme is, with those of its courses too that the public does not see."""
    return _whole(key)


@router.patch("/office/programmes/{key}", response=_WHOLE)
@once
@only(reviews)
def write_programme(
    request: HttpRequest, key: Slug, payload: shapes.ProgrammeChange
) -> Status[BaseModel]:
    """Change what a programme says, but its courses.

    409 `days_impossible` or `not_listed`; 404 also when there is no such lead.
    """
    services.write_programme(key=key, said=payload.stated(), by=_by(request))
    return Status(200, _whole(key))


@router.delete("/office/programmes/{key}", response={200: Programmes, **refusals(403, 404, 409)})
@once
@only(reviews)
def end_programme(request: HttpRequest, key: Slug) -> Status[BaseModel]:
    """Withdraw a programme; its courses go on. Lists what is left. Withdrawn twice, it is so."""
    services.end_programme(key=key, by=_by(request), at=timezone.now())
    return Status(200, Programmes(items=[Programme.of(p) for p in queries.programmes()]))


@router.put("/office/programmes/{key}/courses/{course}", response=_WHOLE)
@once
@only(reviews)
def put_course(
    request: HttpRequest, key: Slug, course: Slug, payload: shapes.ProgrammePlace
) -> Status[BaseModel]:
    """Put a course of any provider into a programme, or elsewhere in its order.

    The provider is told of a new one. 409 `course_is_draft`, `course_is_withdrawn` or
    `course_is_held` when the public does not see it.
    """
    services.put_course(
        key=key,
        course=course,
        is_needed=payload.is_needed,
        place=payload.place,
        by=_by(request),
        at=timezone.now(),
    )
    return Status(200, _whole(key))


@router.delete("/office/programmes/{key}/courses/{course}", response=_WHOLE)
@once
@only(reviews)
def take_course_out(request: HttpRequest, key: Slug, course: Slug) -> Status[BaseModel]:
    """Take a course out of a programme. Taken out twice, it is out."""
    services.take_course_out(key=key, course=course, by=_by(request))
    return Status(200, _whole(key))


@router.delete(
    "/desk/courses/{key}/programmes/{programme}",
    response={200: ProgrammeDetail, **refusals(403, 404, 409)},
)
@once
@only(edits_course)
def leave_programme(request: HttpRequest, key: Slug, programme: Slug) -> Status[BaseModel]:
    """Take a course of mine out of a programme. Taken out twice, it is out."""
    services.take_course_out(key=programme, course=key, by=_by(request))
    return Status(200, ProgrammeDetail.whole(found(queries.find_programme(programme))))


def _whole(key: str) -> shapes.WholeProgramme:
    return shapes.WholeProgramme.whole(found(queries.find_programme(key, hidden=True)))


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.API)
