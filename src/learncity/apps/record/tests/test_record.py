"""The promise of this room: what happened is written once, in time, and never changed."""

from datetime import timedelta

import psycopg
import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction

from learncity.apps.classes import services as classes
from learncity.apps.classes.factories import OPENING, make_class
from learncity.apps.people import services as people
from learncity.apps.people.factories import make_person
from learncity.apps.places import queries as places
from learncity.apps.record import queries
from learncity.apps.record.models import Fact
from learncity.apps.record.rules import UnknownKind, kind_named, register
from learncity.apps.record.types import Kind
from learncity.kernel.acting import COMMAND, By, Via

CHANGES = [
    "UPDATE record_fact SET kind = 'x'",
    "DELETE FROM record_fact",
    "TRUNCATE record_fact CASCADE",
]


def take_a_place(person, at=OPENING, key=None):
    return classes.apply(
        class_key=key or make_class(), person_id=person, by=By(person, Via.WEB), at=at
    )


@pytest.mark.django_db
def test_every_move_is_a_fact_with_person_place_source_and_actor():
    person, clerk = make_person(), make_person()
    home = places.find_place("pingjiang")
    people.settle({person: home.id}, by=COMMAND, at=OPENING)
    mine = take_a_place(person)
    classes.withdraw(
        receipt=mine.receipt, person_id=person, by=By(clerk, Via.DESK),
        at=OPENING + timedelta(days=1),
    )  # fmt: skip

    withdrew, took = Fact.objects.filter(person_id=person).order_by("-at")

    assert [took.kind, withdrew.kind] == ["classes.place_taken", "classes.withdrawn"]
    assert (took.actor_id, took.via, took.at) == (person, "WEB", OPENING)
    assert (withdrew.actor_id, withdrew.via) == (clerk, "DESK")
    assert took.home_id == home.id
    assert took.place_id is not None
    assert took.evidence == {"receipt": mine.receipt}


@pytest.mark.django_db
def test_a_fact_keeps_the_home_of_its_day_when_the_person_moves():
    person = make_person()
    before, after = places.find_place("pingjiang"), places.find_place("weiting")
    people.settle({person: before.id}, by=COMMAND, at=OPENING)
    take_a_place(person)

    people.settle({person: after.id}, by=COMMAND, at=OPENING + timedelta(days=1))

    assert Fact.objects.get(person_id=person).home_id == before.id


@pytest.mark.django_db
def test_a_move_that_is_rolled_back_leaves_no_fact():
    person = make_person()

    def change_and_fail():
        with transaction.atomic():
            take_a_place(person)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_and_fail()

    assert not Fact.objects.filter(person_id=person).exists()


@pytest.mark.django_db
def test_a_person_reads_their_facts_newest_first_with_names_and_pages():
    person, key = make_person(), make_class()
    take_a_place(person, key=key)

    (fact,) = queries.facts_of(person)

    assert fact.url == f"/classes/{key}/"
    assert fact.subject["en"]
    assert fact.own


@pytest.mark.django_db
def test_a_long_record_is_read_in_pages_without_a_gap(django_assert_num_queries):
    person = make_person()
    for hour in range(5):
        take_a_place(person, OPENING + timedelta(hours=hour))

    whole = queries.facts_of(person, limit=10)
    first = queries.facts_of(person, limit=2)
    with django_assert_num_queries(3):
        rest = queries.facts_of(person, before=(first[-1].at, first[-1].id), limit=10)

    assert [f.id for f in first + rest] == [f.id for f in whole]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record_fact SET kind = 'x'",
        "DELETE FROM record_fact",
        "TRUNCATE record_fact CASCADE",
    ],
)
def test_the_application_has_no_right_to_change_the_record(statement):
    take_a_place(make_person())
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record_fact SET kind = 'x'",
        "DELETE FROM record_fact",
        "TRUNCATE record_fact CASCADE",
    ],
)
def test_even_the_owner_is_refused_by_the_table_itself(owner, statement):
    take_a_place(make_person())
    with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
        owner.execute(statement)


@pytest.mark.django_db
def test_the_application_cannot_drop_the_trigger():
    with (
        pytest.raises((ProgrammingError, InternalError), match="must be owner"),
        connection.cursor() as cursor,
    ):
        cursor.execute("DROP TRIGGER append_only ON record_fact")


@pytest.mark.django_db
def test_the_audit_trail_cannot_be_edited_by_the_application():
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_auditentry SET action = 'x'")


def test_the_reader_sees_the_facts_and_nothing_else(committed, owner):
    take_a_place(make_person())
    with psycopg.connect(_as_reader()) as reader:
        assert reader.execute("SELECT count(*) FROM facts.learning_v1").fetchone()[0] > 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("SELECT 1 FROM public.people_person")


def _as_reader():
    import os

    from psycopg.conninfo import make_conninfo

    return make_conninfo(os.environ["DATABASE_READER_URL"], dbname=connection.settings_dict["NAME"])


@pytest.mark.django_db
def test_a_fact_needs_a_person():
    with pytest.raises(IntegrityError), transaction.atomic():
        Fact.objects.create(
            kind="x", at=OPENING, subject_type="x", subject_id=make_person(), via="WEB"
        )


def test_a_kind_that_nobody_registered_is_a_programming_error():
    with pytest.raises(UnknownKind):
        kind_named("nobody.knows")


def test_a_kind_is_registered_once():
    register(kind := Kind("tests.once", "Once"))
    register(kind)
    with pytest.raises(UnknownKind):
        register(Kind("tests.once", "Twice"))
