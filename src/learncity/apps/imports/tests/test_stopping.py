"""Lists that do not reach their end: what was written of them stays, is signed and is said."""

import dataclasses
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from learncity.apps.imports import files, kinds, queries, services
from learncity.apps.imports.models import Import
from learncity.apps.imports.types import ImportState
from learncity.apps.people.factories import make_person
from learncity.apps.people.imports import PeopleImport
from learncity.apps.people.models import Listed
from learncity.kernel import audit
from learncity.kernel.acting import By, Via

from .conftest import COLUMNS
from .test_imports import GOOD, HEAD, Killed, counts, imported

OTHER = "2,李秀英,,1962\n"


@pytest.fixture
def row_by_row(monkeypatch):
    """Every row is a batch."""
    small = dataclasses.replace(kinds.KINDS["people"], batch=1)
    monkeypatch.setitem(kinds.KINDS, "people", small)


@pytest.fixture
def breaking(monkeypatch):
    """After so many batches writing fails, as long as it is said."""

    @contextmanager
    def breaking(error, after=0):
        real, done = PeopleImport.write_read, []

        def write_read(self, rows):
            if len(done) == after:
                raise error
            done.append(1)
            return real(self, rows)

        with monkeypatch.context() as broken:
            broken.setattr(PeopleImport, "write_read", write_read)
            yield

    return breaking


@pytest.fixture
def stopped(go, office, breaking, row_by_row):
    """A list whose second row met a fault of the program while it was written."""
    value = go(HEAD + GOOD + OTHER, is_applied=False)
    services.apply(import_id=value.id, by=office, at=timezone.now())
    with breaking(ValueError("x"), after=1):
        assert services.run(value.id)
    return queries.find(value.id)


def check(value, office):
    services.check(import_id=value.id, columns=COLUMNS.items(), by=office, at=timezone.now())
    return services.run(value.id)


def notes():
    return [n for n in audit.latest() if n.action == "people.imported"]


def test_a_fault_halfway_is_said_and_what_was_written_is_on_record(stopped, office):
    assert (stopped.state, stopped.code) == (ImportState.STOPPED, "fault")
    assert (counts(stopped), imported()) == ((1, 0, 0, 0), {"王小明"})
    (note,) = notes()
    assert (note.actor_id, note.subject) == (office.person_id, f"import {stopped.id}")
    assert note.detail == {"new": 1, "changed": 0, "same": 0, "left_out": 0}
    assert queries.stale(timezone.now() + timedelta(days=1)) == []


@pytest.mark.parametrize("how", ["desk", "sweep", "desk after a check"])
def test_no_list_of_which_something_was_written_is_said_to_have_written_nothing(
    stopped, office, how
):
    if how == "desk after a check":
        check(stopped, office)
        assert queries.find(stopped.id).state == ImportState.CHECKED
    now = timezone.now()
    if how == "sweep":
        assert services.forget_files(before=now + timedelta(days=1), at=now) == 1
    else:
        services.remove(import_id=stopped.id, by=office, at=now)
    value = queries.find(stopped.id)
    assert (value.state, value.has_files, value.ended_at) == (ImportState.STOPPED, False, now)
    # What a check counted was not written.
    assert counts(value) == ((0, 0, 0, 0) if "check" in how else (1, 0, 0, 0))


def test_a_stopped_list_is_checked_and_imported_again(stopped, office):
    assert check(stopped, office)
    assert counts(queries.find(stopped.id)) == (1, 0, 1, 0)
    services.apply(import_id=stopped.id, by=office, at=timezone.now())
    assert services.run(stopped.id)
    assert queries.find(stopped.id).state == ImportState.DONE
    assert imported() == {"王小明", "李秀英"}
    assert len(notes()) == 2


def test_a_fault_before_anything_was_written_refuses_a_list(go, office, breaking):
    value = go(HEAD + GOOD, is_applied=False)
    services.apply(import_id=value.id, by=office, at=timezone.now())
    with breaking(ValueError("x")):
        assert services.run(value.id)
    value = queries.find(value.id)
    assert (value.state, value.code, notes()) == (ImportState.REFUSED, "fault", [])
    services.remove(import_id=value.id, by=office, at=timezone.now())
    assert queries.find(value.id).state == ImportState.REMOVED


