"""Whoever signs in is found by an index, however many accounts there are."""

import pytest
from django.db import connection

from learncity.apps.people import services

ADDRESSES = (
    ("lan@example.org", "people_one_account_per_email"),
    ("+8615459990006", "people_account_phone"),
)


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "index"), ADDRESSES)
def test_an_account_is_found_by_the_index_of_its_address(address, index, django_assert_num_queries):
    found = services.parse_address(address, region="CN", invented=True)
    account = services.account_for(address=found, language="vi")

    with django_assert_num_queries(3) as asked:  # two for the savepoint of a test's transaction
        assert services.account_for(address=found, language="vi") == account
    (select,) = (q["sql"] for q in asked.captured_queries if q["sql"].startswith("SELECT"))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {select}")
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert index in plan
    assert "Index Cond" in plan
