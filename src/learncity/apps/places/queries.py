"""Everything that can be asked of places. Nothing here writes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Func, IntegerField, Q, QuerySet
from django.utils import timezone

from learncity.kernel.texts import Text

from . import lineage as walking
from . import reforms
from .models import Flow, Place, Population, Reform, Version, Within
from .reforms import Unit
from .types import (
    Dated,
    Draft,
    Figure,
    FlowValue,
    Heirs,
    Line,
    PlaceKind,
    PlaceValue,
    PopulationGroup,
    PopulationValue,
    ReformState,
    VersionValue,
    View,
)

Label = TypeVar("Label")


def places(ids: Collection[UUID]) -> Mapping[UUID, PlaceValue]:
    """Places by id, in one query; unknown ids are absent."""
    return {p.id: p.as_value() for p in Place.objects.filter(pk__in=ids)}


def find_place(key: str) -> PlaceValue | None:
    """The place of a key that is there today, or ``None``; one query."""
    found = Place.objects.filter(key=key, ended_at=None).first()
    return found.as_value() if found else None


def find_ever(key: str) -> PlaceValue | None:
    """The place of a key, also one that ended or is not there yet, or ``None``; one query."""
    found = Place.objects.filter(key=key).first()
    return found.as_value() if found else None


def ids_by_key(keys: Collection[str]) -> Mapping[str, UUID]:
    """Ids by key, in one query; unknown keys are absent."""
    return dict(Place.objects.filter(key__in=keys).values_list("key", "id"))


def ids_by_code(codes: Collection[str]) -> Mapping[str, UUID]:
    """Ids of the places of today by their statistical code, in one query.

    A code that two countries use for two places is absent, as is one that nobody knows.
    """
    rows = Place.objects.filter(code__in=codes, ended_at=None).exclude(code="")
    found: dict[str, set[UUID]] = {}
    for code, pk in rows.values_list("code", "id"):
        found.setdefault(code, set()).add(pk)
    return {code: ids.pop() for code, ids in found.items() if len(ids) == 1}


def below(path: str) -> list[PlaceValue]:
    """The place of this path and all below it that are there today, by path; one query."""
    own = Place.objects.filter(path=path, ended_at=None)
    under = Place.objects.filter(path__startswith=f"{path}.", ended_at=None)
    return [p.as_value() for p in (own | under).order_by("path")]


def children(place_id: UUID) -> list[PlaceValue]:
    """The places that lie right below one today, by code and key; one query."""
    rows = Place.objects.filter(parent_id=place_id, ended_at=None).order_by("code", "key")
    return [p.as_value() for p in rows]


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


def below_on(place_id: UUID, *, on: date, kinds: Collection[PlaceKind] = ()) -> list[VersionValue]:
    """A region and all that lay in it on a day, as they were then, by code and key; two queries.

    Args:
        kinds: only regions of these kinds; all when empty.
    """
    ids = Within.objects.filter(above_id=place_id, during__contains=on).values("below_id")
    rows = Version.objects.filter(place_id__in=ids, during__contains=on)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    return [_version(v) for v in rows.select_related("place").order_by("code", "place__key")]


def find_by_code(country: str, code: str, *, on: date) -> VersionValue | None:
    """The region that had a code on a day, or ``None``; one query."""
    rows = Version.objects.filter(country=country, code=code, during__contains=on)
    found = rows.select_related("place").first()
    return _version(found) if found else None


def history(place_id: UUID) -> list[VersionValue]:
    """What a region was, is and will be, the first version first; one query."""
    rows = Version.objects.filter(place_id=place_id).select_related("place")
    return [_version(v) for v in rows.order_by("during")]


def named_on(ids: Collection[UUID], *, on: date) -> Mapping[UUID, Text]:
    """How places were called on a day, those that were there; one query."""
    rows = Version.objects.filter(place_id__in=ids, during__contains=on)
    return dict(rows.values_list("place_id", "name"))


def population(place_id: UUID) -> list[PopulationValue]:
    """The people of a region by year and group, the latest year first; one query."""
    rows = Population.objects.filter(place_id=place_id).order_by("-year", "group")
    return [PopulationValue(p.year, PopulationGroup(p.group), p.people, p.source) for p in rows]


def _version(row: Version) -> VersionValue:
    return VersionValue(
        row.place_id,
        row.place.key,
        row.during.lower,
        row.during.upper,
        row.code,
        PlaceKind(row.kind),
        row.name,
        row.parent_id,
        row.country,
    )


# Reforms.


@dataclass(frozen=True, slots=True)
class ReformValue:
    """A reform, without its lines."""

    id: UUID
    key: str
    title: Text
    act: str
    country: str
    effective: date
    state: ReformState
    applied_at: datetime | None
    in_force_at: datetime | None
    lines: int


_REFORMS = Reform.objects.defer("lines").annotate(
    n=Func("lines", function="jsonb_array_length", output_field=IntegerField())
)


def all_reforms() -> list[ReformValue]:
    """Every reform, drafts first, then the latest; one query."""
    rows = _REFORMS.order_by("-state", "-effective", "key")
    return [_reform(r) for r in rows]


def find_reform(key: str) -> ReformValue | None:
    """The reform of a key, or ``None``; one query."""
    found = _REFORMS.filter(key=key).first()
    return _reform(found) if found else None


def reform_lines(key: str) -> list[Line]:
    """The lines of a reform as they were drafted; one query."""
    found = Reform.objects.filter(key=key).values_list("lines", flat=True).first()
    return [Line.of(said) for said in found or ()]


def preview(key: str) -> Draft:
    """What applying a draft would do now, with all problems; two queries."""
    reform = Reform.objects.get(key=key)
    lines = [Line.of(said) for said in reform.lines]
    return reforms.draft(lines, units_on(reform.effective, reform.country))


def _reform(row: Reform) -> ReformValue:
    return ReformValue(
        row.id,
        row.key,
        row.title,
        row.act,
        row.country,
        row.effective,
        ReformState(row.state),
        row.applied_at,
        row.in_force_at,
        row.n,  # type: ignore[attr-defined]
    )


def units_on(day: date, country: str) -> list[Unit]:
    """Every region of a country in force on a day; one without a code by ``#key``. One query."""
    rows = Version.objects.filter(during__contains=day, country=country)
    found = list(rows.values_list("place_id", "code", "kind", "name", "parent_id", "place__key"))
    codes = {pk: code or f"#{key}" for pk, code, _kind, _name, _parent, key in found}
    return [
        Unit(pk, codes[pk], PlaceKind(kind), name, codes.get(parent, "") if parent else "")
        for pk, _code, kind, name, parent, _key in found
    ]


