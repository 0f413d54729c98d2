"""What an organization covers goes on after a reform where nobody can doubt it; else it is asked.

Each test draws a small country: a province AA, a district AAd in it, communes AA01 to AA08.
"""

import random
import threading
from datetime import date, timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from learncity.apps.organizations import queries, services
from learncity.apps.organizations.factories import make_organization
from learncity.apps.organizations.models import Covered, Organization
from learncity.apps.organizations.services import whereabouts
from learncity.apps.organizations.types import (
    Elsewhere,
    LiesAlready,
    NotAnHeir,
    OneRegion,
    OrganizationKind,
    SiteNotFound,
    Thing,
)
from learncity.apps.places import queries as place_queries
from learncity.apps.places import services as places
from learncity.apps.places.factories import make_country, make_reform
from learncity.apps.places.models import Place
from learncity.apps.places.types import Line, PlaceKind
from learncity.kernel import outbox
from learncity.kernel.acting import SYSTEM
from learncity.kernel.models import AuditEntry
from learncity.kernel.texts import Text

TODAY = timezone.localdate()
DAY = TODAY - timedelta(days=100)
EVE, LATER = DAY - timedelta(days=1), DAY + timedelta(days=50)
TREE = {"AA": "", "AAd": "AA"} | {f"AA{n:02}": "AAd" for n in range(1, 9)}
STAYS, PART = Line(1, "AA01", "AA01"), Line(2, "AA01", "AA21", None, Text(vi="Mới"),
                                            PlaceKind.COMMUNE, "AAd")  # fmt: skip


@pytest.fixture
def land(city):
    return make_country(TREE)


def reform(*lines, effective=DAY, key="reform"):
    make_reform(*lines, effective=effective, key=key)
    outbox.dispatch(at=timezone.now())


def covering(land, *codes, since=None, until=None, key=""):
    organization = make_organization(key)
    for code in codes:
        services.cover(
            key=organization.key, place_id=land[code], since=since, until=until, by=SYSTEM,
            at=timezone.now(),
        )  # fmt: skip
    return organization


def days(organization):
    """What it covers, by code and days."""
    rows = Covered.objects.filter(organization=organization).select_related("place")
    return sorted(
        ((row.place.code, row.since, row.until) for row in rows),
        key=lambda row: (row[0], row[1] or date.min),
    )


def asked(organization=None):
    found = [a for a in queries.astray() if a.thing is Thing.COVERAGE]
    assert queries.count_astray() == len(queries.astray())
    return [a for a in found if organization is None or a.organization.id == organization.id]


def codes(a):
    return [place.code for place in queries.candidates([a])[a.id]]


def settle(a, *to, reason=None):
    keys = [Place.objects.get(code=code, ended_at=None).key for code in to]
    return services.lay(
        chosen=[(Thing.COVERAGE, getattr(a, "id", a))], place_keys=keys, reason=reason, by=SYSTEM,
        at=timezone.now(),
    )  # fmt: skip


def figure(land, on, level=PlaceKind.COMMUNE):
    """The codes of the communes that have an association on a day, and of those without."""
    found = queries.coverage(OrganizationKind.ASSOCIATION, level, land["AA"], on=on)
    named = {v.place_id: v.code for v in place_queries.below_on(land["AA"], on=on)}
    return (
        {named[pk] for pk, by in found.covered if any("organization-" in o.key for o in by)},
        {named[pk] for pk in found.without},
    )


# What leaves no doubt.


def test_a_region_that_is_renamed_stays_covered(land):
    one = covering(land, "AA01")
    reform(Line(1, "AA01", "AA31", None, Text(vi="Tên mới")))

    assert days(one) == [("AA31", None, None)]
    assert asked() == []


