"""The desks and pages of the demo sign-ins have something on them, made as people would make it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from learncity.apps.assertions import queries as assertions
from learncity.apps.demand import queries as demand
from learncity.apps.demand.types import Grouping
from learncity.apps.households import queries as households
from learncity.apps.initiatives import demo_lives
from learncity.apps.organizations import queries as organizations
from learncity.apps.people import queries as people
from learncity.apps.privacy import queries as privacy
from learncity.apps.privacy.types import RequestState


@pytest.fixture
def ids(city):
    at = timezone.now()
    demo_lives.live(at=at)
    return people.ids_by_key(["demo-worker", "demo-senior", "demo-vietnamese", "demo-provider"])


def test_a_union_and_an_employer_vouch_and_somebody_objects(ids):
    said = assertions.of_person(ids["demo-worker"])
    sources = {a.organization.key for a in said if a.organization}
    assert sources == {"lamplight-night-school", "liqiao-precision"}
    assert {a.key for a in said if a.is_own} == {"shifts"}
    centre = organizations.find_organization("qiaotou-learning-centre")
    ((line,), total) = assertions.of_organization(centre.id)
    assert total == 1
    assert line.assertion.objection.answered_at is None


def test_one_request_is_done_and_one_is_nearly_due(ids):
    assert [r.state for r in privacy.worklist(closed=True)] == [RequestState.DONE]
    first, *others = privacy.worklist()
    assert 0 <= first.days_left(timezone.localdate()) <= 1
    assert first.channel == "LETTER"
    assert all(not r.channel for r in others)
    assert privacy.counts(at=timezone.now())["overdue"] == 0


def test_people_have_agreed_by_themselves_and_on_paper(ids):
    (own,), (paper,) = (list(privacy.ledger(ids[key])) for key in ("demo-worker", "demo-senior"))
    assert (own.channel, paper.channel) == (None, "COUNTER")


def test_what_is_looked_for_in_vain_is_on_the_board(ids):
    lines = demand.demand(by=Grouping.THING, days=90, at=timezone.now())
    words = {line.words: (line.searches, line.wishing) for line in lines if line.words}
    assert words["二胡"] == (8, 1)
    assert words["无人机 驾驶证"][0] == 9


@pytest.mark.parametrize("days", [0, 30, 75, 101, 160, 227, 317])
def test_the_letter_is_nearly_due_whenever_the_city_is_made(city, days):
    """Around the holidays of spring and autumn too."""
    senior = people.ids_by_key(["demo-senior"])["demo-senior"]
    at = timezone.now() + timedelta(days=days)
    day = demo_lives._nearly_due(senior, at)
    assert day < timezone.localdate(at)


def test_every_demo_resident_belongs_somewhere(ids):
    at = timezone.now()
    for key in ids:
        assert households.households_of(ids[key], at=at), key
    for key in ("demo-worker", "demo-senior", "demo-vietnamese"):
        assert people.memberships_of(ids[key]), key
