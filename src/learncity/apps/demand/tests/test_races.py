"""Two at once: one wish, one signal, one message; with the control that it was a race."""

import contextlib
import threading
from dataclasses import replace
from uuid import uuid4

from django.db import connection
from django.db.models import QuerySet

from learncity.apps.classes.factories import OPENING, make_class
from learncity.apps.classes.models import CourseClass
from learncity.apps.demand import services, telling
from learncity.apps.demand.factories import make_wish
from learncity.apps.demand.models import Signal
from learncity.apps.notices import queries as notices
from learncity.apps.people.factories import make_person

COURSE = "small-shop-bookkeeping"


def test_pressed_twice_at_once_it_is_one_wish_and_one_signal(committed):
    person, barrier, found = make_person(), threading.Barrier(4), []

    def press():
        barrier.wait()
        found.append(make_wish(person, OPENING, words="tea").id)
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(found), len(set(found)), sum(Signal.objects.values_list("count", flat=True))) == (
        4,
        1,
        1,
    )


# Two workers at once; without the guard of notices, which would refuse the second message anyway.


def race(monkeypatch):
    person, barrier = make_person(), threading.Barrier(2)
    make_wish(person, OPENING, course=COURSE)
    services.meet_classes([CourseClass.objects.get(key=make_class()).id], at=OPENING)
    messages = telling._messages

    def at_once(*arguments):
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(1)
        return [replace(message, key=str(uuid4())) for message in messages(*arguments)]

    monkeypatch.setattr(telling, "_messages", at_once)

    def work():
        services.tell_due(at=OPENING)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(notices.inbox(person))


def test_two_workers_tell_of_a_class_once(committed, monkeypatch):
    assert race(monkeypatch) == 1


def test_control_without_holding_the_wish_they_do_tell_twice(committed, monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **said: rows)
    assert race(monkeypatch) == 2
