"""Regions of which nobody can tell where what lay in them lies now."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from django.db.models import Q

from .models import Flow, Place
from .types import Break, Unsettled


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
            place.ended_at is not None,
            tuple(
                b
                for b in breaks[place.id].values()
                if place.ended_at or len(targets[place.id, b.on]) > 1
            ),
        )
        for place in found
    }