def test_a_merger_is_followed_on_its_day_without_a_gap_and_without_a_day_twice(land):
    one = covering(land, "AA01", "AA02", since=date(2021, 1, 1))
    ends = covering(land, "AA02", until=LATER)
    new = (None, Text(vi="Mới"), PlaceKind.COMMUNE, "AAd")
    reform(Line(1, "AA01", "AA21", *new), Line(2, "AA02", "AA21", *new))

    assert days(one) == [
        ("AA01", date(2021, 1, 1), DAY), ("AA02", date(2021, 1, 1), DAY), ("AA21", DAY, None),
    ]  # fmt: skip
    assert days(ends) == [("AA02", None, DAY), ("AA21", DAY, LATER)]
    assert asked() == []
    before, after = figure(land, EVE), figure(land, DAY)
    assert before[0] == {"AA01", "AA02"}
    assert after[0] == {"AA21"}
    assert not after[1] & {"AA01", "AA02", "AA21"}
    assert figure(land, TODAY) == after
    row = Covered.objects.get(organization=ends, until=LATER)
    assert row.follows.place_id == land["AA02"]
    entry = AuditEntry.objects.get(subject=f"organization {one.key}", detail__found=2)
    assert (entry.action, entry.via) == ("organizations.coverage_followed", "SYSTEM")


def test_what_it_covered_there_already_is_not_covered_twice(land):
    one = covering(land, "AA01")
    for since, until in ((None, LATER), (TODAY, None)):
        services.cover(
            key=one.key, place_id=land["AA02"], since=since, until=until, by=SYSTEM,
            at=timezone.now(),
        )  # fmt: skip
    reform(Line(1, "AA01", "AA02"))

    assert days(one) == [
        ("AA01", None, DAY), ("AA02", None, LATER), ("AA02", LATER, TODAY), ("AA02", TODAY, None),
    ]  # fmt: skip


def test_all_communes_have_one_before_on_and_after_the_day_when_all_are_merged(land):
    for n in range(1, 9):
        covering(land, f"AA{n:02}")
    reform(*(Line(n, f"AA{n:02}", "AA01" if n < 5 else "AA05") for n in range(1, 9)))

    assert figure(land, EVE) == ({f"AA{n:02}" for n in range(1, 9)}, set())
    for day in (DAY, LATER, TODAY):
        assert figure(land, day) == ({"AA01", "AA05"}, set())


def test_a_region_that_grows_is_covered_as_before(land):
    one = covering(land, "AA02")
    reform(Line(1, "AA01", "AA02"))

    assert days(one) == [("AA02", None, None)]
    assert asked() == []


def test_what_was_over_before_the_reform_is_history(land):
    one = covering(land, "AA01", until=EVE)
    reform(Line(1, "AA01", "AA02"))

    assert days(one) == [("AA01", None, EVE)]


def test_what_was_over_after_it_and_what_begins_after_it_go_along_for_their_days(land):
    one, next_ = covering(land, "AA01", until=LATER), covering(land, "AA01", since=LATER)
    reform(Line(1, "AA01", "AA02"))

    assert days(one) == [("AA01", None, DAY), ("AA02", DAY, LATER)]
    assert days(next_) == [("AA02", LATER, None)]


def test_followed_again_nothing_changes(land):
    one = covering(land, "AA01")
    reform(Line(1, "AA01", "AA02"))
    before = days(one)

    heirs = place_queries.heirs_of_reform(place_queries.find_reform("reform").id)
    assert services.follow_places(heirs) == 0
    assert days(one) == before


def test_several_mergers_are_followed_one_after_the_other(land):
    one = covering(land, "AA01")
    reform(Line(1, "AA01", "AA02"))
    reform(Line(1, "AA02", "AA03"), effective=LATER, key="later")

    assert days(one) == [("AA01", None, DAY), ("AA02", DAY, LATER), ("AA03", LATER, None)]
    assert asked() == []


def test_an_old_division_of_the_heir_is_no_question_to_what_came_later(land):
    one = covering(land, "AA02")
    reform(STAYS, PART)
    reform(Line(1, "AA02", "AA01"), effective=LATER, key="later")

    assert days(one) == [("AA01", LATER, None), ("AA02", None, LATER)]
    assert asked() == []


