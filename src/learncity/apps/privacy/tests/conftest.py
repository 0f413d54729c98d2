"""Somebody of the demo city who has things of their own."""

import pytest
from django.utils import timezone

from learncity.kernel import outbox


@pytest.fixture
def resident(city, account_of):
    """A resident of the demo city; their id."""
    return account_of("demo-worker").person_id


@pytest.fixture
def drain():
    """What the worker does, until nothing is due."""

    def run():
        while outbox.dispatch(at=timezone.now()):
            pass

    return run
