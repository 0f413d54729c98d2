"""Lists narrowed by facets: what is found and every count equal a brute-force reference."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learncity.apps.catalogue.models import Course
from learncity.apps.catalogue.queries import sought
from learncity.apps.classes import finding
from learncity.apps.classes.bands import bands_on
from learncity.apps.classes.facets import OF_COURSE, Facet, Order, Spot, Wanted, layout
from learncity.apps.classes.factories import OPENING, make_catalogue, make_class
from learncity.apps.classes.models import CourseClass, Session
from learncity.apps.classes.rules import WEEKDAYS
from learncity.apps.classes.traits import slots
from learncity.apps.places import queries as places
from learncity.apps.places.types import Point

AT = datetime(2027, 3, 1, 4, 17, tzinfo=UTC)
CITY = ZoneInfo("Asia/Shanghai")
HERE = Point(31.31, 120.62)
TEXTS = ("", "", "", "会计", "ke toan", "english", "an", "thai 1", "nothing-at-all")
SPOKEN = {"zh-Hans": "zh", "zh-Hant": "zh", "vi": "vi", "en": "en"}


def city_spots():
    """Every region of the city as a spot, with all that lies in it."""
    inside = places.below("jiangsu.suzhou")
    return tuple(
        Spot(p.key, tuple(q.id for q in inside if f"{q.path}.".startswith(f"{p.path}.")))
        for p in inside
    )


class Reference:
    """The same by looking at every class of every course, again for every value."""

    def __init__(self, beginnings, spots):
        self.spots = {spot.key: set(spot.ids) for spot in spots}
        self.bands = bands_on(AT.date())
        self.courses = list(Course.objects.filter(ended_at=None).select_related("provider"))
        self.classes = {}
        for c in CourseClass.objects.select_related("venue"):
            if c.cancelled_at is None and c.closes_at > AT:
                c.times = [t.astimezone(CITY) for t in beginnings.get(c.key) or own_times(c)]
                c.metres = None
                if c.venue and c.venue.latitude is not None:
                    c.metres = HERE.metres_to(Point(c.venue.latitude, c.venue.longitude))
                self.classes.setdefault(c.course_id, []).append(c)

    def of_course(self, course, facet, values):
        has = {
            Facet.CATEGORY: {course.category},
            Facet.LEVEL: {course.level},
            Facet.AUDIENCE: set(course.audiences),
        }
        return bool(has[facet] & values)

    def of_class(self, c, choices):
        return self.meets_then(c, choices) and all(
            any(self.has(c, facet, value) for value in values)
            for facet, values in choices.items()
            if facet not in (Facet.PART, Facet.WEEKDAY)
        )

    def meets_then(self, c, choices):
        days, parts = choices.get(Facet.WEEKDAY), choices.get(Facet.PART)
        if not days and not parts:
            return True
        return any(
            (not days or WEEKDAYS[t.weekday()] in days) and (not parts or part(t) in parts)
            for t in c.times
        )

    def has(self, c, facet, value):
        if facet == Facet.PLACE:
            return c.place_id in self.spots[value]
        if facet == Facet.WITHIN:
            return c.metres is not None and c.metres <= int(value) * 1000
        if facet == Facet.MODE:
            return c.mode == value
        if facet == Facet.LANGUAGE:
            return SPOKEN.get(c.language) == value
        if facet == Facet.SEATS:
            return c.seats_taken < c.seats
        if facet == Facet.STARTS:
            return AT <= c.starts_at < AT + timedelta(days=int(value))
        low, middle = self.bands.price(c.fee_currency)
        return {
            "FREE": c.fee_minor == 0,
            "LOW": c.fee_minor <= low,
            "MIDDLE": c.fee_minor <= middle,
            "MORE": c.fee_minor > middle,
        }[value]

    def hits(self, ids, choices):
        """Course ids with the classes that meet all."""
        ours = {f: v for f, v in choices.items() if f not in OF_COURSE}
        found = {}
        for course in self.courses:
            if course.id not in ids or not all(
                self.of_course(course, f, v) for f, v in choices.items() if f in OF_COURSE
            ):
                continue
            met = [c for c in self.classes.get(course.id, ()) if self.of_class(c, ours)]
            if met or not ours:
                found[course.id] = met
        return found


def own_times(c):
    return [s.starts_at for s in Session.objects.filter(course_class=c, cancelled_at=None)]


def part(moment):
    return "MORNING" if moment.hour < 12 else "AFTERNOON" if moment.hour < 18 else "EVENING"


def some_choices(chance, plan):
    facets = chance.sample(list(Facet), chance.choice((0, 1, 1, 2, 2, 3, 4)))
    return {
        f: frozenset(
            chance.sample(sorted(plan.bits[f]), min(len(plan.bits[f]), chance.choice((1, 1, 2))))
        )
        for f in facets
    }


def matching(text):
    where = sought(text).where
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM catalogue_course WHERE {where.sql}", where.values)
        return {row[0] for row in cursor.fetchall()}


@pytest.fixture
def made(city):
    return make_catalogue(courses=70, classes=450, at=AT, seed=7)


def test_weekdays_and_parts_of_the_day_are_those_of_the_meetings(city):
    """The city's own classes: what is kept with a class is what its meetings say."""
    meetings = {}
    for class_id, begins in Session.objects.filter(cancelled_at=None).values_list(
        "course_class_id", "starts_at"
    ):
        meetings.setdefault(class_id, []).append(begins)

    kept = dict(CourseClass.objects.values_list("id", "slots"))
    assert kept == {pk: slots(meetings.get(pk, [])) for pk in kept}
    assert len(set(kept.values())) > 5


