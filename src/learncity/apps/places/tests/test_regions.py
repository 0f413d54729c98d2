"""A region lies where the city's file says, with all that is below it."""

import pytest
from django.utils import timezone

from learncity.apps.initiatives import services
from learncity.apps.places import queries
from learncity.apps.places.models import Place
from learncity.kernel.acting import COMMAND
from learncity.kernel.blueprint_files import Mistakes

pytestmark = pytest.mark.django_db

HEAD = """learncity: 1
key: {key}
title: {{en: Land}}
story: {{en: A land}}
city: land
help: {{phone: "12345", hours: {{en: always}}, address: {{en: here}}}}
places:
"""
TOWN = ("land", "east in land", "town in land", "quarter in town", "lane in quarter")


@pytest.fixture
def state(tmp_path):
    """Apply a file that states these regions, each as ``key`` or ``key in parent``."""

    def apply(*regions, key="land"):
        lines = [HEAD.format(key=key)]
        for said in regions:
            name, _, parent = said.partition(" in ")
            lines.append(
                f"  - {{key: {name}, kind: CITY, name: {{en: {name}}}, parent: {parent or 'null'}}}"
            )
        path = tmp_path / f"{key}.yaml"
        path.write_text("\n".join(lines))
        plan = services.plan(path=path, at=timezone.now())
        services.apply(plan, by=COMMAND, at=timezone.now())

    return apply


def below(path):
    return [place.path for place in queries.below(path)]


def test_a_region_that_moves_takes_along_all_below_it(state):
    state(*TOWN)

    state("land", "east in land", "town in east", "quarter in town", "lane in quarter")

    assert below("land.east") == [
        "land.east",
        "land.east.town",
        "land.east.town.quarter",
        "land.east.town.quarter.lane",
    ]
    assert below("land.town") == []


def test_what_another_file_stated_below_moves_too(state):
    state("land", "east in land", "town in land")
    state("quarter in town", "lane in quarter", key="other")

    state("land", "east in land", "town in east")

    assert Place.objects.get(key="lane").path == "land.east.town.quarter.lane"


def test_a_region_that_ended_moves_too_and_is_there_when_it_is_stated_again(state):
    state(*TOWN)
    state("land", "east in land", "town in land", "quarter in town")
    state("land", "east in land", "town in east", "quarter in town")

    assert Place.objects.get(key="lane").path == "land.east.town.quarter.lane"


def test_regions_stand_in_any_order(state):
    state(*reversed(TOWN))

    assert below("land.town") == ["land.town", "land.town.quarter", "land.town.quarter.lane"]


def test_two_regions_may_change_places(state):
    state("land", "town in land", "quarter in town", "lane in quarter")

    state("land", "quarter in land", "town in quarter", "lane in quarter")

    assert below("land.quarter") == ["land.quarter", "land.quarter.lane", "land.quarter.town"]


def test_moving_costs_one_statement_however_much_lies_below(state, django_assert_max_num_queries):
    state(*TOWN, *(f"house-{n} in lane" for n in range(50)))
    moved = "land", "east in land", "town in east", "quarter in town", "lane in quarter"

    with django_assert_max_num_queries(40):
        state(*moved, *(f"house-{n} in lane" for n in range(50)))

    assert len(below("land.east.town.quarter.lane")) == 51


def test_regions_that_lie_in_each_other_are_a_mistake_with_its_line(state):
    with pytest.raises(Mistakes) as wrong:
        state("land", "town in lane", "quarter in town", "lane in quarter", "self in self")

    assert [str(m) for m in wrong.value.found] == [
        "land.yaml:10: 'town' would lie in itself: town in lane in quarter in town",
        "land.yaml:13: 'self' would lie in itself: self in self",
    ]


def test_a_region_cannot_move_into_what_another_file_stated_below_it(state):
    state("land", "town in land")
    state("quarter in town", "lane in quarter", key="other")

    with pytest.raises(Mistakes, match="'town' would lie in itself: town in lane in quarter in"):
        state("land", "town in lane")
