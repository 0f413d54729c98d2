"""What machines ask to know whether the system is well."""

import pytest


@pytest.mark.django_db
def test_health_is_told_in_one_query(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        answer = client.get("/healthz")

    assert answer.status_code == 200
    assert set(answer.json()) == {"status", "outbox_waiting", "outbox_given_up"}
