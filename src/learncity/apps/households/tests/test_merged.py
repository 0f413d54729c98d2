"""The promise of this room: what holds for a person holds by whichever record of theirs.

Two records are merged; nothing moves, and separated each is what it was.
"""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from learncity.apps.classes.factories import OPENING
from learncity.apps.households import queries, services
from learncity.apps.households.factories import make_household, make_mandate
from learncity.apps.households.models import Act, Household, Mandate, Membership
from learncity.apps.households.types import (
    AlreadyActing,
    Deed,
    InAnotherHousehold,
    Kind,
    MandateKind,
    MandateNotFound,
    MandateOver,
    NotYourself,
    OwnCase,
    Purpose,
)
from learncity.apps.notices import queries as notices
from learncity.apps.people import queries as people
from learncity.apps.people import services as people_services
from learncity.apps.people.factories import make_person
from learncity.apps.people.types import MergeReason
from learncity.apps.privacy import services as privacy
from learncity.kernel.acting import SYSTEM, By, Via
from learncity.kernel.texts import Text

TODAY = timezone.localtime(OPENING).date()
UNTIL = TODAY + timedelta(days=100)


def by(person, mandate=None):
    return By(person, Via.WEB, mandate)


def merge(keep, other):
    people_services.merge(
        keep=keep, other=other, reason=MergeReason.SAME_DOCUMENT, by=SYSTEM, at=OPENING
    )


def separate(keep, other):
    people_services.unmerge(keep=keep, other=other, by=SYSTEM, at=OPENING)


def found(person, name="王家"):
    return services.found_household(
        person_id=person, kind=Kind.HOUSEHOLD, name=name, place_id=None, by=by(person), at=OPENING
    )


def households(person):
    return [g.id for g in queries.households_of(person, at=OPENING)]


def may(delegate, principal):
    return queries.may_act(delegate, principal, Purpose.CLASSES, OPENING)


def rows():
    """Everything of this room as it stands in the database."""
    return [list(m.objects.order_by("pk").values()) for m in (Household, Membership, Mandate, Act)]


def note(mandate, principal, delegate):
    services.note_act(
        by=by(delegate, mandate), person_id=principal, deed=Deed.APPLIED, title=Text(),
        reference="", at=OPENING,
    )  # fmt: skip


@pytest.fixture
def kept(db):
    """The record of the mother that is kept; with an account."""
    return make_person("母亲", account=True)


@pytest.fixture
def other(db):
    """Another record of hers, of her second phone."""
    return make_person("母亲二", account=True)


@pytest.fixture
def daughter(db):
    return make_person("女儿", account=True)


# What is seen, and what she may.


def test_a_household_of_either_record_is_hers_until_they_are_separated(kept, other, daughter):
    one = make_household(other, daughter)
    before = rows()
    assert households(kept) == []

    merge(kept, other)
    assert households(kept) == households(other) == [one]
    assert queries.are_together([kept, daughter], at=OPENING)
    group = queries.household_now(one, at=OPENING)
    assert group.has_head(kept)
    assert [m.name for m in group.others(kept)] == ["女儿"]

    separate(kept, other)
    assert households(kept) == []
    assert households(other) == [one]
    assert not queries.are_together([kept, daughter], at=OPENING)
    assert rows() == before


def test_who_is_in_a_household_by_two_records_is_in_it_once_and_leaves_once(kept, other, daughter):
    one = make_household(daughter, kept, other)
    merge(kept, other)
    assert len(queries.household_now(one, at=OPENING).members) == 2

    services.leave(household_id=one, person_id=other, by=by(other), at=OPENING)

    assert households(kept) == households(other) == []
    assert len(queries.household_now(one, at=OPENING).members) == 1


def test_a_mandate_of_either_record_gives_the_right_to_both(kept, other, daughter):
    second = make_person("女儿二", account=True)
    mandate = make_mandate(other, daughter)
    before = rows()
    assert not may(daughter, kept)

    merge(kept, other)
    merge(daughter, second)
    assert may(daughter, kept)
    assert may(second, kept)
    assert queries.acting(mandate, delegate_id=second, at=OPENING).mandate_id == mandate
    assert [(m.id, m.is_given) for m in queries.mandates(kept, at=OPENING)] == [(mandate, True)]
    assert [(m.id, m.is_given) for m in queries.mandates(second, at=OPENING)] == [(mandate, False)]

    separate(daughter, second)
    separate(kept, other)
    assert not may(daughter, kept)
    assert not may(second, other)
    assert may(daughter, other)
    assert queries.mandates(kept, at=OPENING) == queries.mandates(second, at=OPENING) == []
    assert rows() == before


