"""Finding courses by words and facets: the list and every count of it, in one pass over the rows.

Each value of a facet is a bit (``facets``). Of a class or a course it matters which chosen facets
it does not meet: none, and it counts for the values of all facets; only one, and it counts for the
values of that one, which ignore their own choice; more, and it counts for nothing. So the bits of
the classes of a course are joined by 'or', masked by what each may count for, and what remains is
to count bits, which is done here and not in SQL: sixty bits of ten thousand courses in a
millisecond.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from learncity.apps.catalogue.queries import Sought, sought
from learncity.apps.places.types import Point
from learncity.kernel.dated import day_of
from learncity.kernel.memo import remember

from .bands import Bands, bands_on
from .facets import (
    HIT,
    OF_COURSE,
    PART_BITS,
    PRICE_BITS,
    STARTS_AT,
    WEEKDAY_BITS,
    WITHIN_AT,
    Facet,
    Found,
    Hit,
    Layout,
    Order,
    Price,
    Spot,
    Wanted,
    layout,
)
from .rules import WEEKDAYS
from .standing import SUSPENDED
from .traits import slot
from .types import PartOfDay

# Which courses are shown to anybody at all: the one place that says so for every list found here.
SHOWN = "catalogue_course.is_shown"
# Of classes: those that take applications, as ``ClassCard.is_open`` has it.
_OPEN = f"c.cancelled_at IS NULL AND c.closes_at > {{at}} AND NOT {SUSPENDED}"
# How old the counts of everything may be. A page may be remembered another 15 seconds.
_OLDEST = 45
_WHEN = (Facet.PART, Facet.WEEKDAY)
_EARTH = 6_371_009

# Three columns of numbers; the innermost part is fenced by OFFSET 0, or its terms would be worked
# out wherever they are used.
_JUDGED = """
SELECT course_id, id, starts_at, fee_minor, metres, bits{lanes}, {fails} AS fails FROM (
  SELECT c.course_id, c.id, c.starts_at, c.fee_minor, c.slots, site.metres, {bits} AS bits{spots}
  FROM classes_courseclass c
  LEFT JOIN site ON site.id = c.venue_id LEFT JOIN spot ON spot.id = c.place_id
  WHERE {open}{only}
  OFFSET 0
) a OFFSET 0
"""
_SITE = """
SELECT id, metres, {bits} AS bits FROM (
  SELECT id, 2 * {earth} * asin(least(1, sqrt(
    sin(radians(latitude - {latitude}) / 2) ^ 2 + cos(radians({latitude})) * cos(radians(latitude))
      * sin(radians(longitude - {longitude}) / 2) ^ 2))) AS metres
  FROM organizations_venue WHERE latitude IS NOT NULL
) v
"""
_NO_SITE = "SELECT NULL::uuid AS id, NULL::float AS metres, 0::bigint AS bits WHERE false"
_FIND = """
WITH site AS MATERIALIZED ({site}),
spot AS MATERIALIZED (SELECT * FROM unnest(%s::uuid[]{spot_arrays}) AS s(id{spot_names})),
course AS MATERIALIZED (
  SELECT id, traits, {course_fails} AS fails FROM catalogue_course WHERE {shown} AND {words}{by}
),
class AS MATERIALIZED (
  SELECT course_id, bit_or(bits & {may}) AS bits{or_lanes}, bool_or(fails = 0) AS is_met,
    min(CASE WHEN fails = 0 THEN {key} END) AS key
  FROM ({judged}) j WHERE {few} GROUP BY course_id
),
met AS MATERIALIZED (
  SELECT k.id, c.key, (k.fails = 0 AND {is_met}) AS is_hit,
    CASE WHEN {is_met} THEN (k.traits | {course_any}) & {course_may} ELSE 0 END AS a,
    CASE WHEN k.fails = 0 THEN coalesce(c.bits, 0) | {lone} ELSE 0 END AS b{met_lanes}
  FROM course k LEFT JOIN class c ON c.course_id = k.id WHERE {course_few}
),
page AS (
  SELECT id, row_number() OVER () AS n FROM (
    SELECT id FROM met AS catalogue_course WHERE is_hit
    ORDER BY {order}id DESC LIMIT {limit} OFFSET {offset}
  ) in_order
)
SELECT {blobs},
  (SELECT array_agg(p.id ORDER BY n) FROM page p),
  (SELECT array_agg(x.id ORDER BY n) FROM page p LEFT JOIN LATERAL (
    SELECT id FROM ({judged_one}) j WHERE fails = 0 ORDER BY {key} NULLS LAST, starts_at, id LIMIT 1
  ) x ON true)
