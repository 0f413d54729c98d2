"""Two operators who end each other at once leave one; none is given where none can be."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from learncity.apps.organizations import services as organization_services
from learncity.apps.organizations.factories import make_organization
from learncity.apps.organizations.types import HasEnded
from learncity.apps.people.factories import make_person
from learncity.apps.roles import granting, queries, services
from learncity.apps.roles.factories import make_grant
from learncity.apps.roles.models import Grant
from learncity.apps.roles.types import Ending, LastOperator, Role
from learncity.kernel.acting import SYSTEM, By, Via


def two_alone():
    """Two operators and no other; their roles with who ends them."""
    Grant.objects.filter(role=Role.OPERATOR).update(until=timezone.now())
    one, two = make_person(), make_person()
    # At two organizations, so that no lock of one stands between them.
    places = [(one, "city-learning-office"), (two, "qiaotou-learning-centre")]
    grants = [make_grant(person, Role.OPERATOR, key) for person, key in places]
    return [(grants[0], two), (grants[1], one)]


def race(pairs):
    start, outcomes = threading.Barrier(2), []

    def run(grant, who):
        start.wait()
        try:
            by = By(who, Via.DESK)
            services.end(grant_id=grant, ending=Ending.TAKEN, by=by, at=timezone.now())
            outcomes.append("ended")
        except LastOperator:
            outcomes.append("last")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_of_two_operators_who_end_each_other_one_stays(committed):
    assert race(two_alone()) == ["ended", "last"]
    assert len(queries.operators(at=timezone.now())) == 1


def test_control_without_the_lock_nobody_is_left(committed, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    both, others = threading.Barrier(2, timeout=60), granting.others_operate

    def both_have_looked(*args):
        found = others(*args)
        both.wait()
        return found

    monkeypatch.setattr(granting.locks, "hold", lambda *args: None)
    monkeypatch.setattr(granting, "others_operate", both_have_looked)

    assert race(two_alone()) == ["ended", "ended"]
    assert queries.operators(at=timezone.now()) == []


def ends_while_it_is_looked_for(monkeypatch):
    """The organization ends after whoever gives a role found it, and before they hold it."""
    make_organization("shortlived")
    find, ended = granting.organizations.find_registered, []

    def end():
        organization_services.end_organization(
            key="shortlived", on=timezone.localdate(), successor_key=None, by=SYSTEM,
            at=timezone.now(),
        )  # fmt: skip
        connection.close()

    def slowly(key):
        found = find(key)
        if not ended:
            ended.append(key)
            other = threading.Thread(target=end)
            other.start()
            other.join()
        return found

    monkeypatch.setattr(granting.organizations, "find_registered", slowly)


def give(person):
    at = timezone.now()
    services.give(
        person_id=person, role=Role.OPERATOR, organization_key="shortlived", since=at, by=SYSTEM,
        at=at,
    )  # fmt: skip


def test_nobody_gets_a_role_at_an_organization_that_ends_meanwhile(committed, monkeypatch):
    person = make_person()
    ends_while_it_is_looked_for(monkeypatch)

    with pytest.raises(HasEnded):
        give(person)

    assert not Grant.objects.filter(person_id=person).exists()


def test_control_without_looking_again_they_would(committed, monkeypatch):
    person = make_person()
    monkeypatch.setattr(
        granting, "_hold_living", lambda key, _role: granting.organizations.find_registered(key)
    )
    ends_while_it_is_looked_for(monkeypatch)

    give(person)

    (grant,) = Grant.objects.filter(person_id=person)
    assert grant.organization.ended_at is not None