def test_what_was_done_is_seen_and_disputed_by_the_kept_record(kept, other, daughter):
    second = make_person("女儿二", account=True)
    mandate = make_mandate(other, daughter)
    merge(kept, other)
    merge(daughter, second)
    with transaction.atomic():
        note(mandate, kept, second)
    (act,) = queries.acts_for(kept)
    assert queries.find_act(act.id, principal_id=kept) == act

    services.dispute(act_id=act.id, person_id=kept, words="", by=by(kept), at=OPENING)

    assert not may(daughter, other)
    (case,) = queries.disputes(at=OPENING)
    for own in (kept, other, second):
        with pytest.raises(OwnCase):
            services.resolve(
                dispute_id=case.id, is_upheld=True, note="x", by=by(own), at=OPENING
            )  # fmt: skip
    separate(kept, other)
    assert queries.acts_for(kept) == []
    assert queries.find_act(act.id, principal_id=kept) is None


def test_an_act_of_the_other_record_ends_with_the_merge(kept, other, daughter):
    mandate = make_mandate(other, daughter)
    merge(kept, other)
    separate(kept, other)
    with pytest.raises(MandateOver), transaction.atomic():
        note(mandate, kept, daughter)


def test_either_record_ends_the_mandate_and_a_stranger_does_not(kept, other, daughter):
    mandate, stranger = make_mandate(other, daughter), make_person()
    merge(kept, other)
    with pytest.raises(MandateNotFound):
        services.end_mandate(mandate_id=mandate, person_id=stranger, by=by(stranger), at=OPENING)
    services.end_mandate(mandate_id=mandate, person_id=kept, by=by(kept), at=OPENING)
    assert Mandate.objects.get(pk=mandate).end == "BY_PRINCIPAL"


def test_what_was_written_to_an_address_of_either_record_is_found(kept, other, daughter):
    offered = services.offer_mandate(
        principal_id=daughter, address=people.addresses([other])[other],
        purposes=[Purpose.CLASSES], until=UNTIL, by=by(daughter), at=OPENING,
    )  # fmt: skip
    one = make_household(daughter)
    invited = services.invite(
        household_id=one, head_id=daughter, address=people.addresses([other])[other],
        relation=None, by=by(daughter), at=OPENING,
    )  # fmt: skip
    merge(kept, other)
    assert [i.id for i in queries.invitations_to(kept, at=OPENING)] == [invited]

    services.answer_mandate(
        mandate_id=offered, person_id=kept, accept=True, by=by(kept), at=OPENING
    )
    services.answer_invitation(
        invitation_id=invited, person_id=kept, accept=True, by=by(kept), at=OPENING
    )

    assert may(kept, daughter)
    assert households(other) == [one]
    # She was asked as the other record: separated, it is that one's.
    separate(kept, other)
    assert Mandate.objects.get(pk=offered).delegate_id == other


@pytest.mark.django_db
def test_how_many_queries_it_takes(kept, other, daughter, django_assert_num_queries):
    make_household(other, daughter)
    make_mandate(other, daughter)
    merge(kept, other)
    with django_assert_num_queries(3):
        queries.households_of(kept, at=OPENING)
    with django_assert_num_queries(2):
        queries.mandates(kept, at=OPENING)
    with django_assert_num_queries(2):
        queries.invitations_to(kept, at=OPENING)
    with django_assert_num_queries(2):
        queries.are_together([kept, daughter], at=OPENING)
    with django_assert_num_queries(1):
        may(daughter, kept)


# What is refused.


def test_who_lives_in_a_household_by_another_record_founds_none(kept, other):
    make_household(other)
    merge(kept, other)
    with pytest.raises(InAnotherHousehold):
        found(kept)
    separate(kept, other)
    assert found(kept)


def test_a_family_beside_the_household_is_none_of_the_refused(kept, other):
    make_household(other)
    merge(kept, other)
    services.found_household(
        person_id=kept, kind=Kind.FAMILY, name="亲戚", place_id=None, by=by(kept), at=OPENING
    )
    assert len(households(other)) == 2


def test_the_database_alone_refuses_a_second_household_by_another_record(kept, other, daughter):
    make_household(kept)
    second = make_household(daughter)
    merge(kept, other)
    with pytest.raises(IntegrityError, match="households_one_household_at_a_time"):
        Membership.objects.create(
            household_id=second, kind=Kind.HOUSEHOLD, person_id=other, since=TODAY
        )


def test_the_database_alone_refuses_a_membership_twice_by_another_record(kept, other):
    one = make_household(kept, kind=Kind.CLAN)
    merge(kept, other)
    with pytest.raises(IntegrityError, match="households_member_once"):
        Membership.objects.create(household_id=one, kind=Kind.CLAN, person_id=other, since=TODAY)


def test_two_households_from_before_a_merge_can_be_left_and_separated(kept, other):
    one, second = make_household(kept), make_household(other)
    merge(kept, other)
    assert set(households(kept)) == {one, second}
    services.leave(household_id=one, person_id=kept, by=by(kept), at=OPENING)
    assert households(kept) == [second]
    separate(kept, other)
    assert households(other) == [second]


