"""Two records that are one person are read as one, and separated exactly."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from learncity.apps.classes import queries as classes
from learncity.apps.classes import services as classes_services
from learncity.apps.classes.factories import OPENING, make_class
from learncity.apps.classes.types import State
from learncity.apps.notices import queries as notices
from learncity.apps.people import merges, queries, services
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import Identifier, Membership, Merge, Person, Residence
from learncity.apps.people.types import (
    AlreadyMerged,
    CannotMergeSelf,
    IdentifierKind,
    MergeReason,
    Number,
    OwnRecord,
    PersonNotFound,
)
from learncity.apps.record import queries as record
from learncity.kernel import outbox
from learncity.kernel.acting import COMMAND, By, Via
from learncity.kernel.ids import uuid7
from learncity.kernel.models import AuditEntry

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CLERK = By(uuid7(), Via.DESK)
WHY = MergeReason.SAME_DOCUMENT


def merge(keep, other, at=AT):
    return services.merge(keep=keep, other=other, reason=WHY, by=CLERK, at=at)


def unmerge(keep, other, at=AT):
    return services.unmerge(keep=keep, other=other, by=CLERK, at=at)


def apply(person, key=None):
    return classes_services.apply(
        class_key=key or make_class(), person_id=person, by=By(person, Via.WEB), at=OPENING
    )


@pytest.mark.django_db
def test_a_merged_person_sees_record_messages_and_classes_of_both():
    kept, other = make_person(), make_person()
    mine, theirs = apply(kept), apply(other)
    assert (len(record.facts_of(kept)), notices.unread(kept)) == (1, 1)

    merge(kept, other)

    for person in (kept, other):
        assert len(record.facts_of(person)) == record.count_facts(person) == 2
        assert len(notices.inbox(person)) == notices.count_messages(person) == 2
        assert notices.unread(person) == 2
        held = {m.enrolment.receipt for m in classes.my_classes(person, at=OPENING)}
        assert held == {mine.receipt, theirs.receipt}
        assert classes.find_enrolment(theirs.receipt, person_id=person)
        message = notices.inbox(person)[0]
        assert notices.find_message(message.id, person_id=person) == message

    assert unmerge(kept, other)
    assert not unmerge(kept, other)
    assert len(record.facts_of(kept)) == len(record.facts_of(other)) == 1
    assert classes.find_enrolment(theirs.receipt, person_id=kept) is None


@pytest.mark.django_db
def test_a_merged_person_has_one_place_in_a_class_and_may_give_it_back():
    kept, other, key = make_person(), make_person(), make_class()
    held = apply(other, key)
    merge(kept, other)

    assert apply(kept, key).receipt == held.receipt
    assert classes.find_class(key).card.seats.taken == 1
    given = classes_services.withdraw(
        receipt=held.receipt, person_id=kept, by=By(kept, Via.WEB), at=OPENING
    )
    assert (given.state, given.person_id) == (State.WITHDRAWN, other)


@pytest.mark.django_db
def test_what_both_hold_is_known_before_they_are_merged():
    kept, other, key = make_person(), make_person(), make_class()
    apply(kept, key), apply(other, key)
    apply(kept), apply(other)

    assert [str(t) for t in classes.in_both(kept, other)] == [
        str(classes.find_class(key).card.title)
    ]
    merge(kept, other)  # nothing is taken away from either
    assert len(classes.my_classes(kept, at=OPENING)) == 4


@pytest.mark.django_db
def test_somebody_without_an_account_is_reached_by_that_of_their_other_record():
    kept, other = make_person(account=True), make_person()
    assert other not in queries.addresses([kept, other])

    merge(kept, other)

    found = queries.addresses([kept, other])
    assert found[other] == found[kept]


@pytest.mark.django_db
def test_merges_of_merges_are_one_person_and_come_apart_where_they_were_joined():
    a, b, c, d = (make_person() for _ in range(4))
    merge(a, b)
    merge(c, d)
    merge(a, c)

    assert set(queries.all_ids(d)) == {a, b, c, d}
    assert queries.all_ids(d)[0] == a
    assert set(queries.same_person([a, b, c, d]).values()) == {a}
    assert {m.other_id for m in queries.merges_of(b)} == {b, c, d}

    unmerge(a, c)
    assert set(queries.all_ids(d)) == {c, d}
    assert set(queries.all_ids(b)) == {a, b}


@pytest.mark.django_db
def test_the_same_again_is_the_one_that_is_there():
    kept, other = make_person(), make_person()

    assert merge(kept, other) == merge(kept, other, at=AT + timedelta(days=1))
    noted = AuditEntry.objects.filter(action="people.merged").values_list("subject", flat=True)
    assert sorted(noted) == sorted([f"person {kept}", f"person {other}"])


@pytest.mark.django_db
def test_what_cannot_be_one_person_is_refused():
    a, b, c = (make_person() for _ in range(3))
    merge(a, b)

    with pytest.raises(CannotMergeSelf):
        merge(a, a)
    with pytest.raises(PersonNotFound):
        merge(a, uuid7())
    for keep, other in ((c, b), (b, c), (b, a)):
        with pytest.raises(AlreadyMerged):
            merge(keep, other)


@pytest.mark.django_db
def test_a_separated_record_may_be_merged_elsewhere():
    a, b, c = (make_person() for _ in range(3))
    merge(a, b)
    unmerge(a, b, at=AT - timedelta(hours=1))  # a clock that went back

    merge(b, a, at=AT + timedelta(hours=1))
    unmerge(b, a, at=AT + timedelta(hours=2))
    merge(c, b, at=AT + timedelta(hours=3))

    assert set(queries.all_ids(b)) == {b, c}
    assert Merge.objects.count() == 3


def rows_of_everything():
    """Every row of people that a merge must not touch."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Person, Identifier, Membership, Residence)
    ]


