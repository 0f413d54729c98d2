"""The promise when somebody books while a file comes in: the database decides, row by row."""

import threading
import time
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from learncity.apps.classes import queries
from learncity.apps.classes.factories import make_class
from learncity.apps.classes.imports import COLUMNS, ClassImport
from learncity.apps.classes.models import CourseClass, Session
from learncity.apps.classes.types import Mode
from learncity.apps.organizations import queries as organizations
from learncity.kernel.csv_files import CsvFile

ROOM = "qiaotou-centre/203"
BEGINS = datetime(2031, 3, 5, 10, 30, tzinfo=UTC)
FILE = f"""\
key,course,room,starts,from,until,times,seats
wanted,small-shop-bookkeeping,{ROOM},2031-03-05,18:30,20:00,3,20
free,small-shop-bookkeeping,{ROOM},2031-03-05,20:00,21:30,3,20
"""


def rival(*, holds_for):
    """Somebody who books the room for the first meeting, and commits so many seconds later."""
    key, has_booked = make_class(), threading.Event()

    def book():
        with transaction.atomic():
            Session.objects.create(
                course_class=CourseClass.objects.get(key=key), number=90, starts_at=BEGINS,
                ends_at=BEGINS + timedelta(hours=1), mode=Mode.IN_PERSON,
                room_id=organizations.room_ids([ROOM])[ROOM],
            )  # fmt: skip
            has_booked.set()
            time.sleep(holds_for)
        connection.close()

    thread = threading.Thread(target=book)
    thread.start()
    assert has_booked.wait(10)
    return thread


def bring(tmp_path):
    path = tmp_path / "classes.csv"
    path.write_text(FILE, encoding="utf-8")
    file = CsvFile(path, COLUMNS)
    return ClassImport(file, at=BEGINS - timedelta(days=99)).write(list(file.rows()))


def test_a_booking_in_the_same_moment_costs_only_the_meeting_that_wanted_it(committed, tmp_path):
    other = rival(holds_for=1)

    outcome = bring(tmp_path)

    other.join()
    assert outcome.errors == []
    (clash,) = outcome.clashes
    assert (clash.row, clash.times) == (2, 1)
    assert clash.other.startswith("made-")
    rows = Session.objects.filter(course_class__key="wanted").order_by("number")
    assert [meeting.room_id is None for meeting in rows] == [True, False, False]
    assert len(queries.find_class("free").sessions) == 3


def test_control_the_check_before_writing_cannot_see_that_booking(committed, tmp_path):
    """The file is checked while the rival has not committed: only the constraint can object."""
    other, seen = rival(holds_for=1), Session.objects.filter(starts_at=BEGINS)

    assert seen.count() == 0
    other.join()
    assert seen.count() == 1
