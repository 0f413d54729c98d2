"""Two officers at once: one waits and is refused politely. Each race has its control."""

import threading
from datetime import UTC, date, datetime

from django.db import IntegrityError, connection

from learncity.apps.organizations import services
from learncity.apps.organizations.factories import make_organization
from learncity.apps.organizations.models import Member
from learncity.apps.organizations.services import committees, register
from learncity.apps.organizations.types import Post, SecondChair, WouldCircle
from learncity.kernel.acting import SYSTEM

ACT = {"by": SYSTEM, "at": datetime(2026, 11, 22, 4, tzinfo=UTC)}


def cross(monkeypatch, *, locked):
    """Two officers at once put each of two unions below the other; what became of each."""
    a, b = make_organization("cross-a"), make_organization("cross-b")
    both, outcomes = threading.Barrier(2, timeout=60), []
    if not locked:
        above = register._above

        def see_and_wait(*args):
            seen = above(*args)
            both.wait()
            return seen

        monkeypatch.setattr(register, "_above", see_and_wait)
        monkeypatch.setattr(register.locks, "hold", lambda *args: None)

    def run(child, parent):
        try:
            services.set_parent(key=child, parent_key=parent, since=None, **ACT)
            outcomes.append("DONE")
        except WouldCircle:
            outcomes.append("REFUSED POLITELY")
        except IntegrityError:
            outcomes.append("REFUSED BY THE DATABASE")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair)
               for pair in ((a.key, b.key), (b.key, a.key))]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_of_two_who_close_a_circle_one_is_refused_politely(committed, monkeypatch):
    assert cross(monkeypatch, locked=True) == ["DONE", "REFUSED POLITELY"]


def test_control_without_the_lock_both_see_no_circle_and_the_database_refuses(
    committed, monkeypatch
):
    """If this fails, the race above was never a race and proves nothing."""
    assert cross(monkeypatch, locked=False) == ["DONE", "REFUSED BY THE DATABASE"]


def make_board():
    services.found_committee(
        key="board", organization_key=make_organization().key, name={"en": "Board"},
        is_public=True, **ACT,
    )  # fmt: skip
    return "board"


def elect(key, names):
    """Two clerks enter two chairs at once; what each was told."""
    start, outcomes = threading.Barrier(2), []

    def run(name):
        start.wait()
        try:
            services.take_office(
                key=key, name=name, person_id=None, post=Post.CHAIR, since=date(2024, 1, 1),
                until=None, **ACT,
            )  # fmt: skip
            outcomes.append("CHAIR")
        except SecondChair:
            outcomes.append("REFUSED POLITELY")
        except IntegrityError:
            outcomes.append("REFUSED BY THE DATABASE")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_of_two_chairs_entered_at_once_one_is_refused_politely(committed):
    assert elect(make_board(), ["Gu", "Lu"]) == ["CHAIR", "REFUSED POLITELY"]


def test_control_without_the_lock_the_database_refuses_the_second(committed, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    key, both = make_board(), threading.Barrier(2, timeout=60)
    monkeypatch.setattr(committees.locks, "hold", lambda *args: None)
    create = Member.objects.create

    def both_have_looked(**said):
        both.wait()
        return create(**said)

    monkeypatch.setattr(Member.objects, "create", both_have_looked)
    assert elect(key, ["Gu", "Lu"]) == ["CHAIR", "REFUSED BY THE DATABASE"]
