"""Whoever acts for an organization does so as long as it is a partner."""

import pytest
from django.utils import timezone

from learncity.apps.organizations.models import Organization
from learncity.apps.people import queries as people
from learncity.apps.roles import queries
from learncity.apps.roles.models import Grant
from learncity.apps.roles.types import Act

pytestmark = pytest.mark.django_db


def actor(key):
    return queries.actor(people.ids_by_key([key])[key])


def end(key):
    Organization.objects.filter(key=key).update(ended_at=timezone.now())


def test_staff_of_an_ended_organization_lose_the_desk(signed_in):
    desk = signed_in("demo-provider")
    assert desk.get("/desk/").status_code == 200

    end("qiaotou-learning-centre")

    assert Grant.objects.filter(organization__key="qiaotou-learning-centre", until=None)
    assert not actor("demo-provider").organizations(Act.RUN_CLASSES)
    assert desk.get("/desk/").status_code == 403


def test_an_operator_of_an_ended_office_serves_the_city_no_longer():
    assert actor("demo-operator").is_operator

    end("city-learning-office")

    assert not actor("demo-operator").is_operator


def test_an_ended_role_gives_nothing():
    Grant.objects.filter(person__key="demo-provider").update(until=timezone.now())

    assert not actor("demo-provider").has_desk


def test_who_asks_costs_one_query(django_assert_num_queries):
    person_id = people.ids_by_key(["demo-provider"])["demo-provider"]
    with django_assert_num_queries(1):
        assert queries.actor(person_id).has_desk
