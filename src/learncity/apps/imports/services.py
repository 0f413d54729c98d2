"""Every change to imports: a list is sent, its columns said, it is checked, applied, removed."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db import transaction

from learncity.kernel import audit, locks
from learncity.kernel.acting import By
from learncity.kernel.csv_files import folded, is_problem
from learncity.kernel.csv_text import Unreadable
from learncity.kernel.ids import uuid7
from learncity.kernel.jobs import enqueue
from learncity.kernel.texts import LANGUAGES

from . import files
from .kinds import Kind, kind_of
from .models import Import, Layout, Meanings
from .running import run
from .types import (
    COUNTRIES,
    RUNNING,
    ColumnsMissing,
    ColumnTwice,
    ImportNotFound,
    ImportState,
    ImportValue,
    ListUnreadable,
    NotNow,
)

__all__ = [
    "apply",
    "check",
    "forget_files",
    "note_rows_fetched",
    "note_rows_seen",
    "remove",
    "run",
    "send",
    "sweep_strays",
]

# Columns of a list of which is remembered what they were said to be.
_MOST_MEANINGS = 500


def send(
    *,
    import_id: UUID | None = None,
    kind: str,
    list_name: str,
    file_name: str,
    content: Iterable[bytes],
    language: str,
    country: str = COUNTRIES[0],
    giver: str,
    spoken: str,
    by: By,
    at: datetime,
) -> ImportValue:
    """Take in a list and read its header; the same id again is the import that is there.

    Args:
        content: the bytes of a workbook or a table of text.
        language: of people of whom no row says theirs (BCP 47).
        country: of phone numbers and IDs without one; one of ``COUNTRIES``.
        giver: who gave out numbers of which no column says it.
        spoken: language in which mistakes are said, as Django names it.

    Raises:
        KindUnknown: as it says.
        ListTooLarge: as it says.
        ListUnreadable: nothing of it can be used; nothing is kept.
    """
    assert by.person_id is not None
    known = kind_of(kind)
    pk = import_id or uuid7()
    if "\0" in list_name + giver + file_name:
        # The database has no room for it, and nobody types it.
        raise ListUnreadable("not_text")
    with transaction.atomic():
        # Whoever presses twice waits here, and gets the list that is there then.
        locks.hold("imports.Import", pk)
        there = Import.objects.filter(pk=pk).first()
        if there:
            return there.as_value()
        try:
            files.keep(pk, content)
            head = files.head_of(pk, known.columns)
            made = Import.objects.create(
                id=pk,
                kind=kind,
                list_name=_tidy(list_name),
                file_name=file_name.rpartition("/")[2][-120:],
                language=language if language in LANGUAGES else LANGUAGES[0],
                country=country if country in COUNTRIES else COUNTRIES[0],
                giver=" ".join(giver.split())[:80],
                state=ImportState.SENT,
                by_id=by.person_id,
                spoken=spoken or settings.LANGUAGE_CODE,
                at=at,
                touched_at=at,
                header=(header := _named(head.header)),
                columns=_guess(known, kind, list_name, header),
            )
            audit.note("imports.sent", f"import {pk}", by=by, kind=kind)
        except Unreadable as reason:
            files.remove(pk)
            raise ListUnreadable(reason.code) from reason
        except BaseException:
            files.remove(pk)
            raise
    return made.as_value()


def _named(header: Iterable[str]) -> list[str]:
    """The columns that hold something: what was wrong the last time is no data."""
    return [name for name in header if name and not is_problem(name)]


def _guess(known: Kind, kind: str, list_name: str, header: list[str]) -> dict[str, str]:
    """What the columns were said to be the last time, or what their names say.

    What was said of a list counts column by column, whatever other columns it has this time; of a
    list that is not known yet, what was said of the same header.
    """
    list_name = folded(_tidy(list_name))
    said = Meanings.objects.filter(kind=kind, list_name=list_name).first()
    if said is None:
        layout = Layout.objects.filter(kind=kind, shape=_shape(header)).first()
        return dict(layout.columns) if layout else known.columns.guess(header)
    found = {
        ours: name for name in reversed(header) if (ours := said.columns.get(folded(name), ""))
    }
    guessed = known.columns.guess([name for name in header if folded(name) not in said.columns])
    return guessed | found


def _remember(found: Import) -> None:
    """Keep what the columns were said to be, by the header and by the list."""
    Layout.objects.update_or_create(
        kind=found.kind, shape=_shape(found.header), defaults={"columns": found.columns}
    )
    theirs = {name: ours for ours, name in found.columns.items()}
    said = {folded(name): theirs.get(name, "") for name in found.header}
    list_name = folded(_tidy(found.list_name))
    kept, is_new = Meanings.objects.select_for_update().get_or_create(
        kind=found.kind, list_name=list_name, defaults={"columns": said}
    )
    if not is_new:
        older = {name: ours for name, ours in kept.columns.items() if name not in said}
        # What was said last comes first; of a list whose columns change for ever the rest goes.
        kept.columns = dict(list((said | older).items())[:_MOST_MEANINGS])
        kept.save()


def _tidy(list_name: str) -> str:
    return " ".join(list_name.split())[:80]


def _shape(header: list[str]) -> str:
    return sha256("\x1f".join(header).encode()).hexdigest()


@transaction.atomic
def check(
    *, import_id: UUID, columns: Iterable[tuple[str, str]], by: By, at: datetime
) -> ImportValue:
    """Say what the columns are, and have every row looked at; nothing is written for people.

    Args:
        columns: our name of a column and the file's; names that nobody knows are passed over.

    Raises:
        ImportNotFound: there is no such import.
        NotNow: it is running or over.
        ColumnTwice, ColumnsMissing: as they say.
    """
    found = _hold(import_id, ImportState.SENT, ImportState.CHECKED, ImportState.REFUSED)
    known = kind_of(found.kind).columns
    pairs = [
        (ours, theirs) for ours, theirs in columns if ours in known.all and theirs in found.header
    ]
    said = dict(pairs)
    if len({*said.values()}) < len(pairs):
        raise ColumnTwice
    if any(not set(group) & set(said) for group in known.needed):
        raise ColumnsMissing
    found.columns = said
    found.start(ImportState.CHECKING, at)
    found.save()
    _remember(found)
    audit.note("imports.check_begun", f"import {import_id}", by=by)
    _enqueue(import_id)
    return found.as_value()


@transaction.atomic
def apply(*, import_id: UUID, by: By, at: datetime) -> ImportValue:
    """Have a checked list written. Said again while it is being written, it changes nothing.

    Raises:
        ImportNotFound: there is no such import.
        NotNow: it was not checked.
    """
    found = _hold(import_id, ImportState.CHECKED, ImportState.APPLYING, ImportState.DONE)
    if found.state == ImportState.CHECKED:
        found.start(ImportState.APPLYING, at)
        found.save()
        audit.note("imports.apply_begun", f"import {import_id}", by=by)
        _enqueue(import_id)
    return found.as_value()


def _enqueue(import_id: UUID) -> None:
    # By its name: the entry point stands above this module, and calls it back.
    enqueue("apps.imports.jobs.carry_out", import_id=str(import_id))


def _hold(import_id: UUID, *states: ImportState) -> Import:
    found = Import.objects.select_for_update().filter(pk=import_id).first()
    if found is None:
        raise ImportNotFound(str(import_id))
    if found.state not in states or not found.has_files:
        if found.state in states and found.state == ImportState.DONE:
            return found
        raise NotNow
    return found


@transaction.atomic
def remove(*, import_id: UUID, by: By, at: datetime) -> ImportValue:
    """Delete the files of a list now. What was written stays; a list not yet applied is over.

    Raises:
        ImportNotFound: there is no such import.
        NotNow: it is running.
    """
    found = Import.objects.select_for_update().filter(pk=import_id).first()
    if found is None:
        raise ImportNotFound(str(import_id))
    if found.state in RUNNING:
        raise NotNow
    if found.has_files:
        if found.state != ImportState.DONE:
            found.state, found.ended_at = ImportState.REMOVED, at
        found.has_files = False
        found.save()
        audit.note("imports.removed", f"import {import_id}", by=by)
        transaction.on_commit(lambda: files.remove(import_id))
    return found.as_value()


@transaction.atomic
def forget_files(*, before: datetime, at: datetime) -> int:
    """Delete the files of lists sent before a moment; how many lists. Running ones are left.

    A list that somebody holds at the moment is left to the next time.
    """
    rows = Import.objects.select_for_update(skip_locked=True).filter(
        at__lt=before, has_files=True
    ).exclude(state__in=RUNNING)  # fmt: skip
    ids = list(rows.values_list("id", flat=True))
    open_ones = [ImportState.SENT, ImportState.CHECKED, ImportState.REFUSED]
    Import.objects.filter(pk__in=ids, state__in=open_ones).update(
        state=ImportState.REMOVED, ended_at=at
    )
    found = Import.objects.filter(pk__in=ids).update(has_files=False, file_name="")
    for pk in ids:
        transaction.on_commit(partial(files.remove, pk))
    return found


def sweep_strays(*, before: datetime) -> int:
    """Delete folders of no list: of whoever was killed while sending one; how many."""
    there = files.strays(before)
    kept = set(Import.objects.filter(pk__in=there).values_list("id", flat=True))
    for pk in set(there) - kept:
        files.remove(pk)
    return len(set(there) - kept)


def note_rows_seen(*, import_id: UUID, by: By) -> None:
    """Write down that somebody looked at the first rows of a list."""
    audit.note("imports.rows_seen", f"import {import_id}", by=by)


def note_rows_fetched(*, import_id: UUID, by: By, kind: str) -> None:
    """Write down that somebody fetched the rows that were left out, as what kind of file."""
    audit.note("imports.rows_fetched", f"import {import_id}", by=by, how=kind)
