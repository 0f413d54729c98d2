"""How often a stranger may ask about codes, and a desk look for people."""

# The public function of the library counts no GET, and a look at a code is one.
from allauth.core.internal.ratelimit import consume
from django.http import HttpRequest

from learncity.apps.people.access import person_of


def may_verify(request: HttpRequest) -> bool:
    """Whether this machine may ask about one more code; it is counted, for all processes."""
    return _counted(request, "verify_code", None)


def may_look(request: HttpRequest) -> bool:
    """Whether the signed-in person may look for one more person; it is counted."""
    return _counted(request, "find_person", str(person_of(request)))


def _counted(request: HttpRequest, action: str, key: str | None) -> bool:
    used = consume(request, app="allauth.account", action=action, key=key, limit_get=True)
    return bool(used)
