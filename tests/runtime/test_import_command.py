"""The command `import`: what it says, what it leaves behind, and how it ends."""

import io
import os
import subprocess
import sys

import pytest
import typer
from psycopg.conninfo import make_conninfo
from rich.console import Console

from learncity.apps.catalogue import queries as catalogue
from learncity.config import imports
from learncity.config.imports import KINDS
from learncity.kernel import audit

HEADER = "key,provider,category,title_en,shelf\n"
INK = "ink,wenqu-library,HOBBIES,Brush and ink,2\n"
POTS = "pots,wenqu-library,HOBBIES,Clay,1\n"
BAD = "bad,nobody,HOBBIES,Bad,1\n"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "courses.csv"


@pytest.fixture
def run(city, file):
    """Run the command on a file of these words; the exit code and what was said."""

    def run(content, *, kind="courses", path=file, **options):
        if content is not None:
            path.write_text(content, encoding="utf-8")
        said = io.StringIO()
        typed = {k: [v] if isinstance(v, str) else v for k, v in options.items()}
        with pytest.raises(typer.Exit) as end:
            imports.run(kind, path, typed, Console(file=said, width=500))
        return end.value.exit_code, said.getvalue()

    return run


def notes():
    return [n for n in audit.latest() if n.action == "courses.imported"]


def test_a_good_file_goes_in_and_is_on_record(run, file):
    code, said = run(HEADER + INK + POTS)

    assert code == 0
    assert "✓ 2 new, 0 changed, 0 same" in said
    assert "Not read: shelf" in said
    assert list(file.parent.iterdir()) == [file]
    assert [(n.subject, n.via, n.detail) for n in notes()] == [
        ("file courses.csv", "COMMAND", {"new": 2, "changed": 0, "same": 0, "left_out": 0})
    ]


def test_the_same_file_again_says_that_nothing_changed(run):
    run(HEADER + INK + POTS)

    code, said = run(HEADER + INK + POTS)

    assert code == 0
    assert "0 new, 0 changed, 2 same" in said


def test_rows_left_out_go_into_a_file_that_can_be_mended_and_imported(run, file):
    code, said = run(HEADER + INK + BAD)
    errors = file.with_name("courses.errors.csv")

    assert code == 1
    assert "1 new, 0 changed, 0 same, 1 left out" in said
    assert f"The rows left out are in {errors}, each with its problem." in said
    assert errors.read_text(encoding="utf-8-sig").splitlines() == [
        "key,provider,category,title_en,shelf,problem",
        (
            "bad,nobody,HOBBIES,Bad,1,row 3: provider 'nobody': there is no organization of this "
            "key; add it to the city's file and apply that first"
        ),
    ]

    mended = errors.read_text(encoding="utf-8-sig").replace("nobody", "wenqu-library", 1)
    code, said = run(mended, path=errors)

    assert code == 0
    assert "1 new, 0 changed, 0 same" in said
    assert "Not read: shelf\n" in said


def test_a_file_of_mistakes_stays_as_it_is_while_its_own_mistakes_are_written(run, file):
    run(HEADER + BAD)
    errors = file.with_name("courses.errors.csv")
    before = errors.read_bytes()

    code, _ = run(None, path=errors)

    assert code == 1
    assert errors.read_bytes() == before
    again = file.with_name("courses.errors.errors.csv").read_text(encoding="utf-8-sig")
    assert again.splitlines()[0] == "key,provider,category,title_en,shelf,problem"
    assert again.splitlines()[1].count("row ") == 1


def test_strict_means_all_or_nothing(run):
    code, said = run(HEADER + INK + BAD, strict="")

    assert code == 1
    assert "Nothing was kept, because of --strict." in said
    assert catalogue.find_course("ink") is None
    assert notes() == []


def test_strict_keeps_a_file_without_mistakes(run):
    assert run(HEADER + INK, strict="")[0] == 0
    assert catalogue.find_course("ink") is not None


def test_the_rows_left_out_can_be_written_elsewhere(run, tmp_path):
    run(HEADER + BAD, errors=str(tmp_path / "wrong.csv"))

    assert (tmp_path / "wrong.csv").exists()
    assert not (tmp_path / "courses.errors.csv").exists()


