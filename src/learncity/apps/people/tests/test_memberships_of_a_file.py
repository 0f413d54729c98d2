"""A city's file puts its people into groups, and leaves alone what they say themselves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from learncity.apps.people import queries, services
from learncity.apps.people.blueprint import Memberships
from learncity.apps.people.models import Membership
from learncity.kernel.acting import By, Via

SECTION = Memberships()
KEY = "demo-worker/apprentice"
SAID = {"person": "demo-worker", "group": "apprentice"}


@pytest.fixture
def worker(city):
    return queries.ids_by_key(["demo-worker"])["demo-worker"]


def groups(person):
    return {m.group.key for m in queries.memberships_of(person)}


def test_somebody_is_put_into_a_group_and_taken_out_the_same_day(worker):
    before = groups(worker)
    SECTION.write([(KEY, SAID)])
    assert groups(worker) == before | {"apprentice"}
    assert SECTION.read({KEY, "demo-worker/student"}) == {KEY: SAID}
    SECTION.end([KEY])
    assert groups(worker) == before
    assert not Membership.objects.filter(person_id=worker, group__key="apprentice").exists()


def test_what_lasted_is_ended_and_stays_known(worker):
    SECTION.write([(KEY, SAID)])
    rows = Membership.objects.filter(person_id=worker, group__key="apprentice")
    rows.update(since=timezone.localdate() - timedelta(days=9))
    SECTION.end([KEY])
    assert rows.get().until == timezone.localdate()
    SECTION.write([(KEY, SAID)])
    assert rows.count() == 2


def test_what_somebody_says_of_themselves_stays(worker):
    services.join_group(
        person_id=worker, group_key="student", by=By(worker, Via.WEB), at=timezone.now()
    )
    SECTION.end(["demo-worker/migrant-worker"])
    assert "student" in groups(worker)
    assert "migrant-worker" not in groups(worker)
