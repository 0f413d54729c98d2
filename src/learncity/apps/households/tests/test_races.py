"""An act and the end of its mandate come one after the other; what was done is never changed."""

import threading

import psycopg
import pytest
from django.db import connection, transaction

from learncity.apps.classes.factories import OPENING
from learncity.apps.households import mandates, services
from learncity.apps.households.factories import make_mandate
from learncity.apps.households.models import Act, Mandate
from learncity.apps.households.types import Deed, MandateOver
from learncity.apps.people.factories import make_person
from learncity.kernel.acting import By, Via
from learncity.kernel.texts import Text


def end(mandate, person):
    services.end_mandate(mandate_id=mandate, person_id=person, by=By(person, Via.WEB), at=OPENING)


def note(mandate, principal, delegate):
    services.note_act(
        by=By(delegate, Via.WEB, mandate), person_id=principal, deed=Deed.APPLIED, title=Text(),
        reference="", at=OPENING,
    )  # fmt: skip


def race(ends):
    """The principal ends the mandate while an act under it has begun; did the act stay?"""
    mother, daughter = make_person("母亲", account=True), make_person("女儿", account=True)
    mandate, begun, ended = make_mandate(mother, daughter), threading.Event(), threading.Event()
    found = []

    def act():
        try:
            with transaction.atomic():
                begun.set()
                assert ended.wait(10)
                note(mandate, mother, daughter)
            found.append("done")
        except MandateOver:
            found.append("refused")
        finally:
            connection.close()

    thread = threading.Thread(target=act)
    thread.start()
    assert begun.wait(10)
    ends(mandate, mother, ended)
    thread.join(20)
    return mandate, found


def test_an_act_that_began_before_the_end_and_comes_after_it_is_refused(committed):
    def ends(mandate, mother, ended):
        end(mandate, mother)
        ended.set()

    mandate, found = race(ends)

    assert found == ["refused"]
    assert not Act.objects.filter(mandate_id=mandate).exists()


def _during_an_uncommitted_end(mandate, mother, ended):
    """The end holds its lock, the act decides, the end commits."""
    with transaction.atomic():
        end(mandate, mother)
        ended.set()
        # Long enough for the act to decide, were it not waiting for the lock.
        threading.Event().wait(1)


def test_an_act_waits_for_an_end_that_has_begun(committed):
    mandate, found = race(_during_an_uncommitted_end)

    assert found == ["refused"]
    assert not Act.objects.filter(mandate_id=mandate).exists()


def test_without_the_lock_it_would_be_done_under_a_mandate_that_ends(committed, monkeypatch):
    monkeypatch.setattr(mandates.locks, "hold", lambda what, key: None)

    mandate, found = race(_during_an_uncommitted_end)

    assert found == ["done"]
    row = Mandate.objects.get(pk=mandate)
    assert row.ended_at is not None
    assert Act.objects.filter(mandate_id=mandate).exists()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE households_act SET via = 'x'",
        "DELETE FROM households_act",
        "TRUNCATE households_act CASCADE",
    ],
)
def test_what_was_done_for_another_is_never_changed(owner, change):
    mother, daughter = make_person("母亲"), make_person("女儿")
    with transaction.atomic():
        note(make_mandate(mother, daughter), mother, daughter)

    with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
        owner.execute(change)