@pytest.mark.parametrize("accepted", [True, False])
def test_the_database_alone_refuses_a_second_mandate_by_other_records(
    kept, other, daughter, accepted
):
    second = make_person("女儿二", account=True)
    make_mandate(other, daughter)
    merge(kept, other)
    merge(daughter, second)
    if accepted:
        with pytest.raises(IntegrityError, match="households_one_mandate_between_two"):
            make_mandate(kept, second)
        return
    # An offer is none yet; who is asked learns that they act already, not who offered.
    offered = services.offer_mandate(
        principal_id=kept, address=people.addresses([second])[second],
        purposes=[Purpose.CLASSES], until=UNTIL, by=by(kept), at=OPENING,
    )  # fmt: skip
    with pytest.raises(AlreadyActing):
        services.answer_mandate(
            mandate_id=offered, person_id=second, accept=True, by=by(second), at=OPENING
        )


def test_the_desk_replaces_a_mandate_of_another_record(kept, other, daughter):
    officer = make_person("干部")
    old = make_mandate(other, daughter)
    merge(kept, other)
    made = services.register_mandate(
        kind=MandateKind.DELEGATE, principal=kept, delegate_id=daughter,
        purposes=[Purpose.CLASSES], until=UNTIL, paper="委托书", by=by(officer), at=OPENING,
    )  # fmt: skip
    assert Mandate.objects.get(pk=old).end == "REPLACED"
    assert [m.id for m in queries.mandates(other, at=OPENING)] == [made]
    assert any("女儿" in m.title + m.body for m in notices.inbox(other))


def test_nobody_acts_for_another_record_of_theirs(kept, other):
    merge(kept, other)
    with pytest.raises(NotYourself):
        services.offer_mandate(
            principal_id=kept, address=people.addresses([other])[other],
            purposes=[Purpose.CLASSES], until=UNTIL, by=by(kept), at=OPENING,
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="households_nobody_is_their_own_delegate"):
        make_mandate(kept, other)


def test_an_officer_registers_nothing_for_another_record_of_theirs(kept, other, daughter):
    merge(kept, other)
    with pytest.raises(OwnCase):
        services.register_mandate(
            kind=MandateKind.DELEGATE, principal=kept, delegate_id=daughter,
            purposes=[Purpose.CLASSES], until=UNTIL, paper="委托书", by=by(other), at=OPENING,
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="households_officer_registers_others"):
        Mandate.objects.create(
            kind=MandateKind.DELEGATE, principal_id=kept, delegate_id=daughter,
            purposes=["CLASSES"], since=TODAY, until=UNTIL, offered_at=OPENING,
            accepted_at=OPENING, registered_by_id=other, paper="委托书",
        )  # fmt: skip


def test_erased_with_two_records_the_household_goes_to_somebody_else(kept, other, daughter):
    one = make_household(kept, other, daughter)
    merge(kept, other)
    privacy.erase(person_id=other, by=SYSTEM, at=OPENING)
    group = queries.household_now(one, at=OPENING)
    assert [m.person_id for m in group.members] == [daughter]
    assert group.has_head(daughter)


# Two rivals who are one person.


def _rivals(act):
    """The first acts and has not committed when the second does; what became of the second."""
    second = []

    def run():
        try:
            act(1)
            second.append("done")
        except (InAnotherHousehold, IntegrityError):
            second.append("refused")
        finally:
            connection.close()

    with transaction.atomic():
        act(0)
        thread = threading.Thread(target=run)
        thread.start()
        # Long enough for the rival to commit, were it not waiting for the lock.
        thread.join(1)
    thread.join(20)
    return second


def _two_records():
    one, two = make_person("母亲"), make_person("母亲二")
    merge(one, two)
    return one, two


def _without_lock(owner, function):
    """The same trigger without its lock."""
    source = owner.execute("SELECT pg_get_functiondef(%s::regproc)", [function]).fetchone()[0]
    begin = source.index("PERFORM pg_advisory_xact_lock")
    end = source.index(";", begin) + 1
    owner.execute(source[:begin] + source[end:])


def _found(both):
    return lambda n: found(both[n], name=f"家{n}")


def test_two_records_of_one_person_do_not_found_two_households_at_once(committed):
    both = _two_records()
    assert _rivals(_found(both)) == ["refused"]
    assert len(households(both[0])) == 1


def test_without_the_lock_they_would_live_in_two(owner):
    both = _two_records()
    _without_lock(owner, "households_refuse_second_membership")
    assert _rivals(_found(both)) == ["done"]
    assert len(households(both[0])) == 2


def _give(both, daughter):
    return lambda n: make_mandate(both[n], daughter)


def test_two_records_of_one_person_do_not_give_one_mandate_twice_at_once(committed):
    both, daughter = _two_records(), make_person("女儿")
    assert _rivals(_give(both, daughter)) == ["refused"]
    assert len(queries.mandates(both[0], at=OPENING)) == 1


def test_without_the_lock_there_would_be_two(owner):
    both, daughter = _two_records(), make_person("女儿")
    _without_lock(owner, "households_refuse_second_mandate")
    assert _rivals(_give(both, daughter)) == ["done"]
    assert len(queries.mandates(both[0], at=OPENING)) == 2
