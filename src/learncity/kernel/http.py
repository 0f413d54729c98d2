"""What every request must be, and headers that every answer carries."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase

# No inline script or style, no other host, no frame: the pages need none of them.
_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)


def address_of(request: HttpRequest) -> str:
    """The address of who asks, past as many proxies as the operator says there are."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    passed = request.headers.get("X-Forwarded-For", "").split(",")
    if proxies and len(passed) >= proxies and passed[-proxies].strip():
        return passed[-proxies].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


class SecurityHeaders:
    """Middleware: content security policy and the few headers Django leaves out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add what the answer does not say itself."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=()")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            # Somebody's own page: the next person at a shared computer finds nothing of it.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class WithoutNul:
    """Middleware: refuse an address with a NUL, which no text of the database can hold.

    A cookie with one is left out: whoever has it could not get rid of it otherwise.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Look at the address and the cookies; forms and bodies are checked where they are read.

        The API says of each parameter what it may hold, and answers with a problem.

        Raises:
            BadRequest: there is one in the address.
        """
        address = f"{request.path}?{request.META.get('QUERY_STRING', '')}"
        if ("\x00" in address or "%00" in address) and not address.startswith("/api/"):
            raise BadRequest
        for name in [n for n, value in request.COOKIES.items() if "\x00" in value]:
            del request.COOKIES[name]
        return self.get_response(request)
