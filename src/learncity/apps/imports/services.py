"""Every change to imports: a list is sent, its columns said, it is checked, applied, removed."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from learncity.kernel import audit, locks
from learncity.kernel.acting import By
from learncity.kernel.csv_files import folded, is_problem
from learncity.kernel.csv_text import Unreadable
from learncity.kernel.ids import uuid7
from learncity.kernel.jobs import enqueue
from learncity.kernel.texts import LANGUAGES

from . import files, rules
from .kinds import Kind, kind_of
from .models import NO_COUNTS, Import, Layout, Meanings
from .running import note_imported, run
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
    NotOfYours,
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
    owner_id: UUID | None = None,
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
    """Take in a list and read its header; the same id again is the import that is there, if it is
    of the same owner and kind.

    Args:
        owner_id: the organization whose rows alone it may hold; ``None``: a list of the city.
        content: the bytes of a workbook or a table of text.
        language: of people of whom no row says theirs (BCP 47).
        country: of phone numbers and IDs without one; one of ``COUNTRIES``.
        giver: who gave out numbers of which no column says it.
        spoken: language in which mistakes are said, as Django names it.

    Raises:
        KindUnknown, NotOfYours: as they say.
        ListTooLarge: as it says.
        ListUnreadable: nothing of it can be used; nothing is kept.
    """
    assert by.person_id is not None
    known = kind_of(kind)
    if owner_id and not known.is_shared:
        raise NotOfYours
    pk = import_id or uuid7()
    if "\0" in list_name + giver + file_name:
        # The database has no room for it, and nobody types it.
        raise ListUnreadable("not_text")
    with transaction.atomic():
        # Whoever presses twice waits here, and gets the list that is there then.
        locks.hold("imports.Import", pk)
        there = Import.objects.filter(pk=pk).first()
        if there and (there.owner_id, there.kind) != (owner_id, kind):
            raise NotOfYours
        if there:
            return there.as_value()
        try:
            files.keep(pk, content)
            head = files.head_of(pk, known.readable)
            if not rules.is_header(head.header):
                raise Unreadable("a header that is a row", code="no_header")
            made = Import.objects.create(
                id=pk,
                kind=kind,
                owner_id=owner_id,
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
                columns=_guess(known, kind, _named_as(list_name, owner_id), header),
            )
            audit.note("imports.sent", f"import {pk}", by=by, kind=kind)
        except Unreadable as reason:
            files.remove(pk)
            raise ListUnreadable(reason.code, reason.line) from reason
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
    said = Meanings.objects.filter(kind=kind, list_name=list_name).first()
    if said is None:
        layout = Layout.objects.filter(kind=kind, shape=_shape(header)).first()
        if layout is None:
            return known.readable.guess(header)
        names = {_hashed(name): name for name in header}
        return {ours: names[one] for ours, one in layout.columns.items()}
    kept = {name: said.columns.get(_hashed(folded(name))) for name in header}
    found = {ours: name for name, ours in reversed(kept.items()) if ours}
    return known.readable.guess([name for name, ours in kept.items() if ours is None]) | found


def _remember(found: Import) -> None:
    """Keep what the columns were said to be, by the header and by the list."""
    Layout.objects.update_or_create(
        kind=found.kind,
        shape=_shape(found.header),
        defaults={"columns": {ours: _hashed(name) for ours, name in found.columns.items()}},
    )
    theirs = {name: ours for ours, name in found.columns.items()}
    said = {_hashed(folded(name)): theirs.get(name, "") for name in found.header}
    list_name = _named_as(found.list_name, found.owner_id)
    kept, is_new = Meanings.objects.select_for_update().get_or_create(
        kind=found.kind, list_name=list_name, defaults={"columns": said}
    )
    if not is_new:
        older = {name: ours for name, ours in kept.columns.items() if name not in said}
        # What was said last comes first; of a list whose columns change for ever the rest goes.
        kept.columns = dict(list((said | older).items())[:_MOST_MEANINGS])
        kept.save()


def _named_as(list_name: str, owner_id: UUID | None) -> str:
    """What a list is known by again; lists of two organizations may have one name."""
    whose = f"{owner_id.hex} " if owner_id else ""
    return f"{whose}{folded(_tidy(list_name))}"[:80]


def _tidy(list_name: str) -> str:
    return " ".join(list_name.split())[:80]


def _shape(header: list[str]) -> str:
    return _hashed("\x1f".join(header))


def _hashed(words: str) -> str:
    """What stands for the words of a sender; nobody tries words out without the secret."""
    return salted_hmac("learncity.imports.layout", words, algorithm="sha256").hexdigest()


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
    found = _hold(
        import_id, ImportState.SENT, ImportState.CHECKED, ImportState.REFUSED, ImportState.STOPPED
    )
    kind = kind_of(found.kind)
    known = kind.columns
    pairs = [
        (ours, theirs) for ours, theirs in columns if ours in known.all and theirs in found.header
    ]
    said = dict(pairs)
    if len({*said.values()}) < len(pairs):
        raise ColumnTwice
    there = set(said) | ({"provider"} if found.owner_id else set())
    missing = [group for group in known.needed if not there.intersection(group)]
    if missing:
        raise ColumnsMissing([_(" or ").join(str(kind.label_of(c)) for c in g) for g in missing])
    found.columns = said
    found.start(ImportState.CHECKING, at)
    found.save()
    _remember(found)
    audit.note("imports.check_begun", f"import {import_id}", by=by)
    _enqueue(import_id)
    return found.as_value()


@transaction.atomic
def apply(*, import_id: UUID, by: By, at: datetime) -> ImportValue:
    """Have a checked list written, in the name of who says so, by the way in they came.

    Said again while it is being written, it changes nothing.

    Raises:
        ImportNotFound: there is no such import.
        NotNow: it was not checked.
    """
    found = _hold(import_id, ImportState.CHECKED, ImportState.APPLYING, ImportState.DONE)
    if found.state == ImportState.CHECKED:
        found.start(ImportState.APPLYING, at)
        found.applied_by_id, found.applied_via = by.person_id, by.via
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
    """Delete the files of a list now, and what it was called. What was written stays.

    A list not yet applied is over.

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
        _forget(Import.objects.filter(pk=import_id), at)
        audit.note("imports.removed", f"import {import_id}", by=by)
        transaction.on_commit(lambda: files.remove(import_id))
        found.refresh_from_db()
    return found.as_value()


