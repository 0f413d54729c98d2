"""The outermost shell around every operation: what the library leaves to Django is answered here.

HEAD is GET without a body; a wrong method, a body that is too large, and a fault of ours are
problem details like everything else.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.log import log_response
from django.views.decorators.csrf import csrf_exempt

from learncity.kernel.access import everyone

from .problems import problem

View = Callable[..., HttpResponse]


def shelled(view: View) -> View:
    """A view of the library, made safe to be called by anybody; it asks who that is by itself."""

    @wraps(view)
    def answer(request: HttpRequest, **arguments: Any) -> HttpResponse:
        method = request.method
        if method == "HEAD":
            request.method = "GET"
        try:
            # Read now: the CSRF check may look for a form in it, and would leave nothing.
            _ = request.body
            response = view(request, **arguments)
        except RequestDataTooBig:
            return problem(request, "too_large")
        except Exception as fault:  # the outermost shell: log and answer
            return _fault(request, fault)
        finally:
            request.method = method
        if isinstance(response, HttpResponseNotAllowed):
            allowed = {"Allow": response.headers["Allow"]}
            return problem(request, "method_not_allowed", headers=allowed)
        if hasattr(request, "auth"):
            # Said to one account; no cache may keep it.
            response.headers["Cache-Control"] = "no-store"
        return response

    # A session's token is checked where the session is (``identity.Session``); a key needs none.
    return csrf_exempt(everyone(answer))


def _fault(request: HttpRequest, fault: Exception) -> HttpResponse:
    # Django's own signal, so that whoever listens for faults of pages hears of these too.
    got_request_exception.send(sender=shelled, request=request)
    response = problem(request, "internal_error")
    log_response(
        "%s: %s", response.reason_phrase, request.path,
        response=response, request=request, exception=fault,
    )  # fmt: skip
    return response


@csrf_exempt
@everyone
def not_found(request: HttpRequest) -> HttpResponse:
    """Whatever has no operation below /api/."""
    return problem(request, "not_found")
