"""The sheet of a workbook that is its list, row by row: what cannot be taken is said, not lost.

The library's own reader hands out an empty cell for a formula without a result and forgets what
stands beyond a last column. Its parser is used as its reader does, one row after the other.
"""

from collections.abc import Iterator
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

# A cell far to the right would make every row of a short list thousands of cells long.
MOST_COLUMNS = 256


class CellLost(Exception):
    """A cell holds something that cannot be taken.

    Attributes:
        name: of the cell, such as ``C7``.
        row: its number.
    """

    def __init__(self, row: int, column: int) -> None:
        self.row, self.name = row, f"{get_column_letter(column)}{row}"
        super().__init__(self.name)


class Uncomputed(CellLost):
    """It is a formula, and whoever wrote the file did not write down its result."""


class TooFarRight(CellLost):
    """It stands beyond ``MOST_COLUMNS``."""


class _Parser(WorkSheetParser):
    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        # Without a result there is no type of it either; that of an empty text is "str".
        if (
            cell["value"] is None
            and element.find(FORMULA_TAG) is not None
            and element.get("t") != "str"
        ):
            raise Uncomputed(cell["row"], cell["column"])
        return cell


def rows(book: Any, most: int | None = None) -> Iterator[list[Any]]:
    """The values of the first sheet that is not hidden, row by row; empty rows are there too.

    Args:
        book: as ``archives.opened`` gives it.
        most: so many rows from the top; all when unset.

    Raises:
        CellLost: while rows are read.
    """
    sheets = book.worksheets
    sheet = next((one for one in sheets if one.sheet_state == "visible"), sheets[0])
    above = 0
    with sheet._get_source() as source:
        parser = _Parser(
            source, sheet._shared_strings, data_only=True, epoch=book.epoch,
            date_formats=book._date_formats, timedelta_formats=book._timedelta_formats,
        )  # fmt: skip
        for number, cells in parser.parse():
            if most is not None and number > most:
                return
            if number <= above:
                raise ValueError("rows out of order")
            for _ in range(above + 1, number):
                yield []
            yield _values(cells)
            above = number
            if above == most:
                return


def _values(cells: list[dict[str, Any]]) -> list[Any]:
    found: list[Any] = []
    for cell in cells:
        value, column = cell["value"], cell["column"]
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        if column > MOST_COLUMNS:
            raise TooFarRight(cell["row"], column)
        found += [None] * (column - len(found))
        found[column - 1] = value
    return found