@transaction.atomic
def forget_files(*, before: datetime, at: datetime) -> int:
    """Delete the files of lists sent before a moment, and what they were called; how many lists.

    A list that is running is left, unless nobody has worked at it since that moment either. One
    that somebody holds is left to the next time.
    """
    is_running = Q(state__in=RUNNING)
    old = (~is_running & Q(at__lt=before)) | (is_running & Q(touched_at__lt=before))
    rows = Import.objects.select_for_update(skip_locked=True).filter(old, has_files=True)
    found = list(rows)
    note_imported(
        one for one in found if one.state == ImportState.APPLYING and one.is_written
    )  # fmt: skip
    _forget(Import.objects.filter(pk__in=[one.id for one in found]), at)
    for one in found:
        transaction.on_commit(partial(files.remove, one.id))
    return len(found)


def _forget(rows: QuerySet[Import], at: datetime) -> None:
    """End these lists, and keep no word of them but what the office called them."""
    # What a check counted says nothing of a list that is over.
    rows.exclude(
        state__in=[ImportState.APPLYING, ImportState.DONE, ImportState.STOPPED]
    ).update(**NO_COUNTS)  # fmt: skip
    rows.update(
        state=Case(
            When(state=ImportState.DONE, then=Value(ImportState.DONE)),
            When(is_written=True, then=Value(ImportState.STOPPED)),
            default=Value(ImportState.REMOVED),
        ),
        ended_at=Coalesce("ended_at", Value(at)),
        has_files=False,
        file_name="",
        header=[],
        columns={},
    )


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