def test_what_is_written_is_signed_by_whoever_had_it_applied_by_their_way_in(go):
    value = go(HEAD + GOOD, is_applied=False)
    other = By(make_person("Other clerk"), Via.API)
    services.apply(import_id=value.id, by=other, at=timezone.now())
    services.apply(import_id=value.id, by=By(value.by_id, Via.DESK), at=timezone.now())
    assert services.run(value.id)
    (note,), listed = notes(), Listed.objects.get()
    assert (note.actor_id, note.via) == (other.person_id, Via.API)
    assert (listed.by_id, listed.via) == (other.person_id, Via.API)


@pytest.mark.parametrize("error", [OperationalError("statement timeout"), Killed()])
def test_a_list_that_comes_no_further_is_stopped_after_five_times(send, office, breaking, error):
    value = send(HEAD + GOOD)
    services.check(import_id=value.id, columns=COLUMNS.items(), by=office, at=timezone.now())
    with breaking(error):
        for _ in range(5):
            with pytest.raises(type(error)):
                services.run(value.id)
        assert queries.find(value.id).state == ImportState.CHECKING
        assert services.run(value.id)
    value = queries.find(value.id)
    assert (value.state, value.code) == (ImportState.REFUSED, "stuck")
    assert check(value, office)
    assert queries.find(value.id).state == ImportState.CHECKED


def test_a_list_that_comes_further_is_begun_as_often_as_it_needs(go, office, breaking, row_by_row):
    value = go(HEAD + "".join(f"{n},Nguyễn {n},,1960\n" for n in range(9)), is_applied=False)
    services.apply(import_id=value.id, by=office, at=timezone.now())
    for after in range(1, 9):
        with breaking(Killed(), after), pytest.raises(Killed):
            services.run(value.id)
    assert services.run(value.id)
    assert counts(queries.find(value.id)) == (9, 0, 0, 0)


@pytest.mark.parametrize("is_written", [False, True])
def test_a_list_at_which_nobody_worked_for_a_week_is_forgotten(
    go, office, breaking, row_by_row, is_written, django_capture_on_commit_callbacks
):
    value = go(HEAD + GOOD + OTHER, is_applied=False)
    services.apply(import_id=value.id, by=office, at=timezone.now())
    with breaking(Killed(), int(is_written)), pytest.raises(Killed):
        services.run(value.id)
    now, week = timezone.now(), timedelta(days=7)
    Import.objects.filter(pk=value.id).update(at=now - 2 * week)
    assert services.forget_files(before=now - week, at=now) == 0
    Import.objects.filter(pk=value.id).update(touched_at=now - week - week)
    with django_capture_on_commit_callbacks(execute=True):
        assert services.forget_files(before=now - week, at=now) == 1
    value = queries.find(value.id)
    assert value.state == (ImportState.STOPPED if is_written else ImportState.REMOVED)
    assert [n.detail["new"] for n in notes()] == [1] * is_written
    assert not files.folder_of(value.id).exists()


def test_whoever_comes_back_to_a_list_that_was_ended_writes_nothing(go, office, monkeypatch):
    value = go(HEAD + GOOD, is_applied=False)
    services.apply(import_id=value.id, by=office, at=timezone.now())
    real = PeopleImport.write_read

    def write_read(self, rows):
        Import.objects.filter(pk=value.id).update(state=ImportState.REMOVED)
        return real(self, rows)

    monkeypatch.setattr(PeopleImport, "write_read", write_read)
    assert services.run(value.id)
    assert (imported(), notes()) == (set(), [])


def test_a_name_that_is_erased_while_a_list_is_read_stays_erased(send, office, monkeypatch):
    value = send(HEAD + GOOD, name="secret.csv")
    services.check(import_id=value.id, columns=COLUMNS.items(), by=office, at=timezone.now())
    real = PeopleImport.write_read

    def write_read(self, rows):
        Import.objects.filter(pk=value.id).update(file_name="")
        return real(self, rows)

    monkeypatch.setattr(PeopleImport, "write_read", write_read)
    assert services.run(value.id)
    value = queries.find(value.id)
    assert (value.state, value.file_name) == (ImportState.CHECKED, "")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"is_written": True}, "imports_written_by_somebody"),
        ({"is_written": True, "state": "REMOVED"}, "imports_removed_wrote_nothing"),
    ],
)
def test_the_database_alone_refuses_what_would_not_be_true(send, office, change, name):
    value = send(HEAD + GOOD)
    if "state" in change:
        change = {**change, "applied_by_id": office.person_id}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Import.objects.filter(pk=value.id).update(**change)
