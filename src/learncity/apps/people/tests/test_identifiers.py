"""A living number belongs to one person, is sealed, and is shown whole for a reason only."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from learncity.apps.people import identifiers, queries, services
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import Account, Identifier, PersonKey
from learncity.apps.people.rules import check_sign
from learncity.apps.people.types import (
    Addresses,
    Assurance,
    HasOneAlready,
    IdentifierKind,
    IdentifierNotFound,
    IdentifierTaken,
    MergeReason,
    Number,
    NumberErased,
    OwnAddress,
    PersonNotFound,
    ReasonMissing,
    RevealReason,
    TooManyIdentifiers,
)
from learncity.kernel import locks
from learncity.kernel.acting import By, Via
from learncity.kernel.ids import uuid7
from learncity.kernel.models import AuditEntry

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
K = IdentifierKind
CLERK = By(uuid7(), Via.DESK)
SAMPLE = "11010519491231002X"


def cn_id(n=0):
    first = f"1101051949123{1000 + n}"
    return Number(K.NATIONAL_ID, "CN", first + check_sign(first))


def passport(value="E12345678", country="CN"):
    return Number(K.PASSPORT, country, value)


def add(person, number=None, by=CLERK, at=AT):
    return services.add_identifier(person_id=person, number=number or cn_id(), by=by, at=at)


def end(person, identifier, by=CLERK, at=AT + timedelta(hours=1)):
    return services.end_identifier(person_id=person, identifier_id=identifier.id, by=by, at=at)


def audited(action):
    return [(e.actor_id, e.subject, e.detail) for e in AuditEntry.objects.filter(action=action)]


@pytest.mark.django_db
def test_a_number_is_kept_sealed_and_shown_by_its_end():
    person = make_person()
    value = add(person)
    row = Identifier.objects.get()

    assert (value.masked, value.own) == (f"**** {cn_id().value[-4:]}", False)
    for column in (row.sealed, row.claim, row.signs):
        assert b"1101051949" not in bytes(column)
    assert queries.identifiers_of(person) == [value]
    assert queries.find_by_identifier(cn_id()) == person
    assert queries.find_by_identifier(cn_id(1)) is None


@pytest.mark.django_db
def test_stated_again_it_is_the_one_that_is_there():
    person = make_person()

    assert add(person) == add(person, at=AT + timedelta(days=1))
    assert Identifier.objects.count() == 1
    assert len(audited("people.identifier_added")) == 1


@pytest.mark.django_db
def test_a_living_number_is_not_another_persons_too():
    mine, other = make_person(), make_person()
    add(mine)

    with pytest.raises(IdentifierTaken):
        add(other)
    with pytest.raises(IdentifierTaken):  # the same number, on a card of 15 digits
        add(other, Number(K.OLD_NATIONAL_ID, "", "110105491231000"))
    assert add(other, cn_id(1)).person_id == other


@pytest.mark.django_db
def test_an_ended_number_may_become_somebody_elses():
    before, after = make_person(), make_person()
    first = add(before, passport())

    assert end(before, first)
    assert not end(before, first)
    assert queries.find_by_identifier(passport()) is None
    assert add(after, passport()).person_id == after
    assert queries.find_by_identifier(passport()) == after
    assert len(audited("people.identifier_ended")) == 1


@pytest.mark.django_db
def test_a_person_has_one_living_national_id_of_a_country():
    person = make_person()
    first = add(person)
    add(person, Number(K.NATIONAL_ID, "VN", "058094123456"))

    with pytest.raises(HasOneAlready):
        add(person, cn_id(1))
    end(person, first)
    assert add(person, cn_id(1))


@pytest.mark.django_db
def test_the_phone_that_somebody_signs_in_with_is_not_stated_of_another():
    holder, other = make_person(account=True), make_person()
    phone = queries.addresses([holder])[holder].phone

    with pytest.raises(IdentifierTaken):
        add(other, Number(K.PHONE, "", phone))
    assert add(holder, Number(K.PHONE, "", phone))


@pytest.mark.django_db
def test_nobody_tries_numbers_out_on_their_own_record():
    person = make_person()
    me = By(person, Via.WEB)
    for n in range(identifiers.MOST_A_DAY):
        assert add(person, passport(f"E1000000{n}"), by=me).own

    with pytest.raises(TooManyIdentifiers):
        add(person, passport("E20000000"), by=me)
    assert add(person, passport("E20000000"), by=CLERK)
    assert add(person, passport("E30000000"), by=me, at=AT + timedelta(days=2))
    assert len(audited("people.identifier_added")) == 1  # the clerk's


@pytest.mark.django_db
def test_whose_number_it_would_be_must_exist():
    with pytest.raises(PersonNotFound):
        add(uuid7())
    with pytest.raises(IdentifierNotFound):
        end(make_person(), add(make_person()))


# Looking at it whole.


@pytest.mark.django_db
def test_a_whole_number_is_read_for_a_reason_that_is_written_down():
    person = make_person()
    value = add(person)

    whole = services.reveal_identifier(
        person_id=person, identifier_id=value.id, reason=RevealReason.CLAIM, by=CLERK
    )

    assert whole == cn_id().value
    assert audited("people.identifier_revealed") == [
        (CLERK.person_id, f"person {person}", {"reason": "CLAIM", "kind": "NATIONAL_ID"})
    ]


@pytest.mark.django_db
def test_without_a_reason_nothing_is_shown():
    person = make_person()
    value = add(person)

    with pytest.raises(ReasonMissing):
        services.reveal_identifier(person_id=person, identifier_id=value.id, reason=None, by=CLERK)
    with pytest.raises(IdentifierNotFound):
        services.reveal_identifier(
            person_id=make_person(), identifier_id=value.id, reason=RevealReason.CLAIM, by=CLERK
        )
    assert audited("people.identifier_revealed") == []


@pytest.mark.django_db
def test_a_sealed_number_does_not_open_in_the_row_of_another():
    from learncity.kernel.sealing import CannotUnseal

    one, two = add(make_person()), add(make_person(), cn_id(1))
    moved = Identifier.objects.get(pk=one.id).sealed
    Identifier.objects.filter(pk=two.id).update(sealed=moved)

    with pytest.raises(CannotUnseal):
        services.reveal_identifier(
            person_id=two.person_id, identifier_id=two.id, reason=RevealReason.CLAIM, by=CLERK
        )


@pytest.mark.django_db
def test_with_the_key_of_a_person_everything_sealed_is_gone():
    person, neighbour = make_person(), make_person()
    value, next_door = add(person), add(neighbour, cn_id(1))

    assert services.destroy_key(person_id=person, at=AT + timedelta(days=1))
    assert not services.destroy_key(person_id=person, at=AT + timedelta(days=1))

    with pytest.raises(NumberErased):
        services.reveal_identifier(
            person_id=person, identifier_id=value.id, reason=RevealReason.CLAIM, by=CLERK
        )
    row = Identifier.objects.get(pk=value.id)
    assert (row.sealed, row.claim, row.signs, row.tail) == (None, None, None, "")
    assert queries.identifiers_of(person) == []
    assert add(make_person())  # the number is free
    assert services.reveal_identifier(
        person_id=neighbour, identifier_id=next_door.id, reason=RevealReason.CLAIM, by=CLERK
    )


@pytest.mark.django_db
def test_a_new_installation_key_takes_over_and_the_old_one_can_go(settings):
    person = make_person()
    value = add(person)
    old = dict(settings.SEALING_KEYS)
    settings.SEALING_KEYS = {**old, "bbbbbbbb": b"2" * 32}

    with pytest.raises(IdentifierTaken):  # known by the old key still
        add(make_person())
    assert queries.find_by_identifier(cn_id()) == person
    assert queries.sealing_key_ids() == set(old)

    assert services.renew_keys() == 2
    assert services.renew_keys() == 0

    assert queries.sealing_key_ids() == {"bbbbbbbb"}
    settings.SEALING_KEYS = {"bbbbbbbb": b"2" * 32}
    assert queries.find_by_identifier(cn_id()) == person
    assert services.reveal_identifier(
        person_id=person, identifier_id=value.id, reason=RevealReason.CLAIM, by=CLERK
    ) == cn_id().value  # fmt: skip


@pytest.mark.django_db
def test_of_two_people_under_two_keys_neither_loses_the_number(settings):
    settings.SEALING_KEYS = {"aaaaaaaa": b"1" * 32}
    add(make_person())
    settings.SEALING_KEYS = {"aaaaaaaa": b"1" * 32, "bbbbbbbb": b"2" * 32}
    raw(make_person(), cn_id())

    while services.renew_keys():
        pass

    assert Identifier.objects.filter(ended_at=None).count() == 2
    assert "aaaaaaaa" in queries.sealing_key_ids()


# An account, where an office wrote down the phone.


@pytest.mark.django_db
def test_who_proves_the_phone_that_an_office_wrote_down_finds_their_record():
    person = make_person("阮氏香")
    add(person, Number(K.PHONE, "", "+8615499990001"))

    account = services.account_for(address=Addresses("+8615499990001", None), language="vi")
    services.prove(account_id=account.id, at=AT)

    assert services.claim_record(account_id=account.id, said="阮氏香", at=AT)
    account.refresh_from_db()
    assert account.person_id == person
    again = services.account_for(address=Addresses("+8615499990001", None), language="vi")
    assert again.id == account.id


@pytest.mark.django_db
def test_a_code_that_never_came_back_leaves_the_record_as_it_was():
    person = make_person("阮氏香")
    add(person, Number(K.PHONE, "", "+8615499990001"))
    services.account_for(address=Addresses("+8615499990001", None), language="vi")

    services.forget_unproven(before=datetime.now(UTC) + timedelta(days=2))

    assert queries.find_account(person) is None
    assert queries.persons([person])[person].name == "阮氏香"


@pytest.mark.django_db
def test_a_second_phone_of_somebody_with_an_account_opens_nothing():
    person = make_person(account=True)
    add(person, Number(K.PHONE, "", "+8615499990001"))

    account = services.account_for(address=Addresses("+8615499990001", None), language="vi")

    assert account.person_id != person


# The database alone.


def raw(person, number, kind=None):
    """Write past the service."""
    row = identifiers._seal(person, number, CLERK, AT)
    row.claim = identifiers._hold_claim(number)[0]
    row.save(force_insert=True)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"person": "other"}, "people_identifier_of_one_person"),
        ({"there": passport(), "number": passport()}, "people_identifier_of_one_person"),
        ({"number": cn_id(1)}, "people_one_national_id_per_country"),
    ],
)
@pytest.mark.django_db
def test_the_database_alone_refuses_a_number_that_cannot_be(change, name):
    person = make_person()
    add(person, change.get("there"))
    whose = make_person() if "person" in change else person

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        raw(whose, change.get("number", cn_id()))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"claim": None}, "people_living_identifier_is_whole"),
        ({"sealed": None}, "people_living_identifier_is_whole"),
        ({"ended_at": AT - timedelta(days=1)}, "people_identifier_ends_after_it_began"),
        ({"kind": "SHOE_SIZE"}, "people_identifier_kind_known"),
    ],
)
@pytest.mark.django_db
def test_the_database_alone_refuses_an_impossible_row(change, name):
    value = add(make_person())
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Identifier.objects.filter(pk=value.id).update(**change)


# Races, each with the control that shows that they are races.


def race(persons, number):
    start, outcomes = threading.Barrier(len(persons)), []

    def run(person):
        start.wait()
        try:
            add(person, number)
            outcomes.append("MINE")
        except IdentifierTaken:
            outcomes.append("TAKEN")
        except (IntegrityError, OperationalError):  # two at one exclusion constraint may deadlock
            outcomes.append("REFUSED BY THE DATABASE")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[person]) for person in persons]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def unlocked(monkeypatch):
    """Take the lock away, and let nobody write before both have looked who holds it."""
    both = threading.Barrier(2, timeout=60)
    checked = identifiers._refuse_what_cannot_be

    def check(*args):
        checked(*args)
        both.wait()

    monkeypatch.setattr(locks, "hold_one_of", lambda what, key: None)
    monkeypatch.setattr(identifiers, "_refuse_what_cannot_be", check)


def test_of_two_people_stating_the_same_number_at_once_one_is_told(committed):
    for n in range(10):
        assert race([make_person(), make_person()], cn_id(n)) == ["MINE", "TAKEN"]


def test_control_without_the_lock_only_the_database_stands_between_them(committed, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    unlocked(monkeypatch)

    people = [make_person(), make_person()]
    assert race(people, cn_id()) == ["MINE", "REFUSED BY THE DATABASE"]


def test_two_first_numbers_of_a_person_at_once_are_sealed_with_one_key(committed):
    person = make_person()
    start = threading.Barrier(2)

    def run(number):
        start.wait()
        add(person, number)
        connection.close()

    threads = [threading.Thread(target=run, args=[n]) for n in (cn_id(), passport())]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert PersonKey.objects.count() == 1
    shown = {
        services.reveal_identifier(
            person_id=person, identifier_id=i.id, reason=RevealReason.CLAIM, by=CLERK
        )
        for i in queries.identifiers_of(person)
    }
    assert shown == {cn_id().value, passport().value}


@pytest.mark.django_db
def test_what_somebody_said_of_themselves_an_office_confirms():
    person = make_person()
    by = By(person, Via.WEB)
    assert add(person, by=by).own
    assert queries.assurance(person) == Assurance.NONE
    assert add(person, by=by).own

    assert not add(person).own
    assert not add(person, by=by).own
    assert queries.assurance(person) == Assurance.IDENTITY
    assert audited("people.identifier_confirmed") == [
        (CLERK.person_id, f"person {person}", {"kind": "NATIONAL_ID"})
    ]


@pytest.mark.django_db
def test_what_a_merged_record_holds_is_the_persons_already():
    kept, other = make_person(), make_person()
    held = add(other)
    services.merge(keep=kept, other=other, reason=MergeReason.PERSON_SAYS, by=CLERK, at=AT)

    assert add(kept) == held
    assert queries.identifiers_of(kept) == [held]
    assert end(kept, held)


def test_the_parsed_number_is_what_is_added():
    number = services.parse_number(
        K.NATIONAL_ID, SAMPLE, issuer="CN", today=date(2026, 11, 22), region="CN", invented=False
    )
    assert number == Number(K.NATIONAL_ID, "CN", SAMPLE)


@pytest.mark.django_db
def test_no_clerk_states_their_own_address_of_somebody_else():
    clerk, person, merged = make_person(account=True), make_person(), make_person()
    account = queries.find_account(clerk)
    Account.objects.filter(pk=account.pk).update(email="Clerk@Example.org")
    services.merge(keep=merged, other=clerk, reason=MergeReason.PERSON_SAYS, by=CLERK, at=AT)
    for kind, value in (("PHONE", account.phone), ("EMAIL", "clerk@example.org")):
        said = Number(IdentifierKind(kind), "", value)
        for by in (By(clerk, Via.DESK), By(merged, Via.DESK)):
            with pytest.raises(OwnAddress):
                services.add_identifier(person_id=person, number=said, by=by, at=AT)
            with pytest.raises(OwnAddress):
                services.register(
                    person_id=uuid7(), name="An", born=None, language="en", numbers=[said],
                    home_id=None, hometown="", group_keys=[], by=by, at=AT,
                )  # fmt: skip
    assert not Identifier.objects.exists()