"""


def find(wanted: Wanted, *, at: datetime, offset: int = 0, limit: int = 20) -> Found:
    """Courses that meet all that is wanted, with the class that does, and all counts; one query.

    A course is found when it matches the words and the choices that belong to courses, and, where
    one was made that belongs to classes, when one of its classes takes applications and meets all
    of those together. A weekday and a part of the day are met by one and the same meeting.
    """
    bands = bands_on(day_of(at))
    plan = layout(bands.kilometres, bands.days, wanted.spots)
    wanted = _known(wanted, plan)
    words = sought(wanted.text)
    sql, values = _Writing(wanted, plan, bands, words, at).query(offset, limit)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        *lanes, course_ids, class_ids = cursor.fetchone()
    hits = tuple(map(Hit, course_ids or (), class_ids or ()))
    counts, without, total = _count([bytes(lane or b"") for lane in lanes], plan)
    chosen = {f: n for f, n in without.items() if f in wanted.choices}
    return Found(total, counts, chosen, hits, at, words.mended, words.holds_any)


def everything(wanted: Wanted) -> Found:
    """The counts of ``find``, as they were at most 45 seconds ago, and no hits; mostly no query.

    For lists that nobody narrowed: ``counted_at`` has to be shown beside them.
    """
    assert not wanted.text
    choices = tuple(sorted(wanted.choices.items()))
    return _everything(choices, wanted.here, wanted.spots, wanted.provider_id)


@remember(seconds=_OLDEST)
def _everything(
    choices: tuple[tuple[Facet, frozenset[str]], ...],
    here: Point | None,
    spots: tuple[Spot, ...],
    provider_id: UUID | None,
) -> Found:
    wanted = Wanted(choices=dict(choices), here=here, spots=spots, provider_id=provider_id)
    return find(wanted, at=timezone.now(), limit=0)


def known(wanted: Wanted, *, at: datetime) -> Wanted:
    """What is wanted, without values that there are not and what cannot be measured."""
    bands = bands_on(day_of(at))
    return _known(wanted, layout(bands.kilometres, bands.days, wanted.spots))


def _known(wanted: Wanted, plan: Layout) -> Wanted:
    choices = {}
    for facet, values in wanted.choices.items():
        meant = frozenset(v for v in values if v in plan.bits[facet])
        if meant and (facet != Facet.WITHIN or wanted.here):
            choices[facet] = meant
    is_near = wanted.order == Order.NEAREST
    order = Order.BEST if is_near and not wanted.here else wanted.order
    return replace(wanted, choices=choices, order=order)


class _Writing:
    """Writes the query: numbers and moments of our own into its text, words beside it."""

    def __init__(
        self, wanted: Wanted, plan: Layout, bands: Bands, words: Sought, at: datetime
    ) -> None:
        self.wanted, self.plan, self.bands, self.words = wanted, plan, bands, words
        self.chosen = wanted.choices
        self.at = f"'{at.isoformat()}'::timestamptz"
        self.lanes = range(2, plan.lanes)
        # What may fail: the facets of a class, weekday and part of the day being one.
        groups = [
            _WHEN if facet in _WHEN else (facet,) for facet in self.chosen if facet not in OF_COURSE
        ]
        self.groups = {group: 1 << n for n, group in enumerate(dict.fromkeys(groups))}
        of_course = [facet for facet in self.chosen if facet in OF_COURSE]
        self.of_course = {facet: 1 << n for n, facet in enumerate(of_course)}

    def query(self, offset: int, limit: int) -> tuple[str, list[Any]]:
        """The text and the values in it, in order."""
        order, values = self._order()
        judged = {"open": _OPEN.format(at=self.at), "fails": self._fails(), "bits": self._bits()}
        judged["lanes"] = "".join(f", p{n}" for n in self.lanes)
        judged["spots"] = "".join(f", coalesce(spot.p{n}, 0) AS p{n}" for n in self.lanes)
        narrow = self.words.rank or self.wanted.provider_id
        only = " AND c.course_id IN (SELECT id FROM course)" if narrow else ""
        may_lane = self._may_place()
        text = _FIND.format(
            site=self._site(),
            spot_arrays="".join(", %s::bigint[]" for _ in self.lanes),
            spot_names="".join(f", p{n}" for n in self.lanes),
            course_fails=_sum(
                f"CASE WHEN traits & {self._mask(facet, 0)} = 0 THEN {flag} ELSE 0 END"
                for facet, flag in self.of_course.items()
            ),
            shown=SHOWN,
            words=self.words.where.sql,
            by=" AND provider_id = %s" if self.wanted.provider_id else "",
            may=_case("fails", {f: self.plan.mask(g, 1) for g, f in self.groups.items()}),
            or_lanes="".join(f", bit_or(p{n} & {may_lane}) AS p{n}" for n in self.lanes),
            key=self._key(),
            judged=_JUDGED.format(**judged, only=only),
            judged_one=_JUDGED.format(**judged, only=" AND c.course_id = p.id"),
            few=_few("fails"),
            is_met="coalesce(c.is_met, false)" if self.groups else "true",
            course_any=f"{self._any(self.of_course)} | CASE WHEN k.fails = 0 THEN {1 << HIT} "
            "ELSE 0 END",
            course_may=_case(
                "k.fails",
                {flag: self.plan.mask([f], 0) for f, flag in self.of_course.items()},
            ),
            course_few=_few("k.fails"),
            lone=self._lone(),
            met_lanes="".join(
                f", CASE WHEN k.fails = 0 THEN coalesce(c.p{n}, 0) ELSE 0 END AS p{n}"
                for n in self.lanes
            ),
            order=order,
            limit=limit,
            offset=offset,
            blobs=", ".join(
                f"(SELECT string_agg(int8send({name}), '') FROM met)"  # noqa: S608
                for name in ("a", "b", *(f"p{n}" for n in self.lanes))
            ),
        )  # fmt: skip
        by = [self.wanted.provider_id] if self.wanted.provider_id else []
        return text, [*self._spots(), *self.words.where.values, *by, *values]

    def _mask(self, facet: Facet, lane: int) -> int:
        return self.plan.chosen(facet, self.chosen[facet], lane)

    def _any(self, facets: Mapping[Facet, int]) -> int:
        return sum(1 << self.plan.any(facet)[1] for facet in facets)

    def _spots(self) -> list[Any]:
        """Every region with the bits of the spots that it lies in, lane by lane."""
        found: dict[UUID, list[int]] = {}
        for spot in self.wanted.spots:
            lane, bit = self.plan.bits[Facet.PLACE][spot.key]
            for pk in spot.ids:
                found.setdefault(pk, [0] * len(self.lanes))[lane - 2] |= 1 << bit
        return [
            list(found),
            *([row[n] for row in found.values()] for n, _ in enumerate(self.lanes)),
        ]

    def _site(self) -> str:
        here = self.wanted.here
        if here is None:
            return _NO_SITE
        bits, upwards = "0", list(enumerate(self.bands.kilometres))
        for n, kilometres in reversed(upwards):
            within = sum(1 << WITHIN_AT + m for m, _ in upwards[n:])
            bits = f"CASE WHEN metres <= {kilometres * 1000} THEN {within} ELSE {bits} END"
        return _SITE.format(
            bits=f"({bits})::bigint", earth=_EARTH, latitude=repr(here.latitude),
            longitude=repr(here.longitude),
        )  # fmt: skip

    def _bits(self) -> str:
        """What a class is, beside its stored traits; the bits 'any' of what was chosen."""
        parts = [PartOfDay(p) for p in self.chosen.get(Facet.PART, PartOfDay)]
        days = [WEEKDAYS.index(d) for d in self.chosen.get(Facet.WEEKDAY, WEEKDAYS)]
        of_day = " | ".join(f"(c.slots >> {7 * list(PartOfDay).index(p)})" for p in parts)
        terms = ["c.traits", "coalesce(site.bits, 0)", self._price(), self._starts()]
        terms.append(f"((({of_day}) & 127)::bigint << {WEEKDAY_BITS['MON']})")
        for part in PartOfDay:
            mask = sum(slot(part, day) for day in days)
            terms.append(_if(f"c.slots & {mask} <> 0", 1 << PART_BITS[part]))
        for group in self.groups:
            for facet in group:
                any_bit = 1 << self.plan.any(facet)[1]
                if facet in self.chosen:
                    others = [f for f in group if f != facet and f in self.chosen]
                    terms.append(
                        _if(f"c.slots & {self._slots(others)} <> 0", any_bit)
                        if others
                        else f"{any_bit}"
                    )
        return " | ".join(terms)

    def _slots(self, facets: Sequence[Facet]) -> int:
        """The slots that these choices, of weekday or part of the day, allow."""
        parts = self.chosen[Facet.PART] if Facet.PART in facets else list(PartOfDay)
        days = self.chosen[Facet.WEEKDAY] if Facet.WEEKDAY in facets else WEEKDAYS
        return sum(slot(PartOfDay(p), WEEKDAYS.index(d)) for p in parts for d in days)

    def _price(self) -> str:
        bits = {price: 1 << PRICE_BITS[price] for price in Price}
        low, middle = (self._up_to(n) for n in (0, 1))
        cheap = bits[Price.MIDDLE]
        return (
            f"(CASE WHEN c.fee_minor = 0 THEN {bits[Price.FREE] | bits[Price.LOW] | cheap} "
            f"WHEN c.fee_minor <= {low} THEN {bits[Price.LOW] | cheap} "
            f"WHEN c.fee_minor <= {middle} THEN {cheap} ELSE {bits[Price.MORE]} END)::bigint"
        )

    def _up_to(self, n: int) -> str:
        first, *others = self.bands.prices
        cases = " ".join(f"WHEN '{name}' THEN {self.bands.prices[name][n]}" for name in others)
        fallback = self.bands.prices[first][n]
        return f"CASE c.fee_currency {cases} ELSE {fallback} END" if cases else str(fallback)

    def _starts(self) -> str:
        cases, upwards = "", list(enumerate(self.bands.days))
        for n, days in upwards:
            soon = sum(1 << STARTS_AT + m for m, _ in upwards[n:])
            cases += f"WHEN c.starts_at < {self.at} + interval '{days} days' THEN {soon} "
        return f"(CASE WHEN c.starts_at < {self.at} THEN 0 {cases}ELSE 0 END)::bigint"

    def _fails(self) -> str:
        """Which of the chosen a class does not meet."""
        terms = []
        for group, flag in self.groups.items():
            if group == _WHEN:
                test = f"slots & {self._slots([f for f in _WHEN if f in self.chosen])} = 0"
            elif group == (Facet.PLACE,):
                masks = {n: self._mask(Facet.PLACE, n) for n in self.lanes}
                test = "(" + " | ".join(f"(p{n} & {m})" for n, m in masks.items()) + ") = 0"
            else:
                test = f"bits & {self._mask(group[0], 1)} = 0"
            terms.append(f"CASE WHEN {test} THEN {flag} ELSE 0 END")
        return _sum(terms)

    def _may_place(self) -> str:
        flag = self.groups.get((Facet.PLACE,))
        return _case("fails", {f: -1 if f == flag else 0 for f in self.groups.values()})

    def _lone(self) -> int:
        """Without the only choice that belongs to classes no class is needed at all."""
        facets = [f for group in self.groups for f in group if f in self.chosen]
        return 1 << self.plan.any(facets[0])[1] if len(facets) == 1 else 0

    def _key(self) -> str:
        """By what the class to be shown is chosen, and the list ordered when it is asked for."""
        return {Order.NEAREST: "metres", Order.PRICE: "fee_minor"}.get(
            self.wanted.order, "starts_at"
        )

    def _order(self) -> tuple[str, Sequence[Any]]:
        """What is first on the page; a rank is written over what is called ``catalogue_course``."""
        if self.wanted.order != Order.BEST:
            return "key NULLS LAST, ", ()
        rank = self.words.rank
        return (f"{rank.sql} DESC, ", rank.values) if rank else ("", ())


def _if(test: str, bits: int) -> str:
    return f"(CASE WHEN {test} THEN {bits} ELSE 0 END)::bigint"


def _sum(terms: Iterable[str]) -> str:
    return " + ".join(terms) or "0"


def _few(fails: str) -> str:
    """Fails nothing or one thing, so at most one bit.

    An inequality, of which the planner expects many rows: it would sort the few of an equality.
    """
    return f"({fails} & ({fails} - 1)) < 1"


def _case(column: str, masks: Mapping[int, int]) -> str:
    """What a row may count for, by what it fails: all, the values of one facet, or nothing."""
    cases = "".join(f" WHEN {flag} THEN {mask}" for flag, mask in masks.items())
    return f"(CASE {column} WHEN 0 THEN -1{cases} ELSE 0 END)::bigint"


def _count(
    blobs: Sequence[bytes], plan: Layout
) -> tuple[dict[Facet, dict[str, int]], dict[Facet, int], int]:
    """How many rows have each bit: every lane is one long number, from which a bit is sieved."""
    lanes = [int.from_bytes(blob) for blob in blobs]
    rows = len(blobs[0]) // 8
    ones = int.from_bytes((b"\0" * 7 + b"\1") * rows)

    def of(lane: int, bit: int) -> int:
        return (lanes[lane] >> bit & ones).bit_count()

    counts = {
        facet: {value: of(lane, bit) for value, (lane, bit) in bits.items()}
        for facet, bits in plan.bits.items()
    }
    return counts, {facet: of(*plan.any(facet)) for facet in Facet}, of(0, HIT)
