"""The ``places`` section of a blueprint."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any

from django.utils import timezone
from pydantic import Field

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


class Places(Section):
    """Regions; a parent stands before its children."""

    name = "places"
    schema = StatedPlace

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
        """Make or change regions: one read, one write, whatever their number."""
        keys = {key for key, _ in items} | {said["parent"] for _, said in items if said["parent"]}
        known = {p.key: p for p in Place.objects.filter(key__in=keys)}
        for key, said in items:
            place = known.setdefault(key, Place(key=key))
            parent = known[said["parent"]] if said["parent"] else None
            place.code, place.kind, place.name = said["code"], said["kind"], said["name"]
            place.parent = parent
            place.path = f"{parent.path}.{key}" if parent else key
            place.latitude, place.longitude = said["at"] or (None, None)
            place.ended_at = None
        Place.objects.bulk_create(
            [known[key] for key, _ in items],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[
                "code",
                "kind",
                "name",
                "parent",
                "path",
                "latitude",
                "longitude",
                "ended_at",
            ],
        )

    def end(self, keys: Collection[str]) -> None:
        """The regions are no more; what happened there stays."""
        Place.objects.filter(key__in=keys).update(ended_at=timezone.now())
