"""Everything that can be asked of places. Nothing here writes."""

from collections.abc import Collection, Mapping
from uuid import UUID

from .models import Place
from .types import PlaceValue


def places(ids: Collection[UUID]) -> Mapping[UUID, PlaceValue]:
    """Places by id, in one query; unknown ids are absent."""
    return {p.id: p.as_value() for p in Place.objects.filter(pk__in=ids)}


def find_place(key: str) -> PlaceValue | None:
    """The place of a key that has not ended, or ``None``; one query."""
    found = Place.objects.filter(key=key, ended_at=None).first()
    return found.as_value() if found else None


def ids_by_key(keys: Collection[str]) -> Mapping[str, UUID]:
    """Ids by key, in one query; unknown keys are absent."""
    return dict(Place.objects.filter(key__in=keys).values_list("key", "id"))


def below(path: str) -> list[PlaceValue]:
    """The place of this path and all below it that have not ended, by path; one query."""
    own = Place.objects.filter(path=path, ended_at=None)
    under = Place.objects.filter(path__startswith=f"{path}.", ended_at=None)
    return [p.as_value() for p in (own | under).order_by("path")]
