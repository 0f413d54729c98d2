"""Nothing is kept longer than was said; what the city says wins, from its day on."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from learncity.apps.notices.models import Delivery, Message
from learncity.apps.privacy import queries, services
from learncity.apps.privacy.models import Keeping
from learncity.kernel import audit, personal_data
from learncity.kernel.ids import uuid7
from learncity.kernel.models import RepeatedRequest


def message(person, days):
    """A message of so many days ago that left by SMS."""
    at = timezone.now() - timedelta(days=days)
    said = {"kind": "x", "language": "vi", "title": "x", "body": "x", "created_at": at}
    made = Message.objects.create(person_id=person, key=str(uuid7()), **said)
    Delivery.objects.create(message=made, channel="SMS", address="x", state="SENT", created_at=at)


def sweep():
    return services.sweep(at=timezone.now())


def test_what_was_sent_goes_after_thirty_days_and_the_message_stays(resident):
    for days in (29, 31, 400):
        message(resident, days)

    assert sweep() == 2
    assert Delivery.objects.count() == 1
    assert Message.objects.count() == 3
    assert sweep() == 0


def test_another_time_counts_from_its_day_on(resident):
    message(resident, 10)
    tomorrow = timezone.localdate() + timedelta(days=1)
    Keeping.objects.create(key="short", record_class="notices.delivery", days=5, since=tomorrow)
    assert sweep() == 0
    Keeping.objects.filter(key="short").update(since=date(2026, 6, 1))
    assert sweep() == 1


def test_the_city_may_give_a_time_to_what_has_none(resident):
    message(resident, 400)
    Keeping.objects.create(key="m", record_class="notices.message", days=365, since="2026-01-01")
    sweep()
    assert Message.objects.count() == 0


def test_answers_to_programs_go_after_a_day(city):
    for days in (0.9, 1.1):
        RepeatedRequest.objects.create(
            account_id=uuid7(), key=str(days), fingerprint="x",
            created_at=timezone.now() - timedelta(days=days),
        )  # fmt: skip
    sweep()
    assert RepeatedRequest.objects.count() == 1


def test_each_night_is_counted_in_the_trail_and_on_the_page(resident):
    message(resident, 31)
    sweep()

    (entry,) = audit.latest(1)
    assert (entry.action, entry.detail) == ("privacy.swept", {"notices.delivery": 1})
    rows = {r.name: r for r in queries.retention(at=timezone.now())}
    assert (rows["notices.delivery"].days, rows["notices.delivery"].count) == (30, 1)
    assert rows["people.person"].days is None
    assert rows["people.person"].ran_at is None
    assert rows["notices.code"].count == 0
    assert set(rows) == {one.name for one in personal_data.registered()}


def test_the_list_costs_two_queries(city, django_assert_num_queries):
    with django_assert_num_queries(2):
        queries.retention(at=timezone.now())


def test_the_database_alone_refuses_two_times_for_a_class_and_day(city):
    said = {"record_class": "notices.code", "days": 1, "since": date(2026, 1, 1)}
    Keeping.objects.create(key="a", **said)
    with pytest.raises(IntegrityError, match="privacy_one_time_a_class_and_day"):
        Keeping.objects.create(key="b", **said)
