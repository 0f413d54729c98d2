"""What a session notes when somebody has signed in, by whichever way."""

from uuid import UUID

from django.http import HttpRequest

from learncity.apps.security import queries as security
from learncity.apps.security.access import HAS
from learncity.apps.security.types import BROWSER


def begun(request: HttpRequest, account_id: UUID) -> None:
    """Note the coarse browser, and whether there is a second factor to ask for; one query."""
    request.session[BROWSER] = security.browser_of(request.headers.get("user-agent", ""))
    request.session[HAS] = security.has_factor(account_id)
