"""Between the plan and its application time passes: nothing that was done meanwhile is lost."""

import io
import shutil
import threading

import pytest
from django.db import DataError, connection
from django.utils import timezone
from rich.console import Console

from learncity.apps.classes import services as classes
from learncity.apps.classes.factories import make_class
from learncity.apps.classes.models import CourseClass
from learncity.apps.initiatives import commands, demo, services
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import Account
from learncity.kernel import locks
from learncity.kernel.acting import COMMAND, By
from learncity.kernel.blueprints import Engine, PlanIsOld
from learncity.kernel.models import AuditEntry, BlueprintItem

KEY = "bookkeeping-qiaotou-wed"


@pytest.fixture
def path(tmp_path):
    """The demo city's file, with two more places in the waiting list of one class."""
    shutil.copytree(demo.CITY_FILE.parent, tmp_path / "city")
    part = tmp_path / "city" / "suzhou" / "classes.yaml"
    before, item, after = part.read_text().partition(f"  - key: {KEY}\n")
    assert "    seats: 30\n    waiting: 10\n" in after
    part.write_text(before + item + after.replace("waiting: 10\n", "waiting: 12\n", 1))
    return tmp_path / "city" / "suzhou.yaml"


def plan(path):
    return services.plan(path=path, at=timezone.now())


def set_seats(seats, key=KEY):
    found = CourseClass.objects.get(key=key)
    classes.set_seats(
        class_key=key, seats=seats, waiting_limit=found.waiting_limit, by=COMMAND, at=timezone.now()
    )


def as_it_is():
    """Seats and waiting list of the class; what the file last said of the latter."""
    found = CourseClass.objects.get(key=KEY)
    item = BlueprintItem.objects.get(section="classes", key=KEY)
    return found.seats, found.waiting_limit, item.stated["waiting"]


def applications():
    return AuditEntry.objects.filter(action="initiatives.blueprint_applied").count()


def answer(path, meanwhile):
    """Exit code and words of a command whose operator takes their time."""
    console = Console(file=io.StringIO(), width=200)

    def confirm(asked):
        meanwhile()
        return True

    code = commands.apply_file(path, overwrite=False, confirm=confirm, console=console)
    return code, console.file.getvalue()


def test_what_staff_change_while_the_plan_is_read_is_not_undone(city, path):
    before = applications()

    code, said = answer(path, meanwhile=lambda: set_seats(55))

    assert code == 1
    assert "has changed since the plan was shown; look at the new plan. Nothing was" in said
    assert as_it_is() == (55, 10, 10)
    assert applications() == before


def test_the_new_plan_keeps_what_staff_changed(city, path):
    answer(path, meanwhile=lambda: set_seats(55))

    code, said = answer(path, meanwhile=lambda: None)

    assert code == 0
    assert "changed by hand, kept" in said
    assert as_it_is() == (55, 12, 12)


def test_a_change_of_what_the_plan_does_not_speak_of_stands_in_nobodys_way(city, path):
    other = make_class(seats=5)

    code, _ = answer(path, meanwhile=lambda: set_seats(6, key=other))

    assert (code, as_it_is()) == (0, (30, 12, 12))


def test_classes_are_held_before_the_plan_is_made_anew(city, path, monkeypatch):
    """What staff change in the last moment waits, or is seen."""
    held, make = [], Engine.plan

    def look(self, *args, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks "
                "WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
            )
            held.append(cursor.fetchone()[0])
        return make(self, *args, **kwargs)

    monkeypatch.setattr(Engine, "plan", look)
    answer(path, meanwhile=lambda: None)

    assert held == [0, 3]  # all files, all places, and the one class


def test_an_address_taken_while_the_plan_is_read_is_a_mistake_with_its_line(city, path):
    part, phone = path.parent / "suzhou" / "people.yaml", "+8615451000001"
    part.write_text(part.read_text().replace("+8615400000004", phone, 1))
    line = part.read_text().partition(phone)[0].count("\n") + 1
    taken = Account.objects.filter(person=make_person(account=True))

    code, said = answer(path, meanwhile=lambda: taken.update(phone=phone))

    assert code == 1
    assert said.endswith(
        f"suzhou/people.yaml:{line}: '{phone}' already belongs to another person\n"
        "1 mistake; nothing was changed.\n"
    )
    assert as_it_is() == (30, 10, 10)


def test_a_plan_is_applied_once(city, path):
    mine = plan(path)
    services.apply(mine, by=COMMAND, at=timezone.now())

    with pytest.raises(PlanIsOld):
        services.apply(mine, by=COMMAND, at=timezone.now())


def test_what_cannot_be_noted_is_not_applied(city, path):
    with pytest.raises(DataError):
        services.apply(plan(path), by=By(None, "BY NOBODY WE KNOW"), at=timezone.now())

    assert as_it_is() == (30, 10, 10)


def race(plans):
    """Everybody applies at once; what each was told, sorted."""
    start, outcomes = threading.Barrier(len(plans)), []

    def run(mine):
        start.wait()
        try:
            services.apply(mine, by=COMMAND, at=timezone.now())
            outcomes.append("APPLIED")
        except PlanIsOld:
            outcomes.append("OLD")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[mine]) for mine in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_of_two_who_apply_at_once_the_second_looks_at_what_the_first_did(committed, path):
    before = applications()

    assert race([plan(path), plan(path)]) == ["APPLIED", "OLD"]
    assert as_it_is() == (30, 12, 12)
    assert applications() == before + 1


def test_control_without_the_lock_both_apply_what_they_planned(committed, path, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    plans, both = [plan(path), plan(path)], threading.Barrier(2, timeout=60)
    planned, hold = Engine.plan, locks.hold

    def no_lock(what, key):
        if what not in ("kernel.Blueprint", "places.Reform"):
            hold(what, key)

    def plan_together(*args, **how):
        found = planned(*args, **how)
        both.wait()
        return found

    monkeypatch.setattr(locks, "hold", no_lock)
    monkeypatch.setattr(locks, "hold_all", lambda what, keys: None)
    monkeypatch.setattr(Engine, "plan", plan_together)

    assert race(plans) == ["APPLIED", "APPLIED"]
