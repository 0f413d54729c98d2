"""A city's file says what its regions were and may become; applied again, it changes nothing."""

from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from learncity.apps.initiatives import services
from learncity.apps.people import queries as people
from learncity.apps.places import queries
from learncity.apps.places import services as places
from learncity.apps.places.models import Flow, Place, Population, Reform, Version
from learncity.apps.places.types import Dated, PopulationGroup, ReformRefused, ReformState, View
from learncity.kernel.acting import COMMAND, SYSTEM
from learncity.kernel.blueprint_files import Mistakes
from learncity.kernel.blueprints import Act

pytestmark = pytest.mark.django_db

HEAD = """learncity: 1
key: land
title: {en: Land}
story: {en: A land}
city: land
help: {phone: "12345", hours: {en: always}, address: {en: here}}
places:
  - {key: land, code: "90", country: XX, kind: CITY, name: {en: Land}}
  - {key: new, code: "903", country: XX, kind: DISTRICT, parent: land, name: {en: New}}
  - {key: town, code: "904", country: XX, kind: DISTRICT, parent: land, name: {en: Town}}
  - {key: lane, country: XX, kind: SUBDISTRICT, parent: new, name: {en: Lane}}
"""
# East and West became New; Town was called Village and had another code.
PAST = """reforms:
  - key: merger
    title: {en: Merger}
    act: No. 1
    country: XX
    effective: 2012-09-01
    before:
      - {key: east, code: "901", kind: DISTRICT, parent: land, name: {en: East}}
      - {key: west, code: "902", kind: DISTRICT, parent: land, name: {en: West}}
      - {key: town, code: "905", kind: DISTRICT, parent: land, name: {en: Village}}
    lines:
      - {source: "901", target: "903", kind: DISTRICT, parent: "90", name: {en: New}}
      - {source: "902", target: "903"}
      - {source: "905", target: "904", kind: DISTRICT, parent: "90", name: {en: Town}}
"""
DRAFT = """  - key: later
    title: {en: Later}
    country: XX
    effective: 2090-01-01
    is_draft: true
    lines:
      - {source: "904", target: "903"}
"""
PEOPLE = """population:
  - {place: land, year: 2020, people: 100, source: Census}
  - {place: land, year: 2020, group: OVER_60, people: 20, source: Census}
"""


@pytest.fixture
def state(tmp_path):
    """Apply a file made of these parts; its plan."""

    def apply(*parts):
        path = tmp_path / "land.yaml"
        path.write_text("".join([HEAD, *parts]))
        plan = services.plan(path=path, at=timezone.now())
        services.apply(plan, by=COMMAND, at=timezone.now())
        return plan

    return apply


def steps(plan):
    return [(step.section, step.key, step.act) for step in plan.steps]


def history(key):
    place = Place.objects.get(key=key)
    return [(v.since, v.until, v.code, str(v.name)) for v in queries.history(place.id)]


DAY = date(2012, 9, 1)


def test_what_the_regions_were_stands_on_their_days(state):
    state(PAST)

    assert history("new") == [(DAY, None, "903", "New")]
    assert history("east") == [(None, DAY, "901", "East")]
    assert history("town") == [(None, DAY, "905", "Village"), (DAY, None, "904", "Town")]
    new, land = Place.objects.get(key="new"), Place.objects.get(key="land")
    assert queries.heirs(Place.objects.get(key="west").id).sole == new.id
    assert queries.find_place("east") is None
    assert queries.find_ever("east").name["en"] == "East"
    inside = {v.key for v in queries.below_on(land.id, on=date(2012, 8, 31))}
    assert {"east", "west", "town"} <= inside
    assert "new" not in inside
    counted = [Dated(Place.objects.get(key="east").id, date(2011, 1, 1), 7)]
    assert queries.figure(new.id, counted, view=View.TODAY).known == 7
    assert queries.figure(new.id, counted, view=View.AS_IT_WAS).known == 0


def test_applied_again_it_changes_nothing(state):
    state(PAST, DRAFT, PEOPLE)
    before = [m.objects.count() for m in (Place, Version, Flow, Reform, Population)]

    assert state(PAST, DRAFT, PEOPLE).is_empty
    assert before == [m.objects.count() for m in (Place, Version, Flow, Reform, Population)]


def test_a_city_learns_its_past_later(state):
    state()
    new = Place.objects.get(key="new")
    assert history("new") == [(None, None, "903", "New")]

    plan = state(PAST)

    assert steps(plan) == [("reforms", "merger", Act.CREATE)]
    assert Place.objects.get(key="new").pk == new.pk
    assert history("new") == [(DAY, None, "903", "New")]
    assert state(PAST).is_empty


def test_reforms_in_any_order_are_carried_out_in_the_order_of_their_days(state):
    first = """reforms:
  - key: village
    title: {en: Village}
    country: XX
    effective: 2000-01-01
    before:
      - {key: town, code: "906", kind: DISTRICT, parent: land, name: {en: Hamlet}}
    lines:
      - {source: "906", target: "905", kind: DISTRICT, parent: "90", name: {en: Village}}
"""
    second = PAST.replace(
        '      - {key: town, code: "905", kind: DISTRICT, parent: land, name: {en: Village}}\n', ""
    )
    state(second + first.removeprefix("reforms:\n"))

    assert [name for _s, _u, _c, name in history("town")] == ["Hamlet", "Village", "Town"]


