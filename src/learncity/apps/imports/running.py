"""Checking and applying a list, batch by batch. Called through services, by a job.

A batch and how far the list is are one transaction. Whoever is killed is taken up again: the rows
before are read again, because later ones are compared with them, but change and count nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from datetime import datetime
from uuid import UUID

import structlog
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone, translation

from learncity.apps.organizations import queries as organizations
from learncity.kernel import audit
from learncity.kernel.acting import By, Via
from learncity.kernel.csv_files import CsvFile, Outcome, Row
from learncity.kernel.csv_text import Unreadable
from learncity.kernel.failed_rows import ErrorFile
from learncity.kernel.importing import written

from . import files
from .kinds import kind_of
from .models import NO_COUNTS, Import
from .types import RUNNING, ImportState

log = structlog.get_logger("learncity.imports")

# Kinds of mistakes that are kept; the file of rows left out has all of them.
_MOST_KINDS = 50
# So often a list is begun without coming further; then somebody has to look.
_MOST_ATTEMPTS = 5
# What moves while a list is read. Everything else may be changed by others meanwhile.
_MOVING = (
    *NO_COUNTS, "lines", "is_written", "attempts", "touched_at", "state", "ended_at",
)  # fmt: skip


class _TakenAway(Exception):
    """Somebody ended the list meanwhile; what this batch wrote must not stay."""


def run(import_id: UUID) -> bool:
    """Check or apply a list to its end; whether it was this call that did.

    Two at once: the second finds it taken and leaves. A list that cannot be read is refused, and
    one that comes no further is stopped.
    """
    with _alone(import_id) as is_mine:
        found = Import.objects.filter(pk=import_id, state__in=RUNNING).first() if is_mine else None
        if found is None:
            return False
        if found.attempts >= _MOST_ATTEMPTS:
            _stop(import_id, "stuck")
            return True
        # Counted before anything is done: a worker may be killed by the list itself.
        found.attempts += 1
        Import.objects.filter(pk=import_id).update(
            attempts=F("attempts") + 1, touched_at=timezone.now()
        )
        try:
            with translation.override(found.spoken):
                _carry_out(found)
        except Unreadable as reason:
            _stop(import_id, reason.code, reason.line)
        except _TakenAway:
            log.warning("a list was ended while it was read", import_id=str(import_id))
        except OperationalError:  # the database is away; whoever is next carries on
            raise
        except Exception:  # the outermost shell: a fault is logged, or the list would begin anew
            log.exception("a list fails", import_id=str(import_id))
            _stop(import_id, "fault")
    return True


@transaction.atomic
def _stop(import_id: UUID, code: str, line: int = 0) -> None:
    """End it before its end. What was written stays, and is on record."""
    found = Import.objects.select_for_update().get(pk=import_id)
    if found.state not in RUNNING:
        return
    if found.state == ImportState.APPLYING:
        note_imported([found] if found.is_written else [])
    else:
        # Half a check says nothing of the list.
        Import.objects.filter(pk=import_id).update(**NO_COUNTS)
    where = {"line": line} if line else {}
    Import.objects.filter(pk=import_id).update(
        **where, state=ImportState.STOPPED if found.is_written else ImportState.REFUSED, code=code
    )


def note_imported(lists: Iterable[Import]) -> None:
    """Write down what was written of lists that somebody had applied, to its end or not."""
    said: dict[tuple[str, By], dict[str, dict[str, int]]] = {}
    for found in lists:
        counts = {"new": found.new, "changed": found.changed, "same": found.same,
                  "left_out": found.wrong}  # fmt: skip
        said.setdefault((found.kind, _by(found)), {})[f"import {found.id}"] = counts
    for (kind, by), subjects in said.items():
        audit.note_all(f"{kind}.imported", subjects, by=by)


def _by(found: Import) -> By:
    """In whose name it is read or written: of whoever had it applied, by their way in."""
    if found.applied_by_id:
        return By(found.applied_by_id, Via(found.applied_via))
    return By(found.by_id, Via.DESK)


def _keep(found: Import, was: str) -> None:
    """Write down how far it is, unless it is no longer in the state that it was in."""
    moved = {name: getattr(found, name) for name in _MOVING}
    if not Import.objects.filter(pk=found.pk, state=was).update(**moved):
        raise _TakenAway


@contextmanager
def _alone(import_id: UUID) -> Iterator[bool]:
    """Hold the list as long as this connection lives, or until the end."""
    number = import_id.int % 2**63
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def _carry_out(found: Import) -> None:
    kind, is_check = kind_of(found.kind), found.state == ImportState.CHECKING
    by, now = _by(found), timezone.now()
    rename = {ours: found.columns.get(ours, "") for ours in kind.columns.all}
    defaults = {
        column: found.giver for column in kind.giver if found.giver and column not in found.columns
    }
    if found.owner_id and "provider" in kind.columns.all:
        # What an organization sends is its own where nothing else is said.
        defaults["provider"] = organizations.organizations([found.owner_id])[found.owner_id].key
    with files.whole(found.id) as path:
        file = CsvFile(path, kind.columns, rename=rename, defaults=defaults)
        found.lines = file.lines
        importer = kind.make(file, found.as_value(), by, now, is_check)
        failed = ErrorFile(files.failed_of(found.id), file, delimiter=",")
        mistakes: Counter[tuple[str, str, bool]] = Counter()
        changes, clashes = (
            files.Noted(of(found.id)) for of in (files.changes_of, files.clashes_of)
        )
        rows_read, found.wrong, counted = 0, 0, found.row
        try:
            batches = written(file, importer, kind.batch)
            while True:
                with transaction.atomic():
                    part = next(batches, None)
                    if part is None:
                        break
                    rows, outcome = part
                    rows_read += len(rows)
                    changes.add(map(astuple, outcome.changes))
                    clashes.add(map(astuple, outcome.clashes))
                    _count(found, rows, outcome, failed, mistakes, is_new=rows[-1].number > counted)
                    found.touched_at = timezone.now()
                    _keep(found, found.state)
        finally:
            failed.close()
            changes.close()
            clashes.close()
        if not rows_read:
            raise Unreadable("a header and no row", code="no_rows")
    if not failed.rows:
        files.failed_of(found.id).unlink(missing_ok=True)
    _finish(found, is_check, timezone.now())


def _count(
    found: Import,
    rows: list[Row],
    outcome: Outcome,
    failed: ErrorFile,
    mistakes: "Counter[tuple[str, str, bool]]",
    *,
    is_new: bool,
) -> None:
    """Note what became of a batch; of one that was counted before only its mistakes."""
    wrong: dict[int, list[int]] = {}
    for place, error in enumerate(outcome.errors):
        wrong.setdefault(error.row, []).append(place)
        mistakes[error.column, error.says, False] += 1
    # Beside the mistakes, for the desk; their rows are in.
    mistakes.update((note.column, note.says, True) for note in outcome.notes)
    for row in rows:
        if row.number in wrong:
            failed.add(row, [outcome.errors[place] for place in wrong[row.number]])
    found.wrong += len(wrong)
    ours = {theirs: ours for ours, theirs in found.columns.items()}
    found.mistakes = [
        [ours.get(column, column), says, n, is_in]
        for (column, says, is_in), n in mistakes.most_common(_MOST_KINDS)
    ]
    if is_new:
        found.attempts = 0
        found.new += outcome.new
        found.changed += outcome.changed
        found.same += outcome.same
        found.alike += outcome.alike
        found.clashes += len(outcome.clashes)
        found.row, found.line = rows[-1].number, rows[-1].line
        if found.state == ImportState.APPLYING and outcome.new + outcome.changed:
            found.is_written = True


@transaction.atomic
def _finish(found: Import, is_check: bool, at: datetime) -> None:
    was, found.line, found.touched_at = found.state, found.lines, at
    if is_check:
        found.state = ImportState.CHECKED
        _keep(found, was)
        return
    found.state, found.ended_at = ImportState.DONE, at
    _keep(found, was)
    note_imported([found])
    pk = found.id
    transaction.on_commit(lambda: files.remove_sent(pk))
