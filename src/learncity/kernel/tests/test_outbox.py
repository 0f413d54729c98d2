"""What is asked of the outbox reads what is open, not the week that was handled."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from learncity.kernel import outbox
from learncity.kernel.models import OutboxEntry


def entry(**more):
    return OutboxEntry.objects.create(event="tests.E", handler="h", body={}, **more)


def plan_of(statement):
    with connection.cursor() as cursor:
        # So small a table is read whole and sorted, whatever indexes it has.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.django_db
def test_the_backlog_is_told_in_one_query(django_assert_num_queries):
    now = timezone.now()
    OutboxEntry.objects.all().delete()
    entry(due_at=now), entry(due_at=now - timedelta(hours=1))
    entry(done_at=now)
    entry(failed_at=now), entry(failed_at=now), entry(failed_at=now)

    with django_assert_num_queries(1):
        assert outbox.waiting() == (2, now - timedelta(hours=1), 3)


@pytest.mark.django_db
def test_the_backlog_and_what_was_given_up_are_read_by_index(django_assert_num_queries):
    with django_assert_num_queries(2) as asked:
        outbox.waiting()
        outbox.given_up()
    backlog, given_up = (plan_of(query["sql"]) for query in asked.captured_queries)

    assert "Seq Scan" not in backlog + given_up
    assert "kernel_outbox_due" in backlog
    assert "kernel_outbox_given_up" in backlog
    assert "kernel_outbox_given_up" in given_up
    assert "Sort" not in given_up
