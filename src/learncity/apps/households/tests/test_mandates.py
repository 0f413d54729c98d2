"""The promise of this room: nobody acts for another without a living mandate, and never unseen."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from learncity.apps.classes import queries as class_queries
from learncity.apps.classes import services as classes
from learncity.apps.classes.factories import OPENING, make_class
from learncity.apps.households import queries, services
from learncity.apps.households.factories import make_mandate
from learncity.apps.households.models import Act, Mandate
from learncity.apps.households.types import (
    AlreadyActing,
    BadUntil,
    Deed,
    MandateKind,
    MandateNotFound,
    MandateOver,
    NewPerson,
    NotAMinor,
    NotYourself,
    OwnCase,
    PaperNeeded,
    Purpose,
    PurposeNeeded,
)
from learncity.apps.notices import queries as notices
from learncity.apps.people import queries as people
from learncity.apps.people import services as people_services
from learncity.apps.people.factories import make_person
from learncity.apps.people.types import Addresses
from learncity.apps.record import queries as record
from learncity.kernel import audit
from learncity.kernel.acting import By, Via

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = timezone.localtime(OPENING).date()


def by(person, mandate=None):
    return By(person, Via.WEB, mandate)


def reach(person):
    return people.addresses([person])[person]


def offer(principal, address, *, purposes=(Purpose.CLASSES,), until=TODAY + 100 * DAY, at=OPENING):
    return services.offer_mandate(
        principal_id=principal, address=address, purposes=purposes, until=until,
        by=by(principal), at=at,
    )  # fmt: skip


def answer(mandate, person, accept=True, at=OPENING):
    services.answer_mandate(
        mandate_id=mandate, person_id=person, accept=accept, by=by(person), at=at
    )


def end(mandate, person, at=OPENING):
    services.end_mandate(mandate_id=mandate, person_id=person, by=by(person), at=at)


def may(delegate, principal, purpose=Purpose.CLASSES, at=OPENING):
    return queries.may_act(delegate, principal, purpose, at)


@pytest.fixture
def two():
    """A mother and her daughter, both with accounts."""
    return make_person("母亲", account=True), make_person("女儿", account=True)


# Who may.


def test_an_offer_gives_nothing_until_it_is_accepted(two):
    mother, daughter = two
    mandate = offer(mother, reach(daughter))
    assert not may(daughter, mother)

    answer(mandate, daughter)

    assert may(daughter, mother)
    assert not may(mother, daughter)
    assert not may(daughter, mother, Purpose.MESSAGES)


def test_it_works_to_its_last_day_and_not_a_moment_longer(two):
    mother, daughter = two
    answer(offer(mother, reach(daughter), until=TODAY + DAY), daughter)
    midnight = timezone.localtime(OPENING).replace(hour=0, minute=0, second=0) + DAY

    assert may(daughter, mother, at=midnight - timedelta(microseconds=1))
    assert not may(daughter, mother, at=midnight)


@pytest.mark.parametrize("side", [0, 1], ids=["principal", "delegate"])
def test_either_side_ends_it_at_once_and_the_other_is_told(two, side):
    mother, daughter = two
    mandate = make_mandate(mother, daughter)

    end(mandate, two[side])

    assert not may(daughter, mother)
    assert queries.acting(mandate, delegate_id=daughter, at=OPENING) is None
    told = [m.title for person in two for m in notices.inbox(person, limit=1)]
    assert "母亲" in told[1]
    assert "女儿" in told[0]
    with pytest.raises(MandateNotFound):
        end(mandate, two[side])


def test_nobody_else_answers_or_ends_it(two):
    mother, daughter = two
    stranger = make_person("别人", account=True)
    mandate = offer(mother, reach(daughter))

    with pytest.raises(MandateNotFound):
        answer(mandate, stranger)
    with pytest.raises(MandateNotFound):
        answer(mandate, mother)
    with pytest.raises(MandateNotFound):
        end(mandate, stranger)
    assert not may(daughter, mother)


def test_an_offer_to_an_address_of_nobody_waits_until_somebody_proves_it(two):
    mother, _ = two
    address = Addresses("+8615455555555", None)
    mandate = offer(mother, address)
    account = people_services.account_for(address=address, language="vi")
    # Asked for a code is not proven.
    with pytest.raises(MandateNotFound):
        answer(mandate, account.person_id)
    people_services.prove(account_id=account.id, at=OPENING)
    people_services.describe(person_id=account.person_id, name="Hoa")

    assert [m.id for m in queries.mandates(account.person_id, at=OPENING)] == [mandate]
    answer(mandate, account.person_id)

    assert may(account.person_id, mother)
    row = Mandate.objects.get(pk=mandate)
    assert (row.phone, row.email) == (None, None)


def test_the_principal_cannot_tell_an_address_in_use_from_one_that_is_not(two):
    mother, daughter = two
    used = offer(mother, reach(daughter))
    unused = offer(mother, Addresses("+8615455550001", None))

    first, second = queries.mandates(mother, at=OPENING)

    assert (first.id, second.id) == (used, unused)
    assert first.state == second.state
    assert first.label[:7] == second.label[:7] == "+86 ···"


def test_what_is_offered_must_make_sense(two):
    mother, daughter = two
    with pytest.raises(PurposeNeeded):
        offer(mother, reach(daughter), purposes=())
    with pytest.raises(BadUntil):
        offer(mother, reach(daughter), until=TODAY)
    with pytest.raises(BadUntil):
        offer(mother, reach(daughter), until=TODAY + 367 * DAY)
    with pytest.raises(NotYourself):
        offer(mother, reach(mother))
    offer(mother, reach(daughter), until=TODAY + 366 * DAY)
    with pytest.raises(AlreadyActing):
        offer(mother, reach(daughter))


def test_an_offer_is_answered_once(two):
    mother, daughter = two
    mandate = offer(mother, reach(daughter))
    answer(mandate, daughter, accept=False)

    with pytest.raises(MandateNotFound):
        answer(mandate, daughter)
    assert not may(daughter, mother)


def test_mandates_end_by_themselves_and_both_are_told_once(two):
    mother, daughter = two
    mandate = make_mandate(mother, daughter, until=TODAY + DAY)
    assert services.end_expired(at=OPENING) == 0

    assert services.end_expired(at=OPENING + DAY) == 1
    assert services.end_expired(at=OPENING + DAY) == 0

    assert Mandate.objects.get(pk=mandate).end == "EXPIRED"
    told = [m.title for m in notices.inbox(mother)]
    assert len([t for t in told if "女儿" in t]) == 1
    # And a new offer is possible.
    offer(mother, reach(daughter), until=TODAY + 9 * DAY, at=OPENING + DAY)


# The desk.


def register(
    principal, delegate, clerk, *, kind=MandateKind.DELEGATE, until=TODAY + DAY, paper="x"
):
    return services.register_mandate(
        kind=kind, principal=principal, delegate_id=delegate, purposes=[Purpose.CLASSES],
        until=until, paper=paper, by=By(clerk, Via.DESK), at=OPENING,
    )  # fmt: skip


def test_an_officer_registers_a_delegate_with_the_paper_seen(two):
    mother, daughter = two
    clerk = make_person("职员")
    offer(mother, reach(daughter))

    mandate = register(mother, daughter, clerk)

    assert may(daughter, mother)
    row = Mandate.objects.get(pk=mandate)
    assert (row.registered_by_id, row.paper) == (clerk, "x")
    entry = next(e for e in audit.latest() if e.action == "households.mandate_registered")
    assert (entry.actor_id, entry.subject) == (clerk, f"mandate {mandate}")
    with pytest.raises(PaperNeeded):
        register(mother, daughter, clerk, paper=" ")
    for concerned in two:
        with pytest.raises(OwnCase):
            register(mother, daughter, concerned)


def test_a_guardian_acts_for_a_child_until_it_is_of_age(two):
    mother, _ = two
    clerk, born = make_person("职员"), TODAY.year - 9
    of_age = TODAY.replace(year=born + 18)
    child = NewPerson("小明", born, "zh-Hans")

    mandate = register(child, mother, clerk, kind=MandateKind.GUARDIAN, until=of_age)

    principal = Mandate.objects.get(pk=mandate).principal_id
    assert may(mother, principal)
    assert people.persons([principal])[principal].name == "小明"
    with pytest.raises(BadUntil):
        register(principal, mother, clerk, kind=MandateKind.GUARDIAN,
                 until=of_age.replace(year=born + 19, month=1, day=2))  # fmt: skip
    for unfit in (NewPerson("大明", TODAY.year - 19, "vi"), NewPerson("某人", None, "vi")):
        with pytest.raises(NotAMinor):
            register(unfit, mother, clerk, kind=MandateKind.GUARDIAN)


# Acting.


def apply(key, principal, delegate, mandate, at=OPENING):
    return classes.apply(class_key=key, person_id=principal, by=by(delegate, mandate), at=at)


def test_a_daughter_books_for_her_mother_and_everything_shows_who_acted(two):
    mother, daughter = two
    mandate, key = make_mandate(mother, daughter), make_class()

    place = apply(key, mother, daughter, mandate)

    assert place.person_id == mother
    (fact,) = [f for f in record.facts_of(mother) if f.kind == "classes.place_taken"]
    assert (fact.own, fact.mandated) == (False, True)
    assert record.facts_of(daughter) == []
    (act,) = queries.acts_for(mother)
    assert (act.deed, act.delegate, act.reference) == (Deed.APPLIED, "女儿", place.receipt)
    entry = next(e for e in audit.latest() if e.action == "households.acted")
    assert (entry.actor_id, entry.detail["mandate"]) == (daughter, str(mandate))
    titles = [m.title for m in notices.inbox(mother)]
    assert any("女儿" in t and "小店会计" in t for t in titles)
    assert all("小店会计" not in m.title for m in notices.inbox(daughter))


def test_the_same_application_again_is_one_act(two):
    mother, daughter = two
    mandate, key = make_mandate(mother, daughter), make_class()

    first, again = (apply(key, mother, daughter, mandate) for _ in range(2))

    assert first == again
    assert len(queries.acts_for(mother)) == 1


@pytest.mark.parametrize(
    "over", ["ended", "suspended", "expired", "purpose", "another", "delegate"]
)
def test_without_a_living_mandate_nothing_is_done(two, over):
    mother, daughter = two
    purposes = [Purpose.MESSAGES] if over == "purpose" else [Purpose.CLASSES]
    mandate = make_mandate(mother, daughter, purposes=purposes, until=TODAY + DAY)
    person, actor, at, key = mother, daughter, OPENING, make_class()
    if over == "ended":
        end(mandate, mother)
    if over == "suspended":
        Mandate.objects.filter(pk=mandate).update(suspended_at=OPENING)
    if over == "expired":
        at = OPENING + DAY
    if over == "another":
        person = make_person("别人")
    if over == "delegate":
        actor = make_person("别人")

    with pytest.raises(MandateOver):
        apply(key, person, actor, mandate, at=at)

    assert class_queries.find_class(key).card.seats.taken == 0
    assert not Act.objects.exists()
    assert [f for f in record.facts_of(person) if f.kind.startswith("classes")] == []


def test_who_moves_up_is_not_said_to_have_a_delegate(two):
    mother, daughter = two
    mandate, key = make_mandate(mother, daughter), make_class(seats=1)
    place, waiting = apply(key, mother, daughter, mandate), make_person("排队的人")
    classes.apply(class_key=key, person_id=waiting, by=by(waiting), at=OPENING)

    classes.withdraw(receipt=place.receipt, person_id=mother, by=by(daughter, mandate), at=OPENING)

    assert [a.deed for a in queries.acts_for(mother)] == [Deed.WITHDREW, Deed.APPLIED]
    moved_up = record.facts_of(waiting)[0]
    assert (moved_up.kind, moved_up.mandated) == ("classes.place_from_waiting_list", False)


def test_a_look_at_messages_is_listed_once_a_day_and_traced_each_time(two):
    mother, daughter = two
    mandate = make_mandate(mother, daughter, purposes=[Purpose.MESSAGES])

    for at in (OPENING, OPENING, OPENING + DAY):
        services.note_look(by=by(daughter, mandate), person_id=mother, at=at)

    assert [a.deed for a in queries.acts_for(mother)] == [Deed.READ_MESSAGES] * 2
    looks = [e for e in audit.latest() if e.action == "households.messages_read"]
    assert len(looks) == 3


def test_a_delegate_changes_the_profile_and_it_is_told(two):
    mother, daughter = two
    mandate = make_mandate(mother, daughter, purposes=[Purpose.PROFILE])

    services.describe(
        person_id=mother, name="王秀兰", language="zh-Hans", home_id=None,
        by=by(daughter, mandate), at=OPENING,
    )  # fmt: skip

    assert people.persons([mother])[mother].name == "王秀兰"
    assert [a.deed for a in queries.acts_for(mother)] == [Deed.CHANGED_PROFILE]


# The database alone.


def mandate_row(two, **changes):
    mother, daughter = two
    row = {
        "kind": "DELEGATE", "principal_id": mother, "delegate_id": daughter,
        "purposes": ["CLASSES"], "since": TODAY, "until": TODAY + DAY, "offered_at": OPENING,
    }  # fmt: skip
    return Mandate(**row | changes)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("households_delegate_for_a_year_at_most", {"until": TODAY + 367 * DAY}),
        ("households_mandate_ends", {"until": TODAY}),
        ("households_purposes_known", {"purposes": []}),
        ("households_purposes_known", {"purposes": ["MONEY"]}),
        ("households_guardian_confirmed_at_the_desk", {"kind": "GUARDIAN"}),
        ("households_offer_to_one_address", {"phone": "+8615400000001"}),
        ("households_mandate_ends_for_a_reason", {"ended_at": OPENING}),
    ],
)
def test_the_database_alone_refuses_a_mandate_that_is_none(two, name, changes):
    with pytest.raises(IntegrityError, match=name):
        mandate_row(two, **changes).save()


def test_the_database_alone_refuses_an_officer_who_registers_themselves(two):
    with pytest.raises(IntegrityError, match="households_officer_registers_others"):
        mandate_row(two, registered_by_id=two[1], paper="x").save()


def test_the_database_alone_refuses_ones_own_delegate(two):
    with pytest.raises(IntegrityError, match="households_nobody_is_their_own_delegate"):
        mandate_row(two, delegate_id=two[0]).save()


def test_the_database_alone_refuses_an_acceptance_by_nobody(two):
    with pytest.raises(IntegrityError, match="households_delegate_accepts_in_person"):
        mandate_row(two, delegate_id=None, phone="+8615400000009", accepted_at=OPENING).save()


def test_the_database_alone_refuses_a_second_mandate_between_two(two):
    mandate_row(two).save()
    with pytest.raises(IntegrityError, match="households_one_mandate_between_two"):
        mandate_row(two).save()


def test_the_database_alone_refuses_an_unknown_right(two):
    clerk = make_person("职员")
    with pytest.raises(IntegrityError, match="households_mandate_kind_known"):
        mandate_row(two, kind="FRIEND", registered_by_id=clerk, paper="x").save()
