"""What became of regions: where something counted on one day belongs on the map of another.

Pure. A region's territory flows into one or several regions on the day of a reform. Where a share
was published the flow is exact; where it was not, what was counted belongs to one of several
regions and nobody knows which. Nothing is ever lost or counted twice: the masses of ``carried``
add up to one. Algorithm: docs/algorithms/lineage.md.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

from .types import Dated, Figure, FlowValue

# A region, or nowhere: on that day there was, or is, none to which it would belong.
Where = UUID | None
Among = frozenset[Where]
# What was counted, in parts: each belongs to one of the regions it lies among.
Parts = Mapping[Among, Fraction]
Lives = Mapping[UUID, list[tuple[date | None, date | None]]]

# A region, the first day, and the first day no longer; ``None``: no end.
Span = tuple[UUID, date, date | None]

_DAY = timedelta(days=1)
_NOWHERE: Among = frozenset([None])


class Lineage:
    """The flows between regions, walked forwards and backwards in time.

    Args:
        flows: all that touch the regions asked for, and those that touch these.
        lives: for every region of the flows, the days on which it was there; others are taken to
            be there always.
    """

    def __init__(self, flows: Iterable[FlowValue], lives: Lives) -> None:
        self._lives = lives
        self._out: dict[UUID, dict[date, list[FlowValue]]] = defaultdict(lambda: defaultdict(list))
        self._in: dict[UUID, dict[date, list[FlowValue]]] = defaultdict(lambda: defaultdict(list))
        for flow in flows:
            self._out[flow.source_id][flow.on].append(flow)
            self._in[flow.target_id][flow.on].append(flow)
        self._days = {
            (way, place): sorted(by_day)
            for way, table in (("out", self._out), ("in", self._in))
            for place, by_day in table.items()
        }
        self._known: dict[tuple[UUID, date | None, date], Parts] = {}

    @property
    def days(self) -> list[date]:
        """The days on which something flowed."""
        return sorted({day for by_day in self._out.values() for day in by_day})

    def carried(self, place: UUID, on: date, to: date) -> Parts:
        """Where what was counted in a region on one day belongs on the map of another day.

        A count of a day on which the region was not there, such as of a class that went along with
        a reform, is taken to be of its nearest day.

        Returns:
            Masses, adding up to one, by the regions among which each lies. One region: certain.
        """
        on = self._lived(place, on)
        return self._forward(place, on, to) if to >= on else self._backward(place, on, to)

    def is_ahead(self, place: UUID, on: date, to: date) -> bool:
        """Whether the day of the map comes after the count, as ``carried`` takes it."""
        return to >= self._lived(place, on)

    def _lived(self, place: UUID, on: date) -> date:
        """The day, or the last before it on which the region was there, else the first after."""
        lives = self._lives.get(place)
        if not lives or self._there(place, on) != _NOWHERE:
            return on
        ended = [until for _since, until in lives if until is not None and until <= on]
        begun = [since for since, _until in lives if since is not None]
        return max(ended) - _DAY if ended else min(begun)

    def _forward(self, place: UUID, on: date, to: date) -> Parts:
        days = self._days.get(("out", place), [])
        at = bisect_right(days, on)
        day = days[at] if at < len(days) and days[at] <= to else None
        if day is None:
            return {self._there(place, to): Fraction(1)}
        known = self._known.get((place, day, to))
        if known is None:
            known = self._known[place, day, to] = self._flow(self._out[place][day], day, to)
        return known

    def _flow(self, flows: list[FlowValue], day: date, to: date) -> Parts:
        parts: dict[Among, Fraction] = defaultdict(Fraction)
        rest = Fraction(1)
        unshared: list[Parts] = []
        for flow in flows:
            ahead = self._forward(flow.target_id, day, to)
            if flow.share is None:
                unshared.append(ahead)
                continue
            rest -= flow.share
            for among, mass in ahead.items():
                parts[among] += mass * flow.share
        if rest <= 0:
            return parts
        if len(unshared) == 1:
            for among, mass in unshared[0].items():
                parts[among] += mass * rest
        else:
            anywhere: Among = frozenset().union(*(among for a in unshared for among in a))
            parts[anywhere or _NOWHERE] += rest
        return parts

    def _backward(self, place: UUID, on: date, to: date) -> Parts:
        days = self._days.get(("in", place), [])
        at = bisect_right(days, on)
        day = days[at - 1] if at and days[at - 1] > to else None
        if day is None:
            return {self._there(place, to): Fraction(1)}
        before = day - _DAY
        among: Among = frozenset().union(
            *(
                a
                for flow in self._in[place][day]
                for a in self._backward(flow.source_id, before, to)
            )
        )
        return {among: Fraction(1)}

    def _there(self, place: UUID, on: date) -> Among:
        lives = self._lives.get(place)
        if lives is None or any(
            (since is None or since <= on) and (until is None or on < until)
            for since, until in lives
        ):
            return frozenset([place])
        return _NOWHERE


@dataclass
class Spread:
    """Numbers by region, and what nobody can give to one of them. Together: all there was."""

    known: dict[UUID, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    # By the regions among which it lies; ``None``: none of those asked for, or a larger one.
    undecided: dict[Among, Fraction] = field(default_factory=lambda: defaultdict(Fraction))

    @property
    def total(self) -> Fraction:
        """All that was counted."""
        return sum(self.known.values(), Fraction()) + sum(self.undecided.values(), Fraction())

    def figure(self, region: UUID) -> Figure:
        """What belongs to a region, and what perhaps does."""
        perhaps = (m for among, m in self.undecided.items() if region in among or None in among)
        return Figure(self.known.get(region, Fraction()), sum(perhaps, Fraction()))


def spread(
    values: Iterable[Dated], lineage: Lineage, *, to: date, region_of: Mapping[UUID, UUID]
) -> Spread:
    """Give numbers of many days to the regions of one day.

    Args:
        region_of: for places of the day ``to``, the region each belongs to; what lies in none of
            them, or in a place above them, stays undecided.
    """
    found = Spread()
    for dated in values:
        for among, mass in lineage.carried(dated.place_id, dated.on, to).items():
            regions: Among = frozenset(region_of.get(p) if p else None for p in among)
            [one, *more] = regions
            if one is None or more:
                found.undecided[regions] += mass * dated.value
            else:
                found.known[one] += mass * dated.value
    return found


def still_theirs(
    lineage: Lineage, office: frozenset[UUID], candidates: Iterable[UUID], *, on: date, to: date
) -> frozenset[UUID]:
    """The regions of a later day that lie wholly in what an office had on an earlier one.

    A region into which anything came from elsewhere is not the office's until somebody decides so:
    no reform gives an officer a place that was not theirs.
    """
    return frozenset(
        place
        for place in candidates
        if all(among <= office for among in lineage.carried(place, to, on))
    )


def spans(
    lineage: Lineage, place: UUID, *, since: date, to: date, chosen: frozenset[UUID]
) -> list[Span]:
    """What a region became from a day on, day by day, as far as it wholly went into chosen ones.

    So what is said of regions of today is dated also where they were reformed again meanwhile.

    Args:
        since: the day on which the region was broken.
        to: the day of the map of which the chosen regions are.
    """
    found: list[Span] = []
    days = [since, *(day for day in lineage.days if since < day <= to)]
    held: dict[UUID, date] = {}
    for day in days:
        now = {
            region
            for among in lineage.carried(place, since - _DAY, day)
            for region in among
            if region and all(a <= chosen for a in lineage.carried(region, day, to))
        }
        found += [(region, held.pop(region), day) for region in sorted(held.keys() - now)]
        held |= dict.fromkeys(now - held.keys(), day)
    return [*found, *((region, begun, None) for region, begun in sorted(held.items()))]
