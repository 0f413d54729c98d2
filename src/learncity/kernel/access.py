"""Who may see a view: said on the view itself, checked before it runs, denied when unsaid.

A room decides in its own ``access.py`` and hangs the decision on its views with ``only``. A test
walks every URL and every role.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import urlencode

View = TypeVar("View", bound=Callable[..., Any])
Decision = Callable[..., bool]


def everyone(view: View) -> View:
    """Open to anybody, signed in or not."""
    view.access = _yes  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Open to anybody who has signed in, for what is their own."""
    view.access = _signed_in  # type: ignore[attr-defined]
    return view


def only(decision: Decision) -> Callable[[View], View]:
    """Open to those for whom ``decision(request, **url arguments)`` is true."""

    def declare(view: View) -> View:
        view.access = decision  # type: ignore[attr-defined]
        return view

    return declare


def also(decision: Decision, *, otherwise: str) -> Callable[[View], View]:
    """Ask a view that is open to somebody for one thing more, which they can still get.

    Whoever lacks it is not refused but sent to the page that says how (setting ``MISSING_URL``),
    with ``otherwise`` naming the thing. Hung on the view beside its declaration.
    """

    def declare(view: View) -> View:
        view.also = (decision, otherwise)  # type: ignore[attr-defined]
        return view

    return declare


def for_anybody(decision: Decision) -> Decision:
    """Mark a decision that asks for no role: whoever signed in may, for some person."""
    _FOR_ANYBODY.add(decision)
    return decision


def is_for_some(view: Callable[..., Any]) -> bool:
    """Whether a role opens the view, not signing in alone."""
    decision = getattr(view, "access", None)
    return decision is not None and decision not in _FOR_ANYBODY


def _yes(request: HttpRequest, **arguments: Any) -> bool:
    return True


def _signed_in(request: HttpRequest, **arguments: Any) -> bool:
    return request.user.is_authenticated


def is_ones_own(view: Callable[..., Any]) -> bool:
    """Whether a view is open to whoever signed in, for what is their own alone (``signed_in``)."""
    return getattr(view, "access", None) is _signed_in


_FOR_ANYBODY: set[Decision] = {_yes, _signed_in}


class Undeclared(Exception):
    """A view said nothing about who may see it: a programming error, answered with a refusal."""


class DenyByDefault:
    """Middleware: ask the view's declaration; no declaration, no answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Do nothing before the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Let the view run, send a stranger to sign in, or refuse."""
        decision = getattr(view, "access", None)
        if decision is None:
            raise PermissionDenied(Undeclared(view))
        if decision(request, **kwargs):
            return self._missing(request, view, kwargs)
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.get_full_path())

    @staticmethod
    def _missing(
        request: HttpRequest, view: Callable[..., Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        asked, name = getattr(view, "also", (_yes, ""))
        if asked(request, **kwargs):
            return None
        wanted = urlencode({"for": name, "next": request.get_full_path()})
        return HttpResponseRedirect(f"{resolve_url(settings.MISSING_URL)}?{wanted}")
