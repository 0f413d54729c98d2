"""Who may see what of classes; the one place where it is decided."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from learncity.apps.households.access import whose
from learncity.apps.households.types import Purpose
from learncity.apps.roles.access import Duty, Where
from learncity.apps.roles.types import Act

from . import queries
from .types import ClassDetail, ClassNotFound, Enrolment, EnrolmentNotFound, State


def of_class(*, class_key: str, **arguments: Any) -> Sequence[Where]:
    """The organization that runs a class."""
    provider_id = queries.provider_of(class_key)
    return [Where(frozenset({provider_id}))] if provider_id else []


# The decision for a page of one class at the desk.
runs_class = Duty(Act.RUN_CLASSES, on=of_class)


def class_for(request: HttpRequest, class_key: str) -> tuple[ClassDetail, Enrolment | None]:
    """A class as the reader may see it, and their own place in it, if any.

    Who acts for another is shown the other's place. A class of a course that the public does not
    see is for who has a place in it or waits, and for those who run it; so are the links of
    sessions, but not for who waits.

    Raises:
        ClassNotFound: no such class, or none for this reader.
    """
    detail, mine = _class_for(request, class_key)
    if not detail.is_shown and mine is None and not runs_class(request, class_key=class_key):
        raise ClassNotFound(class_key)
    return detail, mine


def _class_for(request: HttpRequest, class_key: str) -> tuple[ClassDetail, Enrolment | None]:
    found = queries.class_now(class_key, person_id=whose(request, Purpose.CLASSES))
    if found is None:
        raise ClassNotFound(class_key)
    detail, mine = found
    is_member = mine is not None and mine.state == State.ENROLLED
    if detail.has_links and not (is_member or runs_class(request, class_key=class_key)):
        detail = detail.without_links()
    return detail, mine


def place_for(request: HttpRequest, receipt: str) -> tuple[ClassDetail, Enrolment]:
    """The class and the reader's own enrolment of a receipt, also of a class that nobody is shown
    any more.

    Raises:
        EnrolmentNotFound: they have none of it.
    """
    person_id = whose(request, Purpose.CLASSES)
    found = queries.find_enrolment(receipt, person_id=person_id) if person_id else None
    if found is None:
        raise EnrolmentNotFound(receipt)
    detail, _ = _class_for(request, found[0])
    return detail, found[1]
