"""The ``places`` section of a blueprint."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any

from django.utils import timezone
from pydantic import Field

from learncity.kernel.blueprint_files import Mistake, Spot
from learncity.kernel.blueprints import Key, Names, Ref, Section, Stated

from . import services
from .models import Place, Version
from .types import PlaceKind


class StatedPlace(Stated):
    """A region as it is today; what it was before comes with reforms."""

    # Of the statistics office, unique in the country on any one day.
    code: str = ""
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    kind: PlaceKind
    parent: Annotated[Key, Ref("places")] | None = None
    name: Names
    at: (
        tuple[Annotated[float, Field(ge=-90, le=90)], Annotated[float, Field(ge=-180, le=180)]]
        | None
    ) = None


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
        """The regions of these keys as a blueprint would state them; two queries."""
        rows = Place.objects.filter(key__in=keys, ended_at=None).select_related("parent")
        countries = dict(
            Version.objects.filter(
                place__key__in=keys, during__contains=timezone.localdate()
            ).values_list("place_id", "country")
        )
        return {
            p.key: {
                "code": p.code,
                "country": countries.get(p.id, ""),
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

    def hold(self, keys: Collection[str]) -> None:
        """No reform comes in between."""
        services.hold_places()

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make or change regions, and move all below them; as many statements for one as for all.

        What a file states is how things are: it corrects the version in force. Changes of the
        world are reforms.
        """
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
        services.state_versions({known[key].id: said["country"] for key, said in items})

    def end(self, keys: Collection[str]) -> None:
        """The regions are no more; what happened there stays."""
        services.end_places(Place.objects.filter(key__in=keys).values_list("id", flat=True))


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
