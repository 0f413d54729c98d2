"""Venues and rooms that a file names and nobody knows yet, made as a blueprint would make them."""

import re
from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from learncity.apps.classes.types import Mode
from learncity.apps.organizations.blueprint import Venues
from learncity.apps.places import queries as places
from learncity.kernel.csv_cells import Cells, is_key

from ._known import Candidate, Known

_ROOM = re.compile(r"[A-Za-z0-9-]{1,40}")


def create(candidates: Collection[Candidate], known: Known, place: str) -> None:
    """Make the venues and rooms that are missing; each belongs to the provider of its class.

    A room is added to a venue of the same provider only; what is still missing afterwards is for
    ``Known`` to say.

    Args:
        place: key of the region of new venues; empty: the provider's own.
    """
    wanted = [c for c in candidates if not c.cells.errors and _is_missing(c, known)]
    wanted = [c for c in wanted if _is_named_well(c)]
    if not wanted:
        return
    section = Venues()
    found = {**section.read({c.stated.venue for c in wanted})}
    homes = places.places({o.place_id for o in known.organizations.values()})
    for candidate in wanted:
        stated, owner = candidate.stated, known.organizations[candidate.stated.provider]
        if stated.venue not in found:
            name = _name(candidate.cells, "venue_name", stated.venue)
            found[stated.venue] = _venue(owner.key, place or homes[owner.place_id].key, name)
        venue = found[stated.venue]
        if stated.room and venue["organization"] == owner.key:
            _add_room(venue["rooms"], candidate)
    section.write(list(found.items()))
    known.look_up_venues()


def _is_missing(candidate: Candidate, known: Known) -> bool:
    stated = candidate.stated
    if stated.mode == Mode.ONLINE or not stated.venue:
        return False
    return stated.venue not in known.venues or bool(stated.room and known.room(stated) is None)


def _is_named_well(candidate: Candidate) -> bool:
    stated, cells = candidate.stated, candidate.cells
    if not is_key(stated.venue):
        cells.wrong(
            "venue", _("write small letters a-z, digits and hyphens, at most 80, for a new venue")
        )
    if stated.room and not _ROOM.fullmatch(stated.room):
        cells.wrong("room", _("write letters a-z, digits and hyphens, at most 40, for a new room"))
    return not cells.errors


def _venue(organization: str, place: str, name: dict[str, str]) -> dict[str, Any]:
    return {
        "organization": organization, "place": place, "name": name, "address": {}, "hours": {},
        "directions": {}, "access": [], "at": None, "rooms": [],
    }  # fmt: skip


def _add_room(rooms: list[dict[str, Any]], candidate: Candidate) -> None:
    stated = candidate.stated
    room = next((room for room in rooms if room["key"] == stated.room), None)
    if room is None:
        name = _name(candidate.cells, "room_name", stated.room)
        rooms.append({"key": stated.room, "name": name, "seats": stated.seats})
    else:
        room["seats"] = max(room["seats"], stated.seats)


def _name(cells: Cells, stem: str, key: str) -> dict[str, str]:
    said = {tag: words for tag, words in cells.texts(stem).items() if words}
    return said or {"en": key}
