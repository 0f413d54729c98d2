"""Rows that a program states, in the place of a list in a file: read by the same rules.

All of them are written or none: a program is told what to correct and sends them again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from .csv_files import Row, RowError
from .errors import DomainError


@dataclass(frozen=True)
class StatedRows:
    """Rows with the same columns, as our names of them to what stands in them.

    Attributes:
        columns: what the rows say; other columns are left as they are.
        names: our name of a column to the sender's, where the two differ.
    """

    columns: frozenset[str]
    cells: Sequence[Mapping[str, str]]
    names: Mapping[str, str] = field(default_factory=dict)

    def name_of(self, column: str) -> str:
        """What the sender calls a column."""
        return self.names.get(column, column)

    def rows(self) -> list[Row]:
        """The rows, numbered from 1."""
        return [Row(n, n, cells, ()) for n, cells in enumerate(self.cells, 1)]


class RowsRefused(DomainError):
    """Some of the rows cannot be written, so none was."""

    says = _("Nothing was written. Correct what ‘errors’ lists and send all of it again.")
    code = "rows_refused"

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(*map(str, errors))
        self.errors = errors
