"""Workbooks: the first sheet as CSV, row by row; and what is refused before it is unpacked."""

import csv
import errno
import random
import re
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.xml.constants import SHEET_MAIN_NS

from learncity.kernel import archives, workbooks
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


def test_a_fault_of_the_machine_is_not_said_of_the_file(book, tmp_path):
    with pytest.raises(FileNotFoundError):
        unpack(book(["name"]), tmp_path / "no such folder" / "list.csv")


@pytest.mark.parametrize(
    ("number", "said"), [(errno.EIO, OSError), (errno.EACCES, OSError), (errno.EINVAL, Unreadable)]
)
def test_a_disk_that_fails_is_told_from_a_place_that_is_not_in_the_archive(
    book, tmp_path, monkeypatch, number, said
):
    def fall(*_):
        raise OSError(number, "said by the system")

    path = book(["name"])
    monkeypatch.setattr(zipfile, "ZipFile", fall)

    with pytest.raises(said):
        unpack(path, tmp_path / "list.csv")


def test_a_bomb_is_not_unpacked(book, tmp_path):
    bomb = altered(book(["name"]), "xl/sharedStrings.xml", lambda _: b" " * 30_000_000)
    assert bomb.stat().st_size < 100_000
    with pytest.raises(Unreadable) as refused:
        unpack(bomb, tmp_path / "out")
    assert refused.value.code == "too_large"
    assert not (tmp_path / "out").exists()


def test_a_workbook_larger_than_its_limits_is_refused(book, tmp_path, monkeypatch):
    path = with_words(book(["name"]), "name")
    unpack(path, tmp_path / "out")
    (tmp_path / "out").unlink()
    limits = {
        workbooks: ("MOST_UNPACKED", "MOST_PARTS", "MOST_CELLS", "MOST_WRITTEN", "LONGEST_ROW"),
        archives: ("MOST_PART", "MOST_WORDS", "MOST_OTHERS"),
    }
    for module, names in limits.items():
        for limit in names:
            with monkeypatch.context() as smaller:
                smaller.setattr(module, limit, 0)
                with pytest.raises(Unreadable) as refused:
                    unpack(path, tmp_path / "out")
            assert refused.value.code == "too_large", limit
            assert not (tmp_path / "out").exists()


def test_entities_are_refused(book, tmp_path):
    evil = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "xxxxxxxxxx">]>'
    sheet = "xl/worksheets/sheet1.xml"
    path = altered(book(["name"], ["An"]), sheet, lambda data: evil + data[data.find(b"<w") :])
    with pytest.raises(Unreadable) as refused:
        unpack(path, tmp_path / "out")
    assert refused.value.code == "damaged"


def test_a_cell_too_far_to_the_right_is_named_and_not_forgotten(tmp_path):
    made = Workbook()
    made.active["A1"], made.active["IV2"], made.active["XFD2"] = "name", "last", " "
    path = tmp_path / "wide.xlsx"
    made.save(path)
    unpack(path, tmp_path / "out")
    assert read(tmp_path / "out") == [["name"], [*[""] * 255, "last"]]
    (tmp_path / "out").unlink()

    made.active["IW3"] = "far"
    made.save(path)
    with pytest.raises(Unreadable) as said:
        unpack(path, tmp_path / "out")
    assert (said.value.code, said.value.line) == ("too_wide", 3)
    assert "in cell IW3" in str(said.value)
    assert not (tmp_path / "out").exists()


def test_a_formula_without_its_result_is_named_and_no_empty_cell(book, tmp_path):
    path = book(["name", "phone"], ["An", '="154"&"00002001"'])
    with pytest.raises(Unreadable) as said:
        unpack(path, tmp_path / "out")
    assert (said.value.code, said.value.line) == ("formulas", 2)
    assert "in cell B2" in str(said.value)
    # What is not read does not matter.
    unpack(path, tmp_path / "out", most=1)
    assert read(tmp_path / "out") == [["name", "phone"]]


def test_a_formula_is_its_result_also_when_that_is_empty(book, tmp_path):
    cells = (
        b'<c r="A1" t="str"><f>"name"</f><v>name</v></c><c r="B1"><f>1+1</f><v>2</v></c>'
        b'<c r="C1" t="str"><f>""</f><v></v></c><c r="D1" t="str"><f>""</f></c>'
        b'<c r="E1" t="inlineStr"><is><t>end</t></is></c>'
    )
    unpack(with_rows(book(["x"]), b"<row>" + cells + b"</row>"), tmp_path / "out")
    assert read(tmp_path / "out") == [["name", "2", "", "", "end"]]