def test_many_mistakes_are_shown_in_part_and_counted_by_column(run):
    rows = "".join(f"bad-{n},nobody,HOBBIES,Bad,1\n" for n in range(30))

    said = run(HEADER + rows)[1]

    assert said.count("there is no organization of this key") == 20
    assert "… and more. Mistakes a column: provider 30" in said


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        (
            "course",
            {},
            (
                "'course' cannot be imported (did you mean 'courses'?). "
                f"Say one of: {', '.join(KINDS)}."
            ),
        ),
        (
            "courses",
            {"stric": ""},
            (
                "There is no option --stric for courses (did you mean "
                "'strict'?). There are: --map, --default, --errors, --strict."
            ),
        ),
        (
            "courses",
            {"create_venues": ""},
            (
                "There is no option --create-venues for courses. "
                "There are: --map, --default, --errors, --strict."
            ),
        ),
        ("courses", {"strict": "yes"}, "--strict takes no value."),
        ("courses", {"errors": ""}, "--errors takes a value after it."),
        ("courses", {"map": "title_en"}, "--map title_en: write it as --map COLUMN=VALUE."),
        ("courses", {"default": "level="}, "--default level=: write it as --default COLUMN=VALUE."),
        (
            "classes",
            {"place": "atlantis", "default": "course=x"},
            "--place atlantis: there is no such place. Give the key of a region.",
        ),
    ],
)
def test_what_was_typed_wrongly_is_said_before_anything_is_read(run, kind, options, says):
    header = HEADER if kind != "classes" else "key,starts,from,times,seats\n"

    code, said = run(header + INK, kind=kind, **options)

    assert (code, said.strip()) == (2, f"✗ {says}")


def test_a_file_that_cannot_be_read_ends_with_2_and_leaves_nothing(run, file):
    code, said = run("PK\x03\x04")

    assert code == 2
    assert said == (
        "✗ courses.csv is no workbook that can be read. Open it in a spreadsheet, save it as "
        "XLSX and try again.\n"
    )
    assert list(file.parent.iterdir()) == [file]


def test_a_header_alone_is_nothing_to_read(run):
    assert run(HEADER) == (2, "✗ courses.csv has a header and no row below it.\n")
    assert notes() == []


def test_the_file_that_is_read_is_never_written(run, file):
    code, said = run(HEADER + INK, errors=str(file))

    assert code == 2
    assert said == f"✗ --errors {file} is the file that is read. Give another name.\n"


def test_a_folder_that_is_not_there_is_said_before_anything_is_written(run, tmp_path):
    code, said = run(HEADER + INK, errors=str(tmp_path / "none" / "wrong.csv"))

    assert code == 2
    assert said == (
        f"✗ The rows with mistakes cannot be written to {tmp_path / 'none'}: No such file or "
        f"directory. Say --errors PATH with a folder that this user may write to.\n"
    )
    assert catalogue.find_course("ink") is None


class Interrupted:
    """An importer that is stopped in the second batch."""

    def __init__(self, file, options):
        self.courses, self.batches = imports.courses.CourseImport(file), 0

    def write(self, rows):
        self.batches += 1
        if self.batches == 2:
            raise KeyboardInterrupt
        return self.courses.write(rows)


def test_what_was_written_before_an_interruption_stays_and_is_on_record(city, file, monkeypatch):
    kind = imports._Kind(imports.courses.COLUMNS, Interrupted, batch=1)
    monkeypatch.setitem(imports.KINDS, "courses", kind)
    file.write_text(HEADER + INK + POTS, encoding="utf-8")

    with pytest.raises(KeyboardInterrupt):
        imports.run("courses", file, {}, Console(file=io.StringIO()))

    assert catalogue.find_course("ink") is not None
    assert [n.detail["new"] for n in notes()] == [1]
    assert list(file.parent.iterdir()) == [file]


def test_the_command_takes_an_option_several_times_and_ends_with_its_code(committed, file):
    from django.db import connection

    file.write_text("code;name;kind\nink;Brush;HOBBIES\npots;Clay;HOBBY\n", encoding="gb18030")
    address = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    words = ["--map", "key=code", "--map", "title_en=name", "--map=category=kind"]

    ended = subprocess.run(
        [sys.executable, "-m", "learncity.config.cli", "import", "courses", str(file), *words,
         "--default", "provider=wenqu-library"],
        env={**os.environ, "DATABASE_URL": address}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (ended.returncode, ended.stderr) == (1, "")
    assert "1 new, 0 changed, 0 same, 1 left out" in ended.stdout
    assert catalogue.find_course("ink").title == {"en": "Brush"}
