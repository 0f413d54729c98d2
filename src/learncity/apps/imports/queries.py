"""Everything that can be asked of imports. Nothing here writes."""

import csv
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.utils.translation import gettext as _

from learncity.kernel.csv_text import Unreadable
from learncity.kernel.outcomes import Change, Clash

from . import files
from .kinds import KINDS, kind_of
from .kinds import Kind as Kind
from .models import Import
from .types import RUNNING, ImportValue

# Rows left out that are handed out at once, in characters.
MOST_FETCHED = 20_000_000


def kinds() -> Mapping[str, Kind]:
    """The kinds of lists that can be sent, by key."""
    return KINDS


def find(import_id: UUID) -> ImportValue | None:
    """An import, or ``None``; one query."""
    found = Import.objects.filter(pk=import_id).first()
    return found.as_value() if found else None


def latest(limit: int = 100, *, owner_ids: Collection[UUID] | None = None) -> list[ImportValue]:
    """The newest imports, newest first; one query.

    Args:
        owner_ids: whose lists; ``None``: all, those of the city among them.
    """
    rows = Import.objects.order_by("-at", "-id")
    if owner_ids is not None:
        rows = rows.filter(owner_id__in=owner_ids)
    return [row.as_value() for row in rows[:limit]]


def changes(import_id: UUID, *, begin: int = 0, count: int | None = None) -> list[Change]:
    """What a checked list would change, cell by cell; empty when its files are gone."""
    rows = files.noted(files.changes_of(import_id))
    end = None if count is None else begin + count
    return [Change(int(row), *rest) for row, *rest in islice(rows, begin, end)]


def clashes(import_id: UUID, *, begin: int = 0, count: int | None = None) -> list[Clash]:
    """What rows of a checked list want and something else has."""
    rows = files.noted(files.clashes_of(import_id))
    end = None if count is None else begin + count
    return [
        Clash(int(row), key, what, name, datetime.fromisoformat(begins),
              datetime.fromisoformat(ends), int(times), other)
        for row, key, what, name, begins, ends, times, other in islice(rows, begin, end)
    ]  # fmt: skip


def count_changes(import_id: UUID) -> int:
    """How many cells a checked list would change."""
    return sum(1 for _row in files.noted(files.changes_of(import_id)))


def stale(before: datetime) -> list[UUID]:
    """Imports that should be running and did not move since a moment; one query."""
    rows = Import.objects.filter(state__in=RUNNING, touched_at__lt=before)
    return list(rows.order_by("touched_at").values_list("id", flat=True))


def first_rows(value: ImportValue, count: int = 5) -> tuple[list[str], list[list[str]]]:
    """Our names of the columns that are read, and the first rows, as a preview shows them.

    Numbers are masked. Both are empty once the file is gone.
    """
    kind = kind_of(value.kind)
    try:
        file = files.head_of(value.id, kind.columns)
    except (Unreadable, OSError):
        return [], []
    at = {name: place for place, name in enumerate(file.header)}
    columns = [ours for ours in kind.columns.all if value.columns.get(ours) in at]
    rows = []
    for row in islice(file.rows(), count):
        cells = [_cell(row.raw, at[value.columns[ours]]) for ours in columns]
        rows.append([kind.shown(c, cell) for c, cell in zip(columns, cells, strict=True)])
    return columns, rows


def _cell(raw: Sequence[str], at: int) -> str:
    return raw[at].strip() if at < len(raw) else ""


def has_failed_rows(import_id: UUID) -> bool:
    """Whether the rows that were left out can still be fetched."""
    return files.failed_of(import_id).exists()


def failed_rows(import_id: UUID) -> Iterator[list[str]]:
    """The header and the rows that were left out, as they were sent, each with its problem.

    Whoever reads them says so with ``services.note_rows_fetched``. A download is made in memory:
    after ``MOST_FETCHED`` characters the last row says that there are more.
    """
    left = MOST_FETCHED
    path = files.failed_of(import_id)
    with path.open(encoding="utf-8-sig", newline="") as text:
        rows = csv.reader(text)
        head = next(rows)
        yield head
        for row in rows:
            left -= sum(map(len, row)) + len(row)
            if left < 0:
                yield [*[""] * (len(head) - 1), _("More rows were left out than a download holds. "
                       "The first are here; mend the list itself and send it again.")]  # fmt: skip
                return
            yield row
