"""What other rooms may know of imports: values and refusals. Pure data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.kernel.errors import DomainError, NotFound

# What the office may send in a browser; longer lists come in by command. Bytes.
MOST_BYTES = 20_000_000


# Whose phone numbers and IDs may be written without a country; the first where nobody says it.
COUNTRIES = ("CN", "VN")


class ImportState(StrEnum):
    """How far a list is."""

    SENT = "SENT"  # its header was read; its columns are still to be said
    CHECKING = "CHECKING"
    CHECKED = "CHECKED"
    APPLYING = "APPLYING"
    DONE = "DONE"
    REFUSED = "REFUSED"  # it cannot be read at all
    REMOVED = "REMOVED"  # taken away before anything of it was written
    STOPPED = "STOPPED"  # some of it was written, and not the rest


STATE_NAMES = {
    ImportState.SENT: _("Columns to be said"),
    ImportState.CHECKING: _("Being checked"),
    ImportState.CHECKED: _("Checked"),
    ImportState.APPLYING: _("Being imported"),
    ImportState.DONE: _("Imported"),
    ImportState.REFUSED: _("Cannot be read"),
    ImportState.REMOVED: _("Removed"),
    ImportState.STOPPED: _("Stopped halfway"),
}
RUNNING = (ImportState.CHECKING, ImportState.APPLYING)

# Why nothing of a file can be used: codes of kernel.csv_text.Unreadable.
REASONS = {
    "unreadable": _("The file cannot be read. Save it as XLSX or CSV and send it again."),
    "empty": _("The file is empty. Was it saved?"),
    "no_rows": _("The file has a header and no row below it."),
    "not_text": _("This is neither a workbook nor a table of text. Save it as XLSX or CSV."),
    "too_long": _("A row is longer than any list needs. Is a quotation mark not closed?"),
    "open_quote": _(
        "In the row that begins in line %(line)s a quotation mark is not closed, or stands where"
        " none can be, so nobody can tell where this row ends. Close, double or remove it and send"
        " the list again."
    ),
    "two_columns": _("Two columns have the same name. Rename or remove one of them."),
    "damaged": _("The workbook is damaged. Open it in a spreadsheet, save it and send it again."),
    "old_workbook": _("This is an old or locked workbook. Save it as XLSX without a password."),
    "too_large": _("The workbook unpacks to more than a list needs. Save it as CSV."),
    "formulas": _(
        "The workbook holds formulas without their results, the first in row %(line)s. Open it in"
        " a spreadsheet, save it and send it again."
    ),
    "too_wide": _(
        "In row %(line)s something stands to the right of the 256 columns that a list may have."
        " Delete those beyond and send it again."
    ),
    "fault": _(
        "A fault of the program stopped this list. Tell whoever runs the system, and check the"
        " list again afterwards."
    ),
    "stuck": _(
        "This list was begun five times and came no further. Tell whoever runs the system, and"
        " check the list again afterwards."
    ),
    "no_header": _(
        "Where the names of the columns should stand is what looks like somebody’s data. Put a row"
        " above that says what each column holds, without numbers or addresses, and send it again."
    ),
    "packed": _("Packed files come in by command only. Send the file as it is."),
}


def reason_of(code: str, line: int = 0) -> str:
    """Why nothing of a file can be used, in the language of the moment; and in which line."""
    return REASONS.get(code, REASONS["unreadable"]) % {"line": line}


@dataclass(frozen=True, slots=True)
class Mistake:
    """A kind of mistake: in which column, what to do, in how many rows. No value of anybody.

    Attributes:
        is_in: the rows are not left out; something of them was not taken, or is to be looked at.
    """

    column: str
    says: str
    rows: int
    is_in: bool = False


@dataclass(frozen=True, slots=True)
class ImportValue:
    """A list that was sent, how far it is, and what became of its rows.

    ``columns`` are our names of columns to the file's. ``line`` of ``lines`` is how far it was
    read. Counts are those of the check, and after applying those of what was done. ``owner_id``:
    whose rows alone it may hold; ``None`` for a list of the city.
    """

    id: UUID
    kind: str
    list_name: str
    file_name: str
    language: str
    country: str
    giver: str
    state: ImportState
    by_id: UUID
    at: datetime
    ended_at: datetime | None
    header: tuple[str, ...]
    columns: Mapping[str, str]
    line: int
    lines: int
    new: int
    changed: int
    same: int
    alike: int
    wrong: int
    mistakes: tuple[Mistake, ...]
    code: str
    has_files: bool
    owner_id: UUID | None = None
    clashes: int = 0

    @property
    def unread(self) -> tuple[str, ...]:
        """Columns of the file that nobody reads."""
        return tuple(name for name in self.header if name not in self.columns.values())

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return self.new + self.changed + self.same + self.wrong

    @property
    def share(self) -> int:
        """How much of it was read, in hundredths."""
        return min(100, self.line * 100 // self.lines) if self.lines else 0


class ImportNotFound(NotFound):
    """There is no such import."""

    code = "import_not_found"


class ListUnreadable(DomainError):
    """Nothing of the file can be used; ``says`` is one of ``REASONS``."""

    code = "list_unreadable"

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.says = reason_of(reason, line)


class ListTooLarge(DomainError):
    """More bytes than are taken in a browser."""

    code = "list_too_large"
    says = _("The file is larger than 20 MB. Send it in parts, or have it imported by command.")


class ColumnTwice(DomainError):
    """Two columns of the file are said to be the same."""

    code = "column_twice"
    says = _("Two columns are said to hold the same. Choose another for one of them.")


class ColumnsMissing(DomainError):
    """Without these columns no row can be used; they are named by what the office calls them."""

    code = "columns_missing"

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(*missing)
        self.says = _("Say which columns hold this: %(missing)s.") % {"missing": "; ".join(missing)}


class NotOfYours(DomainError):
    """Lists of this kind, or of this organization, are sent by others."""

    code = "list_not_of_yours"
    says = _("A list of this kind is sent by others, or is of an organization that is not yours.")


class NotNow(DomainError):
    """The list is not as far, or further."""

    code = "import_not_now"
    says = _("The list is in another state meanwhile. Look at it again.")


class KindUnknown(DomainError):
    """There is no such kind of list."""

    code = "import_kind_unknown"
    says = _("There is no such kind of list.")
