"""The API: its operations, who may call them, and what becomes of what goes wrong.

Closed by default: an operation that says nothing asks for a key or a session.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.parser import Parser
from ninja.renderers import JSONRenderer

from learncity.kernel.errors import DomainError

from .identity import AssuranceNeeded, CsrfFailed, Key, MayNotAct, SecondFactorNeeded, Session
from .limits import FAIR
from .mistakes import mistakes
from .operations import (
    bulk,
    city,
    classes,
    course_desk,
    courses,
    demand,
    households,
    imports,
    mandates,
    mine,
    offers,
    office,
    partners,
    people,
    places,
    privacy,
    programmes,
    roles,
    trail,
)
from .problems import problem, refused
from .shell import shelled

DESCRIPTION = """
The public interface of a learning city: what there is to learn, where and when; and, with a key of
one's own, applying for a place, the record of what one has learned, and the desk of a provider.

Texts are objects by language (BCP 47). Moments are ISO 8601 with the offset of the city. Amounts
are integers of the currency's smallest unit. Errors are problem details (RFC 9457). Lists come in
parts: follow `next`. Whoever has a mandate acts for its principal with the header `Acting-For` and
the mandate's id, where an operation lists it. New fields may be added at any time; none is taken
away within a version.
"""
TAGS = [
    {"name": "City", "description": "The city, its regions and its places to learn."},
    {"name": "Learn", "description": "Courses, classes and what is on tonight."},
    {"name": "Mine", "description": "What belongs to the signed-in person."},
    {"name": "Partners", "description": "Organizations, agreements, and what is vouched for."},
    {"name": "Desk", "description": "For the staff of providers and the city's office."},
]


class Utf8(JSONRenderer):
    """Letters as they are: Chinese in escapes is twice as long."""

    json_dumps_params = {"ensure_ascii": False}


class NotJson(Exception):
    """A body that is declared to be something else."""


class JsonOnly(Parser):
    """Bodies are JSON and say so: a form that another site makes a browser send is none."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body's content.

        Raises:
            NotJson: it is declared to be something else.
        """
        if request.content_type not in ("application/json", ""):
            raise NotJson
        return super().parse_body(request)


class Api(NinjaAPI):
    """Ours: operations are called by the names of their functions."""

    def get_openapi_operation_id(self, operation: Any) -> str:
        """The function's name, once in the whole API."""
        return operation.view_func.__name__


api = Api(
    title="Learncity",
    version="1",
    description=DESCRIPTION.strip(),
    openapi_url=None,
    docs_url=None,
    auth=[Key(), Session()],
    renderer=Utf8(),
    parser=JsonOnly(),
    throttle=FAIR,
    servers=[{"url": "/api/v1"}],
    openapi_extra={
        "info": {"license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "tags": TAGS,
    },
)
for router in (
    city.router,
    courses.router,
    classes.router,
    mine.router,
    demand.mine,
    people.mine,
    privacy.router,
    households.router,
    mandates.router,
    offers.router,
    bulk.router,
    course_desk.router,
    programmes.router,
    demand.router,
    mandates.office,
    office.router,
    office.one,
    office.papers,
    places.router,
    trail.router,
    people.router,
    people.one,
    imports.router,
    partners.router,
    roles.mine,
    roles.router,
):
    api.add_router("", router)


def patterns() -> list[URLPattern]:
    """The addresses of all operations."""
    found = [p for p in api.urls[0] if isinstance(p, URLPattern) and p.name != "api-root"]
    for pattern in found:
        pattern.callback = shelled(pattern.callback)
    return found


Handler = Callable[[HttpRequest, Any], HttpResponse]


def _not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problem(request, "not_signed_in", headers={"WWW-Authenticate": "Bearer"})


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    # The library's only other error of its own: it could not parse the body.
    is_other = isinstance(error.__cause__, NotJson)
    return problem(request, "not_json" if is_other else "malformed_request")


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(request, "invalid", errors=mistakes(error.errors))


def _code(code: str) -> Handler:
    return lambda request, error: problem(request, code)


_HANDLERS: dict[type[Exception], Handler] = {
    AuthenticationError: _not_signed_in,
    PermissionDenied: _code("forbidden"),
    CsrfFailed: _code("csrf_failed"),
    MayNotAct: _code("may_not_act"),
    SecondFactorNeeded: _code("second_factor_needed"),
    AssuranceNeeded: _code("assurance_needed"),
    Http404: _code("not_found"),
    DomainError: refused,
    ValidationError: _invalid,
    Throttled: _code("too_many_requests"),
    HttpError: _http_error,
}
for kind, handler in _HANDLERS.items():
    api.add_exception_handler(kind, handler)
