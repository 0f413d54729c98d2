"""A list of classes for the tests of importing: its rows, bringing it in, and what came of it."""

import csv
from collections import Counter
from datetime import UTC, datetime, timedelta

from learncity.apps.classes.imports import COLUMNS, ClassImport
from learncity.apps.classes.models import CourseClass, Session
from learncity.kernel.csv_files import CsvFile

NOW = datetime(2030, 1, 1, tzinfo=UTC)
ROW = {
    "key": "ink-wed",
    "course": "small-shop-bookkeeping",
    "provider": "qiaotou-learning-centre",
    "term": "autumn",
    "venue": "qiaotou-centre",
    "room": "203",
    "mode": "",
    "starts": "2031-03-05",
    "day": "WED",
    "from": "18:30",
    "until": "20:00",
    "times": "4",
    "slots": "",
    "seats": "20",
    "waiting": "5",
    "instructor": "",
    "language": "",
    "link": "",
    "online_meetings": "",
    "note_zh": "",
    "fee_minor": "",
    "fee_currency": "",
    "cancelled": "",
}


LINE = {
    "key": "ink-wed", "course": "small-shop-bookkeeping", "term": "autumn",
    "venue": "qiaotou-centre", "room": "203", "starts": "2031-03-05", "from": "18:30",
    "until": "20:00", "times": "4", "seats": "20", "waiting": "5",
}  # fmt: skip


def said(line, **cells):
    return {**line, **{name.rstrip("_"): str(value) for name, value in cells.items()}}


def row(**cells):
    return said(ROW, **cells)


def bring_rows(folder, rows, *, size=500, at=NOW, **options):
    """Import these rows, so many at a time; the outcome of all."""
    path = folder / "classes.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    file = CsvFile(path, COLUMNS)
    importer, left = ClassImport(file, at=at, **options), list(file.rows())
    outcome = importer.write(left[:size])
    while left := left[size:]:
        outcome.add(more := importer.write(left[:size]))
        for name in ("errors", "notes", "changes", "clashes"):
            getattr(outcome, name).extend(getattr(more, name))
    return outcome


def counts(outcome):
    return outcome.new, outcome.changed, outcome.same


def mistakes(outcome):
    return [str(error) for error in outcome.errors]


def meetings(key):
    rows = Session.objects.filter(course_class__key=key, cancelled_at=None).order_by("number")
    local = [(s.number, s.starts_at + timedelta(hours=8), s.ends_at - s.starts_at) for s in rows]
    return [(n, f"{begins:%a %m-%d %H:%M}", length.seconds // 60) for n, begins, length in local]


def everything():
    return (
        list(CourseClass.objects.order_by("key").values()),
        list(Session.objects.order_by("course_class_id", "number").values()),
    )


def instructor():
    taught = CourseClass.objects.exclude(plan__instructor=None).first()
    return taught.plan["instructor"]


def open_rooms():
    """How many meetings of which classes wait for their room."""
    rows = Session.objects.exclude(wanted_room=None).values_list("course_class__key", flat=True)
    return dict(Counter(rows))
