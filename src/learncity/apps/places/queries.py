"""Everything that can be asked of places. Nothing here writes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Func, IntegerField, QuerySet

from learncity.kernel.texts import Text

from . import reforms
from .asking import heirs_today as heirs_today
from .asking import merged_into as merged_into
from .asking import parts_today as parts_today
from .asking import spans as spans
from .asking import unsettled as unsettled
from .counting import above as above
from .counting import by_region as by_region
from .counting import figure as figure
from .counting import figures as figures
from .counting import flows_of as flows_of
from .counting import joined as joined
from .counting import lineage_of as lineage_of
from .counting import related as related
from .counting import still_theirs as still_theirs
from .counting import within as within
from .models import Flow, Place, Population, Reform, Version, Within
from .reforms import Unit
from .types import (
    Draft,
    Heirs,
    Line,
    PlaceKind,
    PlaceValue,
    PopulationGroup,
    PopulationValue,
    ReformState,
    VersionValue,
)

Label = TypeVar("Label")


def places(ids: Collection[UUID]) -> Mapping[UUID, PlaceValue]:
    """Places by id, in one query; unknown ids are absent."""
    return {p.id: p.as_value() for p in Place.objects.filter(pk__in=ids)}


def find_place(key: str) -> PlaceValue | None:
    """The place of a key that is there today, or ``None``; one query."""
    found = Place.objects.filter(key=key, ended_at=None).first()
    return found.as_value() if found else None


def find_places(keys: Collection[str]) -> Mapping[str, PlaceValue]:
    """The places of these keys that are there today, by key, in one query."""
    rows = Place.objects.filter(key__in=keys, ended_at=None)
    return {place.key: place.as_value() for place in rows}


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


def ids_today(keys: Collection[str]) -> Mapping[str, UUID]:
    """Ids of places of today by key; of one that is no more its only heir.

    Whatever was divided, is not there yet or simply left is absent, as are unknown keys. One query;
    seven when one of them is no more.
    """
    rows = list(Place.objects.filter(key__in=keys).values_list("key", "id", "ended_at"))
    found = {key: pk for key, pk, ended_at in rows if not ended_at}
    gone = {key: pk for key, pk, ended_at in rows if ended_at}
    if gone:
        broken = unsettled(gone.values())
        asked = {pk: (pk, one.breaks[-1].on) for pk, one in broken.items() if one.breaks}
        heirs = heirs_today(set(asked.values()))
        sole = {pk: heirs[pair][0].id for pk, pair in asked.items() if len(heirs[pair]) == 1}
        found |= {key: sole[pk] for key, pk in gone.items() if pk in sole}
    return found


_NAMED = """
SELECT DISTINCT w.said, p.id, p.key FROM unnest(%s::text[]) AS w(said)
JOIN (
  SELECT o.id, o.key, lower(n.value) AS name
  FROM places_place o CROSS JOIN LATERAL jsonb_each_text(o.name) n WHERE o.ended_at IS NULL
) p ON p.name = lower(w.said) ORDER BY w.said, p.key
"""


def keys_by_name(names: Collection[str]) -> Mapping[str, Mapping[str, UUID]]:
    """Places of today by how they are called in any language, each by its key; one query.

    Several may be called the same; names that nobody has are absent.
    """
    found: dict[str, dict[str, UUID]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, [list(names)])
        for name, pk, key in cursor.fetchall():
            found.setdefault(name, {})[key] = pk
    return found


def below(path: str) -> list[PlaceValue]:
    """The place of this path and all below it that are there today, by path; one query."""
    own = Place.objects.filter(path=path, ended_at=None)
    under = Place.objects.filter(path__startswith=f"{path}.", ended_at=None)
    return [p.as_value() for p in (own | under).order_by("path")]


def children(place_id: UUID) -> list[PlaceValue]:
    """The places that lie right below one today, by code and key; one query."""
    rows = Place.objects.filter(parent_id=place_id, ended_at=None).order_by("code", "key")
    return [p.as_value() for p in rows]


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


def histories(ids: Collection[UUID]) -> Mapping[UUID, list[VersionValue]]:
    """What regions were, are and will be, each with its first version first; one query."""
    found: dict[UUID, list[VersionValue]] = {}
    rows = Version.objects.filter(place_id__in=ids).select_related("place").order_by("during")
    for row in rows:
        found.setdefault(row.place_id, []).append(_version(row))
    return found


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
        Unit(pk, codes[pk], PlaceKind(kind), name, codes.get(parent, "") if parent else "", key)
        for pk, _code, kind, name, parent, key in found
    ]


def heirs_of_reform(reform_id: UUID) -> Mapping[UUID, Heirs]:
    """What became of each region that a reform ended or divided; one query.

    Another reform of the same day may have said a part of it.
    """
    own = Flow.objects.filter(reform_id=reform_id)
    return _heirs(
        Flow.objects.filter(source_id__in=own.values("source_id"), on__in=own.values("on"))
    )


def heirs(place_id: UUID) -> Heirs | None:
    """What became of a region at its last reform in force, or ``None``; one query."""
    rows = Flow.objects.filter(source_id=place_id, reform__in_force_at__isnull=False)
    rows = rows.order_by("-on")
    found = list(rows.values_list(*_HEIR))
    last = [row for row in found if row[2] == found[0][2]]
    return _grouped(last).get(place_id)


def _heirs(rows: "QuerySet[Flow]") -> Mapping[UUID, Heirs]:
    return _grouped(rows.order_by("target_id").values_list(*_HEIR))


_HEIR = ("source_id", "target_id", "on", "reform__in_force_at")


def _grouped(rows: Iterable[tuple[UUID, UUID, date, datetime | None]]) -> Mapping[UUID, Heirs]:
    found: dict[UUID, Heirs] = {}
    for source, target, on, known_at in rows:
        known = found.get(source)
        found[source] = Heirs(on, (*known.places, target) if known else (target,), known_at)
    return found
