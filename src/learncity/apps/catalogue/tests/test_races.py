"""Two reviewers at once, a list and a withdrawal, two measurers; each race has its control."""

import threading
from contextlib import nullcontext

import numpy as np
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from learncity.apps.catalogue import editing, imports, meanings, services
from learncity.apps.catalogue.imports import COLUMNS, CourseImport
from learncity.apps.catalogue.models import Course, Edition, Meaning
from learncity.apps.catalogue.types import NotInReview, mark_of
from learncity.apps.people.factories import make_person
from learncity.kernel import meaning
from learncity.kernel.acting import By, Via
from learncity.kernel.csv_files import CsvFile

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
        monkeypatch.setattr(editing.locks, "hold_one_of", lambda *args: None)

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


LISTED = "key,provider,category,title_en\nsmall-shop-bookkeeping,{},{},Listed\n"


def withdraw_while_a_list_comes_in(monkeypatch, tmp_path, *, locked):
    """The office's list has read the course when somebody withdraws it; the course then."""
    path, by = tmp_path / "courses.csv", By(make_person(), Via.DESK)
    was = Course.objects.get(key=KEY)
    path.write_text(LISTED.format(was.provider.key, was.category), encoding="utf-8")
    file = CsvFile(path, COLUMNS)
    importer, read = CourseImport(file), CourseImport._taught
    say = {"key": KEY, "reason": "No teacher", "by": by, "at": timezone.now()}

    def withdraw():
        services.withdraw(**say)
        connection.close()

    rival = threading.Thread(target=withdraw)

    def read_then_lose_the_turn(self, known):
        rival.start()
        # Held up by the lock; without it, done by then.
        rival.join(2)
        assert rival.is_alive() == locked
        return read(self, known)

    monkeypatch.setattr(CourseImport, "_taught", read_then_lose_the_turn)
    if not locked:
        monkeypatch.setattr(imports, "hold_courses", lambda keys: None)
    outcome = importer.write(list(file.rows()))
    rival.join()
    assert (outcome.changed, outcome.errors) == (1, [])
    return Course.objects.get(key=KEY)


def test_a_withdrawal_while_a_list_comes_in_is_not_lost(committed, monkeypatch, tmp_path):
    course = withdraw_while_a_list_comes_in(monkeypatch, tmp_path, locked=True)

    assert (course.state, course.title["en"]) == ("WITHDRAWN", "Listed")


def test_control_without_the_lock_the_list_publishes_it_again(committed, monkeypatch, tmp_path):
    """If this fails, the race above was never a race and proves nothing."""
    course = withdraw_while_a_list_comes_in(monkeypatch, tmp_path, locked=False)

    assert course.state == "PUBLISHED"


def measure_while_meanings_are_written(monkeypatch, *, locked):
    """One writes the last text's meaning, then the first's; another measures all; who failed."""
    monkeypatch.setattr(meaning, "is_installed", lambda: True)
    monkeypatch.setattr(
        meaning, "of_passages", lambda texts: np.ones((len(texts), 384), dtype=np.float32)
    )
    while meanings.measure():
        pass
    Meaning.objects.update(of_text=b"changed")
    first = meanings.BATCH - 1
    ids = list(Meaning.objects.order_by("course_id", "language").values_list("id", flat=True))
    if not locked:
        monkeypatch.setattr(meanings, "writing", nullcontext)
    failed = []

    def attempt(act):
        try:
            act()
        except OperationalError:
            failed.append(act)

    def measure():
        attempt(meanings.measure)
        connection.close()

    rival = threading.Thread(target=measure)

    def write():
        with transaction.atomic(), meanings.writing():
            Meaning.objects.filter(id=ids[first]).update(pull=1)
            rival.start()
            rival.join(2)
            assert rival.is_alive()
            Meaning.objects.filter(id=ids[0]).update(pull=1)

    attempt(write)
    rival.join()
    return len(failed)


def test_of_two_who_write_meanings_one_waits(committed, monkeypatch):
    assert measure_while_meanings_are_written(monkeypatch, locked=True) == 0


def test_control_without_the_lock_they_wait_for_each_other(committed, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    assert measure_while_meanings_are_written(monkeypatch, locked=False) == 1
