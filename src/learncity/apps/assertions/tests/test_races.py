"""Two clerks who enter the same at once enter it once, and its person is told once."""

import threading
from datetime import UTC, date, datetime

from django.db import IntegrityError, connection

from learncity.apps.assertions import services, work
from learncity.apps.assertions.models import Assertion
from learncity.apps.notices import queries as notices
from learncity.apps.people.factories import make_person
from learncity.kernel.acting import SYSTEM

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)


def race(person):
    """The same assertion twice at once; what became of each."""
    start, outcomes = threading.Barrier(2), []

    def run():
        start.wait()
        try:
            made = services.vouch(
                organization_key="courier-industry-union", person_id=person, key="volunteer",
                value=32, since=None, until=None, evidence="Roster", code_until=date(2027, 1, 1),
                by=SYSTEM, at=AT,
            )  # fmt: skip
            outcomes.append(str(made.id))
        except IntegrityError:
            outcomes.append("REFUSED BY THE DATABASE")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_of_two_who_enter_the_same_both_hear_of_the_one(committed):
    person = make_person()
    outcomes = race(person)

    assert len(set(outcomes)) == 1
    assert "REFUSED BY THE DATABASE" not in outcomes
    assert Assertion.objects.filter(person_id=person).count() == 1
    assert len(notices.inbox(person)) == 1


def test_control_without_the_lock_the_database_refuses_the_second(committed, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    both, same = threading.Barrier(2, timeout=60), services._same

    def both_have_looked(said):
        found = same(said)
        both.wait()
        return found

    monkeypatch.setattr(work.locks, "hold", lambda *args: None)
    monkeypatch.setattr(services, "_same", both_have_looked)

    assert race(make_person()).count("REFUSED BY THE DATABASE") == 1
