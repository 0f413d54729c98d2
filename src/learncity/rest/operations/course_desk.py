"""A course from a draft to the public: written and sent in at a desk, reviewed by the office."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import BaseModel

from learncity.apps.catalogue import queries, services
from learncity.apps.catalogue.access import edits_course, reviews
from learncity.apps.catalogue.types import EditionValue
from learncity.apps.organizations import queries as organizations
from learncity.apps.people.access import account
from learncity.apps.roles.access import Duty, actor_of, organizations_for
from learncity.apps.roles.types import Act
from learncity.kernel.acting import By, Via
from learncity.rest import cursors
from learncity.rest.idempotency import once
from learncity.rest.identity import only
from learncity.rest.openapi import refusals
from learncity.rest.shapes import course_desk as shapes
from learncity.rest.shapes.common import Cursor, Limit, Slug

from .common import found

router = Router(tags=["Desk"])
_EDITION: Any = {200: shapes.Edition, **refusals(403, 404, 409)}


@router.post("/desk/course-drafts", response={201: shapes.Edition, **refusals(403, 404, 409)})
@once
@only(Duty(Act.EDIT_COURSES))
def begin_course(request: HttpRequest, payload: shapes.NewCourse) -> Status[BaseModel]:
    """Begin a course of an organization of mine. Nobody sees it before it was reviewed."""
    own = organizations_for(actor_of(request), Act.EDIT_COURSES)
    provider = organizations.find_organization(payload.organization)
    # An organization of others is as good as none.
    found(provider if provider and (own is None or provider.id in own) else None)
    key = services.begin_course(
        organization_key=payload.organization,
        title=payload.called(),
        category=payload.category,
        by=_by(request),
        at=timezone.now(),
    )
    return Status(201, _edition(key))


@router.get("/desk/courses/{key}/edition", response={200: shapes.Edition, **refusals(403, 404)})
@only(edits_course)
def get_edition(request: HttpRequest, key: Slug) -> shapes.Edition:
    """Read a course as its provider works on it, and what is missing."""
    return _edition(key)


@router.patch("/desk/courses/{key}/edition", response=_EDITION)
@once
@only(edits_course)
def write_edition(
    request: HttpRequest, key: Slug, payload: shapes.EditionChange
) -> Status[BaseModel]:
    """Write parts of a course. The public goes on reading what is published.

    409 `is_in_review`, `not_listed`, `effort_impossible`, `subject_elsewhere` when the subject is
    of another category, or `changed_meanwhile` when it does not say any more what `mark` is of.
    """
    subjects = queries.subjects() if payload.subject else ()
    services.write_edition(
        key=key, said=payload.stated(subjects), seen=payload.mark, by=_by(request),
        at=timezone.now(),
    )  # fmt: skip
    return Status(200, _edition(key))


@router.post("/desk/courses/{key}/edition/choice", response=_EDITION)
@once
@only(edits_course)
def choose_in_edition(request: HttpRequest, key: Slug, payload: shapes.Choice) -> Status[BaseModel]:
    """Settle the clashes of a course: what was written here, or what stands now. Settled, it stays.

    409 `is_in_review`, or `changed_meanwhile` when there is something else to choose.
    """
    services.choose(
        key=key, newer=payload.newer, seen=payload.mark, by=_by(request), at=timezone.now()
    )
    return Status(200, _edition(key))


@router.post("/desk/courses/{key}/submission", response=_EDITION)
@once
@only(edits_course)
def send_in(request: HttpRequest, key: Slug) -> Status[BaseModel]:
    """Hand a course to the city's office for review. Sent in twice, it waits once.

    409 `not_complete`, `may_not_publish`, or `changed_elsewhere` while there are clashes.
    """
    services.send_in(key=key, by=_by(request), at=timezone.now())
    return Status(200, _edition(key))


@router.delete("/desk/courses/{key}/submission", response=_EDITION)
@once
@only(edits_course)
def take_back(request: HttpRequest, key: Slug) -> Status[BaseModel]:
    """Go on writing what was sent in. Taken back twice, it is taken back."""
    services.take_back(key=key, by=_by(request), at=timezone.now())
    return Status(200, _edition(key))


@router.post("/desk/courses/{key}/withdrawal", response=_EDITION)
@once
@only(edits_course)
def withdraw_course(request: HttpRequest, key: Slug, payload: shapes.Why) -> Status[BaseModel]:
    """Take a course from the public; its classes go on and take no more applications.

    409 `not_published`.
    """
    services.withdraw(key=key, reason=payload.reason, by=_by(request), at=timezone.now())
    return Status(200, _edition(key))


@router.get("/office/courses", response={200: shapes.ReviewQueue, **refusals(403)})
@only(reviews)
def list_reviews(
    request: HttpRequest, cursor: Cursor | None = None, limit: Limit = 20
) -> shapes.ReviewQueue:
    """List what waits for review, the longest first."""
    after = cursors.read_moment(cursor, "reviews") if cursor else None
    found = queries.to_review(after=after, limit=limit + 1)
    part = cursors.after_moment(request, "reviews", found, limit, last=_sent_in)
    items = [shapes.Waiting.of(one) for one in part.items]
    return shapes.ReviewQueue(items=items, total=queries.count_to_review(), next=part.next)


def _sent_in(one: EditionValue) -> cursors.Moment:
    assert one.submitted_at is not None  # it waits
    return one.submitted_at, one.published.id


@router.get("/office/courses/{key}", response={200: shapes.Edition, **refusals(403, 404)})
@only(reviews)
def get_review(request: HttpRequest, key: Slug) -> shapes.Edition:
    """Read a course as it would be published."""
    return _edition(key)


@router.post("/office/courses/{key}/publication", response=_EDITION)
@once
@only(reviews)
def publish_course(
    request: HttpRequest, key: Slug, payload: shapes.Publication
) -> Status[BaseModel]:
    """Let the public read what was sent in. The provider is told.

    409 `not_in_review`, `own_work`, `may_not_publish`, `changed_meanwhile` when it does not say any
    more what was read, `changed_elsewhere` while there are clashes: return it, or
    `subject_elsewhere` when its subject moved to another category.
    """
    services.publish(key=key, seen=payload.mark, by=_by(request), at=timezone.now())
    return Status(200, _edition(key))


@router.post("/office/courses/{key}/return", response=_EDITION)
@once
@only(reviews)
def send_back(request: HttpRequest, key: Slug, payload: shapes.Why) -> Status[BaseModel]:
    """Return a course to its provider, who is told why.

    409 `not_in_review` or `own_work`.
    """
    services.send_back(key=key, reason=payload.reason, by=_by(request), at=timezone.now())
    return Status(200, _edition(key))


def _edition(key: str) -> shapes.Edition:
    return shapes.Edition.of(found(queries.find_edition(key)))


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.API)
