"""The same number on several cards of a person: one of them claims it, and passes the claim on."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from learncity.apps.people import identifiers, queries, services
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import Identifier
from learncity.apps.people.types import HasOneAlready, IdentifierTaken, MergeReason, Number
from learncity.kernel import locks
from learncity.kernel.acting import By, Via

from .test_identifiers import AT, CLERK, K, add, cn_id, end, raw


@pytest.mark.django_db
def test_one_person_may_hold_the_old_card_and_the_new_one():
    person = make_person()
    add(person, Number(K.OLD_NATIONAL_ID, "", "110105491231000"))
    add(person)

    assert {i.kind for i in queries.identifiers_of(person)} == {K.OLD_NATIONAL_ID, K.NATIONAL_ID}
    assert add(person) == add(person, at=AT + timedelta(days=1))
    assert queries.find_by_identifier(cn_id()) == person


@pytest.mark.parametrize("ended", [0, 1])
@pytest.mark.django_db
def test_of_two_cards_with_one_number_either_may_end(ended):
    person, other = make_person(), make_person()
    cards = [add(person, Number(K.OLD_NATIONAL_ID, "", "110105491231000")), add(person)]

    end(person, cards[ended])

    assert queries.find_by_identifier(cn_id()) == person
    with pytest.raises(IdentifierTaken):
        add(other)
    end(person, cards[1 - ended])
    assert queries.find_by_identifier(cn_id()) is None
    assert add(other).person_id == other


@pytest.mark.django_db
def test_of_three_cards_with_one_number_the_next_claims_it():
    person = make_person()
    first = add(person, Number(K.OLD_NATIONAL_ID, "", "110105491231000"))
    others = [add(person, Number(K.RESIDENCE_PERMIT, "", cn_id().value)), add(person)]

    end(person, first)

    assert queries.find_by_identifier(cn_id()) == person
    assert add(person, Number(K.RESIDENCE_PERMIT, "", cn_id().value)) == others[0]
    end(person, others[0])
    assert queries.find_by_identifier(cn_id()) == person
    end(person, others[1])
    assert queries.find_by_identifier(cn_id()) is None


@pytest.mark.django_db
def test_a_second_card_goes_with_the_record_that_has_the_first():
    kept, other = make_person(), make_person()
    add(other, Number(K.OLD_NATIONAL_ID, "", "110105491231000"))
    services.merge(keep=kept, other=other, reason=MergeReason.SAME_DOCUMENT, by=CLERK, at=AT)

    assert add(kept).person_id == other


@pytest.mark.django_db
def test_a_card_that_takes_over_an_older_hash_is_renewed_too(settings):
    person = make_person()
    settings.SEALING_KEYS = {"aaaaaaaa": b"1" * 32}
    first = add(person, Number(K.OLD_NATIONAL_ID, "", "110105491231000"))
    settings.SEALING_KEYS = {"aaaaaaaa": b"1" * 32, "bbbbbbbb": b"2" * 32}
    add(person)

    end(person, first)
    while services.renew_keys():
        pass

    settings.SEALING_KEYS = {"bbbbbbbb": b"2" * 32}
    assert queries.find_by_identifier(cn_id()) == person


@pytest.mark.parametrize("kind", [K.NATIONAL_ID, K.RESIDENCE_PERMIT])
@pytest.mark.django_db
def test_a_number_that_was_taken_under_two_keys_is_claimed_once(settings, kind):
    """A process that does not know the new key yet cannot see what was taken under it."""
    person = make_person()
    settings.SEALING_KEYS = {"aaaaaaaa": b"1" * 32}
    number = Number(kind, "", cn_id().value) if kind != K.NATIONAL_ID else cn_id()
    add(person, number)
    settings.SEALING_KEYS = {"aaaaaaaa": b"1" * 32, "bbbbbbbb": b"2" * 32}
    raw(person, Number(K.OLD_NATIONAL_ID, "", "110105491231000"))

    while services.renew_keys():
        pass

    assert queries.sealing_key_ids() == {"bbbbbbbb"}
    assert Identifier.objects.filter(ended_at=None, claim__isnull=False).count() == 1
    assert len(queries.identifiers_of(person)) == 2


@pytest.mark.django_db
def test_the_database_alone_refuses_a_card_a_second_time():
    person = make_person()
    permit = Number(K.RESIDENCE_PERMIT, "", cn_id().value)
    first = add(person)
    add(person, permit)
    row = identifiers._seal(person, permit, CLERK, AT)
    row.same_as_id = first.id

    with pytest.raises(IntegrityError, match="people_identifier_stated_once"), transaction.atomic():
        row.save(force_insert=True)


def until_the_end(write):
    """Have what was written before checked; then ``write``, and what the end of it checks."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        write()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "wrong", ["another person", "the same kind", "an ended one", "one that claims nothing"]
)
@pytest.mark.django_db
def test_the_database_alone_refuses_a_card_of_nothing(wrong):
    person = make_person()
    permit = Number(K.RESIDENCE_PERMIT, "", cn_id().value)
    first, second = add(person), add(person, permit)
    if wrong == "an ended one":
        end(person, second)
        end(person, first)
    whose = make_person() if wrong == "another person" else person
    kind = K.FOREIGN_RESIDENT_CARD if wrong != "the same kind" else K.NATIONAL_ID
    row = identifiers._seal(whose, Number(kind, "XX", cn_id().value), CLERK, AT)
    row.same_as_id = second.id if wrong == "one that claims nothing" else first.id

    with pytest.raises(IntegrityError, match="no living number"), transaction.atomic():
        until_the_end(lambda: row.save(force_insert=True))


