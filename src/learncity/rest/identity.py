"""Who asks: a key of one's own, or the session of the browser. And what they may do.

Every operation asks unless it says ``auth=None``. After it ``request.user`` is the account, so the
decisions of the rooms (``access.py``) are the same here as on the pages. The header ``Acting-For``
names a mandate: operations that say ``auth=on_behalf(purpose)`` are then about its principal, and
all others refuse it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer
from ninja.security.base import AuthBase

from learncity.apps.households.access import take_on
from learncity.apps.households.types import Purpose
from learncity.apps.people import queries as people
from learncity.apps.people.access import account, is_at_least
from learncity.apps.people.types import Assurance
from learncity.apps.roles.access import actor_of
from learncity.apps.security import queries as security
from learncity.apps.security.access import is_required, needs_step, visit_of
from learncity.kernel.access import Decision

Operation = Callable[..., Any]


class CsrfFailed(PermissionDenied):
    """A write of a browser session without its CSRF token."""


ACTING_FOR = "Acting-For"


class MayNotAct(PermissionDenied):
    """No living mandate of this account covers this operation."""


def _take_on(request: HttpRequest, purpose: Purpose | None) -> None:
    """Act for whom the header says; the one decision is that of the pages.

    Raises:
        MayNotAct: the mandate is not one, ended, or does not cover this.
    """
    said = request.headers.get(ACTING_FOR)
    if said is None:
        return
    try:
        acting = take_on(request, UUID(said), at=timezone.now())
    except ValueError as error:
        raise MayNotAct from error
    if acting is None or purpose not in acting.purposes:
        raise MayNotAct


class _ForWhom:
    """A way in that may be used for another, for one purpose; without one, for oneself only."""

    def __init__(self, purpose: Purpose | None = None) -> None:
        super().__init__()
        self.purpose = purpose


class Key(_ForWhom, HttpBearer):
    """A key from the person's profile. It is revoked there."""

    openapi_description = "A key that you make in your profile: `Authorization: Bearer lc_…`"

    def __call__(self, request: HttpRequest) -> Any:
        """The account of the key; a wrong one is refused even where a session would do."""
        if "Authorization" not in request.headers:
            return None
        account = super().__call__(request)
        if account is None:
            raise AuthenticationError
        _take_on(request, self.purpose)
        return account

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Make the key's account the one that asks."""
        account = people.account_of(token)
        if account is not None:
            request.user = account
        return account


class Session(_ForWhom, AuthBase):
    """The session of somebody who signed in with a browser."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME
    openapi_description = "For scripts on our own pages; writes need the header `X-CSRFToken`."

    def __call__(self, request: HttpRequest) -> Any:
        """The account of the session.

        Raises:
            CsrfFailed: a write without the token that proves that our own page sent it.
        """
        if not request.user.is_authenticated:
            return None
        check = _CsrfCheck(_nothing)
        check.process_request(request)
        if check.process_view(request, _nothing, (), {}) is not None:
            raise CsrfFailed
        _take_on(request, self.purpose)
        return request.user


def on_behalf(purpose: Purpose) -> list[Callable[[HttpRequest], Any]]:
    """For ``auth=``: for oneself, or for somebody who lets one do this."""
    return [Key(purpose), Session(purpose)]


def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class _CsrfCheck(CsrfViewMiddleware):
    """Django's own check, without the page it would answer with."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(status=403)


def anyone(request: HttpRequest) -> Any:
    """The last of several ways in: without a key or session, a stranger, who acts for nobody."""
    _take_on(request, None)
    return request.user


class SecondFactorNeeded(PermissionDenied):
    """The session has to show a second factor first, on a page."""


class AssuranceNeeded(PermissionDenied):
    """The city has to know better who the caller is; the page says how."""


def at_least(least: Assurance) -> Callable[[Operation], Operation]:
    """Let an operation run for those of whom the city is as sure as this.

    Raises:
        AssuranceNeeded: for everybody else.
    """
    decision = is_at_least(least)

    def declare(operation: Operation) -> Operation:
        @wraps(operation)
        def run(request: HttpRequest, **arguments: Any) -> Any:
            if not decision(request, **arguments):
                raise AssuranceNeeded
            return operation(request, **arguments)

        return run

    return declare


def _lacks_factor(request: HttpRequest) -> bool:
    """Whether a second factor is missing: shown by a session lately, set up by whoever has a key.

    A key is made after one was shown, unless there was none yet: then it may be older than the
    role. Whoever sends the header is the key's account by now, or was refused.
    """
    if "Authorization" not in request.headers:
        return needs_step(request, timezone.now())
    return is_required(actor_of(request)) and not security.has_factor(account(request).pk)


def only(decision: Decision) -> Callable[[Operation], Operation]:
    """Let an operation run for those for whom ``decision(request, **arguments)`` is true.

    Raises:
        PermissionDenied: for everybody else, and for support that looks as one of those.
        SecondFactorNeeded: their session has not shown one lately.
    """

    def declare(operation: Operation) -> Operation:
        @wraps(operation)
        def run(request: HttpRequest, **arguments: Any) -> Any:
            if visit_of(request) or not decision(request, **arguments):
                raise PermissionDenied
            if _lacks_factor(request):
                raise SecondFactorNeeded
            return operation(request, **arguments)

        run.decisions = (*getattr(operation, "decisions", ()), decision)  # type: ignore[attr-defined]
        return run

    return declare
