"""A real catalogue goes through: two published files become ours, and every row is in or explained.

The files are not part of the project. LEARNCITY_NTUT names the folder that holds courses.csv.gz and
offerings.csv.gz; see docs/how-to/import-a-catalogue.md.
"""

import io
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import typer
from django.utils import timezone
from rich.console import Console
from tools import ntut

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.classes.models import CourseClass, Session
from learncity.apps.initiatives import services as initiatives
from learncity.config import imports
from learncity.kernel.acting import COMMAND

FOLDER = os.environ.get("LEARNCITY_NTUT")


@pytest.mark.parametrize(
    ("year", "term", "monday"),
    [
        ("104", "1", date(2015, 9, 14)),
        ("109", "1", date(2020, 9, 14)),
        ("109", "2", date(2021, 2, 15)),
    ],
)
def test_a_term_starts_on_a_monday_in_mid_september_or_mid_february(year, term, monday):
    assert ntut.first_monday(year, term) == monday


@pytest.mark.parametrize(
    ("weekly", "meetings"),
    [
        ("wed:AB", [(date(2020, 9, 16), "18:30", "20:10")]),
        ("sat:56", [(date(2020, 9, 19), "13:10", "15:00")]),
        ("mon:89A", [(date(2020, 9, 14), "16:10", "19:20")]),
        (
            "fri:569;mon:N",
            [
                (date(2020, 9, 14), "12:10", "13:00"),
                (date(2020, 9, 18), "13:10", "15:00"),
                (date(2020, 9, 18), "17:10", "18:00"),
            ],
        ),
    ],
)
def test_letters_of_periods_become_times_of_day(weekly, meetings):
    assert ntut.slots(weekly, date(2020, 9, 14)) == meetings


def test_a_room_gets_a_key_that_can_be_read():
    assert ntut.room_key("三教309(e)") == "sanjiao309-e"


@pytest.mark.slow
@pytest.mark.skipif(FOLDER is None, reason="LEARNCITY_NTUT names no folder with the two files")
def test_every_course_and_class_of_a_real_catalogue_is_in_or_explained(db, tmp_path):
    given = [str(Path(FOLDER) / f"{name}.csv.gz") for name in ("courses", "offerings")]
    subprocess.run([sys.executable, ntut.__file__, *given, str(tmp_path)], check=True)
    plan = initiatives.plan(path=tmp_path / "taipei.yaml", at=timezone.now())
    initiatives.apply(plan, by=COMMAND, at=timezone.now())

    assert run("courses", tmp_path) == (0, "2,959 new, 0 changed, 0 same")
    assert run("classes", tmp_path, create_venues="") == (0, "9,935 new, 0 changed, 0 same")
    classes = CourseClass.objects.filter(key__startswith="ntut-")
    assert (classes.count(), classes.exclude(cancelled_at=None).count()) == (9_935, 98)
    # Rooms that two classes want: the later one meets all the same, and waits for a room.
    waiting = Session.objects.exclude(wanted_room=None)
    assert waiting.values("course_class").distinct().count() == 405
    assert not waiting.exclude(room=None).exists()
    assert run("classes", tmp_path, create_venues="") == (0, "0 new, 0 changed, 9,935 same")
    assert not (tmp_path / "classes.errors.csv").exists()
    found = catalogue.find_course("ntut-0460003")
    assert found.title.language("zh-Hans") == "zh-Hant"


def run(kind, folder, **options):
    said = io.StringIO()
    typed = {name: [value] for name, value in options.items()}
    with pytest.raises(typer.Exit) as end:
        imports.run(kind, folder / f"{kind}.csv", typed, Console(file=said, width=200))
    line = next(line for line in said.getvalue().splitlines() if " new, " in line)
    return end.value.exit_code, line.strip()[2:].rpartition(" s")[0].rpartition(" ")[0]
