"""The file of rows left out: its owner's alone from its first byte on, and no draft stays."""

import pytest
from django.utils import translation

from learncity.kernel import failed_rows
from learncity.kernel.csv_files import Columns, CsvFile, RowError


@pytest.fixture
def errors(tmp_path):
    def errors(name, **more):
        path = tmp_path / "list.csv"
        path.write_text("name;id\nAn;12345\n")
        made = failed_rows.ErrorFile(tmp_path / name, CsvFile(path, Columns((), ("name", "id"))),
                                     **more)  # fmt: skip
        made.add(next(made._file.rows()), [RowError(2, "id", "", "too short")])
        return made

    return errors


def others(folder):
    return sorted(path for path in folder.iterdir() if path.name != "list.csv")


@pytest.mark.parametrize("name", ["left.csv", "left.xlsx"])
def test_nobody_else_may_read_it_at_any_moment(errors, tmp_path, monkeypatch, name):
    seen, pack = [], failed_rows.workbooks.pack

    def look(head, rows, into):
        pack(head, rows, into)
        seen.extend(others(tmp_path))
        assert all(path.stat().st_mode & 0o077 == 0 for path in seen)

    monkeypatch.setattr(failed_rows.workbooks, "pack", look)
    errors(name).close()
    assert len(seen) == (2 if name.endswith("xlsx") else 0)
    (made,) = others(tmp_path)
    assert (made.name, made.stat().st_mode & 0o777) == (name, 0o600)


@pytest.mark.parametrize("is_begun", [True, False])
def test_no_draft_stays_of_a_workbook_that_could_not_be_packed(
    errors, tmp_path, monkeypatch, is_begun
):
    def full(head, rows, into):
        if is_begun:
            into.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(failed_rows.workbooks, "pack", full)
    with pytest.raises(OSError, match="No space"):
        errors("left.xlsx").close()
    assert others(tmp_path) == []


def test_cells_stand_apart_as_in_the_file_unless_it_is_said(errors, tmp_path):
    with translation.override("en"):
        errors("own.csv").close()
        errors("said.csv", delimiter=",").close()
    own, said = ((tmp_path / n).read_text("utf-8-sig") for n in ("own.csv", "said.csv"))
    assert own.startswith("name;id;problem\nAn;12345;")
    assert said.startswith("name,id,problem\nAn,12345,")
