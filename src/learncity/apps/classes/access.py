"""Who may see what of classes; the one place where it is decided."""

from typing import Any

from django.http import HttpRequest

from learncity.apps.households.access import whose
from learncity.apps.households.types import Purpose
from learncity.apps.organizations.access import actor_of
from learncity.apps.organizations.types import Actor

from . import queries
from .types import ClassDetail, ClassNotFound, Enrolment, EnrolmentNotFound, State


def may_run(actor: Actor, class_key: str) -> bool:
    """Staff of the organization that runs the class, and operators of the city."""
    if actor.is_operator:
        return True
    return bool(actor.staff_of) and queries.provider_of(class_key) in actor.staff_of


def runs_class(request: HttpRequest, *, class_key: str, **arguments: Any) -> bool:
    """The decision for a page of one class at the desk."""
    return may_run(actor_of(request), class_key)


def class_for(request: HttpRequest, class_key: str) -> tuple[ClassDetail, Enrolment | None]:
    """A class as the reader may see it, and their own place in it, if any.

    Who acts for another is shown the other's place.

    Links of sessions are for members and for those who run it.

    Raises:
        ClassNotFound: no such class.
    """
    found = queries.class_now(class_key, person_id=whose(request, Purpose.CLASSES))
    if found is None:
        raise ClassNotFound(class_key)
    detail, mine = found
    is_member = mine is not None and mine.state == State.ENROLLED
    if detail.has_links and not (is_member or may_run(actor_of(request), class_key)):
        detail = detail.without_links()
    return detail, mine


def place_for(request: HttpRequest, receipt: str) -> tuple[ClassDetail, Enrolment]:
    """The class and the reader's own enrolment of a receipt.

    Raises:
        EnrolmentNotFound: they have none of it.
    """
    person_id = whose(request, Purpose.CLASSES)
    found = queries.find_enrolment(receipt, person_id=person_id) if person_id else None
    if found is None:
        raise EnrolmentNotFound(receipt)
    detail, _ = class_for(request, found[0])
    return detail, found[1]
