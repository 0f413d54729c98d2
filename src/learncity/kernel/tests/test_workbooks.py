"""Workbooks: the first sheet as CSV, row by row; and what is refused before it is unpacked."""

import csv
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook, load_workbook

from learncity.kernel import workbooks
from learncity.kernel.csv_text import Unreadable
from learncity.kernel.workbooks import as_csv, is_rounded, pack, unpack


@pytest.fixture
def book(tmp_path):
    def book(*rows):
        made = Workbook()
        for row in rows:
            made.active.append(row)
        path = tmp_path / "list.xlsx"
        made.save(path)
        return path

    return book


def read(path):
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.reader(text))


def altered(path, name, change):
    """The same archive with one part changed, or added."""
    made = path.with_name("altered.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            new.writestr(part.filename, change(data) if part.filename == name else data)
        if name not in old.namelist():
            new.writestr(name, change(b""))
    return made


def test_a_sheet_is_read_as_somebody_would_type_it(book):
    path = book(
        ["name", "born", "day", "moment", "yes", "half", None],
        [],
        ["王小明", 1960, date(1960, 5, 20), datetime(2026, 1, 2, 8, 30), True, 0.5, None],
    )
    with as_csv(path) as found:
        assert found.name == "list.xlsx"
        assert read(found) == [
            ["name", "born", "day", "moment", "yes", "half"],
            [],
            ["王小明", "1960", "1960-05-20", "2026-01-02 08:30:00", "1", "0.5"],
        ]
    assert not found.exists()


def test_a_number_that_lost_its_digits_looks_like_one(book, tmp_path):
    unpack(book(["id"], [990000196005200000], ["990000196005200009"]), tmp_path / "out")
    _head, (rounded,), (whole,) = read(tmp_path / "out")
    assert is_rounded(rounded)
    assert is_rounded("9.90000196E+17")
    assert whole == "990000196005200009"
    assert not is_rounded(whole)


def test_what_is_no_workbook_is_the_file_itself(tmp_path):
    plain = tmp_path / "list.csv"
    plain.write_text("name\nAn\n")
    with as_csv(plain) as found:
        assert found == plain


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xd0\xcf\x11\xe0 and the rest", "old_workbook"),
        (b"PK\x03\x04 and no archive", "damaged"),
    ],
)
def test_what_only_begins_like_one_is_refused(tmp_path, data, code):
    path = tmp_path / "list.xlsx"
    path.write_bytes(data)
    with pytest.raises(Unreadable) as refused, as_csv(path):
        pass
    assert refused.value.code == code


def test_an_archive_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(Unreadable) as refused:
        unpack(path, tmp_path / "out")
    assert refused.value.code == "damaged"


def test_a_bomb_is_not_unpacked(book, tmp_path):
    bomb = altered(book(["name"]), "xl/sharedStrings.xml", lambda _: b" " * 30_000_000)
    assert bomb.stat().st_size < 100_000
    with pytest.raises(Unreadable) as refused:
        unpack(bomb, tmp_path / "out")
    assert refused.value.code == "too_large"
    assert not (tmp_path / "out").exists()


def test_a_workbook_larger_than_its_limits_is_refused(book, tmp_path, monkeypatch):
    path = altered(book(["name"]), "xl/sharedStrings.xml", lambda _: b"<sst></sst>")
    unpack(path, tmp_path / "out")
    for limit in ("MOST_UNPACKED", "MOST_WORDS", "MOST_PARTS"):
        with monkeypatch.context() as smaller:
            smaller.setattr(workbooks, limit, 3)
            with pytest.raises(Unreadable):
                unpack(path, tmp_path / "out")


def test_entities_are_refused(book, tmp_path):
    evil = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "xxxxxxxxxx">]>'
    sheet = "xl/worksheets/sheet1.xml"
    path = altered(book(["name"], ["An"]), sheet, lambda data: evil + data[data.find(b"<w") :])
    with pytest.raises(Unreadable) as refused:
        unpack(path, tmp_path / "out")
    assert refused.value.code == "damaged"


def test_a_cell_far_to_the_right_does_not_make_rows_long(tmp_path):
    made = Workbook()
    made.active["A1"], made.active["XFD2"] = "name", "far"
    path = tmp_path / "wide.xlsx"
    made.save(path)
    unpack(path, tmp_path / "out")
    assert read(tmp_path / "out") == [["name"], []]


def test_packed_text_stays_text_and_comes_back(tmp_path):
    path = tmp_path / "made.xlsx"
    pack(["name", "id"], [["=1+1", "001"], ["王\x07", "990000196005200009"]], path)
    sheet = load_workbook(path).active
    assert [[c.value for c in row] for row in sheet.rows] == [
        ["name", "id"],
        ["=1+1", "001"],
        ["王 ", "990000196005200009"],
    ]
    assert {c.data_type for row in sheet.rows for c in row} == {"s"}
    unpack(path, tmp_path / "out")
    assert read(tmp_path / "out")[1] == ["=1+1", "001"]
