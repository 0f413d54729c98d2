"""A list is written while a clerk adds a number of it: one of them is told, nobody is lost."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection

from learncity.apps.people import services
from learncity.apps.people.factories import make_person
from learncity.apps.people.imports import COLUMNS, PeopleImport, _writing
from learncity.apps.people.models import Identifier
from learncity.apps.people.types import IdentifierKind, IdentifierTaken, Number
from learncity.kernel import locks
from learncity.kernel.acting import By, Via
from learncity.kernel.csv_files import CsvFile

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
BY = By(None, Via.DESK)
U1 = Number(IdentifierKind.UNION_NUMBER, "Union", "U100")


@pytest.fixture
def meet(committed, tmp_path, monkeypatch):
    """Write a list with a number of a union; between looking and writing a clerk adds the same."""
    looked, added, said = threading.Event(), threading.Event(), {}
    wrote = _writing.write

    def write(*args):
        looked.set()
        added.wait(timeout=1.5)
        wrote(*args)

    monkeypatch.setattr(_writing, "write", write)
    clerks = make_person("Clerk's")

    def clerk():
        looked.wait(timeout=20)
        try:
            services.add_identifier(person_id=clerks, number=U1, by=BY, at=NOW)
            said["clerk"] = "ADDED"
        except IdentifierTaken:
            said["clerk"] = "TAKEN"
        finally:
            added.set()
            connection.close()

    def meet():
        path = tmp_path / "list.csv"
        path.write_text("name,union_number,union\nAn,U100,Union\n", encoding="utf-8")
        file = CsvFile(path, COLUMNS)
        importer = PeopleImport(file, list_name="Union", by=BY, at=NOW, region="CN", invented=True)
        thread = threading.Thread(target=clerk)
        thread.start()
        try:
            said["list"] = importer.write(list(file.rows())).new
        except IntegrityError:
            said["list"] = "REFUSED BY THE DATABASE"
        thread.join()
        return said

    return meet


def test_a_clerk_waits_for_the_batch_and_is_told_who_was_first(meet):
    assert meet() == {"clerk": "TAKEN", "list": 1}
    assert Identifier.objects.filter(issuer="Union", ended_at=None).count() == 1


def test_control_without_the_lock_the_whole_batch_is_lost(meet, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    monkeypatch.setattr(locks, "hold_whole", lambda what: None)
    assert meet() == {"clerk": "ADDED", "list": "REFUSED BY THE DATABASE"}
