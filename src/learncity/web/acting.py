"""Acting for another on the pages: kept in the session, asked of the database at every request."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from learncity.apps.households.access import take_on
from learncity.apps.security.access import visit_of
from learncity.kernel.access import is_ones_own

SESSION = "acting_for"


class ActingFor:
    """Middleware: whoever acts for another still may, and does nothing else meanwhile.

    A mandate that ended is refused before the view runs, so that nothing that was meant for the
    principal is done for the delegate. What is somebody's own alone is refused while they act.
    The API does not look at the session for this: it says for whom in a header.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Do nothing before the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Let the view run, say that it is over, or refuse."""
        if request.path.startswith("/api/") or not request.user.is_authenticated:
            return None
        if visit_of(request):  # who asks is the visited person, the session is the visitor's
            return None
        mandate_id = request.session.get(SESSION)
        if mandate_id is None:
            return None
        if take_on(request, UUID(mandate_id), at=timezone.now()) is None:
            del request.session[SESSION]
            return render(request, "web/acting_over.html", status=403)
        if is_ones_own(view):
            raise PermissionDenied
        return None
