"""The table of China's administrative codes with first and last year and successors.

One row a code and span of years. A successor without a year took the whole at the end; one with a
year, ``130108[2001]``, took a part then while the rest went on. Only years are known, so each
change counts from 1 January of its year.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from learncity.apps.places import bulk, services
from learncity.apps.places.types import Line, PlaceKind
from learncity.kernel.acting import By
from learncity.kernel.csv_cells import Cells
from learncity.kernel.csv_files import Columns, CsvFile, Outcome, Row, RowError
from learncity.kernel.texts import Text

CODE, NAME, LEVEL, SINCE = "代码", "名称", "级别", "启用时间"
UNTIL, HEIRS = "变更/弃用时间", "新代码"
COLUMNS = Columns(needed=((CODE,), (NAME,), (LEVEL,), (SINCE,), (UNTIL,), (HEIRS,)))

COUNTRY = "CN"
# How the keys of the reforms begin that this import makes.
_MADE = "cn-"
_LEVELS = {"省级": PlaceKind.PROVINCE, "地级": PlaceKind.CITY, "县级": PlaceKind.DISTRICT}
_RANK = {PlaceKind.PROVINCE: 0, PlaceKind.CITY: 1, PlaceKind.DISTRICT: 2}
_HEIR = re.compile(r"(\d{6})(?:\[(\d{4})\])?")


@dataclass(frozen=True, slots=True)
class _Span:
    """A code from one year until before another; ``heirs``: code and year of each successor."""

    number: int
    code: str
    name: str
    kind: PlaceKind
    since: int
    until: int | None
    heirs: tuple[tuple[str, int], ...]

    def lives(self, year: int) -> bool:
        return self.since <= year and (self.until is None or year < self.until)


class ChinaImport:
    """Reads the whole table, then carries out its years as reforms, in order."""

    def __init__(self, file: CsvFile, *, by: By, at: datetime) -> None:
        self._file, self._by, self._at = file, by, at
        self._spans: list[_Span] = []
        self._errors: list[RowError] = []
        self._by_code: dict[str, list[_Span]] = defaultdict(list)
        # What goes into a code in a year.
        self._into: dict[tuple[str, int], list[_Span]] = defaultdict(list)

    def write(self, rows: Sequence[Row]) -> Outcome:
        """Read rows; they are carried out by ``finish``."""
        for row in rows:
            cells = Cells(row, self._file)
            span = None if row.trouble else _span(cells)
            if span and any(_overlap(span, other) for other in self._by_code[span.code]):
                cells.wrong(CODE, "another row has this code in the same years")
            self._errors += cells.errors
            if span and not cells.errors:
                self._spans.append(span)
                self._by_code[span.code].append(span)
        return Outcome()

    @transaction.atomic
    def finish(self) -> Outcome:
        """Make it be so: the first year as it was, then every year with a change."""
        outcome = Outcome(errors=self._errors)
        # A city's file or a decree said it to the day; the table knows only the year.
        stated = bulk.stated_codes(COUNTRY, made_by=_MADE)
        known = [span for span in self._spans if span.code in stated]
        spans = [s for s in self._spans if s not in known and self._can_be(s, outcome)]
        outcome.same = len(known)
        if not spans:
            return outcome
        first = min(span.since for span in spans)
        for span in spans:
            for year in {when for _, when in span.heirs} | ({span.until} if span.until else set()):
                for code in self._heirs(span, year):
                    self._into[code, year].append(span)
        adopted = self._adopt(spans, first)
        base = [
            bulk.Base(
                s.code, s.kind, Text({"zh-Hans": s.name}), self._parent(s, first),
                adopted.get((s.code, s.since)),
            )
            for s in spans
            if s.lives(first)
        ]  # fmt: skip
        made = bulk.state_base(COUNTRY, base, on=date(first, 1, 1))
        done = {s.number for s in spans if s.code in made and s.lives(first)}
        for year in sorted(self._years(spans) - {first}):
            if applied := self._reform(year, spans, adopted):
                done |= applied | {span.number for span in spans if span.since == year}
        if done:
            services.redraw()
            services.take_effect(at=self._at)
        outcome.new = sum(span.number in done for span in spans)
        outcome.same += len(spans) - outcome.new
        return outcome

    def _can_be(self, span: _Span, outcome: Outcome) -> bool:
        """Whether every successor and the region it lies in are in the table."""
        says = ""
        for code, year in span.heirs:
            if not any(s.lives(year) for s in self._by_code[code]):
                says = f"there is no row for the successor {code} in {year}"
        if span.kind != PlaceKind.PROVINCE and not self._parent(span, span.since):
            says = f"there is no row for the province or prefecture of {span.code} in {span.since}"
        if says:
            outcome.errors.append(RowError(span.number, CODE, span.code, says))
        return not says

    def _adopt(self, spans: Sequence[_Span], first: int) -> dict[tuple[str, int], UUID]:
        """Regions that a city's file stated as they are today, by the code and year they began.

        A county that became a city and then a district is one region with three codes.
        """
        origins = {s.code: self._origin(s) for s in spans if s.until is None}
        changed = {code for code, o in origins.items() if (o.code, o.since) != (code, first)}
        found = bulk.release(COUNTRY, changed)
        return {(origins[c].code, origins[c].since): pk for c, pk in found.items()}

    def _origin(self, span: _Span) -> _Span:
        """The first span of the same region: whole, and alone, under other codes."""
        while True:
            before = [
                other
                for other in self._into[span.code, span.since]
                if other.until == span.since and len(self._heirs(other, span.since)) == 1
            ]
            if len(before) != 1 or len(self._into[span.code, span.since]) != 1:
                return span
            span = before[0]

    def _years(self, spans: Sequence[_Span]) -> set[int]:
        years = {s.since for s in spans} | {s.until for s in spans if s.until}
        return years | {year for s in spans for _, year in s.heirs}

    def _living(self, code: str, year: int) -> _Span | None:
        return next((s for s in self._by_code[code] if s.lives(year)), None)

    def _parent(self, span: _Span, year: int) -> str:
        """The code of the prefecture or province in which a region lay in a year."""
        above = (span.code[:4] + "00", span.code[:2] + "0000")
        return next((c for c in above if c != span.code and self._living(c, year)), "")

    def _reform(
        self, year: int, spans: Sequence[_Span], adopted: dict[tuple[str, int], UUID]
    ) -> frozenset[int]:
        lines = list(self._lines(year, spans))
        if not lines:
            return frozenset()
        return bulk.reform_at_once(
            key=f"{_MADE}{year}",
            title={"zh-Hans": f"{year}年行政区划变更", "en": f"Changes of {year}"},
            country=COUNTRY,
            effective=date(year, 1, 1),
            lines=lines,
            adopted={code: pk for (code, since), pk in adopted.items() if since == year},
            by=self._by,
            at=self._at,
        )

    def _lines(self, year: int, spans: Sequence[_Span]) -> Iterator[Line]:
        """What happened in a year, as a decree would say it."""
        spoken: set[str] = set()
        reached: set[str] = set()
        for span in spans:
            if span.since >= year or (span.until is not None and span.until < year):
                continue
            heirs = [heir for heir in self._heirs(span, year) if self._may_flow(span, heir, year)]
            goes_on = span.until is None or span.until > year
            moved = goes_on and self._parent(span, year) != self._parent(span, year - 1)
            if not heirs and goes_on and not moved:
                continue
            spoken.add(span.code)
            if goes_on:
                yield self._line(span.number, span.code, span.code, year)
            for code in heirs:
                reached.add(code)
                yield self._line(span.number, span.code, code, year)
            if not heirs and not goes_on:
                yield Line(span.number, span.code, "")
        for span in spans:
            if span.since == year and span.code not in reached | spoken:
                yield self._line(span.number, "", span.code, year)

    def _heirs(self, span: _Span, year: int) -> list[str]:
        heirs = [code for code, when in span.heirs if when == year]
        if not heirs and span.until == year and self._living(span.code, year):
            return [span.code]  # the same code goes on, mostly with another name
        return heirs

    def _may_flow(self, span: _Span, code: str, year: int) -> bool:
        """A province that gives land to a county stays what it was: the county is founded."""
        heir = self._living(code, year)
        goes_on = span.until is None or span.until > year
        return heir is not None and not (goes_on and _RANK[span.kind] < _RANK[heir.kind])

    def _line(self, number: int, source: str, code: str, year: int) -> Line:
        span = self._living(code, year)
        assert span
        parent = self._parent(span, year)
        return Line(number, source, code, None, Text({"zh-Hans": span.name}), span.kind, parent)


def _overlap(one: _Span, other: _Span) -> bool:
    starts = max(one.since, other.since)
    return one.lives(starts) and other.lives(starts)


def _span(cells: Cells) -> _Span | None:
    code, name, level = cells.text(CODE), cells.text(NAME, 60), cells.text(LEVEL)
    if not re.fullmatch(r"\d{6}", code):
        cells.wrong(CODE, "write the six digits of the code")
    if not name:
        cells.wrong(NAME, "write the name; the cell is empty")
    if level not in _LEVELS:
        cells.wrong(LEVEL, f"write one of {', '.join(_LEVELS)}")
    since, until = _year(cells, SINCE), _year(cells, UNTIL)
    if since is None:
        cells.wrong(SINCE, "write the year in which the code began")
    elif until is not None and until <= since:
        cells.wrong(UNTIL, f"the code begins in {since}; write a later year")
    heirs = []
    for said in filter(None, cells.text(HEIRS).split(";")):
        found = _HEIR.fullmatch(said.strip())
        if not found or not (found[2] or until):
            cells.wrong(HEIRS, "write codes, such as 320508 or 320508[2012], with ; between them")
            break
        heirs.append((found[1], int(found[2] or until or 0)))
    if cells.errors:
        return None
    return _Span(cells.row.number, code, name, _LEVELS[level], since or 0, until, tuple(heirs))


def _year(cells: Cells, column: str) -> int | None:
    said = cells.text(column)
    if not said:
        return None
    if not re.fullmatch(r"(19|20|21)\d\d", said):
        cells.wrong(column, "write a year, such as 2012")
        return None
    return int(said)
