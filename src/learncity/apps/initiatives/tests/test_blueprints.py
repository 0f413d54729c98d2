"""A city's file: mistakes have lines, applying twice changes nothing, changes by hand are kept."""

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from learncity.apps.catalogue.models import Course
from learncity.apps.classes.models import CourseClass, Session
from learncity.apps.classes.types import InstructorTaken, RoomTaken
from learncity.apps.initiatives import demo, services
from learncity.apps.organizations.models import Venue
from learncity.kernel.acting import COMMAND
from learncity.kernel.blueprint_files import Document, Mistakes
from learncity.kernel.blueprints import Act
from learncity.kernel.models import AuditEntry, Blueprint, BlueprintItem

CITY = demo.CITY_FILE.parent


@pytest.fixture
def copy(tmp_path, city):
    """A copy of the demo city's files that a test may edit."""
    shutil.copytree(CITY, tmp_path / "city")
    return tmp_path / "city"


def edit(copy, part, before, after):
    path = copy / "suzhou" / f"{part}.yaml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


def plan(copy, **how):
    return services.plan(path=copy / "suzhou.yaml", at=timezone.now(), **how)


def apply(copy, **how):
    services.apply(plan(copy, **how), by=COMMAND, at=timezone.now())


def mistakes(copy):
    with pytest.raises(Mistakes) as wrong:
        plan(copy)
    return [str(m) for m in wrong.value.found]


def line_of(copy, part, text):
    lines = (copy / "suzhou" / f"{part}.yaml").read_text().splitlines()
    return next(n for n, line in enumerate(lines, 1) if text in line)


def test_a_city_applied_again_changes_nothing(copy):
    assert plan(copy).is_empty


def test_it_still_changes_nothing_a_month_later(copy):
    later = services.plan(path=copy / "suzhou.yaml", at=timezone.now() + timedelta(days=40))
    assert later.is_empty


def test_every_mistake_is_told_with_file_and_line(copy):
    edit(copy, "courses", "category: WORKPLACE_SKILLS", "category: COOKERY")
    edit(copy, "organizations", "kind: UNIVERSITY", "kind: UNIVERSTIY")
    line = line_of(copy, "courses", "COOKERY")
    other = line_of(copy, "organizations", "UNIVERSTIY")

    found = mistakes(copy)

    assert any(m.startswith(f"suzhou/courses.yaml:{line}: category:") for m in found)
    assert any(m.startswith(f"suzhou/organizations.yaml:{other}: kind:") for m in found)


def test_an_unknown_field_is_a_mistake(copy):
    edit(copy, "courses", "    level: BEGINNER", "    levle: BEGINNER")
    line = line_of(copy, "courses", "levle")

    assert mistakes(copy) == [f"suzhou/courses.yaml:{line}: levle: extra inputs are not permitted"]


def test_a_reference_to_nothing_says_what_was_perhaps_meant(copy):
    edit(copy, "courses", "provider: qiaotou-learning-centre", "provider: qiaotou-lerning-centre")
    line = line_of(copy, "courses", "qiaotou-lerning-centre")

    (only,) = mistakes(copy)
    assert only == (
        f"suzhou/courses.yaml:{line}: 'qiaotou-lerning-centre' is not one of the organizations; "
        "did you mean 'qiaotou-learning-centre'?"
    )


def test_a_key_stated_twice_is_a_mistake(copy):
    path = copy / "suzhou" / "places.yaml"
    path.write_text(path.read_text() + "\n  - {key: gusu, kind: DISTRICT, name: {en: Again}}\n")

    assert any("'gusu' is stated twice" in m for m in mistakes(copy))


def test_an_online_class_with_a_room_is_a_mistake(copy):
    edit(copy, "classes", "    online: false", "    online: true")

    assert any("an online class has no `room`" in m for m in mistakes(copy))


def test_a_room_that_stands_twice_in_the_file_is_a_mistake_with_its_line(copy):
    path = copy / "suzhou" / "classes.yaml"
    text = path.read_text()
    start = text.index("  - key: bookkeeping-qiaotou-wed")
    twin = text[start : text.index("  - key:", start + 10)].rstrip()
    twin = twin.replace("bookkeeping-qiaotou-wed", "bookkeeping-again")
    path.write_text(f"{text.rstrip()}\n\n{twin}\n")

    found = mistakes(copy)

    assert any("room 'qiaotou-centre/203' is already taken by 'bookkeeping" in m for m in found)
    assert any(": instructor '" in m and "is already taken by" in m for m in found)


