"""What a download holds is text in every spreadsheet, whatever it separates cells by."""

import csv
import io

import pytest

from learncity.kernel import tables

EVIL = (
    "=HYPERLINK(1)",
    "Lan;=HYPERLINK(1)",
    "Lan;=HYPERLINK(1);x",
    "Lan;\t -1+1;x",
    'Lan;"=HYPERLINK(1)";x',
    "Lan\t@SUM(1)\tx",
    "Lan\n+1+1\nx",
    "Lan\r=1+1\rx",
)


def downloaded(*row: object) -> str:
    content = tables.download("csv", "list", ["first", "second", "third"], [row]).content
    return content.decode("utf-8-sig")


def read(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_no_cell_is_a_formula_whatever_separates_cells(delimiter, evil, place):
    row = ["before", "beside", "after"]
    row[place] = evil

    cells = [cell for line in read(downloaded(*row), delimiter) for cell in line]

    assert [cell for cell in cells if cell.strip(' "').startswith(("=", "+", "-", "@"))] == []


@pytest.mark.parametrize(
    "value", ["Đào tạo; 书法, 1-2", "+8615400000001", "a\nb", 'say "你好"', "-"]
)
def test_what_is_no_formula_is_left_as_it_is(value):
    _, [*found] = read(downloaded("first", value, 7), ",")

    assert found == ["first", value if value != "-" else "'-", "7"]


def test_every_cell_stands_between_quotation_marks():
    assert downloaded("a", "b;c", 7).splitlines()[1] == '"a","b;c","7"'
