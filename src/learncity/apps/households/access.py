"""Whose things a request is about, and who does them: the one place where it is decided.

A shell says once a request that somebody acts for another (``take_on``: the middleware of the
pages, the ways in of the API). Everything below asks here instead of asking for the account.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from learncity.apps.people.access import account, person_of
from learncity.apps.people.types import PersonValue
from learncity.apps.security.access import visit_of
from learncity.kernel.access import for_anybody
from learncity.kernel.acting import By, Via

from . import queries
from .types import Acting, Purpose


def take_on(request: HttpRequest, mandate_id: UUID, *, at: datetime) -> Acting | None:
    """Let the signed-in person act under a mandate in this request; ``None`` when they may not.

    Support that looks as somebody acts for nobody.
    """
    person_id = person_of(request)
    found = None
    if person_id is not None and visit_of(request) is None:
        found = queries.acting(mandate_id, delegate_id=person_id, at=at)
    request._learncity_acting = found  # type: ignore[attr-defined]
    return found


def acting_of(request: HttpRequest) -> Acting | None:
    """For whom this request acts, or ``None``: for whoever sends it."""
    return getattr(request, "_learncity_acting", None)


def whose(request: HttpRequest, purpose: Purpose) -> UUID | None:
    """The person whose things the request is about; ``None`` for strangers and without a right."""
    acting = acting_of(request)
    if acting is None:
        return person_of(request)
    return acting.principal.id if purpose in acting.purposes else None


def person_for(request: HttpRequest, purpose: Purpose) -> PersonValue:
    """Like ``whose``, for views that only signed-in people reach.

    Raises:
        PermissionDenied: the mandate does not cover this.
    """
    acting = acting_of(request)
    if acting is None:
        return account(request).person.as_value()
    if purpose not in acting.purposes:
        raise PermissionDenied
    return acting.principal


def by_of(request: HttpRequest, via: Via) -> By:
    """Who acts: always the signed-in person, with the mandate if they act for another."""
    acting = acting_of(request)
    return By(account(request).person_id, via, acting.mandate_id if acting else None)


@for_anybody
def for_classes(request: HttpRequest, **arguments: Any) -> bool:
    """Signed in, for oneself or for somebody who lets one see to their classes."""
    return whose(request, Purpose.CLASSES) is not None


@for_anybody
def for_messages(request: HttpRequest, **arguments: Any) -> bool:
    """Signed in, for oneself or for somebody who lets one read their messages."""
    return whose(request, Purpose.MESSAGES) is not None


@for_anybody
def for_profile(request: HttpRequest, **arguments: Any) -> bool:
    """Signed in, for oneself or for somebody who lets one see to their profile."""
    return whose(request, Purpose.PROFILE) is not None


@for_anybody
def even_acting(request: HttpRequest, **arguments: Any) -> bool:
    """Signed in, whoever they act for: signing out, ending it."""
    return request.user.is_authenticated
