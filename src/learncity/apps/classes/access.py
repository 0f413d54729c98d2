"""Who may see what of classes; the one place where it is decided."""

from typing import Any

from django.http import HttpRequest

from learncity.apps.organizations.access import actor_of
from learncity.apps.organizations.types import Actor

from . import queries


def may_run(actor: Actor, class_key: str) -> bool:
    """Staff of the organization that runs the class, and operators of the city."""
    if actor.is_operator:
        return True
    return bool(actor.staff_of) and queries.provider_of(class_key) in actor.staff_of


def runs_class(request: HttpRequest, *, class_key: str, **arguments: Any) -> bool:
    """The decision for a page of one class at the desk."""
    return may_run(actor_of(request), class_key)
