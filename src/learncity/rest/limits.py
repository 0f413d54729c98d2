"""How much one asker may ask of the API (``kernel.turns``)."""

from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from learncity.kernel.turns import Turns, stranger


class Fair(Turns, BaseThrottle):
    """A turn for each request, an account's or a stranger's."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Take a turn; whether there was one."""
        asker = _asker(request)
        return asker is None or self.take(asker)


def _asker(request: HttpRequest) -> str | None:
    """The account, or the address of a stranger; ``None`` for whom nothing is counted."""
    if hasattr(request, "auth") and request.user.is_authenticated:
        return f"account {request.user.pk}"
    return stranger(request)


FAIR = Fair(burst=600, rate=10)
