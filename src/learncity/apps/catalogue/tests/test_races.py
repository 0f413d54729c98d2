"""Two reviewers at once: one decides, the other is told. The race has its control."""

import threading

from django.db import connection
from django.utils import timezone

from learncity.apps.catalogue import editing, services
from learncity.apps.catalogue.models import Course, Edition
from learncity.apps.catalogue.types import NotInReview, mark_of
from learncity.apps.people.factories import make_person
from learncity.kernel.acting import By, Via

KEY = "small-shop-bookkeeping"


def decide(monkeypatch, *, locked):
    """One publishes while another sends back; what became of each."""
    writer, *reviewers = (By(make_person(), Via.DESK) for _ in range(3))
    at = timezone.now()
    services.write_edition(key=KEY, said={"needs": {"en": "Nothing"}}, by=writer, at=at)
    services.send_in(key=KEY, by=writer, at=at)
    both, outcomes = threading.Barrier(2, timeout=60), []
    seen = editing._to_decide

    def see_and_wait(*args):
        found = seen(*args)
        both.wait()
        return found

    if not locked:
        monkeypatch.setattr(editing, "_to_decide", see_and_wait)
        monkeypatch.setattr(editing.locks, "hold", lambda *args: None)

    read = mark_of(Edition.objects.get(course__key=KEY).stated)

    def run(act, by, **more):
        try:
            act(key=KEY, by=by, at=at, **more)
            outcomes.append("DONE")
        except NotInReview:
            outcomes.append("REFUSED")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(services.publish, reviewers[0]), kwargs={"seen": read}),
        threading.Thread(
            target=run, args=(services.send_back, reviewers[1]), kwargs={"reason": "No"}
        ),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_of_two_who_review_at_once_one_decides(committed, monkeypatch):
    assert decide(monkeypatch, locked=True) == ["DONE", "REFUSED"]
    is_published = Edition.objects.get(course__key=KEY).state == "PUBLISHED"
    assert (Course.objects.get(key=KEY).needs == {"en": "Nothing"}) == is_published


def test_control_without_the_lock_both_decide(committed, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    assert decide(monkeypatch, locked=False) == ["DONE", "DONE"]
