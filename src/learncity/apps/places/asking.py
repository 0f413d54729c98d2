"""Regions of which nobody can tell where what lay in them lies now."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from learncity.kernel.dated import day_of

from . import lineage as walking
from .counting import joined, lineage_of
from .models import Flow, Place, Version
from .types import Break, Heirs, PlaceKind, PlaceValue, Unsettled

_DAY = timedelta(days=1)


def unsettled(ids: Collection[UUID]) -> Mapping[UUID, Unsettled]:
    """Those of these regions that are not on today's map or were divided; two queries.

    A region that goes on as itself and only grew is settled, whatever it took in.
    """
    rows = Flow.objects.filter(source_id__in=ids, reform__in_force_at__isnull=False)
    targets: dict[tuple[UUID, date], set[UUID]] = defaultdict(set)
    breaks: dict[UUID, dict[str, Break]] = defaultdict(dict)
    for source, target, on, known_at, key, title in rows.order_by(
        "on", "reform__in_force_at"
    ).values_list(
        "source_id", "target_id", "on", "reform__in_force_at", "reform__key", "reform__title"
    ):
        # Several reforms of one day may each say a part.
        assert known_at is not None, "in force"
        targets[source, on].add(target)
        breaks[source][key] = Break(on, known_at, key, title)
    divided = {source for (source, _on), heirs in targets.items() if len(heirs) > 1}
    found = Place.objects.filter(Q(pk__in=ids, ended_at__isnull=False) | Q(pk__in=divided))
    return {
        place.id: Unsettled(
            place.as_value(),
            tuple(b for b in breaks[place.id].values() if targets[place.id, b.on] - {place.id}),
            _ended_on(place, [(b.on, targets[place.id, b.on]) for b in breaks[place.id].values()]),
        )
        for place in found
    }


def _ended_on(place: Place, went: Sequence[tuple[date, Collection[UUID]]]) -> date | None:
    """The day of the reform that ended it, else that on which it left a city's file."""
    if place.ended_at is None:
        return None
    by_reform = [on for on, targets in went if place.id not in targets]
    return max(by_reform, default=day_of(place.ended_at))


def merged_into(heirs: Mapping[UUID, Heirs]) -> Mapping[UUID, UUID]:
    """By region, the one other that took it in whole and is of no higher level; one query.

    Where a level is abolished, a region goes into the one in which it lay. That lies in its heir
    says where it is, and nothing of the rest of the heir.
    """
    sole = {pk: h.sole for pk, h in heirs.items() if h.sole and h.sole != pk}
    kinds: dict[UUID, list[tuple[date | None, date | None, PlaceKind]]] = defaultdict(list)
    rows = Version.objects.filter(place_id__in={*sole, *sole.values()})
    for pk, kind, days in rows.values_list("place_id", "kind", "during"):
        kinds[pk].append((days.lower, days.upper, PlaceKind(kind)))

    def kind_of(pk: UUID, on: date) -> PlaceKind | None:
        return next(
            (k for lo, hi, k in kinds[pk] if (not lo or lo <= on) and (not hi or on < hi)), None
        )

    found = {}
    for pk, heir in sole.items():
        before, after = kind_of(pk, heirs[pk].on - _DAY), kind_of(heir, heirs[pk].on)
        if before and after and not after.is_above(before):
            found[pk] = heir
    return found


def parts_today(
    asked: Collection[tuple[UUID, date]],
) -> Mapping[tuple[UUID, date], list[PlaceValue]]:
    """For a region and the day on which it was broken, what had lain right below it, as of today.

    By code and key; five queries, however often these were reformed since.
    """
    rows = Version.objects.filter(parent_id__in={pk for pk, _on in asked})
    below: dict[tuple[UUID, date], set[UUID]] = {pair: set() for pair in asked}
    for pk, parent, days in rows.values_list("place_id", "parent_id", "during"):
        for pair in below:
            if pair[0] == parent and pair[1] - _DAY in days:
                below[pair].add(pk)
    lineage = lineage_of(joined({pk for ids in below.values() for pk in ids}))
    return _named(
        {
            pair: {heir for pk in ids for heir in heirs_on(lineage, pk, pair[1])}
            for pair, ids in below.items()
        }
    )


def heirs_today(
    asked: Collection[tuple[UUID, date]],
) -> Mapping[tuple[UUID, date], list[PlaceValue]]:
    """For a region and the day on which it was broken, what it went into as of today; four queries.

    However often it was reformed since; by code and key.
    """
    if not asked:
        return {}
    lineage = lineage_of(joined({pk for pk, _on in asked}))
    return _named({(pk, on): heirs_on(lineage, pk, on) for pk, on in asked})


def heirs_on(lineage: walking.Lineage, place_id: UUID, on: date) -> set[UUID]:
    """What a region as it was on the eve of a day went into, as of today."""
    carried = lineage.carried(place_id, on - _DAY, timezone.localdate())
    return {heir for among in carried for heir in among if heir}


def _named(
    found: Mapping[tuple[UUID, date], Collection[UUID]],
) -> Mapping[tuple[UUID, date], list[PlaceValue]]:
    rows = Place.objects.filter(pk__in={pk for ids in found.values() for pk in ids})
    named = {place.id: place.as_value() for place in rows}
    return {
        pair: sorted((named[pk] for pk in ids), key=lambda place: (place.code, place.key))
        for pair, ids in found.items()
    }


def spans(
    asked: Collection[tuple[UUID, date]], chosen: Collection[UUID]
) -> Mapping[tuple[UUID, date], list[walking.Span]]:
    """For a region and the day on which it was broken, what of it went into chosen ones of today.

    See ``lineage.spans``; what is chosen and did not come from the region, from that day on. Three
    queries.
    """
    lineage, today = lineage_of(joined({pk for pk, _on in asked})), timezone.localdate()
    found = {}
    for pk, on in asked:
        elsewhere = set(chosen) - heirs_on(lineage, pk, on)
        found[pk, on] = [
            *walking.spans(lineage, pk, since=on, to=today, chosen=frozenset(chosen)),
            *((other, on, None) for other in sorted(elsewhere)),
        ]
    return found
