"""Classes copied into another term: all but people, weekdays kept; twice makes nothing twice."""

from datetime import date

import pytest

from learncity.apps.classes import queries
from learncity.apps.classes.imports import COLUMNS, ClassImport
from learncity.apps.classes.models import CourseClass, Term
from learncity.apps.classes.queries import cloning
from learncity.apps.classes.types import Shown, TermNotFound
from learncity.kernel.csv_files import CsvFile

from .importing import NOW


@pytest.fixture
def spring(city):
    # From a Wednesday on: what meets on Mondays begins a week later.
    return Term.objects.create(
        key="spring", name={"en": "Spring"}, starts_on=date(2027, 3, 3), ends_on=date(2027, 6, 30)
    ).key


def bring(copies, tmp_path):
    import csv

    with (tmp_path / "copies.csv").open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows([copies.head, *copies.rows])
    file = CsvFile(tmp_path / "copies.csv", COLUMNS)
    return ClassImport(file, at=NOW).write(list(file.rows()))


def test_a_whole_term_is_copied_and_only_once(spring, tmp_path):
    sources = CourseClass.objects.filter(term__key="autumn", cancelled_at=None).count()
    assert sources > 20
    copies = cloning.copies(into=spring, of_term="autumn")
    outcome = bring(copies, tmp_path)
    assert (outcome.new, outcome.errors) == (sources, [])
    again = cloning.copies(into=spring, of_term="autumn")
    assert (again.rows, again.already) == ((), sources)


def test_days_move_by_whole_weeks_into_the_term_and_the_rest_stays(spring, tmp_path):
    key = "bookkeeping-qiaotou-wed"
    bring(cloning.copies(into=spring, class_keys=[key]), tmp_path)
    source = CourseClass.objects.get(key=key)
    made = CourseClass.objects.get(key=f"{key}-spring")
    days = (made.starts_at - source.starts_at).days
    assert (days % 7, made.sessions_count) == (0, source.sessions_count)
    assert made.starts_at.date() >= date(2027, 3, 3)
    for name in ("course_id", "provider_id", "venue_id", "mode", "seats", "waiting_limit",
                 "language", "note", "fee_minor", "fee_for"):  # fmt: skip
        assert getattr(made, name) == getattr(source, name), name
    assert (made.seats_taken, made.waiting_taken, made.term.key) == (0, 0, "spring")


def test_no_copy_meets_before_the_term(spring, tmp_path):
    bring(cloning.copies(into=spring, of_term="autumn"), tmp_path)
    first = CourseClass.objects.filter(term__key="spring").order_by("starts_at").first()
    assert first.starts_at.date() >= date(2027, 3, 3)


@pytest.mark.parametrize(
    ("key", "before", "into", "made"),
    [
        ("ink-wed", "autumn", "spring", "ink-wed-spring"),
        ("ink-autumn", "autumn", "spring", "ink-spring"),
        ("ntut-109-1-77", "109-1", "109-2", "ntut-109-2-77"),
        ("ink", "", "spring", "ink-spring"),
    ],
)
def test_a_copy_is_known_by_its_key(key, before, into, made):
    assert cloning.key_in(key, before, into) == made


def test_a_key_never_grows_too_long():
    made = {cloning.key_in("x" * 79 + end, "", "spring") for end in "ab"}
    assert {len(key) for key in made} == {80}
    assert len(made) == 2


def test_there_must_be_such_a_term(city):
    with pytest.raises(TermNotFound):
        cloning.copies(into="never", of_term="autumn")


def test_all_classes_go_out_and_come_in_unchanged(city, tmp_path):
    head, rows = queries.as_rows(at=NOW, shown=Shown.ALL)

    class Out:
        pass

    Out.head, Out.rows = head, rows
    outcome = bring(Out, tmp_path)
    assert (outcome.new, outcome.changed, outcome.errors) == (0, 0, [])
    assert outcome.same == CourseClass.objects.count()
    named = {*COLUMNS.all}
    spare = {c for c in named if c.startswith(("venue_name", "room_name")) or "zh_hans" in c}
    assert named - spare == set(head)