def test_what_was_carried_out_stays_as_it_was(state):
    state(PAST)
    with pytest.raises(Mistakes) as wrong:
        state(PAST.replace("2012-09-01", "2012-10-01"))
    assert "has been carried out and stays as it was" in str(wrong.value.found[0])
    assert "land.yaml:17" in str(wrong.value.found[0])

    plan = state(PAST.replace("{en: Merger}", "{en: The merger}"))  # its title may be mended
    assert steps(plan) == [("reforms", "merger", Act.CHANGE)]
    assert str(Reform.objects.get(key="merger").title) == "The merger"
    assert len(history("town")) == 2
    state()  # it left the file, and still happened
    assert len(history("town")) == 2


def test_a_draft_is_only_drafted_and_dropped_when_it_leaves_the_file(state):
    state(PAST, DRAFT)
    assert Reform.objects.get(key="later").state == ReformState.DRAFT
    assert queries.find_place("town") is not None

    state(PAST, DRAFT.replace("2090", "2091"))
    assert Reform.objects.get(key="later").effective.year == 2091
    state(PAST)
    assert not Reform.objects.filter(key="later").exists()


def test_a_draft_that_the_office_applied_is_not_undone_by_the_file(state):
    state(PAST, DRAFT)
    places.apply_reform(key="later", by=SYSTEM, at=timezone.now())

    plan = state(PAST, DRAFT)

    assert steps(plan) == [("reforms", "later", Act.KEEP)]
    assert Reform.objects.get(key="later").state == ReformState.APPLIED


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("2012-09-01", "2091-01-01", "this day has not come"),
        ("    before:", "    is_draft: true\n    before:", "remove `before`"),
        ("parent: land, name: {en: East}", "parent: lan, name: {en: East}", "is not one of the pl"),
        ('source: "902"', 'source: "9 2"', "source"),
        ("{en: Merger}", "{}", None),
    ],
)
def test_a_mistake_is_said_with_its_line(state, before, after, says):
    if says is None:
        assert not state(PAST.replace(before, after)).is_empty
        return
    with pytest.raises(Mistakes) as wrong:
        state(PAST.replace(before, after))
    assert says in str(wrong.value.found[0])
    assert not Reform.objects.filter(key="merger").exists()


def test_a_reform_that_does_not_fit_is_refused_and_nothing_of_the_file_is_kept(state):
    state()
    versions = Version.objects.count()

    with (
        translation.override("en"),
        pytest.raises(ReformRefused, match="no region with the code or name 902"),
    ):
        state("\n".join(line for line in PAST.split("\n") if "key: west" not in line), PEOPLE)

    assert not Reform.objects.filter(key="merger").exists()
    assert Version.objects.count() == versions
    assert not Population.objects.filter(place__key="land").exists()


def test_population_is_stated_mended_and_taken_back(state):
    state(PEOPLE)
    land = Place.objects.get(key="land").id
    found = {p.group: (p.year, p.people, p.source) for p in queries.population(land)}
    assert found[PopulationGroup.EVERYBODY] == (2020, 100, "Census")
    assert found[PopulationGroup.OVER_60][1] == 20

    plan = state(PEOPLE.replace("people: 100", "people: 101"))
    assert steps(plan) == [("population", "land/2020/EVERYBODY", Act.CHANGE)]
    state()
    assert queries.population(land) == []


def test_a_number_somebody_mended_by_hand_is_kept(state):
    state(PEOPLE)
    Population.objects.filter(people=100).update(people=99)

    plan = state(PEOPLE.replace("people: 100", "people: 101"))

    assert steps(plan) == [("population", "land/2020/EVERYBODY", Act.KEEP)]


def test_the_demo_city_knows_what_it_was(city):
    gusu = Place.objects.get(key="gusu")

    assert [v.since for v in queries.history(gusu.id)] == [DAY]
    sources = {f.source_id for f in queries.flows_of(gusu.id)}
    assert {p.key for p in queries.places(sources).values()} == {
        "canglang-district", "jinchang-district", "pingjiang-district",
    }  # fmt: skip
    assert [name for *_, name in history("wujiang")] == ["吴江市", "吴江区"]
    assert queries.find_by_code("CN", "320584", on=DAY - timedelta(days=1)).key == "wujiang"
    # The districts of 2020 are the city of 2020.
    counted = Population.objects.filter(year=2020, group="")
    districts = counted.filter(place__parent__key="suzhou")
    assert sum(p.people for p in districts) == counted.get(place__key="suzhou").people
    assert all(p.source for p in Population.objects.all())
    assert queries.find_reform("demo-2031").state == ReformState.DRAFT
    assert queries.preview("demo-2031").problems == []
    assert people.count_homes([p.id for p in Place.objects.exclude(ended_at=None)]) == 0
