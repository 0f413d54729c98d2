"""A reform changes what is stated and nothing else; what was counted before keeps its region."""

import threading
from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from learncity.apps.places import queries, services
from learncity.apps.places.factories import make_country, make_reform
from learncity.apps.places.models import Flow, Place, Reform, Version, Within
from learncity.apps.places.types import (
    Dated,
    Line,
    PlaceKind,
    ReformApplied,
    ReformRefused,
    ReformState,
    View,
)
from learncity.kernel.acting import SYSTEM
from learncity.kernel.texts import Text

DAY = date(2025, 7, 1)
BEFORE, AFTER = date(2023, 6, 1), date(2025, 8, 1)
# Two provinces; AA has a district with three communes, BB one without.
LAND = {
    "AA": "", "BB": "",
    "AAd": "AA", "BBd": "BB",
    "AA01": "AAd", "AA02": "AAd", "AA03": "AAd",
    "BB01": "BBd", "BB02": "BBd",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def land(request):
    request.getfixturevalue("db" if "committed" not in request.fixturenames else "committed")
    return make_country(LAND)


def line(source, target, share=None, *, name="", parent="", kind=None):
    return Line(1, source, target, share, Text(vi=name) if name else Text(), kind, parent)


def new(source, target, name, parent="AAd", kind=PlaceKind.COMMUNE):
    return line(source, target, name=name, parent=parent, kind=kind)


def on(code, day):
    return queries.find_by_code("XX", code, on=day)


def names(place_id, day):
    return sorted(v.code for v in queries.below_on(place_id, on=day))


def refusal(*lines, effective=DAY):
    with pytest.raises(ReformRefused) as refused:
        make_reform(*lines, effective=effective)
    return "; ".join(str(problem) for problem in refused.value.args)


def test_a_merger_ends_the_units_and_founds_one_from_that_day(land):
    make_reform(new("AA01", "AA09", "Xã Mới"), new("AA02", "AA09", "Xã Mới"), effective=DAY)

    assert names(land["AAd"], BEFORE) == ["AA01", "AA02", "AA03", "AAd"]
    assert names(land["AAd"], AFTER) == ["AA03", "AA09", "AAd"]
    living = Place.objects.filter(ended_at=None, parent=land["AAd"])
    assert set(living.values_list("code", flat=True)) == {"AA03", "AA09"}
    assert on("AA01", DAY - timedelta(days=1)).place_id == land["AA01"]
    assert on("AA01", DAY) is None


def test_the_unit_that_keeps_its_code_goes_on_as_itself_and_grows(land):
    make_reform(line("AA01", "AA02"), effective=DAY)

    assert on("AA02", AFTER).place_id == land["AA02"]
    counted = [Dated(land["AA01"], BEFORE, 3), Dated(land["AA02"], BEFORE, 4)]
    assert queries.figure(land["AA02"], counted, view=View.AS_IT_WAS).known == 4
    assert queries.figure(land["AA02"], counted, view=View.TODAY).known == 7
    on_that_day = queries.figure(
        land["AA01"], [Dated(land["AA02"], AFTER, 5)], view=View.ON_A_DAY, on=BEFORE
    )
    assert (on_that_day.known, on_that_day.perhaps) == (0, 5)


def test_two_reforms_of_one_day_that_each_say_a_part_divide_the_region(land):
    make_reform(line("AA01", "AA01"), new("AA01", "AA08", "Xã Tám"), effective=DAY, key="one")
    make_reform(line("AA01", "AA01"), new("AA01", "AA09", "Xã Chín"), effective=DAY, key="two")

    for key in ("one", "two"):
        became = queries.heirs_of_reform(Reform.objects.get(key=key).id)[land["AA01"]]
        assert became.sole is None
        assert len(became.places) == 3


def test_a_new_name_code_or_parent_is_the_same_region_and_nothing_flows(land):
    make_reform(
        line("AA01", "AA77", name="Phường Bảy", parent="BBd", kind=PlaceKind.COMMUNE),
        effective=DAY,
    )

    assert [(v.code, v.parent_id) for v in queries.history(land["AA01"])] == [
        ("AA01", land["AAd"]), ("AA77", land["BBd"]),
    ]  # fmt: skip
    assert not Flow.objects.filter(source_id__in=land.values()).exists()
    counted = [Dated(land["AA01"], BEFORE, 3)]
    assert queries.figure(land["AAd"], counted, view=View.AS_IT_WAS).known == 3
    assert queries.figure(land["AAd"], counted, view=View.TODAY).known == 0
    assert queries.figure(land["BBd"], counted, view=View.TODAY).known == 3


def test_another_spelling_is_no_reform(land):
    make_reform(line("AA01", "AA01", name="Xã Hòa"), effective=date(2021, 1, 1), key="name")

    make_reform(line("AA01", "AA01", name="Xã Hoà"), effective=DAY)

    assert [str(v.name["vi"]) for v in queries.history(land["AA01"])] == ["Xã AA01", "Xã Hoà"]


def test_a_split_with_unknown_shares_cannot_be_known_for_its_parts_but_is_for_the_whole(land):
    make_reform(line("AA01", "AA01"), new("AA01", "AA08", "Xã Tám", parent="BBd"), effective=DAY)

    counted = [Dated(land["AA01"], BEFORE, 10)]
    part = queries.figure(land["BBd"], counted, view=View.TODAY)
    assert (part.known, part.perhaps, part.is_certain) == (0, 10, False)
    own = queries.figure(land["AA01"], counted, view=View.TODAY)
    assert (own.least, own.most) == (0, 10)


def test_a_split_with_known_shares_gives_each_part_its_share(land):
    make_reform(
        line("AA01", "AA01", Fraction(1, 4)),
        Line(2, "AA01", "AA08", Fraction(3, 4), Text(vi="Tám"), PlaceKind.COMMUNE, "BBd"),
        effective=DAY,
    )

    counted = [Dated(land["AA01"], BEFORE, 10)]
    assert queries.figure(land["AAd"], counted, view=View.TODAY).known == Fraction(5, 2)
    assert queries.figure(land["BBd"], counted, view=View.TODAY).known == Fraction(15, 2)


def test_an_abolished_level_leaves_its_communes_and_its_figures_to_the_province(land):
    make_reform(line("AAd", ""), effective=DAY)

    assert {on(code, AFTER).parent_id for code in ("AA01", "AA02", "AA03")} == {land["AA"]}
    counted = [Dated(land["AAd"], BEFORE, 6), Dated(land["AA01"], BEFORE, 1)]
    assert queries.figure(land["AA"], counted, view=View.TODAY).known == 7
    one = queries.figure(land["AA01"], counted, view=View.TODAY)
    assert (one.known, one.perhaps) == (1, 6)


def test_a_province_that_joins_another_takes_its_regions_along(land):
    make_reform(line("BB", "AA"), line("BBd", ""), line("AAd", ""), effective=DAY)

    assert names(land["AA"], AFTER) == ["AA", "AA01", "AA02", "AA03", "BB01", "BB02"]
    assert names(land["AA"], BEFORE) == ["AA", "AA01", "AA02", "AA03", "AAd"]
    place = queries.find_place("xx-bb01")
    assert place.path == "xx-aa.xx-bb01"


def test_t32_last_year_s_report_has_two_totals_and_both_are_explained(land):
    make_reform(line("BB", "AA"), line("BBd", ""), line("AAd", ""), effective=DAY)

    counted = [Dated(land[code], BEFORE, 10) for code in ("AA01", "AA02", "BB01")]
    assert queries.figure(land["AA"], counted, view=View.AS_IT_WAS).known == 20
    assert queries.figure(land["AA"], counted, view=View.TODAY).known == 30
    assert queries.figure(land["AA"], counted, view=View.ON_A_DAY, on=BEFORE).known == 20
    assert [f.source_id for f in queries.flows_of(land["AA"]) if f.source_id == land["BB"]]


def test_a_code_is_used_again_for_another_region_years_later(land):
    make_reform(line("AA01", "AA02"), effective=DAY)
    again = date(2030, 1, 1)

    make_reform(new("", "AA01", "Xã Một Mới"), effective=again, key="again")

    assert on("AA01", BEFORE).place_id == land["AA01"]
    assert on("AA01", again).place_id not in land.values()
    assert on("AA01", again).key == "xx-aa01-20300101"


def test_a_reform_of_the_future_changes_nothing_of_today_until_its_day(land):
    day = timezone.localdate() + timedelta(days=3)
    make_reform(line("AA01", "AA02"), line("AA03", "AA03", name="Xã Ba Mới"), effective=day)

    assert queries.find_place("xx-aa01").name["vi"] == "Xã AA01"
    assert queries.find_place("xx-aa03").name["vi"] == "Xã AA03"
    assert services.take_effect(at=timezone.now()) == 0

    assert services.take_effect(at=timezone.now() + timedelta(days=3)) == 1

    assert queries.find_place("xx-aa01") is None
    assert queries.find_place("xx-aa03").name["vi"] == "Xã Ba Mới"
    assert services.take_effect(at=timezone.now() + timedelta(days=3)) == 0


def test_applying_again_changes_nothing(land):
    make_reform(line("AA01", "AA02"), effective=DAY)
    before = Version.objects.count(), Flow.objects.count(), Within.objects.count()

    done = services.apply_reform(key="reform", by=SYSTEM, at=timezone.now())

    assert done.is_empty
    assert before == (Version.objects.count(), Flow.objects.count(), Within.objects.count())


def test_what_is_in_force_is_neither_drafted_anew_nor_dropped(land):
    make_reform(line("AA01", "AA02"), effective=DAY)

    with pytest.raises(ReformApplied):
        make_reform(line("AA03", "AA02"), effective=DAY)
    with pytest.raises(ReformApplied):
        services.drop_draft(key="reform", by=SYSTEM)


def test_regions_may_be_called_by_their_names_where_those_are_certain(land):
    first, second = (
        Version.objects.get(code=code, during__endswith=None) for code in ("AA01", "AA02")
    )

    make_reform(line(first.name["vi"].upper(), f"#{second.place.key}"), effective=DAY)

    (flow,) = Flow.objects.filter(reform__key="reform", source=first.place_id)
    assert flow.target_id == second.place_id


def test_a_name_that_several_regions_have_is_no_region(land):
    Version.objects.filter(code__in=["AA01", "AA02"]).update(name={"vi": "Xã Một"})

    assert "several regions are called Xã Một: write its code" in refusal(line("Xã Một", "AA03"))


def test_a_new_region_needs_a_code_and_not_only_a_name(land):
    assert "a new one needs a code of its own" in refusal(new("AA01", "Xã Mới", "Xã Mới"))


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([line("ZZ", "AA01")], "no region with the code or name ZZ"),
        ([line("", "")], "says nothing"),
        ([line("", "AA01")], "the code AA01 is in use"),
        ([line("AA01", "AA50"), line("AA02", "AA50")], "AA50 is new: say its name and kind"),
        ([new("AA01", "AA50", "X", parent="QQ")], "would lie in QQ, which is not there"),
        ([line("AA01", "AA02", Fraction(1, 2))], "are 0.5 together, not 1"),
        ([line("AA01", "AA02", Fraction(2))], "together at most 1"),
        ([line("AA01", "AA02", Fraction(1, 3))], "more than eight decimals"),
        ([line("AA01", ""), line("AA01", "AA02")], "abolished and go into a region too"),
        ([line("AA01", "AA02"), line("AA01", "AA02")], "into the same region twice"),
        ([line("AAd", "AAd", parent="AAd")], "would lie in itself"),
        (
            [new("AAd", "AAx", "X", "AA", PlaceKind.DISTRICT),
             new("AAd", "AAy", "Y", "AA", PlaceKind.DISTRICT)],
            "AAd is divided: say in which part its regions lie",
        ),
        (
            [new("AA01", "AA50", "X", "AAd"), new("AA02", "AA50", "X", "BBd")],
            "AA50 is said to lie in several regions: AAd, BBd",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_reason_and_nothing_is_changed(land, lines, says):
    versions = Version.objects.count()

    assert says in refusal(*lines)

    assert Version.objects.count() == versions
    assert Reform.objects.get(key="reform").state == ReformState.DRAFT


def test_reforms_are_applied_in_the_order_of_their_days(land):
    make_reform(line("AA01", "AA02"), effective=DAY, key="later")
    make_reform(line("AA03", "AA03", name="Xã Khác"), effective=DAY, key="later-too")

    with pytest.raises(ReformRefused, match="changes again on"):
        make_reform(line("AA03", ""), effective=date(2024, 1, 1), key="earlier")


def test_the_regions_of_today_are_always_those_of_the_version_in_force(land):
    make_reform(
        new("AA01", "AA09", "Xã Mới"), new("AA02", "AA09", "Xã Mới"),
        line("AA03", "AA33", name="Xã 33"), line("BBd", ""), effective=DAY,
    )  # fmt: skip
    today = timezone.localdate()
    in_force = {
        (v.place_id, v.code, v.kind, str(v.name), v.parent_id)
        for v in Version.objects.filter(during__contains=today)
    }
    rows = Place.objects.filter(ended_at=None)

    assert {(p.id, p.code, p.kind, str(p.name), p.parent_id) for p in rows} == in_force


@pytest.mark.django_db
def test_a_reform_costs_as_many_statements_however_large_it_is(django_assert_max_num_queries):
    def country(prefix, size):
        tree = {prefix: ""} | {f"{prefix}{n:03}": prefix for n in range(size)}
        make_country(tree, country=prefix)
        return [line(f"{prefix}{n:03}", f"{prefix}{n - n % 2:03}") for n in range(size)]

    for prefix, size in (("QA", 4), ("QB", 300)):
        lines = country(prefix, size)
        with django_assert_max_num_queries(45):
            make_reform(*lines, effective=DAY, key=prefix.lower(), country=prefix)


# The database alone.


def test_the_database_alone_refuses_two_parents_at_a_time(land):
    with pytest.raises(IntegrityError, match="places_one_version_at_a_time"):
        Version.objects.create(
            place_id=land["AA01"], during=(DAY, None), kind="COMMUNE", name={"vi": "x"},
            parent_id=land["BB"],
        )  # fmt: skip


def test_the_database_alone_refuses_a_code_used_twice_on_a_day(land):
    Version.objects.filter(place_id=land["AA02"]).delete()
    with pytest.raises(IntegrityError, match="places_one_place_per_code"):
        Version.objects.create(
            place_id=land["AA02"], during=(DAY, None), country="XX", code="AA01",
            kind="COMMUNE", name={"vi": "x"},
        )  # fmt: skip


def test_the_database_alone_refuses_a_version_without_a_day(land):
    with pytest.raises(IntegrityError, match="places_version_has_days"), transaction.atomic():
        Version.objects.filter(place_id=land["AA01"]).update(during=(DAY, DAY))


def test_the_database_alone_refuses_a_region_in_itself(land):
    with pytest.raises(IntegrityError, match="places_not_in_itself"), transaction.atomic():
        Version.objects.filter(place_id=land["AA01"]).update(parent_id=land["AA01"])


# A race, and the control that shows that it is one.


def rivals():
    """Two officers apply reforms of the same commune at once; what each was told, sorted."""
    for key, target in (("one", "AA02"), ("two", "AA03")):
        services.draft_reform(
            key=key, title={"en": key}, act="", country="XX", effective=DAY,
            lines=[line("AA01", target)], by=SYSTEM,
        )  # fmt: skip
    told = []

    def run(key):
        try:
            services.apply_reform(key=key, by=SYSTEM, at=timezone.now())
            told.append("applied")
        except ReformRefused:
            told.append("refused")
        except IntegrityError:
            told.append("refused by the database")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[key]) for key in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def test_of_two_reforms_of_one_commune_one_is_refused(committed, land):
    assert rivals() == ["applied", "refused"]
    assert Flow.objects.filter(source_id=land["AA01"]).count() == 1


def test_control_without_the_lock_both_would_take_the_same_commune(committed, land, monkeypatch):
    both = threading.Barrier(2, timeout=60)
    carry_out = services._carry_out

    def together(*arguments):
        both.wait()
        carry_out(*arguments)

    monkeypatch.setattr(services, "hold_places", lambda: None)
    monkeypatch.setattr(services, "_carry_out", together)
    monkeypatch.setattr(services, "redraw", lambda: None)
    monkeypatch.setattr(services, "take_effect", lambda **_: 0)

    rivals()

    assert Flow.objects.filter(source_id=land["AA01"]).count() == 2


def test_a_key_is_the_place_of_today_and_that_of_one_that_is_no_more_its_only_heir(
    land, django_assert_num_queries
):
    keys = dict(Place.objects.filter(pk__in=land.values()).values_list("code", "key"))
    make_reform(
        new("AA01", "AA09", "Xã Mới"),
        *(new("AA02", target, "Xã Mới") for target in ("AA08", "AA09")),
        effective=DAY,
    )
    # Not there yet.
    make_reform(
        new("BB01", "BB09", "Xã Sau", parent="BBd"),
        effective=timezone.localdate() + timedelta(days=30), key="later",
    )  # fmt: skip
    later = Version.objects.get(code="BB09").place
    Place.objects.filter(pk=land["BB02"]).update(ended_at=timezone.now())

    with django_assert_num_queries(7):
        found = queries.ids_today([*keys.values(), later.key, "nowhere"])

    still = ("AA", "BB", "AAd", "BBd", "AA03", "BB01")
    assert found == {keys[code]: land[code] for code in still} | {
        keys["AA01"]: Place.objects.get(code="AA09").id
    }
    with django_assert_num_queries(1):
        queries.ids_today([keys["AA03"]])