@pytest.mark.django_db
def test_the_database_alone_keeps_the_claim_of_a_number_with_another_card():
    person = make_person()
    first = add(person)
    add(person, Number(K.RESIDENCE_PERMIT, "", cn_id().value))

    row = Identifier.objects.filter(pk=first.id)

    with pytest.raises(IntegrityError, match="another living card"), transaction.atomic():
        until_the_end(lambda: row.update(ended_at=AT))


def end_two_of_three(person):
    """Two of three cards with one number end at once; how each went."""
    first = add(person, Number(K.OLD_NATIONAL_ID, "", "110105491231000"))
    second = add(person, Number(K.RESIDENCE_PERMIT, "", cn_id().value))
    add(person)
    start, outcomes = threading.Barrier(2), []

    def run(card):
        start.wait()
        try:
            end(person, card)
            outcomes.append("ENDED")
        except (IntegrityError, OperationalError):
            outcomes.append("REFUSED BY THE DATABASE")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[card]) for card in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_of_three_cards_two_end_at_once_and_the_third_claims_the_number(committed):
    for _ in range(5):
        person = make_person()
        assert end_two_of_three(person) == ["ENDED", "ENDED"]
        assert queries.find_by_identifier(cn_id()) == person
        (last,) = queries.identifiers_of(person)
        end(person, last)


def test_control_without_the_lock_only_the_triggers_keep_the_claim(committed, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    both, cards = threading.Barrier(2, timeout=60), identifiers._cards

    def look(held):
        found = cards(held)
        both.wait()
        return found

    person = make_person()
    monkeypatch.setattr(locks, "hold_one_of", lambda what, key: None)
    monkeypatch.setattr(identifiers, "_claim_by_next", lambda ended: _pass_on(ended, look))

    assert end_two_of_three(person) == ["ENDED", "REFUSED BY THE DATABASE"]
    assert queries.find_by_identifier(cn_id()) == person


_claim_by_next = identifiers._claim_by_next


def _pass_on(ended, look):
    """As the service does, once both have seen which cards there are."""
    look(ended)
    _claim_by_next(ended)


@pytest.mark.django_db
def test_who_is_merged_has_one_national_id_of_a_country_too():
    kept, other = make_person(), make_person()
    add(kept, cn_id(1))
    add(other, Number(K.OLD_NATIONAL_ID, "", "110105491231000"))
    services.merge(keep=kept, other=other, reason=MergeReason.SAME_DOCUMENT, by=CLERK, at=AT)

    with pytest.raises(HasOneAlready):
        add(kept)


@pytest.mark.django_db
def test_what_somebody_states_themselves_is_theirs_in_whichever_record():
    kept, other = make_person(), make_person()
    add(other, Number(K.OLD_NATIONAL_ID, "", "110105491231000"))
    services.merge(keep=kept, other=other, reason=MergeReason.SAME_DOCUMENT, by=CLERK, at=AT)

    assert add(kept, by=By(kept, Via.WEB)).own
