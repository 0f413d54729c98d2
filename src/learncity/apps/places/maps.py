"""Sums given to the regions of a map: as it was, of a day, of today. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from uuid import UUID

from .lineage import Lineage
from .types import Dated, Partition, Unsure


def partition(values: Iterable[Dated], lineage: Lineage, *, to: date | None) -> Partition:
    """Give numbers of many days to the regions of a map.

    Args:
        to: the day of the map; ``None``: each number stays on the map of its own day.

    Returns:
        Together what was counted, whatever happened to the regions.
    """
    known: dict[UUID, Fraction] = defaultdict(Fraction)
    unsure: dict[tuple[frozenset[UUID], bool], Fraction] = defaultdict(Fraction)
    sources: dict[tuple[frozenset[UUID], bool], set[UUID]] = defaultdict(set)
    for dated in values:
        day = to or dated.on
        for among, mass in lineage.carried(dated.place_id, dated.on, day).items():
            certain = next(iter(among)) if len(among) == 1 else None
            if certain is not None:
                known[certain] += mass * dated.value
                continue
            pair = (
                frozenset(pk for pk in among if pk),
                lineage.is_ahead(dated.place_id, dated.on, day),
            )
            unsure[pair] += mass * dated.value
            sources[pair].add(dated.place_id)
    return Partition(
        dict(known),
        tuple(
            Unsure(among, frozenset(sources[among, ahead]), ahead, value)
            for (among, ahead), value in unsure.items()
        ),
    )
