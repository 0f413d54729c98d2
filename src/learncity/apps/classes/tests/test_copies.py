"""Classes copied into another term: all but people, weekdays kept; twice makes nothing twice."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from learncity.apps.classes import queries
from learncity.apps.classes.imports import COLUMNS, ClassImport
from learncity.apps.classes.models import CourseClass, Term
from learncity.apps.classes.queries import cloning
from learncity.apps.classes.stated import stated_of
from learncity.apps.classes.types import Shown, TermNotFound
from learncity.apps.privacy.models import DayOff
from learncity.kernel.csv_files import CsvFile

from .importing import NOW

CITY = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def spring(city):
    # From a Wednesday on: what meets on Mondays begins a week later.
    return Term.objects.create(
        key="spring", name={"en": "Spring"}, starts_on=date(2027, 3, 3), ends_on=date(2027, 6, 30)
    ).key


def bring(copies, tmp_path, at=NOW):
    import csv

    with (tmp_path / "copies.csv").open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows([copies.head, *copies.rows])
    file = CsvFile(tmp_path / "copies.csv", COLUMNS)
    return ClassImport(file, at=at).write(list(file.rows()))


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


@pytest.fixture
def holidays_known(city):
    """The Wednesdays of the source fall on 5 May 2027, that the city states as a day off."""
    DayOff.objects.create(
        key="may-2027", country="CN", first=date(2027, 5, 1), last=date(2027, 5, 5),
        is_worked=False, completes_year=True,
    )  # fmt: skip


def test_a_copy_leaves_out_public_holidays_and_goes_on_so_much_longer(
    spring, holidays_known, tmp_path
):
    key = "bookkeeping-qiaotou-wed"
    outcome = bring(cloning.copies(into=spring, class_keys=[key]), tmp_path)
    assert (outcome.new, outcome.errors, outcome.notes) == (1, [], [])
    made = CourseClass.objects.get(key=f"{key}-spring")
    days = [one.starts_at.astimezone(CITY).date() for one in made.sessions.order_by("number")]
    assert date(2027, 5, 5) not in days
    assert date(2027, 5, 12) in days
    assert len(days) == CourseClass.objects.get(key=key).sessions_count
    # It goes out as it came in.
    # The package knows the Dragon Boat Festival; the city says that the year is complete.
    assert stated_of(made).not_on == (date(2027, 5, 5), date(2027, 6, 9))


def test_meetings_pushed_beyond_the_term_do_not_fall_on_holidays_either(city):
    """Nine Mondays of 2026: 6 April is left out, so the ninth would be 4 May, a day off too."""
    Term.objects.create(
        key="short", name={"en": "Short"}, starts_on=date(2026, 3, 2), ends_on=date(2026, 4, 30)
    )
    key = "bookkeeping-qiaotou-wed"
    source = CourseClass.objects.get(key=key)
    monday = date.fromisoformat(source.plan["meets"]["first"])
    monday -= timedelta(days=monday.weekday())
    source.plan["meets"] |= {"first": monday.isoformat(), "day": "MON", "times": 9}
    CourseClass.objects.filter(pk=source.pk).update(plan=source.plan, term=None)
    copies = cloning.copies(into="short", class_keys=[key])
    row = dict(zip(copies.head, copies.rows[0], strict=True))
    assert (row["starts"], row["times"]) == ("2026-03-02", "9")
    assert row["not_on"] == "2026-04-06|2026-05-04"


def test_a_list_says_which_meetings_fall_on_public_holidays(spring, holidays_known, tmp_path):
    copies = cloning.copies(into=spring, class_keys=["bookkeeping-qiaotou-wed"])
    row = dict(zip(copies.head, copies.rows[0], strict=True)) | {"not_on": ""}
    again = cloning.Copies(tuple(row), (tuple(row.values()),), 0)
    with translation.override("en"):
        outcome = bring(again, tmp_path, at=datetime(2027, 1, 4, tzinfo=UTC))
    assert [note.says for note in outcome.notes] == [
        "meets on public holidays: Wed 5 May, Wed 9 Jun"
    ], outcome


def test_of_a_year_that_nobody_knows_nothing_is_left_out(spring, tmp_path):
    copies = cloning.copies(into=spring, class_keys=["bookkeeping-qiaotou-wed"])
    assert copies.rows[0][copies.head.index("not_on")] == ""
    assert bring(copies, tmp_path).notes == []


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