class TestAnySequence(TestCase):
    """Whatever was merged and separated, in whatever order, the rows are what they were."""

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=25
        )
    )
    def test_merging_and_separating_gives_back_the_same_rows(self, moves):
        persons = sorted(make_person() for _ in range(5))
        for n, person in enumerate(persons):
            number = Number(IdentifierKind.PASSPORT, "VN", f"C100000{n}")
            services.add_identifier(person_id=person, number=number, by=CLERK, at=AT)
        before, facts = rows_of_everything(), [len(record.facts_of(p)) for p in persons]
        living = {}
        for joins, a, b in moves:
            keep, other = persons[a], persons[b]
            if not joins:
                assert unmerge(keep, other) == (living.get(other) == keep)
                if living.get(other) == keep:
                    del living[other]
                continue
            try:
                merge(keep, other)
                living[other] = keep
            except (AlreadyMerged, CannotMergeSelf):
                pass
            assert queries.same_person(persons) == {p: root(p, living) for p in persons}
            assert rows_of_everything() == before
        for other, keep in living.items():
            assert unmerge(keep, other)

        assert rows_of_everything() == before
        assert queries.same_person(persons) == {p: p for p in persons}
        assert [queries.all_ids(p) for p in persons] == [[p] for p in persons]
        assert [len(record.facts_of(p)) for p in persons] == facts


def root(person, living):
    while person in living:
        person = living[person]
    return person


# The database alone.


def raw(keep, other, **columns):
    return Merge.objects.create(kept_id=keep, other_id=other, reason=WHY, at=AT, **columns)


@pytest.mark.django_db
def test_the_database_alone_refuses_a_record_that_stands_for_two():
    a, b, c = (make_person() for _ in range(3))
    raw(a, b)
    with pytest.raises(IntegrityError, match="people_one_living_merge"), transaction.atomic():
        raw(c, b)
    with pytest.raises(IntegrityError, match="people_merge_ends_after"), transaction.atomic():
        raw(a, c, ended_at=AT - timedelta(days=1))


@pytest.mark.django_db
def test_the_database_alone_refuses_a_record_that_stands_for_itself():
    a, b, c, d = (make_person() for _ in range(4))
    with (
        pytest.raises(IntegrityError, match="people_no_merge_cycle"),
        transaction.atomic(),
    ):
        raw(a, a)
    raw(a, b)
    raw(b, c)
    gone = raw(c, d)
    Merge.objects.filter(pk=gone.pk).update(ended_at=AT)
    with pytest.raises(IntegrityError, match="people_no_merge_cycle"), transaction.atomic():
        raw(c, a)
    raw(d, a)
    with pytest.raises(IntegrityError, match="people_no_merge_cycle"), transaction.atomic():
        Merge.objects.filter(pk=gone.pk).update(ended_at=None)


