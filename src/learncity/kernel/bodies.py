"""How much of a request is taken in: a form of text, but where settings say that it is more."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _

_API = "/api/"


class SmallBodies:
    """Middleware: refuse a body that is too large before a byte of it is read.

    Django checks the fields of a form, but writes the files beside them to the disk first. The API
    looks by itself, and answers with a problem. A body that does not say its length is read as if
    it were empty.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer 413, or go on."""
        if request.path.startswith(_API) or _length(request) <= _limit(request):
            return self.get_response(request)
        with translation.override(translation.get_language_from_request(request)):
            says = _("The body is larger than any operation needs.")
        return HttpResponse(f"{says}\n", status=413, content_type="text/plain; charset=utf-8")


def _limit(request: HttpRequest) -> int:
    larger: dict[str, int] = settings.LARGER_BODIES
    return larger.get(request.path, int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE))


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0  # so reads Django
