"""The account behind a request, and how sure the city must be of whose it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

# The public function of the library gives nothing that can be given back.
from allauth.core.internal.ratelimit import consume
from django.http import HttpRequest

from learncity.kernel.access import Decision, View, also
from learncity.kernel.acting import By

from . import queries, services
from .models import Account
from .types import Assurance, IdentifierTaken, TooManyTaken


def account(request: HttpRequest) -> Account:
    """The signed-in account; a view that may be reached without one must ask first."""
    assert isinstance(request.user, Account)
    return request.user


def person_of(request: HttpRequest) -> UUID | None:
    """The person who asks, or ``None`` for a stranger."""
    return request.user.person_id if isinstance(request.user, Account) else None


def assurance_of(request: HttpRequest, least: Assurance) -> Assurance:
    """How sure the city is of who asks; asked of the database only above a proven address."""
    if not isinstance(request.user, Account) or request.user.verified_at is None:
        return Assurance.NONE
    if least <= Assurance.ADDRESS:
        return Assurance.ADDRESS
    return queries.assurance(request.user.person_id)


def is_at_least(least: Assurance) -> Decision:
    """Whether the city is as sure as this of who asks."""

    def decide(request: HttpRequest, **arguments: Any) -> bool:
        return assurance_of(request, least) >= least

    return decide


def at_least(least: Assurance) -> Callable[[View], View]:
    """Ask a view's readers for this assurance; who lacks it is told what is missing, and where."""
    return also(is_at_least(least), otherwise=least.name)


@contextmanager
def stating_numbers(request: HttpRequest, *, by: By, of: UUID | None = None) -> Iterator[None]:
    """State numbers inside: the answer that somebody else has one is counted and written down.

    It tells a number that is there from one that is not, so whoever states gets it so often an hour
    and a day and no more. A try is taken before anything is asked, or many at once would all be
    answered, and given back after any other answer.

    Args:
        of: whose numbers they are; ``None`` for somebody who is being registered.

    Raises:
        TooManyTaken: that answer was given too often.
    """
    key = str(person_of(request))
    used = consume(request, app="allauth.account", action="meet_number", key=key, limit_get=True)
    if not used:
        raise TooManyTaken
    is_taken = False
    try:
        yield
    except IdentifierTaken:
        is_taken = True
        services.note_taken(person_id=of, by=by)
        raise
    finally:
        if not is_taken:
            used.rollback()