def test_a_room_taken_by_a_class_outside_the_file_is_refused_politely(copy):
    text = (copy / "suzhou" / "classes.yaml").read_text()
    start = text.index("  - key: bookkeeping-qiaotou-wed")
    end = text.index("  - key:", start + 10)
    twin = text[start:end].replace("bookkeeping-qiaotou-wed", "bookkeeping-again")
    BlueprintItem.objects.filter(key="bookkeeping-qiaotou-wed").delete()
    (copy / "suzhou" / "classes.yaml").write_text(text[:start] + twin + text[end:])

    with pytest.raises((RoomTaken, InstructorTaken)):
        apply(copy)


def test_broken_yaml_says_where(copy):
    (copy / "suzhou" / "people.yaml").write_text("people:\n  - {key: [}\n")

    (only,) = mistakes(copy)
    assert only.startswith("suzhou/people.yaml:2: is no YAML")


def test_a_missing_part_is_named(copy):
    (copy / "suzhou" / "people.yaml").unlink()

    assert mistakes(copy) == ["suzhou/people.yaml:1: cannot be read: No such file or directory"]


def test_a_part_outside_the_folder_is_refused(copy):
    head = copy / "suzhou.yaml"
    head.write_text(head.read_text().replace("suzhou/people.yaml", "../../etc/passwd"))

    assert "outside the blueprint's folder" in mistakes(copy)[0]


def test_nothing_is_changed_when_there_is_a_mistake(copy):
    before = AuditEntry.objects.count()
    edit(copy, "courses", "category: WORKPLACE_SKILLS", "category: COOKERY")
    mistakes(copy)
    assert AuditEntry.objects.count() == before


def test_a_change_in_the_file_is_a_step_of_the_plan_and_then_so(copy):
    edit(copy, "courses", "level: BEGINNER", "level: ADVANCED")

    (step,) = plan(copy).steps
    assert (step.act, step.fields) == (Act.CHANGE, {"level": ("BEGINNER", "ADVANCED")})
    apply(copy)

    assert Course.objects.get(key=step.key).level == "ADVANCED"
    assert plan(copy).is_empty


def test_a_field_changed_by_hand_is_shown_and_kept(copy):
    Venue.objects.filter(key="qiaotou-centre").update(name={"en": "Renamed by hand"})

    (step,) = plan(copy).steps
    assert (step.act, step.key, list(step.fields)) == (Act.KEEP, "qiaotou-centre", ["name"])
    apply(copy)

    assert Venue.objects.get(key="qiaotou-centre").name == {"en": "Renamed by hand"}


def test_overwrite_lets_the_file_win(copy):
    Venue.objects.filter(key="qiaotou-centre").update(name={"en": "Renamed by hand"})

    apply(copy, overwrite=True)

    assert Venue.objects.get(key="qiaotou-centre").name["zh-Hans"]


def test_a_change_beside_a_change_by_hand_keeps_the_latter(copy):
    key = Course.objects.order_by("key").first().key
    Course.objects.filter(key=key).update(title={"en": "By hand"})
    text = (copy / "suzhou" / "courses.yaml").read_text()
    start = text.index(f"- key: {key}\n")
    end = text.index("level:", start)
    changed = text[:end] + text[end:].replace(text[end:].split("\n")[0], "level: ADVANCED", 1)
    (copy / "suzhou" / "courses.yaml").write_text(changed)

    apply(copy)

    course = Course.objects.get(key=key)
    assert (course.title, course.level) == ({"en": "By hand"}, "ADVANCED")


def test_what_leaves_the_file_is_ended_and_not_deleted(copy):
    text = (copy / "suzhou" / "classes.yaml").read_text()
    start = text.index("  - key: bookkeeping-qiaotou-wed")
    end = text.index("  - key:", start + 10)
    (copy / "suzhou" / "classes.yaml").write_text(text[:start] + text[end:])

    assert [(s.act, s.key) for s in plan(copy).steps] == [(Act.END, "bookkeeping-qiaotou-wed")]
    apply(copy)

    ended = CourseClass.objects.get(key="bookkeeping-qiaotou-wed")
    assert ended.cancelled_at is not None
    coming = Session.objects.filter(course_class=ended, starts_at__gt=timezone.now())
    assert not coming.filter(cancelled_at=None).exists()
    assert plan(copy).is_empty


def cut(copy, part, key):
    """Take a thing out of a section; what names it stays."""
    path = copy / "suzhou" / f"{part}.yaml"
    text = path.read_text()
    item = re.search(rf"^  - key: {key}\b(?:.*\n)+?(?=  - key:|\S|\Z)", text, re.MULTILINE)
    assert item
    path.write_text(text.replace(item.group(), ""))


