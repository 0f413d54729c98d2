"""Whatever reforms are carried out, a sum over the regions is the same on every map."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learncity.apps.places import queries
from learncity.apps.places.factories import make_country, make_reform
from learncity.apps.places.lineage import still_theirs
from learncity.apps.places.models import Place
from learncity.apps.places.types import Dated, Line, PlaceKind, View
from learncity.kernel.texts import Text

pytestmark = pytest.mark.django_db
LAND = {"AA": "", "AAd": "AA", "AA01": "AAd", "AA02": "AAd", "AA03": "AAd", "AA04": "AAd"}
FIRST, LAST = date(2019, 1, 1), date(2026, 1, 1)
days = st.dates(FIRST, LAST)
carried_out = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def new(number, source, target, share=None):
    return Line(number, source, target, share, Text(vi=f"Xã {target}"), PlaceKind.COMMUNE, "AAd")


def reform(data, living, number):
    """One decree on communes that there are: merged, divided with or without shares, renamed."""
    kind = data.draw(st.sampled_from(["merge", "split", "shares", "part", "rename"]))
    one = data.draw(st.sampled_from(sorted(living)))
    fresh = [f"AA{number}{n}" for n in range(2)]
    if kind == "merge" and len(living) > 1:
        other = data.draw(st.sampled_from(sorted(living - {one})))
        return [new(1, one, fresh[0]), new(2, other, fresh[0])], (living - {one, other}) | {
            fresh[0]
        }
    if kind == "shares":
        quarter = Fraction(1, 4)
        lines = [new(1, one, fresh[0], quarter), new(2, one, fresh[1], 1 - quarter)]
        return lines, (living - {one}) | set(fresh)
    if kind == "part":
        return [Line(1, one, one), new(2, one, fresh[0])], living | {fresh[0]}
    if kind == "rename":
        return [new(1, one, fresh[0])], (living - {one}) | {fresh[0]}
    return [new(1, one, fresh[0]), new(2, one, fresh[1])], (living - {one}) | set(fresh)


def land_after_reforms(data):
    make_country(LAND)
    living = {"AA01", "AA02", "AA03", "AA04"}
    for number in range(data.draw(st.integers(1, 4))):
        lines, living = reform(data, living, 10 + number)
        make_reform(*lines, effective=date(2021 + number, 7, 1), key=f"r{number}")
    rows = Place.objects.filter(key__startswith="xx-").values_list("key", "id")
    return {key.removeprefix("xx-").upper(): pk for key, pk in rows}


@carried_out
@given(st.data())
def test_sums_over_a_partition_are_conserved_under_any_sequence_of_reforms(data):
    with transaction.atomic():
        ids = land_after_reforms(data)
        communes = Place.objects.filter(key__startswith="xx-", kind=PlaceKind.COMMUNE)
        counted = [
            Dated(pk, data.draw(days), data.draw(st.integers(1, 50)))
            for pk in communes.values_list("id", flat=True)
        ]
        total, on = sum(dated.value for dated in counted), data.draw(days)

        for view in View:
            drawn = queries.by_region({"": counted}, view=view, on=on)[""]
            assert drawn.total == total
            assert all(u.among for u in drawn.unsure), "somewhere in the land"
        # Of the whole everything is known, whatever happened inside.
        for view in View:
            whole = queries.figure(ids["AA"], counted, view=view, on=on)
            assert (whole.known, whole.perhaps) == (total, 0)
        transaction.set_rollback(True)


@carried_out
@given(st.data())
def test_no_officer_gains_a_place_that_was_not_mapped_to_the_office(data):
    with transaction.atomic():
        ids = land_after_reforms(data)
        at_first = [ids[code] for code in ("AA01", "AA02", "AA03", "AA04")]
        office = frozenset(data.draw(st.lists(st.sampled_from(at_first), unique=True)))
        lineage = queries.lineage_of(queries.joined(at_first))
        living = queries.below_on(ids["AA"], on=LAST, kinds=[PlaceKind.COMMUNE])

        theirs = still_theirs(lineage, office, [v.place_id for v in living], on=FIRST, to=LAST)

        for stranger in set(at_first) - office:
            among = lineage.carried(stranger, FIRST, LAST)
            assert all(heirs.isdisjoint(theirs) for heirs in among)
        transaction.set_rollback(True)


def test_a_count_of_a_day_before_its_region_began_is_of_the_day_on_which_it_began():
    """A class that went along with a merger: as it was, nobody knows in which of the two it was."""
    land = make_country(LAND)
    make_reform(new(1, "AA01", "AA11"), new(2, "AA02", "AA11"), effective=date(2025, 7, 1))
    merged = Place.objects.get(code="AA11").id
    counted = [Dated(merged, date(2025, 6, 1), 8)]

    drawn = queries.by_region({"": counted}, view=View.AS_IT_WAS)[""]
    assert [(u.among, u.value) for u in drawn.unsure] == [
        (frozenset([land["AA01"], land["AA02"]]), 8)
    ]
    was = queries.figure(land["AA01"], counted, view=View.AS_IT_WAS)
    assert (was.known, was.perhaps) == (0, 8)
    assert queries.figure(land["AAd"], counted, view=View.AS_IT_WAS).known == 8
    assert queries.figure(merged, counted, view=View.TODAY).known == 8


def test_a_count_of_a_day_after_its_region_ended_is_of_its_last_day():
    land = make_country(LAND)
    make_reform(Line(1, "AA01", "AA02"), effective=date(2025, 7, 1))
    counted = [Dated(land["AA01"], date(2025, 7, 1) + timedelta(days=40), 3)]

    for view in View:
        drawn = queries.by_region({"": counted}, view=view)[""]
        assert dict(drawn.known) == {land["AA02"]: 3}


def test_a_map_costs_three_queries_and_a_figure_as_it_was_one(django_assert_num_queries):
    land = make_country(LAND)
    make_reform(Line(1, "AA01", "AA02"), effective=date(2025, 7, 1))
    counted = [Dated(pk, date(2024, 1, 1), 1) for pk in land.values()]

    with django_assert_num_queries(3):
        queries.by_region({"": counted, "x": counted}, view=View.TODAY)
    with django_assert_num_queries(1):
        queries.figure(land["AA"], counted, view=View.AS_IT_WAS)
