"""The ``places`` section of a blueprint."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any

from django.db import connection
from django.utils import timezone
from pydantic import Field

from learncity.kernel.blueprint_files import Mistake, Spot
from learncity.kernel.blueprints import Key, Names, Ref, Section, Stated

from .models import Place
from .types import PlaceKind


class StatedPlace(Stated):
    """A region."""

    code: str = ""
    kind: PlaceKind
    parent: Annotated[Key, Ref("places")] | None = None
    name: Names
    at: (
        tuple[Annotated[float, Field(ge=-90, le=90)], Annotated[float, Field(ge=-180, le=180)]]
        | None
    ) = None


# A region that moves takes along all that lies below it, stated or not.
_PATHS = """
WITH RECURSIVE tree AS (
    SELECT id, key::text AS path FROM places_place WHERE parent_id IS NULL
    UNION ALL
    SELECT p.id, tree.path || '.' || p.key FROM places_place p JOIN tree ON p.parent_id = tree.id
)
UPDATE places_place SET path = tree.path FROM tree
WHERE places_place.id = tree.id AND places_place.path <> tree.path
"""


class Places(Section):
    """Regions, in any order."""

    name = "places"
    schema = StatedPlace

    def check_all(
        self, items: Mapping[str, dict[str, Any]], spots: Mapping[str, Spot]
    ) -> Iterator[Mistake]:
        """No region lies in itself, neither in the file nor by what it joins; one query."""
        parents: dict[str, str | None] = {key: said["parent"] for key, said in items.items()}
        outside = {parent for parent in parents.values() if parent and parent not in items}
        for path in Place.objects.filter(key__in=outside).values_list("path", flat=True):
            for above, key in pairwise(path.split(".")):
                parents.setdefault(key, above)
        for ring in _rings(parents):
            first = next(key for key in items if key in ring)
            turn = ring.index(first)
            way = " in ".join([*ring[turn:], *ring[:turn], first])
            yield spots[first].mistake(f"{first!r} would lie in itself: {way}", "parent")

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """The regions of these keys as a blueprint would state them; one query."""
        rows = Place.objects.filter(key__in=keys, ended_at=None).select_related("parent")
        return {
            p.key: {
                "code": p.code,
                "kind": p.kind,
                "parent": p.parent.key if p.parent else None,
                "name": dict(p.name),
                "at": None if p.latitude is None else [p.latitude, p.longitude],
            }
            for p in rows
        }

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        return set(Place.objects.filter(key__in=keys, ended_at=None).values_list("key", flat=True))

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make or change regions, and move all below them: one read, two writes."""
        keys = {key for key, _ in items} | {said["parent"] for _, said in items if said["parent"]}
        known = {p.key: p for p in Place.objects.filter(key__in=keys)}
        for key, _ in items:
            known.setdefault(key, Place(key=key, path=key))
        for key, said in items:
            place = known[key]
            place.code, place.kind, place.name = said["code"], said["kind"], said["name"]
            place.parent = known[said["parent"]] if said["parent"] else None
            place.latitude, place.longitude = said["at"] or (None, None)
            place.ended_at = None
        Place.objects.bulk_create(
            [known[key] for key, _ in items],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["code", "kind", "name", "parent", "latitude", "longitude", "ended_at"],
            batch_size=1000,
        )
        with connection.cursor() as cursor:
            cursor.execute(_PATHS)

    def end(self, keys: Collection[str]) -> None:
        """The regions are no more; what happened there stays."""
        Place.objects.filter(key__in=keys).update(ended_at=timezone.now())


def _rings(parents: Mapping[str, str | None]) -> Iterator[list[str]]:
    """Every ring of keys in which each lies in the next, and the last in the first."""
    done: set[str] = set()
    for start in parents:
        way: dict[str, None] = {}
        key: str | None = start
        while key is not None and key not in done and key not in way:
            way[key] = None
            key = parents.get(key)
        if key in way:
            steps = list(way)
            yield steps[steps.index(key) :]
        done |= way.keys()
