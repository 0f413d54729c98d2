"""The sections of a blueprint that state regions: today's, their reforms, their population."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any

from django.db.models import Q
from django.utils import timezone
from pydantic import Field

from learncity.kernel.acting import COMMAND
from learncity.kernel.blueprint_files import Mistake, Spot
from learncity.kernel.blueprints import Key, Names, Ref, Section, Stated, Value
from learncity.kernel.texts import Text

from . import bulk, services
from .models import Place, Population, Reform, Version
from .types import Line, NewPopulation, PlaceKind, PopulationGroup, ReformState


class StatedPlace(Stated):
    """A region as it is today; what it was before comes with `reforms`."""

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


# Reforms: what regions were, and what may become of them.

Code = Annotated[str, Field(pattern=r"^(#?[A-Za-z0-9-]{1,80})?$")]


class StatedFormer(Value):
    """A region as it was on the eve of a reform.

    With the key of a region of today it is that region under its former code and name.
    """

    key: Key
    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,20}$")]
    kind: PlaceKind
    parent: Annotated[Key, Ref("places")] | None = None
    name: Names


class StatedLine(Value):
    """A region goes into a region, by their codes; one that begins is given its kind and name."""

    source: Code = ""
    target: Code = ""
    # Of the residents of the source, where it was published.
    share: Annotated[float, Field(gt=0, le=1)] | None = None
    name: Names = Field(default_factory=dict)
    kind: PlaceKind | None = None
    parent: Code = ""


class StatedReform(Stated):
    """An act that changed regions on a day of the past, or a draft of one to come.

    What it did is carried out once, when it is first applied, and never taken back.
    """

    title: Names
    # The legal act, and who published it.
    act: Annotated[str, Field(max_length=200)] = ""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    effective: date
    # Regions of that time that are not, or not so, among those of today.
    before: list[StatedFormer] = Field(default_factory=list)
    lines: Annotated[list[StatedLine], Field(min_length=1)]
    # A draft is looked at in the office, which applies it.
    is_draft: bool = False


class Reforms(Section):
    """Reforms of the regions of the file, in any order."""

    name = "reforms"
    schema = StatedReform

    def normal(self, said: dict[str, Any]) -> dict[str, Any]:
        """What was there before matters only once, when the reform is carried out."""
        return {name: value for name, value in said.items() if name != "before"}

    def check(self, said: dict[str, Any], spot: Spot) -> Iterator[Mistake]:
        """Only an officer decides on what is to come."""
        if not said["is_draft"] and date.fromisoformat(said["effective"]) > timezone.localdate():
            yield spot.mistake(
                "this day has not come: state the reform with `is_draft: true`, and apply it in "
                "the office",
                "effective",
            )
        elif said["is_draft"] and said["before"]:
            yield spot.mistake("a draft is about regions of today: remove `before`", "before")

    def check_all(
        self, items: Mapping[str, dict[str, Any]], spots: Mapping[str, Spot]
    ) -> Iterator[Mistake]:
        """What was carried out stays as it was said; one query."""
        rows = Reform.objects.filter(key__in=items, state=ReformState.APPLIED)
        for reform in rows:
            said = items[reform.key]
            now = _stated_reform(reform)
            for field in ("country", "effective", "lines"):
                if said[field] != now[field]:
                    yield spots[reform.key].mistake(
                        "this reform has been carried out and stays as it was; state a new one",
                        field,
                    )

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These reforms as a blueprint would state them; one query."""
        return {r.key: _stated_reform(r) for r in Reform.objects.filter(key__in=keys)}

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        return set(Reform.objects.filter(key__in=keys).values_list("key", flat=True))

    def hold(self, keys: Collection[str]) -> None:
        """No other reform comes in between."""
        services.hold_places()

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Draft the reforms, and carry out those that are no drafts, in the order of their days.

        Raises:
            ReformRefused: one does not fit the regions of its day; its ``args`` are the problems.
        """
        services.hold_places()
        at, done = timezone.now(), False
        applied = Reform.objects.filter(key__in=[k for k, _ in items], state=ReformState.APPLIED)
        known = set(applied.values_list("key", flat=True))
        for key, said in sorted(items, key=lambda item: (item[1]["effective"], item[0])):
            if key in known:
                Reform.objects.filter(key=key).update(title=Text(said["title"]), act=said["act"])
                continue
            services.draft_reform(
                key=key,
                title=said["title"],
                act=said["act"],
                country=said["country"],
                effective=date.fromisoformat(said["effective"]),
                lines=_lines(said),
                by=COMMAND,
            )
            if not said["is_draft"]:
                adopted = _state_before(said)
                services.apply_reform(key=key, by=COMMAND, at=at, adopted=adopted, redrawn=False)
                done = True
        if done:
            services.redraw()
            services.take_effect(at=at)

    def end(self, keys: Collection[str]) -> None:
        """Drafts are dropped; what was carried out happened."""
        drafts = Reform.objects.filter(key__in=keys, state=ReformState.DRAFT)
        for key in drafts.values_list("key", flat=True):
            services.drop_draft(key=key, by=COMMAND)


def _lines(said: dict[str, Any]) -> list[Line]:
    return [
        Line(
            number,
            line["source"],
            line["target"],
            None if line["share"] is None else Fraction(str(line["share"])),
            Text(line["name"]),
            PlaceKind(line["kind"]) if line["kind"] else None,
            line["parent"],
        )
        for number, line in enumerate(said["lines"], 1)
    ]


def _state_before(said: dict[str, Any]) -> dict[str, Any]:
    """Make known what was there on the eve; the ids of regions of today that begin, by code.

    A region of today that the reform is said to begin, or that had another code, was stated as if
    it had always been so: that is taken back, and comes again with the reform.
    """
    before, country = said["before"], said["country"]
    stated = {former["code"] for former in before}
    sources = {line["source"] for line in said["lines"]}
    begun = {line["target"] for line in said["lines"] if line["kind"]} - sources - stated
    adopted = bulk.release(country, begun)
    # A region of today under a former code, also when a later reform gave it today's.
    codes = {former["key"]: former["code"] for former in before}
    unbounded = Version.objects.filter(
        place__key__in=codes, during__startswith=None, during__endswith=None
    )
    rows = unbounded.values_list("id", "place__key", "code")
    Version.objects.filter(pk__in=[pk for pk, key, code in rows if code != codes[key]]).delete()
    keys = {former["key"] for former in before} | {f["parent"] for f in before if f["parent"]}
    ids = dict(Place.objects.filter(key__in=keys).values_list("key", "id"))
    bulk.state_base(
        country,
        [
            bulk.Base(
                former["code"],
                PlaceKind(former["kind"]),
                Text(former["name"]),
                "",
                place_id=ids.get(former["key"]),
                key=former["key"],
                parent_id=ids[former["parent"]] if former["parent"] else None,
            )
            for former in before
        ],
        on=bulk.eve(date.fromisoformat(said["effective"])),
    )
    return dict(adopted)


def _stated_reform(reform: Reform) -> dict[str, Any]:
    lines = [Line.of(line) for line in reform.lines]
    return {
        "title": dict(reform.title),
        "act": reform.act,
        "country": reform.country,
        "effective": reform.effective.isoformat(),
        "before": [],
        "lines": [
            {
                "source": line.source,
                "target": line.target,
                "share": None if line.share is None else float(line.share),
                "name": dict(line.name),
                "kind": line.kind.value if line.kind else None,
                "parent": line.parent,
            }
            for line in lines
        ],
        "is_draft": reform.state == ReformState.DRAFT,
    }


# Population.


class StatedPopulation(Value):
    """How many people of a group lived in a region in a year, and who says so."""

    place: Annotated[Key, Ref("places")]
    year: Annotated[int, Field(ge=1900, le=2200)]
    group: PopulationGroup = PopulationGroup.EVERYBODY
    people: Annotated[int, Field(ge=0, le=10**12)]
    source: Annotated[str, Field(min_length=1, max_length=200)]


class Populations(Section):
    """Population by region, year and group."""

    name = "population"
    schema = StatedPopulation

    def key_of(self, said: dict[str, Any]) -> str:
        """A count has no name of its own."""
        return f"{said['place']}/{said['year']}/{said['group'] or 'EVERYBODY'}"

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These counts as a blueprint would state them; one query."""
        rows = Population.objects.filter(place__key__in={key.split("/")[0] for key in keys})
        found = (
            {"place": place, "year": year, "group": group, "people": people, "source": source}
            for place, year, group, people, source in rows.values_list(
                "place__key", "year", "group", "people", "source"
            )
        )
        return {key: said for said in found if (key := self.key_of(said)) in keys}

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        return set(self.read(keys))

    def hold(self, keys: Collection[str]) -> None:
        """No import comes in between."""
        services.hold_places()

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make the counts be so."""
        ids = dict(
            Place.objects.filter(key__in={said["place"] for _, said in items}).values_list(
                "key", "id"
            )
        )
        services.state_population(
            [
                NewPopulation(
                    ids[said["place"]],
                    said["year"],
                    PopulationGroup(said["group"]),
                    said["people"],
                    said["source"],
                )
                for _, said in items
            ]
        )

    def end(self, keys: Collection[str]) -> None:
        """A count that nobody states any more is none; it is about nobody in particular."""
        gone = Q(pk__in=[])
        for key in keys:
            place, year, group = key.split("/")
            group = "" if group == "EVERYBODY" else group
            gone |= Q(place__key=place, year=int(year), group=group)
        Population.objects.filter(gone).delete()
