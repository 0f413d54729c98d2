"""A person says where they work: dated, in the one place where rules look, and never rewritten."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from learncity.apps.assertions import queries, services, work
from learncity.apps.assertions.models import Assertion
from learncity.apps.assertions.types import (
    BadDates,
    Pattern,
    ValueDoesNotFit,
    WorkMissing,
    WorkValue,
)
from learncity.apps.organizations import queries as organizations
from learncity.apps.organizations.types import OrganizationNotFound
from learncity.apps.people import services as people
from learncity.apps.people.factories import make_person
from learncity.apps.people.types import MergeReason
from learncity.apps.privacy import services as privacy
from learncity.kernel import personal_data
from learncity.kernel.acting import SYSTEM, By, Via

AT = timezone.now()
TODAY = timezone.localdate()
MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)
EMPLOYER = "liqiao-precision"


def say(person, since=MARCH, at=AT, **said):
    services.state_work(
        **{"person_id": person, "employer": "里桥小厂", "employer_key": None, "post": "装配工",
           "pattern": Pattern.TWO_SHIFT, "since": since, "by": By(person, Via.WEB), "at": at} | said
    )  # fmt: skip


@pytest.fixture
def worker(city):
    return make_person("某工人")


def test_work_is_said_together_and_found_by_rules(worker):
    say(worker)
    assert queries.work_of(worker) == [
        WorkValue(MARCH, None, "里桥小厂", None, "装配工", Pattern.TWO_SHIFT)
    ]
    known = queries.assertions([worker], ["employed", "shifts"], on=TODAY)[worker]
    assert known["shifts"].value == {"pattern": "TWO_SHIFT", "days": []}
    assert known["employed"].source is None


def test_saying_the_same_again_changes_nothing(worker):
    say(worker)
    say(worker)
    assert Assertion.objects.filter(person_id=worker).count() == 3


def test_an_employer_of_the_city_is_known_by_its_key(worker):
    say(worker, employer="", employer_key=EMPLOYER)
    (found,) = queries.work_of(worker)
    assert found.at == organizations.find_organization(EMPLOYER)
    assert found.employer
    with pytest.raises(OrganizationNotFound):
        say(worker, employer_key="none")


def test_what_was_before_ends_on_the_day_the_new_begins(worker):
    say(worker)
    say(worker, since=MAY, employer="另一家厂", post="", pattern=Pattern.NIGHT)
    now, before = queries.work_of(worker)
    assert (now.since, now.until, now.post, now.pattern) == (MAY, None, "", Pattern.NIGHT)
    assert (before.since, before.until, before.employer) == (MARCH, MAY, "里桥小厂")
    on = MAY - timedelta(days=1)
    assert queries.assertions([worker], ["shifts"], on=on)[worker]["shifts"].value["pattern"] == (
        "TWO_SHIFT"
    )
    # That it was once said without an end stays readable.
    assert Assertion.objects.filter(person_id=worker).exclude(withdrawn_at=None).count() == 3


def test_the_days_of_the_week_stay_with_their_shifts(worker):
    shifts = {"pattern": "TWO_SHIFT", "days": [1, 2, 3]}
    services.state(
        person_id=worker, key="shifts", value=shifts, at_key=None, since=MARCH, until=None,
        by=By(worker, Via.WEB), at=AT,
    )  # fmt: skip
    say(worker, since=MAY)
    known = queries.assertions([worker], ["shifts"], on=TODAY)[worker]["shifts"]
    assert known.value == shifts
    say(worker, since=MAY, pattern=Pattern.NIGHT)
    known = queries.assertions([worker], ["shifts"], on=TODAY)[worker]["shifts"]
    assert known.value == {"pattern": "NIGHT", "days": []}


def test_an_earlier_day_takes_the_later_back(worker):
    say(worker, since=MAY)
    say(worker, since=MARCH, post="焊工")
    (found,) = queries.work_of(worker)
    assert (found.since, found.post) == (MARCH, "焊工")


def test_what_an_organization_vouches_for_is_not_touched(worker):
    said = services.vouch(
        organization_key=EMPLOYER, person_id=worker, key="post", value="质检员", since=None,
        until=None, evidence="Contract", code_until=date(2099, 1, 1), by=SYSTEM, at=AT,
    )  # fmt: skip
    say(worker)
    assert queries.find_of_person(said.id, person_id=worker).withdrawn_at is None
    known = queries.assertions([worker], ["post"], on=TODAY)[worker]["post"]
    assert known.value == "质检员"


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"employer": " ", "post": "", "pattern": None}, WorkMissing),
        ({"since": TODAY + timedelta(days=1)}, BadDates),
        ({"post": "长" * 201}, ValueDoesNotFit),
    ],
)
def test_what_cannot_be_said_is_refused_and_leaves_nothing(worker, said, refusal):
    with pytest.raises(refusal):
        say(worker, **said)
    assert queries.work_of(worker) == []


def test_what_either_record_said_is_the_persons(worker):
    other = make_person("某工人")
    say(other)
    people.merge(keep=worker, other=other, reason=MergeReason.PERSON_SAYS, by=SYSTEM, at=AT)
    assert len(queries.work_of(worker)) == 1
    say(worker, since=MAY)
    assert [w.until for w in queries.work_of(other)] == [None, MAY]


def test_whichever_record_is_spoken_of_the_kept_one_is_held(worker, monkeypatch):
    other, held = make_person("某工人"), []
    people.merge(keep=worker, other=other, reason=MergeReason.PERSON_SAYS, by=SYSTEM, at=AT)
    monkeypatch.setattr(work.locks, "hold", lambda what, key: held.append(key))
    say(other)
    made = services.state(
        person_id=other, key="post", value="Fitter", at_key=None, since=None, until=None,
        by=SYSTEM, at=AT,
    )  # fmt: skip
    services.withdraw(
        assertion_id=made.id, organization_key=None, person_id=other, because="No", by=SYSTEM, at=AT
    )
    assert held == [worker] * 3


def test_it_is_in_the_copy_and_goes_with_the_person(worker):
    say(worker)
    lines = {one.name: rows for one, rows in personal_data.copy_of([worker])}
    assert any("里桥小厂" in str(row) for row in lines["assertions.assertion"])
    privacy.erase(person_id=worker, by=SYSTEM, at=AT)
    assert queries.work_of(worker) == []
    assert not Assertion.objects.filter(value="里桥小厂").exists()


def test_reading_it_costs_one_query(worker, django_assert_num_queries):
    say(worker)
    say(worker, since=MAY, employer="", employer_key=EMPLOYER)
    with django_assert_num_queries(1):
        queries.work_of(worker)


def race(person):
    """Two say different things from the same day at once; how many hold in the end."""

    def run():
        try:
            say(person, employer="乙厂", post="", pattern=None)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        say(person, employer="甲厂", post="", pattern=None)
        thread.start()
        # Long enough for the rival to commit, were it not waiting for the lock.
        thread.join(1)
    thread.join(20)
    rows = Assertion.objects.filter(person_id=person, key="employed", withdrawn_at=None)
    return rows.count()


def test_of_two_at_once_the_last_word_counts(committed):
    assert race(make_person()) == 1


def test_without_the_lock_both_would_hold(committed, monkeypatch):
    monkeypatch.setattr(work.locks, "hold", lambda what, key: None)
    assert race(make_person()) == 2


def state(person, key, value, since, at_key=None):
    services.state(
        person_id=person, key=key, value=value, at_key=at_key, since=since, until=None,
        by=By(person, Via.WEB), at=AT,
    )  # fmt: skip


def test_the_employer_named_is_shown_and_not_where_the_post_is(worker):
    state(worker, "employed", "另一家厂", MARCH)
    state(worker, "post", "Fitter", MARCH, at_key=EMPLOYER)

    assert queries.work_of(worker) == [WorkValue(MARCH, None, "另一家厂", None, "Fitter", None)]


def test_two_records_of_one_person_may_name_two_employers(worker):
    other = make_person("某工人")
    for person, employer in ((worker, "甲厂"), (other, "乙厂")):
        say(person, employer=employer, post="", pattern=None)

    people.merge(keep=worker, other=other, reason=MergeReason.PERSON_SAYS, by=SYSTEM, at=AT)

    assert {work.employer for work in queries.work_of(worker)} == {"甲厂", "乙厂"}
