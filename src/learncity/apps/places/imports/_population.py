"""People of regions by year and group, as a statistics office publishes them."""

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from learncity.apps.places import queries, services
from learncity.apps.places.types import NewPopulation, PopulationGroup
from learncity.kernel.csv_cells import Cells
from learncity.kernel.csv_files import Columns, CsvFile, Outcome, Row

COLUMNS = Columns(needed=(("place",), ("year",), ("people",)), optional=("group", "source"))


class PopulationImport:
    """Writes the counts of one file, some rows at a time; the same again changes nothing."""

    def __init__(self, file: CsvFile) -> None:
        self._file = file
        self._seen: dict[str, int] = {}

    @transaction.atomic
    def write(self, rows: Sequence[Row]) -> Outcome:
        """Make the counts be so; three statements."""
        read = [Cells(row, self._file) for row in rows]
        ids = queries.ids_by_key({cells.row.cells.get("place", "") for cells in read})
        counts, errors = [], []
        for cells in read:
            counted = None if cells.row.trouble else self._counted(cells, ids)
            errors += cells.errors
            if counted and not cells.errors:
                counts.append(counted)
        new, changed = services.state_population(counts)
        return Outcome(new, changed, len(counts) - new - changed, errors)

    def _counted(self, cells: Cells, ids: Mapping[str, UUID]) -> NewPopulation | None:
        key, year, people = (cells.text(column) for column in ("place", "year", "people"))
        if key not in ids:
            cells.wrong("place", "there is no place with this key")
        if not re.fullmatch(r"(19|20|21)\d\d", year):
            cells.wrong("year", "write a year, such as 2025")
        number = re.sub(r"[ ,.\u00a0\u202f]", "", people)
        if not re.fullmatch(r"\d{1,12}", number):
            cells.wrong("people", "write a number of people")
        group = cells.choice("group", PopulationGroup) or PopulationGroup.EVERYBODY
        if cells.errors:
            return None
        cells.once("year", f"{key} {year} {group}", self._seen)
        return NewPopulation(ids[key], int(year), group, int(number), cells.text("source", 200))
