"""Support looks at the site as somebody: who asks is the person, and nothing can be changed.

Three walls: this middleware refuses whatever is not a look; pages that roles open stay shut, so
that nobody's desk is used in their name; and the view runs in a transaction that the database keeps
from writing, which is what makes "read-only" true of pages that are written tomorrow.
"""

from collections.abc import Callable
from typing import Any

from django.db import InternalError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from learncity.apps.people import queries as people
from learncity.apps.people.access import person_of
from learncity.apps.roles import queries as roles
from learncity.apps.roles.types import Act
from learncity.apps.security import queries, services
from learncity.apps.security.access import begin_looking, visit_of
from learncity.apps.security.types import Visit
from learncity.kernel.access import is_for_some
from learncity.kernel.acting import By, Via

VISIT = "visit"
# What an operator may still send as themselves.
_OWN = {"web:end_visit", "web:sign_out"}
_SAFE = {"GET", "HEAD", "OPTIONS"}


def end_visit_of(request: HttpRequest) -> None:
    """End the visit of this session, if there is one."""
    visit_id = request.session.pop(VISIT, None)
    visit = queries.find_visit(visit_id) if visit_id else None
    if visit:
        services.end_visit(visit=visit, by=By(visit.operator_id, Via.DESK), at=timezone.now())


class AsVisited:
    """Middleware: below the one that knows who is signed in, above everything that asks it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer as the visited person would be answered, if there is a living visit."""
        if VISIT not in request.session:
            return self.get_response(request)
        page = _route(request)
        visit = queries.find_visit(request.session[VISIT])
        visited = self._visited(request, visit)
        if visit is None or visited is None:
            end_visit_of(request)
            return self.get_response(request)
        if page.view_name in _OWN:
            return self.get_response(request)
        services.note_page(
            visit=visit, page=f"{request.method} {page.route}"[:120],
            by=By(visit.operator_id, Via.DESK),
        )  # fmt: skip
        begin_looking(request, visit)
        request.user = visited
        if request.method not in _SAFE:
            return _refusal(request)
        return self._looked(request)

    def _visited(self, request: HttpRequest, visit: Visit | None) -> Any:
        """The account of the visited, if the visit lives and the visitor is still an operator."""
        if visit is None or not visit.is_alive(timezone.now()):
            return None
        if person_of(request) != visit.operator_id:
            return None
        if not roles.actor(visit.operator_id).everywhere(Act.HELP_PEOPLE):
            return None
        # Whoever became an operator meanwhile is not looked at any longer.
        if roles.actor(visit.person_id).has_office:
            return None
        found = people.find_account(visit.person_id)
        return found if found and found.is_active else None

    def _looked(self, request: HttpRequest) -> HttpResponseBase:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            response = self.get_response(request)
            # Nothing was written; and nothing that only seemed so is kept.
            transaction.set_rollback(True)
        return _refusal(request) if response.headers.pop(_WROTE, None) else response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Keep shut what a role opens, or what is the person's alone."""
        closed = is_for_some(view) or hasattr(view, "step")
        return _refusal(request) if visit_of(request) and closed else None

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """A page that would have written something says so; drawn once the transaction is over."""
        if visit_of(request) and isinstance(fault, InternalError):
            return HttpResponse(headers={_WROTE: "1"})
        return None


# Never leaves this middleware.
_WROTE = "X-Learncity-Would-Have-Written"


def _route(request: HttpRequest) -> Any:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return _Nowhere


class _Nowhere:
    view_name, route = "", "?"


def _refusal(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        said = {
            "type": "about:blank",
            "title": _("Not allowed"),
            "status": 403,
            "detail": _("You are looking as somebody else and can change nothing."),
            "code": "visit_is_read_only",
            "instance": request.path,
        }
        return JsonResponse(said, status=403, content_type="application/problem+json")
    return render(request, "web/visit_refused.html", status=403)