@pytest.mark.parametrize(
    ("section", "key", "named_in", "field"),
    [
        ("courses", "small-shop-bookkeeping", "classes", "course"),
        ("organizations", "city-learning-office", "organizations", "organization"),
        ("people", "shen-guoping", "classes", "instructor"),
    ],
)
def test_what_leaves_the_file_but_is_still_named_in_it_is_a_mistake(
    copy, section, key, named_in, field
):
    cut(copy, section, key)
    line = line_of(copy, named_in, f"{field}: {key}")

    assert (
        f"suzhou/{named_in}.yaml:{line}: {key!r} is ended, "
        f"as the file no longer states it among the {section}"
    ) in [m.partition(";")[0] for m in mistakes(copy)]


def test_a_room_that_leaves_its_venue_but_is_still_named_is_a_mistake(copy):
    room = next(
        line
        for line in (copy / "suzhou" / "organizations.yaml").read_text().splitlines(True)
        if "{key: " in line and '"203"' in line
    )
    edit(copy, "organizations", room, "")

    assert any("'qiaotou-centre/203' is ended" in m for m in mistakes(copy))


def test_a_thing_that_left_the_file_may_come_back_with_all_that_names_it(copy):
    text = (copy / "suzhou" / "classes.yaml").read_text()
    courses = (copy / "suzhou" / "courses.yaml").read_text()
    programmes = (copy / "suzhou" / "programmes.yaml").read_text()
    cut(copy, "courses", "small-shop-bookkeeping")
    cut(copy, "programmes", "own-small-business")
    for key in re.findall(r"- key: (\S+)\n    course: small-shop-bookkeeping\n", text):
        cut(copy, "classes", key)
    apply(copy)
    (copy / "suzhou" / "classes.yaml").write_text(text)
    assert any("'small-shop-bookkeeping' is not one of the courses" in m for m in mistakes(copy))
    (copy / "suzhou" / "courses.yaml").write_text(courses)
    (copy / "suzhou" / "programmes.yaml").write_text(programmes)

    apply(copy)

    assert plan(copy).is_empty


def test_a_mistake_in_a_thing_does_not_say_that_it_left_the_file(copy):
    edit(copy, "courses", "category: WORKPLACE_SKILLS", "category: COOKERY")

    assert len(mistakes(copy)) == 1


def test_sessions_follow_a_new_timetable_and_keep_their_identity(copy):
    before = list(
        Session.objects.filter(course_class__key="bookkeeping-qiaotou-wed")
        .order_by("number")
        .values_list("id")
    )
    stated = '{day: WED, from: "18:30", until: "%s", first: monday+1w, times: 12}'
    edit(copy, "classes", stated % "20:00", stated % "20:15")

    apply(copy)

    after = Session.objects.filter(course_class__key="bookkeeping-qiaotou-wed")
    assert list(after.order_by("number").values_list("id")) == before
    assert {timezone.localtime(s.ends_at).strftime("%H:%M") for s in after} == {"20:15"}


def test_relative_dates_count_from_the_first_application(copy):
    anchor = Blueprint.objects.get(pk="suzhou").anchor
    monday = anchor - timedelta(days=anchor.weekday())
    first = CourseClass.objects.get(key="bookkeeping-qiaotou-wed").starts_at

    assert timezone.localtime(first).date() == monday + timedelta(weeks=1, days=2)


def test_a_plan_costs_the_same_queries_however_long_the_file(copy, django_assert_max_num_queries):
    with django_assert_max_num_queries(48):
        plan(copy)


def test_a_second_city_can_stand_beside_the_first(tmp_path, city):
    path = tmp_path / "sixth.yaml"
    path.write_text(
        "learncity: 1\nkey: sixth\ntitle: {en: Sixth}\nstory: {en: A city}\ncity: sixth\n"
        "help: {phone: '12345', hours: {en: always}, address: {en: here}}\n"
        "places:\n  - {key: sixth, kind: CITY, name: {en: Sixth}}\n"
    )

    services.apply(services.plan(path=path, at=timezone.now()), by=COMMAND, at=timezone.now())

    assert Blueprint.objects.count() == 2
    assert Blueprint.objects.get(pk="sixth").anchor == timezone.localdate()
    assert Path(demo.CITY_FILE).exists()


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: &x [1]\nb: *x\n", 2, "*x stands for something else; write it out here"),
        ("a: &a [*a]\n", 1, "*a stands for something else; write it out here"),
        ("a: " + "[" * 3000 + "]" * 3000, 1, "is nested too deeply; nothing here needs that"),
        ("title: x\nparts: 5\n", 2, "`parts` is a list of names of files"),
        ("title: x\nparts: [5]\n", 2, "`parts` is a list of names of files"),
    ],
)
def test_a_file_that_would_grow_in_memory_is_refused(tmp_path, text, line, says):
    path = tmp_path / "bomb.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(Mistakes) as wrong:
        Document.load(path)

    assert [str(m) for m in wrong.value.found] == [f"bomb.yaml:{line}: {says}"]