def test_a_division_that_came_between_is_asked_about_though_the_merger_was_entered_late(land):
    one = covering(land, "AA02")
    reform(STAYS, PART, effective=LATER, key="later")
    reform(Line(1, "AA02", "AA01"))

    [a] = asked(one)
    assert (a.region.place.code, a.asked_from, codes(a)) == ("AA01", LATER, ["AA01", "AA21"])


# What is asked.


def test_a_divided_region_is_asked_about_and_dated_from_the_reform_when_settled(land):
    one = covering(land, "AA01", since=date(2021, 1, 1))
    reform(STAYS, PART)
    assert figure(land, TODAY)[0] == {"AA01"}  # which it covers still, whatever else

    [a] = asked(one)
    assert codes(a) == ["AA01", "AA21"]
    assert settle(a, "AA01", "AA21") == 1

    assert days(one) == [("AA01", date(2021, 1, 1), None), ("AA21", DAY, None)]
    assert asked() == []
    assert figure(land, EVE)[0] == {"AA01"}
    for day in (DAY, TODAY):
        assert figure(land, day)[0] == {"AA01", "AA21"}
    entry = AuditEntry.objects.get(action="organizations.laid")
    assert (
        entry.subject
        == f"coverage {one.key} {place_queries.places([land['AA01']])[land['AA01']].key}"
    )
    assert entry.detail["after"].count(", ") == 1


@pytest.mark.parametrize(
    ("to", "after"),
    [
        (["AA21"], [("AA01", None, DAY), ("AA21", DAY, None)]),
        (["AA01"], [("AA01", None, None)]),
        ([], [("AA01", None, DAY)]),
    ],
)
def test_one_of_the_parts_or_none_can_be_chosen(land, to, after):
    one = covering(land, "AA01")
    reform(STAYS, PART)
    [a] = asked(one)

    assert settle(a, *to) == 1
    assert days(one) == after
    assert settle(a, *to) == 0
    assert days(one) == after
    assert asked() == []
    assert AuditEntry.objects.filter(action="organizations.laid").count() == 1
    for other in ([], ["AA01"], ["AA21"], ["AA01", "AA21"]):
        if other != to:
            with pytest.raises(LiesAlready):
                settle(a, *other)


def test_a_part_that_it_covered_already_is_not_covered_twice(land):
    one = covering(land, "AA01", "AA02")
    reform(STAYS, Line(2, "AA01", "AA02"))

    [a] = asked(one)
    assert settle(a, "AA01", "AA02") == 1
    assert days(one) == [("AA01", None, None), ("AA02", None, None)]
    assert settle(a, "AA01", "AA02") == 0


def test_two_that_are_settled_at_once_do_not_cover_the_same_part_twice(land):
    one = covering(land, "AA01", "AA02")
    reform(STAYS, Line(2, "AA01", "AA03"), Line(3, "AA02", "AA02"), Line(4, "AA02", "AA03"))
    keys = [place_queries.places(land.values())[land[code]].key for code in ("AA03",)]

    services.lay(
        chosen=[(a.thing, a.id) for a in asked(one)], place_keys=keys, reason=None, by=SYSTEM,
        at=timezone.now(),
    )  # fmt: skip
    assert days(one) == [("AA01", None, DAY), ("AA02", None, DAY), ("AA03", DAY, None)]


def test_where_it_was_reformed_again_the_answer_counts_day_by_day(land):
    one = covering(land, "AA01")
    reform(Line(1, "AA01", "AA02"), Line(2, "AA01", "AA03"))
    reform(Line(1, "AA02", "AA04"), effective=LATER, key="later")

    [a] = asked(one)
    assert codes(a) == ["AA03", "AA04"]
    settle(a, "AA04")
    # What is AA04 today was AA02 for a while, and AA04 was another's then.
    assert days(one) == [("AA01", None, DAY), ("AA02", DAY, LATER), ("AA04", LATER, None)]
    assert figure(land, DAY)[0] == {"AA02"}
    assert figure(land, LATER)[0] == {"AA04"}


