"""The command `import people`: what it reads, what it says, what it leaves behind."""

import io

import pytest
import typer
from openpyxl import Workbook, load_workbook
from rich.console import Console

from learncity.apps.people.models import Listed, Person
from learncity.config import imports
from learncity.kernel import audit

HEAD = ["编号", "姓名", "手机", "出生年份"]
GOOD = ["1", "王小明", "15400001901", "1960"]
BAD = ["2", "李秀英", "12345", "1962"]


@pytest.fixture
def run(city):
    def run(path, **options):
        said = io.StringIO()
        with pytest.raises(typer.Exit) as end:
            imports.run(
                "people", path, {k: [v] for k, v in options.items()}, Console(file=said, width=500)
            )
        return end.value.exit_code, said.getvalue()

    return run


def sheet(path, *rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def text(path, *rows, encoding="utf-8"):
    path.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding=encoding)
    return path


def imported():
    return set(Person.objects.filter(pk__in=Listed.objects.values("person_id"))
               .values_list("name", flat=True))  # fmt: skip


def test_a_list_in_gb18030_goes_in_and_again_changes_nothing(run, tmp_path):
    path = text(tmp_path / "list.csv", HEAD, GOOD, encoding="gb18030")
    code, said = run(path, list="工会")
    assert (code, imported()) == (0, {"王小明"})
    assert "✓ 1 new, 0 changed, 0 same" in said
    assert "0 new, 0 changed, 1 same" in run(path, list="工会")[1]
    notes = [n for n in audit.latest() if n.action == "people.imported"]
    assert [(n.subject, n.detail["new"]) for n in notes] == [("file list.csv", 0),
                                                             ("file list.csv", 1)]  # fmt: skip


def test_rows_left_out_of_a_workbook_are_a_workbook_that_is_sent_again(run, tmp_path):
    code, said = run(sheet(tmp_path / "list.xlsx", HEAD, GOOD, BAD))
    assert code == 1
    assert "list.xlsx a workbook" in said
    assert "1 new, 0 changed, 0 same, 1 left out" in said
    errors = tmp_path / "list.errors.xlsx"
    rows = [[c.value for c in row] for row in load_workbook(errors).active.rows]
    assert rows == [
        [*HEAD, "problem"],
        [*BAD, "row 3: 手机 '5 digits': this is no mobile phone number; write all its digits"],
    ]
    assert errors.stat().st_mode & 0o077 == 0

    mended = load_workbook(errors)
    mended.active["C2"] = "15400001902"
    mended.save(errors)
    code, said = run(errors)
    assert (code, imported()) == (0, {"王小明", "李秀英"})
    assert not (tmp_path / "list.errors.errors.xlsx").exists()


def test_nothing_of_a_person_is_said_on_the_screen(run, tmp_path):
    _code, said = run(text(tmp_path / "list.csv", HEAD, GOOD, BAD))
    for value in ("王小明", "李秀英", "15400001901", "12345"):
        assert value not in said


def test_strict_keeps_nothing_of_a_list_with_a_mistake(run, tmp_path):
    rows = [["3", "赵敏", "", "1970"], BAD]
    code, _said = run(text(tmp_path / "list.csv", HEAD, GOOD, *rows), strict="")
    assert (code, imported()) == (1, set())


def test_defaults_and_a_language_are_said_once_for_all(run, tmp_path):
    path = text(tmp_path / "list.csv", ["ho_ten", "ma_nhan_vien"], ["Nguyễn Văn An", "NV001"])
    code, _said = run(path, language="vi", default="employer=Hoa Binh", country="VN",
                      map="name=ho_ten")  # fmt: skip
    assert code == 0
    assert Person.objects.get(name="Nguyễn Văn An").language == "vi"


def test_a_list_without_any_number_is_refused(run, tmp_path):
    code, said = run(text(tmp_path / "list.csv", ["姓名"], ["王小明"]))
    assert code == 2
    assert "has no column key, national_id" in said