# Races, each with the control that shows that they are races.


def race(pairs):
    start, outcomes = threading.Barrier(len(pairs)), []

    def run(keep, other):
        start.wait()
        try:
            merge(keep, other)
            outcomes.append("MERGED")
        except AlreadyMerged:
            outcomes.append("TOLD")
        except IntegrityError:
            outcomes.append("REFUSED BY THE DATABASE")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def unlocked(monkeypatch, rivals):
    """Take the lock away, and let nobody write before all have looked."""
    everybody = threading.Barrier(rivals, timeout=60)
    monkeypatch.setattr(merges, "_lock", lambda ids: None)
    made = merges.Merge.objects.create

    def create(**columns):
        everybody.wait()
        return made(**columns)

    monkeypatch.setattr(merges.Merge.objects, "create", create)


def test_of_two_who_merge_the_same_two_the_other_way_round_one_is_told(committed):
    for _ in range(10):
        a, b = make_person(), make_person()
        assert race([(a, b), (b, a)]) == ["MERGED", "TOLD"]


def test_control_without_the_lock_only_the_trigger_stands_between_them(committed, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    unlocked(monkeypatch, 2)
    a, b = make_person(), make_person()

    assert race([(a, b), (b, a)]) == ["MERGED", "REFUSED BY THE DATABASE"]


def test_a_circle_of_four_is_never_closed(committed):
    for _ in range(5):
        a, b, c, d = (make_person() for _ in range(4))
        outcomes = race([(a, b), (b, c), (c, d), (d, a)])
        assert "MERGED" in outcomes
        assert "REFUSED BY THE DATABASE" not in outcomes
        roots = queries.same_person([a, b, c, d])
        assert any(roots[p] == p for p in roots)


def test_control_without_the_lock_only_the_trigger_breaks_the_circle(committed, monkeypatch):
    unlocked(monkeypatch, 4)
    a, b, c, d = (make_person() for _ in range(4))

    outcomes = race([(a, b), (b, c), (c, d), (d, a)])

    assert outcomes == ["MERGED"] * 3 + ["REFUSED BY THE DATABASE"]


@pytest.mark.django_db
def test_nobody_joins_or_separates_a_record_of_their_own():
    kept, other, mine, clerk = (make_person() for _ in range(4))
    merge(mine, clerk)
    for by in (By(clerk, Via.DESK), By(mine, Via.DESK)):
        for pair in ((clerk, other), (other, mine)):
            with pytest.raises(OwnRecord):
                services.merge(keep=pair[0], other=pair[1], reason=WHY, by=by, at=AT)
        with pytest.raises(OwnRecord):
            services.unmerge(keep=mine, other=clerk, by=by, at=AT)
    assert not Merge.objects.exclude(kept=mine).exists()
    said = {"kept_id": kept, "other_id": other, "reason": WHY, "at": AT}
    for column in ("by_id", "ended_by_id"):
        for who in (kept, other):
            with (
                pytest.raises(IntegrityError, match="people_merged_by_somebody_else"),
                transaction.atomic(),
            ):
                Merge.objects.create(**said, **{column: who})


@pytest.mark.django_db
def test_both_are_told_once_that_their_records_were_joined_or_separated():
    kept, other = (make_person(account=True, language="en") for _ in range(2))
    bare, nobody = make_person(), make_person()

    def told(person):
        while outbox.dispatch(at=datetime.now(UTC)):
            pass
        return sorted(m.title.split()[3] for m in notices.inbox(person))

    services.merge(keep=kept, other=other, reason=WHY, by=COMMAND, at=AT)
    merge(bare, nobody)
    assert told(kept) == ["joined"] * 2  # one of each, read as one
    assert told(bare) == []
    unmerge(kept, other)
    for person in (kept, other):
        assert told(person) == ["joined", "separated"]
