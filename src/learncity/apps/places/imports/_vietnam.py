"""Viet Nam on two days and the way from one to the other: the reform of 1 July 2025.

Two folders hold the lists of a day (provinces, districts, wards with the codes of the statistics
office); the table says, by name, which old ward went into which new one. Names recur, so each is
looked up within its province and district, in any spelling (Hòa and Hoà are one).
"""

import csv
import gzip
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from learncity.apps.places import bulk, services
from learncity.apps.places.types import Line, PlaceKind
from learncity.kernel.acting import By
from learncity.kernel.csv_cells import Cells
from learncity.kernel.csv_files import Columns, CsvFile, Outcome, Row, RowError, Unreadable, near
from learncity.kernel.texts import Text
from learncity.kernel.words import spelling

COLUMNS = Columns(
    needed=(("old_province",), ("old_district",), ("old_ward",), ("new_province",), ("new_ward",))
)
COUNTRY = "VN"
_LISTS = {
    "provinces": PlaceKind.PROVINCE,
    "districts": PlaceKind.DISTRICT,
    "wards": PlaceKind.COMMUNE,
}
_NEEDED = ("code", "full_name", "full_name_en")


@dataclass(frozen=True, slots=True)
class _Unit:
    code: str
    kind: PlaceKind
    name: Text
    parent: str


class VietnamImport:
    """Reads both days and the table, then carries out the reform."""

    def __init__(
        self, file: CsvFile, *, before: Path, after: Path, effective: date, by: By, at: datetime
    ) -> None:
        self._file, self._by, self._at, self._effective = file, by, at, effective
        self._before = _read_day(before, ("provinces", "districts", "wards"))
        self._after = _read_day(after, ("provinces", "wards"))
        self._old, self._new = _by_names(self._before), _by_names(self._after)
        self._flows: list[tuple[int, str, str]] = []
        self._errors: list[RowError] = []
        # Old wards of which a row has a mistake, and that row.
        self._half: dict[str, int] = {}

    def write(self, rows: Sequence[Row]) -> Outcome:
        """Read rows; they are carried out by ``finish``."""
        for row in rows:
            cells = Cells(row, self._file)
            if not row.trouble:
                old = self._find(cells, self._old, ("old_province", "old_district", "old_ward"))
                new = self._find(cells, self._new, ("new_province", "new_ward"))
                if old and new:
                    self._flows.append((row.number, old, new))
                elif old:
                    self._half.setdefault(old, row.number)
            self._errors += cells.errors
        return Outcome()

    def _hold_back(self) -> None:
        """A divided ward is carried out with all its parts, or not yet."""
        for number, old, _new in self._flows:
            if old in self._half:
                says = f"held back, because row {self._half[old]} of the same ward has a mistake"
                self._errors.append(RowError(number, "", "", says))
        self._flows = [flow for flow in self._flows if flow[1] not in self._half]

    def _find(
        self, cells: Cells, known: Mapping[tuple[str, ...], str], columns: tuple[str, ...]
    ) -> str:
        names = tuple(spelling(cells.text(column)) for column in columns)
        found = known.get(names, "")
        if not found:
            day = self._before if known is self._old else self._after
            rivals = [day[code].name["vi"] for key, code in known.items() if key[:-1] == names[:-1]]
            said = "there is no such ward in the list of that day"
            cells.wrong(columns[-1], said + near(cells.text(columns[-1]), rivals))
        return found

    @transaction.atomic
    def finish(self) -> Outcome:
        """Make it be so: the day before as it was, then the reform."""
        self._hold_back()
        outcome = Outcome(errors=self._errors)
        made = bulk.state_base(
            COUNTRY,
            [bulk.Base(u.code, u.kind, u.name, u.parent) for u in self._before.values()],
            on=bulk.eve(self._effective),
        )
        done = bulk.reform_at_once(
            key=f"{COUNTRY.lower()}-{self._effective}",
            title={
                "vi": "Sắp xếp đơn vị hành chính",
                "en": "Rearrangement of administrative units",
                "zh-Hans": "行政区划调整",
            },
            act="202/2025/QH15" if self._effective == date(2025, 7, 1) else "",
            country=COUNTRY,
            effective=self._effective,
            lines=list(self._lines()),
            by=self._by,
            at=self._at,
        )
        if made or done:
            services.redraw()
            services.take_effect(at=self._at)
        outcome.new = sum(number in done for number, _, _ in self._flows)
        outcome.same = len(self._flows) - outcome.new
        return outcome

    def _lines(self) -> Iterator[Line]:
        """The decree: wards as the table says, provinces as their wards went, districts gone."""
        provinces: dict[str, set[str]] = {}
        numbers: dict[str, int] = {}
        for number, old, new in self._flows:
            top = self._before[self._before[old].parent].parent
            provinces.setdefault(top, set()).add(self._after[new].parent)
            numbers.setdefault(top, number)
        for top, targets in provinces.items():
            for target in sorted(targets):
                yield self._line(numbers[top], top, target)
        for code, unit in self._before.items():
            if unit.kind == PlaceKind.DISTRICT and unit.parent in provinces:
                yield Line(numbers[unit.parent], code, "")
        for number, old, new in self._flows:
            yield self._line(number, old, new)

    def _line(self, number: int, old: str, new: str) -> Line:
        unit = self._after[new]
        return Line(number, old, new, None, unit.name, unit.kind, unit.parent)


def _read_day(folder: Path, lists: Sequence[str]) -> dict[str, _Unit]:
    """The regions of a day by code, those above first."""
    units: dict[str, _Unit] = {}
    for name in lists:
        for row in _read(folder, name):
            parent = row.get("district_code") or row.get("province_code") or ""
            name_ = Text({"vi": row["full_name"], "en": row["full_name_en"]})
            if parent and parent not in units:
                raise Unreadable(f"{folder}/{name}: {row['code']} lies in {parent}, not listed.")
            units[row["code"]] = _Unit(row["code"], _LISTS[name], name_, parent)
    return units


def _read(folder: Path, name: str) -> Iterator[dict[str, str]]:
    path = next(
        (p for p in (folder / f"{name}.csv", folder / f"{name}.csv.gz") if p.exists()), None
    )
    if path is None:
        raise Unreadable(f"{folder} has no {name}.csv. Give the folder with the lists of that day.")
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as text:
        rows = csv.DictReader(text)
        missing = [column for column in _NEEDED if column not in (rows.fieldnames or ())]
        if missing:
            raise Unreadable(f"{path.name} has no column {' or '.join(missing)}.")
        for row in rows:
            if not re.fullmatch(r"\d{2,5}", row["code"]):
                raise Unreadable(f"{path.name}: {row['code']!r} is no code of a region.")
            yield row


def _by_names(units: Mapping[str, _Unit]) -> dict[tuple[str, ...], str]:
    """Codes of communes by the spelt names from the province down."""
    found = {}
    for code, unit in units.items():
        if unit.kind != PlaceKind.COMMUNE:
            continue
        names, at = [], code
        while at:
            names.append(spelling(units[at].name["vi"]))
            at = units[at].parent
        found[tuple(reversed(names))] = code
    return found