def test_a_list_costs_one_query_however_long_and_narrow(made):
    spots = city_spots()
    for choices in ({}, {Facet.PART: frozenset({"EVENING"}), Facet.WITHIN: frozenset({"5"})}):
        for limit in (5, 500):
            with CaptureQueriesContext(connection) as asked:
                finding.find(Wanted("", choices, HERE, spots), at=AT, limit=limit)
            assert len(asked) == 1


def test_counts_ignore_the_choice_of_their_own_facet(made):
    spots = city_spots()

    def counts(**choices):
        chosen = {Facet(name): frozenset(values) for name, values in choices.items()}
        return finding.find(Wanted("", chosen, HERE, spots), at=AT).counts

    evening = counts(part=["EVENING"])
    for days in (["MON"], ["SAT", "SUN"]):
        narrowed = counts(part=["EVENING"], weekday=days)
        assert narrowed[Facet.WEEKDAY] == evening[Facet.WEEKDAY]
        assert narrowed[Facet.PRICE] != evening[Facet.PRICE]


def test_a_course_has_one_category_and_one_level(made):
    found = finding.find(Wanted(spots=city_spots()), at=AT)

    assert found.total > 50
    for facet in (Facet.CATEGORY, Facet.LEVEL):
        assert sum(found.counts[facet].values()) == found.total
    within = list(finding.find(Wanted(here=HERE), at=AT).counts[Facet.WITHIN].values())
    assert within == sorted(within)


def test_nonsense_narrows_nothing(made):
    plain = finding.find(Wanted(), at=AT)
    choices = {
        Facet.PLACE: frozenset({"atlantis"}),
        Facet.PRICE: frozenset({"'; DROP TABLE", "\0"}),
        Facet.WITHIN: frozenset({"2"}),  # from nowhere
    }
    odd = finding.find(Wanted(choices=choices, order=Order.NEAREST), at=AT)

    assert (odd.total, odd.counts, odd.hits) == (plain.total, plain.counts, plain.hits)
    assert odd.without == {}


def test_more_regions_than_one_number_has_bits(made):
    """Hanoi has 126 communes right below the city."""
    real = city_spots()
    spots = (*(Spot(f"empty-{n}", ()) for n in range(130)), *real)
    choices = {Facet.PLACE: frozenset({"pingjiang", "empty-3"}), Facet.PART: frozenset({"EVENING"})}

    many = finding.find(Wanted("", choices, HERE, spots), at=AT)
    few = finding.find(Wanted("", choices, HERE, real), at=AT)

    assert many.total == few.total > 0
    assert {k: n for k, n in many.counts[Facet.PLACE].items() if n} == {
        k: n for k, n in few.counts[Facet.PLACE].items() if n
    }


def test_a_seat_is_free_until_the_last_is_taken(city):
    key = make_class(seats=1)
    chosen = Wanted(choices={Facet.SEATS: frozenset({"FREE"}), Facet.MODE: frozenset({"ONLINE"})})
    at = OPENING + timedelta(days=1)
    course = CourseClass.objects.get(key=key).course_id

    def is_found():
        return course in {hit.course_id for hit in finding.find(chosen, at=at, limit=500).hits}

    CourseClass.objects.exclude(key=key).filter(course_id=course).update(cancelled_at=at)
    assert is_found()
    CourseClass.objects.filter(key=key).update(seats_taken=1)
    assert not is_found()


def test_two_hundred_searches_find_and_count_as_brute_force_does(made):
    spots, bands = city_spots(), bands_on(AT.date())
    reference = Reference(made, spots)
    plan, chance = layout(bands.kilometres, bands.days, spots), random.Random(2026)
    ids = {text: matching(text) for text in set(TEXTS)}
    empty = 0
    for n in range(200):
        choices, text = some_choices(chance, plan), chance.choice(TEXTS)
        order = chance.choice(list(Order))
        wanted = Wanted(text, choices, HERE, spots, order)
        found = finding.find(wanted, at=AT, limit=1000)
        told = f"search {n}: {text!r} {choices}"

        expected = reference.hits(ids[text], choices)
        assert {hit.course_id for hit in found.hits} == set(expected), told
        assert len(found.hits) == found.total, told
        check_classes(found, expected, order, told)
        for facet in Facet:
            others = {f: v for f, v in choices.items() if f != facet}
            for value in plan.bits[facet]:
                only = {**others, facet: {value}}
                want = len(reference.hits(ids[text], only))
                assert found.counts[facet][value] == want, (told, facet, value)
            if facet in choices:
                assert found.without[facet] == len(reference.hits(ids[text], others)), told
        empty += not found.total
    assert 10 < empty < 150


def check_classes(found, expected, order, told):
    """The class that is shown meets all, and none that does comes before it."""
    key = {
        Order.NEAREST: lambda c: (c.metres is None, c.metres or 0),
        Order.PRICE: lambda c: (False, c.fee_minor),
    }.get(order, lambda c: (False, c.starts_at))
    keys = []
    for hit in found.hits:
        met = {c.id: c for c in expected[hit.course_id]}
        if not met:
            assert hit.class_id is None, told
            keys.append((2, 0))
            continue
        best = min(key(c) for c in met.values())
        shown = key(met[hit.class_id])
        assert shown[0] == best[0], told
        assert shown[1] == pytest.approx(best[1]) if order == Order.NEAREST else shown == best, told
        keys.append((2, 0) if best[0] else (1, best[1]))
    if order != Order.BEST:
        assert [k[0] for k in keys] == sorted(k[0] for k in keys), told
        known = [k[1] for k in keys if k[0] == 1]
        assert all(a <= b or a == pytest.approx(b) for a, b in pairwise(known)), told
