"""Who may see a view: said on the view itself, checked before it runs, denied when unsaid.

A room decides in its own ``access.py`` and hangs the decision on its views with ``only``. A test
walks every URL and every role.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

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


def _yes(request: HttpRequest, **arguments: Any) -> bool:
    return True


def _signed_in(request: HttpRequest, **arguments: Any) -> bool:
    return request.user.is_authenticated


def is_ones_own(view: Callable[..., Any]) -> bool:
    """Whether a view is open to whoever signed in, for what is their own alone (``signed_in``)."""
    return getattr(view, "access", None) is _signed_in


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
            return None
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.get_full_path())
