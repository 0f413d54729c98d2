"""Courses are found by the names they stand under, whoever gives them another name."""

import pytest
from django.db import connection

from learncity.apps.catalogue import indexing, jobs, queries
from learncity.apps.catalogue.models import Course, Programme, ProgrammeCourse, Skill, Subject
from learncity.apps.catalogue.services import write_courses
from learncity.kernel import meaning

BOOKS, CNC = "small-shop-bookkeeping", "cnc-basics"
pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture(autouse=True)
def by_words_alone(monkeypatch):
    monkeypatch.setattr(meaning, "is_installed", lambda: False)


def keys(text):
    return [c.key for c in queries.search(text=text, limit=100).items]


def name_anew(of, name):
    """As an import or another room would, without telling anybody."""
    table = of._meta.db_table
    column = "title" if of is Programme else "name"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = jsonb_build_object('en', %s::text)", [name])


@pytest.mark.parametrize("language", ["zh-Hans", "vi", "en"])
def test_each_name_finds_its_courses_in_every_language(language):
    course = Course.objects.select_related("provider", "subject").get(key=CNC)
    skill = Skill.objects.get(key="cnc")
    programme = Programme.objects.get(key="first-line-to-technician")
    names = [course.provider.name, course.subject.name, skill.name, programme.title]
    for name in names:
        assert CNC in keys(name[language]), name[language]


def test_the_courses_of_a_provider_are_those_that_its_name_finds():
    offered = Course.objects.filter(provider__key="canal-vocational-college", is_shown=True)
    assert set(offered.values_list("key", flat=True)) <= set(keys("Canal Vocational College"))


def test_what_is_called_so_itself_comes_before_what_stands_under_it():
    skill = Skill.objects.create(key="beading", name={"en": "Beadwork"})
    provider = Course.objects.get(key=BOOKS).provider
    courses = [
        Course(key=key, provider=provider, category="HOBBIES", title={"en": title},
               summary={"en": "For everybody, from the first stitch."})
        for key, title in (("under", "Evenings with thread"), ("titled", "Beadwork"),
                           ("newest", "Evenings with glass"))
    ]  # fmt: skip
    write_courses(courses, {courses[0].id: [skill.id], courses[2].id: [skill.id]})
    indexing.count_words()

    assert keys("beadwork") == ["titled", "newest", "under"]


def test_a_skill_that_a_course_no_longer_teaches_does_not_find_it():
    skill = Skill.objects.create(key="beading", name={"en": "Beadwork"})
    course = Course.objects.get(key=BOOKS)
    write_courses([course], {course.id: [skill.id]})
    assert keys("beadwork") == [BOOKS]
    write_courses([course], {course.id: []})
    assert keys("beadwork") == []


@pytest.mark.parametrize(
    "renamed", [Subject, Skill, Programme, Course.provider.field.related_model]
)
def test_another_name_is_followed_by_the_job_whoever_gives_it(renamed):
    assert indexing.follow_names() == 0
    assert keys("Quillwork") == []
    name_anew(renamed, "Quillwork")

    jobs.follow_names()

    assert CNC in keys("Quillwork")
    assert indexing.follow_names() == 0


def test_a_programme_that_ended_or_lost_a_course_no_longer_finds_it():
    name_anew(Programme, "Quillwork")
    jobs.follow_names()
    assert {CNC, "plc-basics"} <= set(keys("Quillwork"))
    ProgrammeCourse.objects.filter(course__key="plc-basics").delete()
    jobs.follow_names()
    assert "plc-basics" not in keys("Quillwork")
    Programme.objects.update(ended_at="2026-01-01T00:00Z")
    jobs.follow_names()
    assert CNC not in keys("Quillwork")


def test_so_many_courses_of_another_name_are_followed_in_turns(monkeypatch):
    monkeypatch.setattr(indexing, "_RENAMED_AT_ONCE", 20)
    monkeypatch.setattr(indexing, "BATCH", 7)
    name_anew(Course.provider.field.related_model, "Quillwork")
    made = []
    while many := indexing.follow_names():
        made.append(many)
    assert made[0] == 20
    assert sum(made) == Course.objects.count()
