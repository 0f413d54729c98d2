"""Undoing and somebody else at the same classes: one waits, nobody is thrown out."""

import threading

from django.db import OperationalError, connection, transaction

from learncity.apps.classes.factories import OPENING, make_class
from learncity.apps.classes.models import BulkAct, CourseClass
from learncity.apps.classes.services import LOCK, bulk
from learncity.apps.classes.types import BulkKind, BulkWish
from learncity.kernel import locks
from learncity.kernel.acting import SYSTEM
from learncity.kernel.ids import uuid7


def undo_beside_a_rival(monkeypatch, *, at_once):
    """Somebody holds the first of two classes, and then wants the second; what went wrong."""
    keys = [make_class(), make_class()]
    ids = sorted(CourseClass.objects.filter(key__in=keys).values_list("id", flat=True))
    act = bulk.carry_out(
        act_id=uuid7(), keys=keys, wish=BulkWish(BulkKind.SEATS, seats=1), by=SYSTEM, at=OPENING
    )
    # The last comes first, against the order of the locks.
    kept = BulkAct.objects.get(pk=act.id)
    last_first = sorted(kept.lines, key=lambda one: one["key"] != _key(ids[1]))
    BulkAct.objects.filter(pk=act.id).update(lines=last_first)
    holds, began, wrong = threading.Event(), threading.Event(), []

    def rival():
        try:
            with transaction.atomic():
                locks.hold(LOCK, ids[0])
                holds.set()
                began.wait(2)
                locks.hold(LOCK, ids[1])
        except OperationalError as error:
            wrong.append(str(error))
        finally:
            connection.close()

    real = bulk.set_seats

    def set_seats(**said):
        real(**said)
        began.set()

    monkeypatch.setattr(bulk, "set_seats", set_seats)
    if not at_once:
        monkeypatch.setattr(bulk.locks, "hold_all", lambda *args: None)
    other = threading.Thread(target=rival)
    other.start()
    assert holds.wait(10)
    try:
        bulk.undo(act_id=act.id, by=SYSTEM, at=OPENING)
    except OperationalError as error:
        wrong.append(str(error))
    other.join()
    return wrong


def _key(class_id):
    return CourseClass.objects.get(pk=class_id).key


def test_the_locks_are_taken_at_once_in_their_order(committed, monkeypatch):
    assert undo_beside_a_rival(monkeypatch, at_once=True) == []


def test_control_one_by_one_they_stand_in_each_other_s_way(committed, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    (wrong,) = undo_beside_a_rival(monkeypatch, at_once=False)
    assert "deadlock" in wrong