def test_a_level_that_is_abolished_is_asked_about_and_nobody_gains_the_province(land):
    one = covering(land, "AAd")
    stays = [Line(n, f"AA{n:02}", f"AA{n:02}", parent="AA") for n in range(1, 9)]
    reform(Line(20, "AAd", ""), *stays)

    [a] = asked(one)
    assert codes(a) == ["AA", *(f"AA{n:02}" for n in range(1, 9))]
    assert figure(land, TODAY, PlaceKind.PROVINCE)[0] == set()
    settle(a, "AA01", "AA02")
    assert days(one) == [("AA01", DAY, None), ("AA02", DAY, None), ("AAd", None, DAY)]


def test_of_an_abolished_level_only_what_lay_in_it_needs_no_reason(city):
    land = make_country(TREE | {"AAe": "AA", "AA91": "AAe"})
    one = covering(land, "AAd")
    stays = [Line(n, f"AA{n:02}", f"AA{n:02}", parent="AA") for n in range(1, 9)]
    reform(Line(20, "AAd", ""), Line(21, "AAe", ""), Line(22, "AA91", "AA91", parent="AA"), *stays)

    [a] = asked(one)
    assert "AA91" not in codes(a)
    with pytest.raises(NotAnHeir):
        settle(a, "AA01", "AA91")
    assert settle(a, "AA01", "AA91", reason=Elsewhere.LIST_WRONG) == 1


def test_a_region_that_left_a_file_without_a_reform_is_asked_about(land):
    one = covering(land, "AA01")
    places.end_places([land["AA01"]])

    [a] = asked(one)
    assert (a.breaks, a.asked_from, codes(a)) == ((), TODAY, [])
    with pytest.raises(NotAnHeir):
        settle(a, "AA02")
    assert settle(a) == 1
    assert days(one) == [("AA01", None, TODAY)]


def test_what_is_said_of_the_days_after_by_somebody_who_knew_is_not_asked(land):
    reform(STAYS, PART)
    knew = covering(land, "AA01")
    late = covering(land, "AA01", since=LATER)
    Covered.objects.filter(organization=late).update(placed_at=timezone.now() - timedelta(days=20))
    ahead = covering(land, "AA01", since=LATER)
    Covered.objects.filter(organization=ahead).update(
        placed_at=timezone.now() - timedelta(days=200)
    )

    assert asked(knew) == asked(late) == []
    assert len(asked(ahead)) == 1


def test_what_was_over_after_a_division_is_asked_about_for_its_days(land):
    one = covering(land, "AA01", until=LATER)
    before = covering(land, "AA01", until=DAY)
    reform(STAYS, PART)

    assert asked(before) == []
    [a] = asked(one)
    settle(a, "AA21")
    assert days(one) == [("AA01", None, DAY), ("AA21", DAY, LATER)]
    assert asked() == []


def test_the_next_division_is_asked_about_again(land):
    one = covering(land, "AA01")
    reform(STAYS, PART)
    settle(asked(one)[0], "AA01")
    again = Line(2, "AA01", "AA22", None, Text(vi="Nữa"), PlaceKind.COMMUNE, "AAd")
    reform(STAYS, again, effective=LATER, key="again")

    [a] = asked(one)
    assert [b.reform for b in a.breaks] == ["again"]
    settle(a, "AA22")
    assert days(one) == [("AA01", None, LATER), ("AA22", LATER, None)]


def test_what_lies_in_one_region_is_not_laid_in_several_or_none(land):
    one = covering(land, "AA01")
    Organization.objects.filter(pk=one.pk).update(place_id=land["AA01"])
    reform(STAYS, PART)
    key = Place.objects.get(code="AA01", ended_at=None).key
    other = Place.objects.get(code="AA21", ended_at=None).key

    said = {"reason": None, "by": SYSTEM, "at": timezone.now()}
    both = [(a.thing, a.id) for a in queries.astray() if a.organization.id == one.id]
    assert len(both) == 2
    for keys in ([], [key, other]):
        with pytest.raises(OneRegion):
            services.lay(chosen=both, place_keys=keys, **said)
    assert services.lay(chosen=both, place_keys=[other], **said) == 2


