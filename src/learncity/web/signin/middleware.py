"""Asks for a second factor before a desk opens, and notes once an hour that a session is used."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from learncity.apps.people.access import account
from learncity.apps.security import queries as security
from learncity.apps.security.access import HAS, needs_step
from learncity.apps.security.types import USED
from learncity.kernel.access import is_for_some


class SecondFactor:
    """Middleware: every view that a room's decision opens, and those that ask for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Have the session kept anew when its last use is an hour old."""
        used = request.session.get(USED)
        if used is not None and timezone.now().timestamp() - used > 3600:
            request.session.modified = True
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Let the view run, or send its reader to show a second factor, or to set one up."""
        asks = getattr(view, "step", needs_step if is_for_some(view) else None)
        if asks is None or not request.user.is_authenticated or not asks(request, timezone.now()):
            return None
        if not request.session.get(HAS):
            # This session may be older than what it notes.
            request.session[HAS] = security.has_factor(account(request).pk)
        page = "web:second_factor" if request.session[HAS] else "web:security"
        # A form cannot be sent anew by a redirect.
        target = request.get_full_path() if request.method == "GET" else reverse("web:me")
        query = urlencode({"needed": "1", "next": target})
        return HttpResponseRedirect(f"{reverse(page)}?{query}")