def test_the_list_is_the_first_sheet_that_is_not_hidden(tmp_path):
    made = Workbook()
    made.active.append(["note"])
    made.active.sheet_state = "hidden"
    made.create_sheet("deep").sheet_state = "veryHidden"
    made.create_sheet("people").append(["name"])
    made.create_sheet("others").append(["other"])
    made.active = 2
    made.save(tmp_path / "list.xlsx")
    unpack(tmp_path / "list.xlsx", tmp_path / "out")
    assert read(tmp_path / "out") == [["name"]]


def test_rows_out_of_order_are_no_rows_to_pass_over(book, tmp_path):
    rows = b'<row r="2"><c><v>2</v></c></row><row r="1"><c><v>1</v></c></row>'
    assert refused(with_rows(book(["name"]), rows), tmp_path) == "damaged"


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


SHEET = "xl/worksheets/sheet1.xml"


def refused(path, tmp_path):
    """Why it is refused; nothing of it is left, not even what was written until then."""
    with pytest.raises(Unreadable) as said:
        unpack(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    return said.value.code


def with_words(path, word):
    """Words kept apart, in a part of another name than the usual."""
    space = SHEET_MAIN_NS
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    words = f'<sst xmlns="{space}"><si><t>{word}</t></si></sst>'.encode()
    said = b'<Override PartName="/xl/words.bin" ContentType="' + kind + b'"/></Types>'
    with zipfile.ZipFile(altered(path, "xl/words.bin", lambda _: words)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    types = "[Content_Types].xml"
    parts.pop("xl/sharedStrings.xml", None)
    whole = re.sub(rb"<Override[^>]*sharedStrings[^>]*>", b"", parts[types])
    parts[types] = whole.replace(b"</Types>", said)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return path


def with_rows(path, rows):
    def change(data):
        head, _, rest = data.partition(b"<sheetData>")
        return head + b"<sheetData>" + rows + b"</sheetData>" + rest.partition(b"</sheetData>")[2]

    return altered(path, SHEET, change)


def test_a_word_in_very_many_cells_is_not_written_out(book, tmp_path):
    words = with_words(book(["name"]), "x" * 30_000)
    rows = b'<row><c t="s"><v>0</v></c></row>' * 700
    bomb = with_rows(words, rows)
    assert bomb.stat().st_size < 10_000
    assert refused(bomb, tmp_path) == "too_large"


def test_a_row_far_down_is_not_filled_up_to(book, tmp_path):
    bomb = with_rows(book(["name"]), b'<row r="1"/><row r="900000000000"><c><v>1</v></c></row>')
    assert refused(bomb, tmp_path) == "too_large"


def test_a_row_that_is_longer_than_any_list_needs_is_refused(book, tmp_path):
    cells = b'<c t="s"><v>0</v></c>' * 40
    bomb = with_rows(with_words(book(["name"]), "x" * 30_000), b"<row>" + cells + b"</row>")
    assert refused(bomb, tmp_path) == "too_large"


def noise(size):
    """Letters that pack about three to one, so that no ratio gives them away."""
    return random.Random(1).randbytes(size // 2).hex().encode()


def test_words_are_weighed_whatever_their_part_is_called(book, tmp_path, monkeypatch):
    made = with_words(book(["name"]), "x" * 3_000)
    with_rows(made, b'<row><c t="s"><v>0</v></c></row>').replace(made)
    unpack(made, tmp_path / "out")
    assert read(tmp_path / "out") == [["x" * 3_000]]
    (tmp_path / "out").unlink()
    monkeypatch.setattr(archives, "MOST_WORDS", 20)
    assert refused(made, tmp_path) == "too_large"


def test_a_part_that_is_held_whole_may_only_be_so_large(book, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_PART", 300_000)
    more = b"<!--%s-->" % noise(400_000)
    styles = altered(book(["name"]), "xl/styles.xml", lambda data: data + more)
    assert refused(styles, tmp_path) == "too_large"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", [SHEET, "xl/styles.xml", "xl/workbook.xml"])
def test_a_document_type_is_found_by_the_parser_wherever_it_stands(book, tmp_path, part, encoding):
    def change(data):
        body = data.decode().partition("?>")[2] or data.decode()
        before = f'<?xml version="1.0" encoding="{encoding}"?><!--{noise(70_000).decode()}-->'
        return (before + '<!DOCTYPE a [<!ENTITY x "xx">]>' + body).encode(encoding)

    assert refused(altered(book(["name"]), part, change), tmp_path) == "damaged"


@pytest.mark.parametrize(
    "made",
    [
        lambda: b'<row a="' + noise(1_200_000) + b'"/>',
        lambda: b'<row><c t="str"><v>' + noise(1_200_000) + b"</v></c></row>",
        lambda: b"<row>" + noise(3_000_000) + b"<c/>" * 120_000 + b"</row>",
        lambda: b"<!--" + noise(1_200_000) + b"-->",
    ],
)
def test_nothing_of_a_sheet_is_gathered_without_bound(book, tmp_path, made):
    assert refused(with_rows(book(["name"]), made()), tmp_path) == "too_large"