def test_what_is_not_there_is_refused(land):
    covering(land, "AA01")
    reform(STAYS, PART)
    with pytest.raises(SiteNotFound):
        settle(make_organization().id, "AA01")


@pytest.mark.parametrize("seed", range(12))
def test_nobody_gains_a_place_and_no_day_is_lost_or_said_twice(seed, land):
    """Any reform: what follows is wholly from one's own, the rest is asked, history stays."""
    chance = random.Random(seed)
    communes = [code for code in land if len(code) == 4]
    had = {covering(land, *chance.sample(communes, chance.randint(1, 5))): None for _ in range(4)}
    for organization in had:
        had[organization] = {code for code, _s, _u in days(organization)}
    targets = [*chance.sample(communes, 2), "AA30"]
    sources = chance.sample([c for c in communes if c not in targets], chance.randint(2, 5))
    new, lines = (None, Text(vi="Mới"), PlaceKind.COMMUNE, "AAd"), []
    into = {c: chance.sample(targets, chance.choice([1, 1, 2])) for c in sources}
    for n, (source, some) in enumerate(into.items()):
        lines += [Line(10 * n + k + 1, source, t, *new) for k, t in enumerate(some)]
    reform(*lines)

    whole = {c: t[0] for c, t in into.items() if len(t) == 1}
    for organization, before in had.items():
        kin = queries.kin(organization.id, on=EVE).place_ids
        assert set(kin) == {land[code] for code in before}
        questions = {a.region.place.code for a in asked(organization)}
        # AA30 goes on from one source alone that became it and nothing else: as that one.
        became = {c for c, t in whole.items() if Place.objects.get(pk=land[c]).code == t}
        assert questions == {c for c in before & set(into) if c not in whole}
        now = {row[0] for row in days(organization) if row[2] is None} - questions
        stays = {c for c in before if c not in into}
        assert now == stays | {whole[c] for c in before & set(whole)}
        assert became <= set(whole)
    for a in asked():
        settle(a, *codes(a))
    assert asked() == []
    for organization, before in had.items():
        reached = {t for c in before for t in into.get(c, [c])}
        on = queries.kin(organization.id, on=DAY).place_ids
        assert {p.code for p in place_queries.places(on).values()} == reached
        assert len(on) == len(set(on))


def test_a_merger_does_not_answer_an_earlier_question(land):
    one = covering(land, "AA01")
    reform(STAYS, PART)
    reform(Line(1, "AA01", "AA02"), effective=LATER, key="later")

    [a] = asked(one)
    assert codes(a) == ["AA02", "AA21"]
    settle(a, "AA21")
    assert days(one) == [("AA01", None, DAY), ("AA21", DAY, None)]
    other = covering(land, "AA05")
    reform(Line(1, "AA05", "AA05"), Line(2, "AA05", "AA06"), effective=LATER, key="next")
    reform(Line(1, "AA05", "AA07"), effective=TODAY, key="last")
    settle(asked(other)[0], "AA06", "AA07")
    assert days(other) == [("AA05", None, TODAY), ("AA06", LATER, None), ("AA07", TODAY, None)]


