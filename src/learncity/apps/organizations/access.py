"""Who asks: the actor of a request, and the decisions that rest on roles alone."""

from typing import Any

from django.http import HttpRequest

from . import queries
from .types import Actor

_STRANGER = Actor()


def actor_of(request: HttpRequest) -> Actor:
    """The actor behind a request; asked of the database once a request."""
    known = getattr(request, "_learncity_actor", None)
    if known is None:
        user = request.user
        known = queries.actor(user.person_id) if user.is_authenticated else _STRANGER
        request._learncity_actor = known  # type: ignore[attr-defined]
    return known


def has_desk(request: HttpRequest, **arguments: Any) -> bool:
    """Staff of some organization, or an operator."""
    return actor_of(request).has_desk


def is_operator(request: HttpRequest, **arguments: Any) -> bool:
    """An operator of the city."""
    return actor_of(request).is_operator
