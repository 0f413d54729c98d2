"""How often a code may be asked for and tried.

Counted in the table that all processes share and under a lock, before anything is done: what a
session counts, requests that are sent at once do not see of each other.
"""

from typing import Any

from allauth.core import ratelimit
from django.http import HttpRequest


def may_ask(request: HttpRequest, address: str) -> bool:
    """Whether one more code may go to the address, for this machine; it is counted."""
    return ratelimit.consume(request, action="request_login_code", key=address.lower())


def may_try(request: HttpRequest, state: dict[str, Any]) -> bool:
    """Whether one more try is left for the code that this browser waits for; it is counted.

    Counted for each asking, not for the address: a stranger who wastes the tries of the code they
    asked for takes none from the owner of the address.
    """
    return ratelimit.consume(
        request, action="try_login_code", key=f"{state['user_id']} {state['at']}"
    )


def may_show_factor(request: HttpRequest) -> bool:
    """Whether the account may try one more second factor; it is counted."""
    return ratelimit.consume(request, action="try_second_factor", key=str(request.user.pk))
