"""Officers keep what wholly came from their region, and gain nothing of anybody else's."""

import random
from datetime import date, timedelta

import pytest
from django.utils import timezone

from learncity.apps.notices import queries as notices
from learncity.apps.people.factories import make_person
from learncity.apps.places import queries as places
from learncity.apps.places.factories import make_country, make_reform
from learncity.apps.places.models import Flow, Place
from learncity.apps.places.types import Line, PlaceKind
from learncity.apps.roles import queries, services
from learncity.apps.roles.models import Grant
from learncity.apps.roles.types import Act, Ending, Role
from learncity.kernel.acting import SYSTEM

pytestmark = pytest.mark.django_db
DAY = date(2025, 7, 1)
TREE = {"AA": "", "AAd": "AA"} | {f"AA{n:02}": "AAd" for n in range(1, 9)}


def officer(land, *codes):
    person, at = make_person("Officer", account=True, language="en"), timezone.now()
    for code in codes:
        services.give(
            person_id=person, role=Role.OFFICER, organization_key="city-learning-office",
            place_id=land[code], since=at, until=None, by=SYSTEM, at=at,
        )  # fmt: skip
    return person


def follow():
    reform = places.find_reform("reform")
    return services.follow_places(places.heirs_of_reform(reform.id), at=timezone.now())


def regions(person):
    return queries.actor(person).regions(Act.KEEP_PEOPLE)


def test_a_region_made_of_theirs_alone_is_kept():
    land = make_country(TREE)
    person, half = officer(land, "AA01", "AA02"), officer(land, "AA01")
    new = {"name": {"en": "New"}, "kind": PlaceKind.COMMUNE}
    make_reform(Line(1, "AA01", "AA21", **new), Line(2, "AA02", "AA21", **new), effective=DAY)

    follow()
    assert follow() == 0
    assert regions(person) == {places.find_by_code("XX", "AA21", on=DAY).place_id}
    assert regions(half) == frozenset()
    rows = Grant.objects.filter(person_id=person)
    assert {row.follows.ending for row in rows if row.follows} == {Ending.REFORMED}
    assert "Your region has changed" in [m.title for m in notices.inbox(person)]


def test_what_was_joined_with_anothers_is_nobodys_until_it_is_given():
    land = make_country(TREE)
    one, both = officer(land, "AA01"), officer(land, "AA01", "AA02")
    make_reform(Line(1, "AA01", "AA02"), effective=DAY)

    follow()
    # AA02 took AA01 in: who had both has it still, who had AA01 alone has nothing.
    assert regions(one) == frozenset()
    assert regions(both) == {land["AA02"]}
    assert Grant.objects.get(person_id=one).ending == Ending.REFORMED


def test_a_region_that_goes_on_stays_its_officers_and_with_what_a_decree_joins_to_it():
    land = make_country(TREE)
    person = officer(land, "AA02")
    make_reform(Line(1, "AA01", "AA02"), effective=DAY)

    assert follow() == 0
    assert regions(person) == {land["AA02"]}


def test_a_role_for_a_time_stays_one_and_one_to_come_does_not_begin():
    land, at = make_country(TREE), timezone.now()
    person, new = officer(land, "AA02"), {"name": {"en": "New"}, "kind": PlaceKind.COMMUNE}
    soon, later = at + timedelta(days=1), at + timedelta(days=30)
    for code, since, until in (("AA01", at, soon), ("AA03", later, None)):
        services.give(
            person_id=person, role=Role.OFFICER, organization_key="city-learning-office",
            place_id=land[code], since=since, until=until, by=SYSTEM, at=at,
        )  # fmt: skip
    # Each divided, so that it ends: into two of its own.
    lines = [Line(10 * n + k, f"AA0{n}", f"AA{n}{k}", **new) for n in (1, 2, 3) for k in (1, 2)]
    make_reform(*lines, effective=DAY)

    follow()
    rows = Grant.objects.filter(person_id=person).exclude(ending=Ending.REFORMED)
    found = {}
    for place_id, until in rows.values_list("place_id", "until"):
        code = places.history(place_id)[0].code
        found[code] = until
    assert found == {"AA11": soon, "AA12": soon, "AA21": None, "AA22": None}


@pytest.mark.parametrize("seed", range(12))
def test_no_officer_gains_a_place_that_was_not_mapped_to_the_office(seed):
    chance = random.Random(seed)
    land = make_country(TREE)
    communes = [code for code in land if len(code) == 4]
    officers = {
        officer(land, *had): {land[code] for code in had}
        for had in (chance.sample(communes, chance.randint(1, 5)) for _ in range(4))
    }
    targets = [*chance.sample(communes, 2), "AA30"]
    sources = chance.sample([c for c in communes if c not in targets], chance.randint(2, 5))
    lines = []
    for n, source in enumerate(sources):
        into = chance.sample(targets, chance.choice([1, 1, 2]))
        new = {"name": {"en": "New"}, "kind": PlaceKind.COMMUNE}
        lines += [Line(10 * n + k + 1, source, t, **new) for k, t in enumerate(into)]
    make_reform(*lines, effective=DAY)

    follow()
    came_from = {}
    for source, target in Flow.objects.values_list("source_id", "target_id"):
        came_from.setdefault(target, set()).add(source)
    ids = [land[code] for code in sources]
    gone = Place.objects.filter(pk__in=ids).exclude(ended_at=None)
    ended = set(gone.values_list("pk", flat=True))
    for person, had in officers.items():
        now = regions(person)
        assert not now & ended
        # Of what was there before, nothing new; of what is new, what is wholly made of theirs.
        assert not (now - had) & set(land.values())
        assert all(came_from[place] <= had for place in now - had)
        assert had - ended <= now