def heirs_of_reform(reform_id: UUID) -> Mapping[UUID, Heirs]:
    """What became of each region that a reform ended or divided; one query."""
    return _heirs(Flow.objects.filter(reform_id=reform_id))


def heirs(place_id: UUID) -> Heirs | None:
    """What became of a region at its last reform, or ``None`` where nothing did; one query."""
    rows = Flow.objects.filter(source_id=place_id).order_by("-on")
    found = list(rows.values_list("source_id", "target_id", "on"))
    last = [row for row in found if row[2] == found[0][2]]
    return _grouped(last).get(place_id)


def _heirs(rows: "QuerySet[Flow]") -> Mapping[UUID, Heirs]:
    return _grouped(rows.order_by("target_id").values_list("source_id", "target_id", "on"))


def _grouped(rows: Iterable[tuple[UUID, UUID, date]]) -> Mapping[UUID, Heirs]:
    found: dict[UUID, Heirs] = {}
    for source, target, on in rows:
        known = found.get(source)
        found[source] = Heirs(on, (*known.places, target) if known else (target,))
    return found


# Figures across reforms.

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
    """What was counted in regions that lay in this one on the day of counting; one query."""
    spans: dict[UUID, list[Any]] = {}
    for place, during in Within.objects.filter(above_id=region_id).values_list(
        "below_id", "during"
    ):
        spans.setdefault(place, []).append(during)
    return {
        label: Figure(
            Fraction(
                sum(
                    dated.value
                    for dated in several
                    if any(dated.on in during for during in spans.get(dated.place_id, ()))
                )
            )
        )
        for label, several in values.items()
    }
