"""Which region lay in which, and sums over regions on any map."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import F, Q
from django.utils import timezone

from . import lineage as walking
from .maps import partition
from .models import Flow, Version, Within
from .types import Dated, Figure, FlowValue, Partition, View

Label = TypeVar("Label")


def within(ids: Collection[UUID], *, on: date) -> Mapping[UUID, frozenset[UUID]]:
    """For each region, itself and all that lay in it on a day; one query."""
    rows = Within.objects.filter(above_id__in=ids, during__contains=on)
    found: dict[UUID, set[UUID]] = {pk: set() for pk in ids}
    for above, under in rows.values_list("above_id", "below_id"):
        found[above].add(under)
    return {pk: frozenset(under) for pk, under in found.items()}


def above(ids: Collection[UUID], *, on: date) -> Mapping[UUID, frozenset[UUID]]:
    """For each region, itself and all in which it lay on a day; one query."""
    rows = Within.objects.filter(below_id__in=ids, during__contains=on)
    found: dict[UUID, set[UUID]] = {pk: set() for pk in ids}
    for over, under in rows.values_list("above_id", "below_id"):
        found[under].add(over)
    return {pk: frozenset(over) for pk, over in found.items()}


# All regions that flows join to these, however often, in both directions of time.
_JOINED = """
WITH RECURSIVE joined(id) AS (
    SELECT unnest(%s::uuid[])
    UNION
    SELECT CASE WHEN f.source_id = j.id THEN f.target_id ELSE f.source_id END
    FROM joined j JOIN places_flow f ON f.source_id = j.id OR f.target_id = j.id
)
SELECT id FROM joined
"""


def joined(ids: Iterable[UUID]) -> frozenset[UUID]:
    """These regions and all whose territory was or will be joined to theirs; one query.

    What was counted in any of them may belong to a figure of these.
    """
    with connection.cursor() as cursor:
        cursor.execute(_JOINED, [list(ids)])
        return frozenset(row[0] for row in cursor.fetchall())


def lineage_of(ids: Collection[UUID]) -> walking.Lineage:
    """The flows between regions, for ``lineage.spread``; two queries.

    Args:
        ids: closed under flows, as ``joined`` gives them.
    """
    rows = Flow.objects.filter(Q(source_id__in=ids) | Q(target_id__in=ids))
    flows = [_flow(row) for row in rows.values_list(*_FLOW)]
    lives: dict[UUID, list[tuple[date | None, date | None]]] = {}
    for pk, during in Version.objects.filter(place_id__in=ids).values_list("place_id", "during"):
        lives.setdefault(pk, []).append((during.lower, during.upper))
    return walking.Lineage(flows, lives)


_Office = TypeVar("_Office")


def still_theirs(
    offices: Mapping[_Office, frozenset[UUID]],
    candidates: Mapping[_Office, Collection[UUID]],
    *,
    on: date,
    to: date,
) -> Mapping[_Office, frozenset[UUID]]:
    """By office, the regions of a later day that lie wholly in what it had on an earlier one.

    See ``lineage.still_theirs``. Three queries, whatever the number.
    """
    everything = {pk for ids in (*offices.values(), *candidates.values()) for pk in ids}
    lineage = lineage_of(joined(everything))
    return {
        office: walking.still_theirs(lineage, offices[office], wanted, on=on, to=to)
        for office, wanted in candidates.items()
    }


def flows_of(place_id: UUID) -> list[FlowValue]:
    """What went into a region and what came out of it, by day; one query."""
    rows = Flow.objects.filter(Q(source_id=place_id) | Q(target_id=place_id))
    return [_flow(row) for row in rows.order_by("on", "id").values_list(*_FLOW)]


_FLOW = ("source_id", "target_id", "on", "share", "reform__key", "reform__act")


def _flow(row: tuple[Any, ...]) -> FlowValue:
    source, target, on, share, reform, act = row
    return FlowValue(source, target, on, None if share is None else Fraction(share), reform, act)


def related(region_id: UUID, *, on: date) -> frozenset[UUID]:
    """Every region in which something may have been counted that belongs to one on a day.

    Those that lay in it on that day, all that flows join to them, and those above them. Three
    queries.
    """
    inside = within([region_id], on=on)[region_id] | above([region_id], on=on)[region_id]
    return joined(inside)


def figure(
    region_id: UUID, values: Collection[Dated], *, view: View, on: date | None = None
) -> Figure:
    """A sum over a region on the map that was asked for; see ``figures``."""
    return figures(region_id, {"": values}, view=view, on=on)[""]


def figures(
    region_id: UUID,
    values: Mapping[Label, Collection[Dated]],
    *,
    view: View,
    on: date | None = None,
) -> dict[Label, Figure]:
    """Sums over a region on the map that was asked for, such as one a year; five queries at most.

    Args:
        values: what was counted, each in the region as it was on its day; of all regions of
            ``related``, more does no harm.
        on: the day of the map; today when it is not said. Not used for ``AS_IT_WAS``.

    Returns:
        What is known; and what perhaps belongs to it, where nobody knows how a region was divided.
    """
    if view is View.AS_IT_WAS:
        return _as_it_was(region_id, values)
    day = on or timezone.localdate()
    inside = within([region_id], on=day)[region_id]
    over = above([region_id], on=day)[region_id] - {region_id}
    everything = [dated for several in values.values() for dated in several]
    lineage = lineage_of(joined({dated.place_id for dated in everything}))
    # What lies elsewhere is somebody else's; what was counted above may be anybody's.
    reached = {
        place
        for dated in everything
        for among in lineage.carried(dated.place_id, dated.on, day)
        for place in among
        if place and place not in over
    }
    region_of = dict.fromkeys(reached, _ELSEWHERE) | dict.fromkeys(inside, region_id)
    return {
        label: walking.spread(several, lineage, to=day, region_of=region_of).figure(region_id)
        for label, several in values.items()
    }


_ELSEWHERE = UUID(int=0)


def _as_it_was(region_id: UUID, values: Mapping[Label, Collection[Dated]]) -> dict[Label, Figure]:
    """What was counted in regions that lay in this one on the day of counting.

    One query; four when something was counted in a region that was not there on its day.
    """
    everything = [dated for several in values.values() for dated in several]
    ids = {dated.place_id for dated in everything}
    rows = Within.objects.filter(
        Q(above_id=region_id) | Q(above_id=F("below_id"), below_id__in=ids)
    )
    inside: dict[UUID, list[Any]] = {}
    lives: dict[UUID, list[Any]] = {}
    for over, under, during in rows.values_list("above_id", "below_id", "during"):
        if over == region_id:
            inside.setdefault(under, []).append(during)
        if over == under:
            lives.setdefault(under, []).append(during)
    strayed = {d for d in everything if not _holds(lives.get(d.place_id, ()), d.on)}
    lineage = lineage_of(joined({d.place_id for d in strayed})) if strayed else None

    def share(dated: Dated) -> Figure:
        if lineage is None or dated not in strayed:
            return Figure(Fraction(_holds(inside.get(dated.place_id, ()), dated.on)))
        known = perhaps = Fraction()
        for among, mass in lineage.carried(dated.place_id, dated.on, dated.on).items():
            lies = {_holds(inside.get(pk, ()), dated.on) if pk else None for pk in among}
            known += mass if lies == {True} else 0
            perhaps += mass if lies not in ({True}, {False}) else 0
        return Figure(known, perhaps)

    found = {}
    for label, several in values.items():
        parts = [(share(dated), dated.value) for dated in several]
        found[label] = Figure(
            sum((part.known * n for part, n in parts), Fraction()),
            sum((part.perhaps * n for part, n in parts), Fraction()),
        )
    return found


def _holds(spans: Iterable[Any], day: date) -> bool:
    return any(day in during for during in spans)


def by_region(
    values: Mapping[Label, Collection[Dated]], *, view: View, on: date | None = None
) -> dict[Label, Partition]:
    """Numbers given to the regions of a map, each to the one in which it lies; three queries.

    The total is the same on every map. A number that was counted in a region that was divided, and
    nobody knows what went where, stays with all of its parts.

    Args:
        values: what was counted, each in the region of its day.
        on: the day of the map; today when it is not said. Not used for ``AS_IT_WAS``.
    """
    ids = {dated.place_id for several in values.values() for dated in several}
    lineage = lineage_of(joined(ids))
    day = None if view is View.AS_IT_WAS else on or timezone.localdate()
    return {label: partition(several, lineage, to=day) for label, several in values.items()}
