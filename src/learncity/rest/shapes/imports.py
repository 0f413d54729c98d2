"""Lists that the office sends: how far they are, and what became of their rows."""

from typing import Literal
from uuid import UUID

from django.urls import reverse
from pydantic import Field

from learncity.apps.imports import types
from learncity.apps.imports.types import COUNTRIES, ImportState
from learncity.kernel.outcomes import Change, Clash

from .common import Moment, Shape
from .people import Asked


class NewImport(Asked):
    """A list as text; larger ones and workbooks are sent in a browser or by command."""

    id: UUID
    """Made by the caller (a UUID); sent again, nothing is made twice."""
    kind: str = Field(default="people", max_length=20)
    """`people`, `courses` or `classes`."""
    owner: str = Field(default="", max_length=80)
    """Key of the organization whose courses or classes it holds; the city's office says none."""
    list_name: str = Field(min_length=1, max_length=80)
    """Which list it is, in the same words each time."""
    text: str = Field(min_length=1, max_length=2_000_000)
    """CSV or tab-separated rows, the names of the columns in the first."""
    language: str = Field(default="zh-Hans", pattern=r"^(zh-Hans|vi|en)$")
    """In which those are written to of whom no row says it."""
    country: str = Field(default=COUNTRIES[0], pattern=r"^(CN|VN)$")
    """Of phone numbers and IDs without one."""
    giver: str = Field(default="", max_length=80)
    """Union, employer or school that gave numbers out, where no column says it."""


class ImportColumns(Asked):
    """What the columns of a list hold."""

    columns: dict[str, str]
    """Our name of a column to the file's."""


class ListMistake(Shape):
    """A kind of mistake; never a value of anybody."""

    column: str
    says: str
    rows: int
    is_in: bool
    """The rows are not left out; something of them was not taken, or is to be looked at."""


class Import(Shape):
    """A list that was sent."""

    id: UUID
    href: str
    """Where it is looked at."""
    kind: str
    list_name: str
    state: ImportState
    at: Moment
    header: list[str]
    """What the file calls its columns."""
    columns: dict[str, str]
    """Our name of a column to the file's: guessed, until they are said."""
    not_read: list[str]
    """Columns of the file that nobody reads."""
    read: int
    """How much of it was read, in hundredths."""
    new: int
    changed: int
    same: int
    left_out: int
    alike: int
    """How many look like somebody who is there already; they are not joined."""
    clashes: int
    """How many rooms and teachers that rows want are taken at that time."""
    mistakes: list[ListMistake]

    @classmethod
    def of(cls, value: types.ImportValue) -> "Import":
        """From an import."""
        return cls(
            id=value.id,
            href=reverse("rest:import", args=[value.id]),
            kind=value.kind,
            list_name=value.list_name,
            state=value.state,
            at=value.at,
            header=[*value.header],
            columns=dict(value.columns),
            not_read=[*value.unread],
            read=value.share,
            new=value.new,
            changed=value.changed,
            same=value.same,
            left_out=value.wrong,
            alike=value.alike,
            clashes=value.clashes,
            mistakes=[
                ListMistake(column=m.column, says=m.says, rows=m.rows, is_in=m.is_in)
                for m in value.mistakes
            ],
        )


class ImportChange(Shape):
    """One cell of something that is there already."""

    row: int
    key: str
    column: str
    before: str
    after: str

    @classmethod
    def of(cls, one: Change) -> "ImportChange":
        """From a change."""
        return cls(row=one.row, key=one.key, column=one.column, before=one.before, after=one.after)


class ImportClash(Shape):
    """What a row wants is taken at that time by something else."""

    row: int
    key: str
    what: Literal["room", "instructor"]
    name: str
    begins: Moment
    """Of the first meeting that is concerned."""
    ends: Moment
    times: int
    """How many meetings are."""
    taken_by: str

    @classmethod
    def of(cls, one: Clash) -> "ImportClash":
        """From a clash."""
        return cls(
            row=one.row, key=one.key, what=one.what, name=one.name, begins=one.begins,  # type: ignore[arg-type]
            ends=one.ends, times=one.times, taken_by=one.other,
        )  # fmt: skip


class ImportChanges(Shape):
    """What a checked list would change, cell by cell, and what its rows want that is taken."""

    changes: list[ImportChange]
    clashes: list[ImportClash]


class Imports(Shape):
    """Lists, newest first, at most 100."""

    items: list[Import]


class FailedRows(Shape):
    """Rows that were left out, as they were sent; the last cell says what is wrong."""

    header: list[str]
    rows: list[list[str]]
