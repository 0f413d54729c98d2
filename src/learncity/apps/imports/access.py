"""Who may see and have written which lists; the one place where it is decided."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from learncity.apps.roles.access import Duty, Where, covers, organizations_for
from learncity.apps.roles.types import Act, Actor

from . import queries
from .kinds import KINDS, Kind, kind_of
from .types import ImportValue, NotOfYours


def of_list(*, import_id: UUID, **arguments: Any) -> Sequence[Where]:
    """The organization whose list it is; one of the city is the city's alone."""
    found = queries.find(import_id)
    return [Where(frozenset({found.owner_id}))] if found and found.owner_id else []


# The decisions for the pages of lists, and for one list.
sends_lists = Duty(Act.RUN_CLASSES)
keeps_list = Duty(Act.RUN_CLASSES, on=of_list)


def may_keep(actor: Actor, value: ImportValue) -> bool:
    """Whether the actor may do what the rows of a list stand for, to whom they may be about."""
    whose = [Where(frozenset({value.owner_id}))] if value.owner_id else []
    return covers(actor, kind_of(value.kind).act, whose)


def kinds_for(actor: Actor) -> dict[str, Kind]:
    """The kinds of lists that the actor may send."""
    return {
        key: kind
        for key, kind in KINDS.items()
        if actor.everywhere(kind.act) or (kind.is_shared and actor.organizations(kind.act))
    }


def check_sender(actor: Actor, kind: str, owner_id: UUID | None) -> None:
    """Refuse a list that the actor may not send.

    Raises:
        KindUnknown: there is no such kind.
        NotOfYours: it is the city's, or another organization's.
    """
    known = kind_of(kind)
    if actor.everywhere(known.act):
        return
    own = organizations_for(actor, known.act) if known.is_shared else frozenset()
    if owner_id is None or owner_id not in (own or ()):
        raise NotOfYours
