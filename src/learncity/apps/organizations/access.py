"""Who asks: the actor of a request, and the decisions that rest on roles alone."""

from typing import Any

from django.http import HttpRequest

from . import queries
from .types import Actor, AgreementValue

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


def works_for(request: HttpRequest, *, key: str, **arguments: Any) -> bool:
    """Staff of this organization, as long as it lives; for what is said in its name."""
    staff_of = actor_of(request).staff_of
    return bool(staff_of) and queries.ids_by_key([key]).get(key) in staff_of


def sees_organization(request: HttpRequest, *, key: str, **arguments: Any) -> bool:
    """Staff of this organization, and operators: its page at the desk."""
    return actor_of(request).is_operator or works_for(request, key=key)


def may_note(actor: Actor, agreement: AgreementValue) -> bool:
    """Staff of a party, and operators, see an agreement and note what was done."""
    return actor.is_operator or any(party.id in actor.staff_of for party in agreement.parties)


def keeps_agreement(request: HttpRequest, *, key: str, **arguments: Any) -> bool:
    """The decision for the page of one agreement at the desk; operators see that there is none."""
    actor = actor_of(request)
    if actor.is_operator:
        return True
    found = queries.find_agreement(key) if actor.staff_of else None
    return found is not None and may_note(actor, found)
