"""Two prove two addresses of one record at once: one of them opens it."""

import threading

from django.db import IntegrityError, connection
from django.utils import timezone

from learncity.apps.people import claims, services
from learncity.apps.people.factories import make_person
from learncity.apps.people.types import Addresses, IdentifierKind, Number
from learncity.kernel.acting import COMMAND

PHONES = ("+8615499990071", "+8615499990073")


def two_at_once():
    """Two addresses of one person, proven by two at once: what each got."""
    person = make_person(born=1958)
    for phone in PHONES:
        number = Number(IdentifierKind.PHONE, "", phone)
        services.add_identifier(person_id=person, number=number, by=COMMAND, at=timezone.now())
    made = [services.account_for(address=Addresses(phone, None), language="en") for phone in PHONES]
    for one in made:
        services.prove(account_id=one.pk, at=timezone.now())
    start, got = threading.Barrier(2), []

    def run(pk):
        start.wait()
        try:
            got.append(str(services.claim_record(account_id=pk, said="1958", at=timezone.now())))
        except IntegrityError:
            got.append("REFUSED BY THE DATABASE")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one.pk,)) for one in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(got)


def test_of_two_who_claim_a_record_at_once_one_opens_it(committed):
    assert two_at_once() == ["False", "True"]


def test_control_without_the_lock_only_the_database_stands_between_them(committed, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    everybody = threading.Barrier(2, timeout=60)
    monkeypatch.setattr(claims.locks, "hold_all", lambda what, keys: None)
    looked = claims._held

    def held(account_id):
        found = looked(account_id)
        everybody.wait()
        return found

    monkeypatch.setattr(claims, "_held", held)
    assert two_at_once() == ["REFUSED BY THE DATABASE", "True"]
