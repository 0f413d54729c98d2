"""The account behind a request, and how sure the city must be of whose it is."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from learncity.kernel.access import Decision, View, also

from . import queries
from .models import Account
from .types import Assurance


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
