"""A city's file states who of its people belongs together; nobody else is moved by it."""

import pytest
from django.utils import timezone

from learncity.apps.households import queries, services
from learncity.apps.households.blueprint import Households, Mandates
from learncity.apps.households.models import Membership
from learncity.apps.households.types import Purpose
from learncity.apps.people import queries as people
from learncity.apps.people.factories import make_person
from learncity.kernel.acting import By, Via
from learncity.kernel.blueprint_files import Mistake

KEY = "wang-pingjiang"


class Anywhere:
    """Where something stands in a file that is none."""

    def mistake(self, says, field=""):
        return Mistake("test", 1, says)


def pk(key):
    return people.ids_by_key([key])[key]


def said(**changes):
    return Households().read([KEY])[KEY] | changes


def now():
    return timezone.now()


def test_the_demo_city_has_a_household_and_a_daughter_who_acts(city):
    mother, daughter = pk("demo-senior"), pk("resident-1002")

    assert queries.are_together([mother, daughter], at=now())
    assert queries.may_act(daughter, mother, Purpose.CLASSES, now())
    assert not queries.may_act(daughter, mother, Purpose.PROFILE, now())


def test_what_is_written_is_read_back_and_again_changes_nothing(city):
    section, stated = Households(), said(members=["resident-1003", "resident-1002"])
    section.write([(KEY, stated)])
    before = list(Membership.objects.order_by("id").values())

    assert section.normal(section.read([KEY])[KEY]) == section.normal(stated)
    section.write([(KEY, stated)])
    assert list(Membership.objects.order_by("id").values()) == before


def test_another_head_is_stated_and_who_left_the_file_leaves(city):
    stated = said(head="resident-1002", members=["resident-1003"], relations={})
    Households().write([(KEY, stated)])

    (group,) = queries.households_of(pk("resident-1002"), at=now())
    assert [(m.name, m.is_head) for m in group.members] == [("朱丽华", True), ("姚立新", False)]
    assert queries.households_of(pk("demo-senior"), at=now()) == []


def test_whoever_joined_by_themselves_stays_whatever_the_file_says(city):
    mother, friend = pk("demo-senior"), make_person("房客", account=True)
    (group,) = queries.households_of(mother, at=now())
    by = By(mother, Via.WEB)
    invitation = services.invite(
        household_id=group.id, head_id=mother, address=people.addresses([friend])[friend],
        relation=None, by=by, at=now(),
    )  # fmt: skip
    services.answer_invitation(
        invitation_id=invitation, person_id=friend, accept=True, by=By(friend, Via.WEB), at=now()
    )

    Households().write([(KEY, said(members=[], relations={}))])

    (group,) = queries.households_of(mother, at=now())
    assert [m.name for m in group.members] == ["王秀兰", "房客"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"members": ["resident-1002", "resident-1002"]}, "named twice"),
        ({"relations": {"resident-1002": "neighbour"}}, "no word"),
        ({"relations": {"resident-1009": "child"}}, "none of the members"),
    ],
)
def test_a_household_that_cannot_be_is_a_mistake(city, changes, says):
    found = list(Households().check_all({KEY: said(**changes)}, {KEY: Anywhere()}))
    assert [says in mistake.says for mistake in found] == [True]


def test_nobody_is_stated_in_two_households(city):
    items = {KEY: said(), "another": said(head="demo-worker")}
    found = list(Households().check_all(items, dict.fromkeys(items, Anywhere())))
    assert ["'resident-1002' is in" in m.says for m in found] == [True]
    found = list(Households().check_all({"another": said()}, {"another": Anywhere()}))
    assert ["lives in another" in m.says for m in found] == [True, True]


def test_a_mandate_of_the_file_can_be_changed_and_ended(city):
    key, section = "demo-senior/resident-1002", Mandates()
    stated = section.read([key])[key]
    section.write([(key, stated | {"purposes": ["PROFILE"]})])
    assert queries.may_act(pk("resident-1002"), pk("demo-senior"), Purpose.PROFILE, now())

    section.end([key])

    assert section.read([key]) == {}
    assert not queries.may_act(pk("resident-1002"), pk("demo-senior"), Purpose.PROFILE, now())


def test_a_mandate_for_oneself_or_for_ever_is_a_mistake(city):
    wrong = {"principal": "a", "delegate": "a", "purposes": ["CLASSES"], "until": "2099-01-01"}
    assert len(list(Mandates().check(wrong, Anywhere()))) == 2