@pytest.mark.parametrize("seed", range(16))
def test_whatever_is_reformed_and_whenever_it_is_answered_no_day_is_left_out(seed, land):
    """Whoever covers all that a region became, covers on each day what had come of it by then."""
    chance = random.Random(seed)
    communes = [code for code in land if len(code) == 4]
    had = {}
    for _n in range(3):
        codes_had = set(chance.sample(communes, chance.randint(1, 4)))
        had[covering(land, *sorted(codes_had))] = codes_had
    drawn = list(communes)
    reforms = [DAY + timedelta(days=20 * n) for n in range(4)]
    for n, day in enumerate(reforms):
        sources = chance.sample(drawn, min(len(drawn) - 2, chance.randint(1, 2)))
        lines, others = [], [code for code in drawn if code not in sources]
        for k, source in enumerate(sources):
            goes_on = [source] if chance.random() < 0.5 else []
            into = goes_on + chance.sample(others, chance.choice([1, 1, 2]))
            lines += [Line(10 * k + m + 1, source, t) for m, t in enumerate(into)]
            drawn = drawn if goes_on else [code for code in drawn if code != source]
        reform(*lines, effective=day, key=f"reform-{n}")
        if chance.random() < 0.4:
            for a in asked():
                settle(a, *codes(a))
    for a in asked():
        settle(a, *codes(a))

    assert asked() == []
    lineage = place_queries.lineage_of(place_queries.joined(land.values()))
    for organization, codes_had in had.items():
        for day in (EVE, *reforms, *(day - timedelta(days=1) for day in reforms), TODAY):
            reached = {
                pk
                for code in codes_had
                for among in lineage.carried(land[code], date(2021, 1, 1), day)
                for pk in among
            }
            assert set(queries.kin(organization.id, on=day).place_ids) == reached


# What it costs, and who is first.


@pytest.mark.parametrize("size", [1, 30])
def test_many_follow_with_as_many_statements_as_one(land, django_assert_num_queries, size):
    for _n in range(size):
        covering(land, "AA01")
    make_reform(Line(1, "AA01", "AA02"), effective=DAY)
    heirs = place_queries.heirs_of_reform(place_queries.find_reform("reform").id)

    with django_assert_num_queries(17):
        assert services.follow_places(heirs) == size


@pytest.mark.parametrize("size", [1, 30])
def test_many_are_settled_with_as_many_statements_as_one(land, django_assert_num_queries, size):
    for _n in range(size):
        covering(land, "AA01")
    reform(STAYS, PART)
    chosen = [(a.thing, a.id) for a in asked()]
    key = Place.objects.get(code="AA21", ended_at=None).key

    with django_assert_num_queries(27):
        done = services.lay(
            chosen=chosen, place_keys=[key], reason=None, by=SYSTEM, at=timezone.now()
        )
    assert done == size


def rivals(monkeypatch, *, locked):
    """Two officers say at once that one organization covers two different parts; what they hear."""
    land = make_country(TREE)
    one = covering(land, "AA01")
    reform(STAYS, PART)
    [a] = asked(one)
    both, told = threading.Barrier(2, timeout=60), []
    if not locked:
        heirs = whereabouts._check_heirs

        def look_and_wait(*args):
            heirs(*args)
            both.wait()

        monkeypatch.setattr(whereabouts, "_check_heirs", look_and_wait)
        monkeypatch.setattr(whereabouts.locks, "hold", lambda *args: None)
        monkeypatch.setattr(whereabouts.place_services, "hold_places", lambda: None)

    def run(code):
        try:
            told.append(f"laid {settle(a, code)}")
        except LiesAlready:
            told.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[code]) for code in ("AA01", "AA21")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def test_of_two_who_say_different_things_at_once_one_is_refused(committed, monkeypatch):
    assert rivals(monkeypatch, locked=True) == ["laid 1", "refused"]
    assert AuditEntry.objects.filter(action="organizations.laid").count() == 1


def test_control_without_the_lock_both_believe_to_have_settled_it(committed, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    assert rivals(monkeypatch, locked=False) == ["laid 1", "laid 1"]


def test_what_was_entered_before_this_was_kept_was_said_when_it_was_entered(land):
    """The migration reads it from the key."""
    migration = import_module("learncity.apps.organizations.migrations.0005_coverage_follows")
    before, one = timezone.now() - timedelta(minutes=5), covering(land, "AA01")
    Covered.objects.update(placed_at=timezone.now() + timedelta(days=9))
    with connection.cursor() as cursor:
        cursor.execute(migration.ENTERED)

    assert before < Covered.objects.get(organization=one).placed_at <= timezone.now()
