"""Two moves at once, with the control that shows that they are a race."""

import threading
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, OperationalError, connection

from learncity.apps.people import belonging, queries, services
from learncity.apps.people.factories import make_person
from learncity.apps.places import queries as places
from learncity.kernel.acting import COMMAND

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def settle(person, key, at):
    services.settle({person: places.find_place(key).id}, by=COMMAND, at=at)


def move_at_once(person):
    start, outcomes = threading.Barrier(2), []

    def run(key):
        start.wait()
        try:
            settle(person, key, AT + HOUR)
            outcomes.append("MOVED")
        except (IntegrityError, OperationalError):  # two at one exclusion constraint may deadlock
            outcomes.append("REFUSED BY THE DATABASE")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[k]) for k in ("weiting", "xietang")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_two_moves_at_once_are_two_moves(committed):
    for _ in range(10):
        person = make_person()
        assert move_at_once(person) == ["MOVED", "MOVED"]
        assert len(queries.residences_of(person)) == 1


def test_control_without_the_lock_only_the_database_stands_between_them(committed, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    both = threading.Barrier(2, timeout=60)
    monkeypatch.setattr(belonging, "_lock", lambda ids: both.wait())
    outcomes = [move_at_once(make_person()) for _ in range(10)]

    assert ["MOVED", "REFUSED BY THE DATABASE"] in outcomes
