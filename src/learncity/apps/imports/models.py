"""Tables of imports. Private: other rooms go through services and queries."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from learncity.kernel.ids import uuid7

from .types import ImportState, ImportValue, Mistake

_RUNNING = [ImportState.CHECKING, ImportState.APPLYING]
# Nobody has counted anything yet.
NO_COUNTS: dict[str, Any] = {
    **dict.fromkeys(("row", "line", "new", "changed", "same", "alike", "wrong", "clashes"), 0),
    "mistakes": [],
}


class Import(models.Model):
    """A list that the office sent: what it is, how far it is, what became of its rows.

    The list itself, and the rows that were left out, are files in the data folder until they are
    deleted; what stays here are counts.

    Personal data: who sent a list and who had it written, how the file was called; and, in files,
    whatever stands in the list. The files are deleted when the list is done or a week old, and with
    them the name of the file and the names of its columns.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20)
    # Whose rows alone it may hold; none: a list of the city.
    owner = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, null=True, related_name="+"
    )
    list_name = models.CharField(max_length=80, default="", blank=True)
    file_name = models.CharField(max_length=120, default="", blank=True)
    # Of people of whom no row says theirs; and in which mistakes are said.
    language = models.CharField(max_length=10)
    # Of phone numbers and IDs without one.
    country = models.CharField(max_length=2, default="CN", db_default="CN")
    # Who gave numbers out of which no column says it.
    giver = models.CharField(max_length=80, default="", blank=True)
    state = models.CharField(max_length=10, choices=[(s.value, s.name) for s in ImportState])
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    spoken = models.CharField(max_length=10)
    at = models.DateTimeField()
    # Who had it written, and by which way in: what is written is signed by them.
    applied_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    applied_via = models.CharField(max_length=10, default="", db_default="", blank=True)
    # Some of it was written, whatever became of the list afterwards.
    is_written = models.BooleanField(default=False, db_default=False)
    # How often it was begun since it last came further.
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    # When something last moved: a list at which nobody works any more is taken up again.
    touched_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    header = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    # How far the rows are read: a row of the file, a line of it, of how many.
    row = models.PositiveIntegerField(default=0)
    line = models.PositiveIntegerField(default=0)
    lines = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    alike = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    # How many things that rows want are taken by something else.
    clashes = models.PositiveIntegerField(default=0, db_default=0)
    # Kinds of mistakes with how many rows, by our names of columns; never a value.
    mistakes = models.JSONField(default=list)
    code = models.CharField(max_length=20, default="", blank=True)
    has_files = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[*ImportState]), name="imports_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_RUNNING) | Q(has_files=True),
                name="imports_running_has_its_file",
            ),
            models.CheckConstraint(
                condition=~Q(state=ImportState.REMOVED) | Q(is_written=False),
                name="imports_removed_wrote_nothing",
            ),
            models.CheckConstraint(
                condition=Q(is_written=False) | Q(applied_by__isnull=False),
                name="imports_written_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("at")),
                name="imports_end_after_they_began",
            ),
            models.CheckConstraint(
                condition=~Q(kind="people") | Q(owner=None), name="imports_people_are_the_citys"
            ),
        ]
        indexes = [
            # Serves the office's list, newest first.
            models.Index(fields=["-at", "-id"], name="imports_latest"),
            # Serves whoever looks for lists at which nobody works: mostly none.
            models.Index(
                fields=["touched_at"], condition=Q(state__in=_RUNNING), name="imports_running"
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"

    def start(self, state: ImportState, at: Any) -> None:
        """Begin to read it from its first row."""
        self.state, self.touched_at, self.code, self.attempts = state, at, "", 0
        for name, value in NO_COUNTS.items():
            setattr(self, name, value)

    def as_value(self) -> ImportValue:
        """The only shape in which an import leaves this room."""
        return ImportValue(
            self.id, self.kind, self.list_name, self.file_name, self.language, self.country,
            self.giver, ImportState(self.state), self.by_id, self.at, self.ended_at,
            tuple(self.header), self.columns, self.line, self.lines, self.new, self.changed,
            self.same, self.alike, self.wrong, tuple(map(self._mistake, self.mistakes)),
            self.code, self.has_files, self.owner_id, self.clashes,
        )  # fmt: skip

    def _mistake(self, one: list[Any]) -> Mistake:
        """A kind of mistake as the file calls the column, or as we do when its names are gone."""
        column, *rest = one
        return Mistake(self.columns.get(column, column), *rest)


class Layout(models.Model):
    """What the columns of a header were said to be, so that nobody says it twice.

    Of the file's names of columns there are keyed hashes only: they are words of whoever sent it.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20)
    # Hash of the names of the columns, in order, without what was wrong the last time.
    shape = models.CharField(max_length=64)
    # Our name of a column to the hash of the file's.
    columns = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "shape"], name="imports_shape_once"),
        ]

    def __str__(self) -> str:
        return f"layout {self.pk}"


class Meanings(models.Model):
    """What the columns of one list were said to be, so that a column more or less changes nothing.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20)
    # The name of the list whatever its case and width.
    list_name = models.CharField(max_length=80)
    # The file's name of a column, likewise, to ours; empty where it is not read.
    columns = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "list_name"], name="imports_meanings_once"),
        ]

    def __str__(self) -> str:
        return f"meanings {self.pk}"
