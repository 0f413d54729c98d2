"""The account behind a request, for views that only signed-in people reach."""

from uuid import UUID

from django.http import HttpRequest

from .models import Account


def account(request: HttpRequest) -> Account:
    """The signed-in account; a view that may be reached without one must ask first."""
    assert isinstance(request.user, Account)
    return request.user


def person_of(request: HttpRequest) -> UUID | None:
    """The person who asks, or ``None`` for a stranger."""
    return request.user.person_id if isinstance(request.user, Account) else None
