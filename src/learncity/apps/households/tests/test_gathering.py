"""The promise of this room: nobody belongs to a household without their own yes, or to two."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from learncity.apps.classes.factories import OPENING
from learncity.apps.households import gathering, jobs, queries, services
from learncity.apps.households.factories import make_household
from learncity.apps.households.models import Household, Invitation, Membership
from learncity.apps.households.types import (
    AlreadyInvited,
    Answer,
    HandOverFirst,
    HeadOfAnother,
    HouseholdNotFound,
    InAnotherHousehold,
    InvitationNotFound,
    Kind,
    NameNeeded,
    NotAMember,
    OnlyHead,
    UnknownRelation,
)
from learncity.apps.notices import queries as notices
from learncity.apps.people import queries as people
from learncity.apps.people import services as people_services
from learncity.apps.people.factories import make_person
from learncity.apps.people.types import Addresses
from learncity.apps.record import queries as record
from learncity.kernel.acting import By, Via

DAY = timedelta(days=1)
TODAY = timezone.localtime(OPENING).date()


def by(person):
    return By(person, Via.WEB)


def found(person, kind=Kind.HOUSEHOLD, name="王家", at=OPENING):
    return services.found_household(
        person_id=person, kind=kind, name=name, place_id=None, by=by(person), at=at
    )


def invite(household, head, address, relation=None, at=OPENING):
    return services.invite(
        household_id=household, head_id=head, address=address, relation=relation,
        by=by(head), at=at,
    )  # fmt: skip


def answer(invitation, person, accept=True, at=OPENING):
    services.answer_invitation(
        invitation_id=invitation, person_id=person, accept=accept, by=by(person), at=at
    )


def leave(household, person, at=OPENING):
    services.leave(household_id=household, person_id=person, by=by(person), at=at)


def names(person, at=OPENING):
    return [(g.name, [m.name for m in g.members]) for g in queries.households_of(person, at=at)]


def reach(person):
    return people.addresses([person])[person]


@pytest.fixture
def two(db):
    """A mother and her daughter, both with accounts."""
    return make_person("母亲", account=True), make_person("女儿", account=True)


def test_somebody_joins_with_their_own_yes_and_no_other(two):
    mother, daughter = two
    household = found(mother)
    invitation = invite(household, mother, reach(daughter), "child")
    assert names(daughter) == []
    with pytest.raises(InvitationNotFound):
        answer(invitation, mother)
    (seen,) = queries.invitations_to(daughter, at=OPENING)
    assert (seen.inviter, seen.household) == ("母亲", "王家")

    answer(invitation, daughter)

    assert names(mother) == names(daughter) == [("王家", ["母亲", "女儿"])]
    (group,) = queries.households_of(mother, at=OPENING)
    assert (group.members[1].relation["zh-Hans"], group.members[1].relation_to) == ("子女", "母亲")
    assert queries.are_together(two, at=OPENING)
    assert [f.kind for f in record.facts_of(daughter)] == ["households.joined"]
    assert "女儿" in notices.inbox(mother)[0].title
    with pytest.raises(InvitationNotFound):
        answer(invitation, daughter)


def test_who_refuses_an_address_stays_unknown(two):
    mother, daughter = two
    household = found(mother)
    answer(invite(household, mother, reach(daughter)), daughter, accept=False)

    assert names(mother) == [("王家", ["母亲"])]
    (told,) = notices.inbox(mother)
    assert "女儿" not in told.title + told.body


def test_an_invitation_to_an_address_of_nobody_waits_thirty_days(two):
    mother, daughter = two
    household = found(mother)
    invitation = invite(household, mother, Addresses(None, "somebody@example.org"))
    own = Addresses(None, "somebody@example.org")
    with pytest.raises(AlreadyInvited):
        invite(household, mother, own)
    account = people_services.account_for(address=own, language="vi")
    newcomer = account.person_id
    # Asked for a code is not proven.
    assert queries.invitations_to(newcomer, at=OPENING) == []
    people_services.prove(account_id=account.id, at=OPENING)

    assert len(queries.invitations_to(newcomer, at=OPENING + 29 * DAY)) == 1
    assert queries.invitations_to(newcomer, at=OPENING + 30 * DAY) == []
    assert queries.invitations_to(daughter, at=OPENING) == []
    services.take_back_invitation(
        invitation_id=invitation, head_id=mother, by=by(mother), at=OPENING
    )
    row = Invitation.objects.get(pk=invitation)
    assert (row.email, row.answer) == (None, "TAKEN_BACK")
    invite(household, mother, own)


def test_a_head_is_told_to_hand_over_before_joining_another(two):
    mother, daughter = two
    household = found(daughter)
    child = make_person("孩子", account=True)
    invitation = invite(found(mother), mother, reach(daughter))
    with pytest.raises(InAnotherHousehold) as alone:
        answer(invitation, daughter)
    answer(invite(household, daughter, reach(child)), child)
    with pytest.raises(HeadOfAnother) as head:
        answer(invitation, daughter)
    assert type(alone.value) is InAnotherHousehold
    assert (head.value.code, head.value.says) != (alone.value.code, alone.value.says)


def test_a_person_lives_in_one_household_and_belongs_to_many_clans(two):
    mother, daughter = two
    found(mother)
    invitation = invite(found(daughter), daughter, reach(mother))

    with pytest.raises(InAnotherHousehold):
        found(mother, name="另一家")
    with pytest.raises(InAnotherHousehold):
        answer(invitation, mother)
    for name in ("王氏", "李氏"):
        found(mother, Kind.CLAN, name)

    assert [n for n, _ in names(mother)] == ["王家", "李氏", "王氏"]


def test_leaving_is_one_step_and_frees_the_same_day(two):
    mother, daughter = two
    household = make_household(mother, daughter)

    leave(household, daughter)

    assert names(mother) == [("测试家庭", ["母亲"])]
    assert not queries.are_together(two, at=OPENING)
    found(daughter, name="女儿家")
    with pytest.raises(HouseholdNotFound):
        leave(household, daughter)
    past = queries.households_of(daughter, at=timezone.now() - DAY)
    assert [g.name for g in past] == ["测试家庭"]


def test_the_head_hands_over_and_then_leaves_and_the_last_ends_it(two):
    mother, daughter = two
    household = make_household(mother, daughter)
    (group,) = queries.households_of(mother, at=OPENING)
    own, other = group.members[0].membership_id, group.members[1].membership_id
    with pytest.raises(HandOverFirst):
        leave(household, mother)

    def hand_over(head, to):
        services.hand_over(household_id=household, head_id=head, to_id=to, by=by(head), at=OPENING)

    with pytest.raises(OnlyHead):
        hand_over(daughter, own)
    with pytest.raises(NotAMember):
        hand_over(mother, household)
    hand_over(mother, other)
    leave(household, mother)
    assert queries.households_of(daughter, at=OPENING)[0].has_head(daughter)
    leave(household, daughter)
    assert Household.objects.get(pk=household).ended_at == OPENING


def test_only_the_head_invites_and_strangers_find_nothing(two):
    mother, daughter = two
    stranger = make_person("别人", account=True)
    household = make_household(mother, daughter)

    with pytest.raises(OnlyHead):
        invite(household, daughter, reach(stranger))
    with pytest.raises(HouseholdNotFound):
        invite(household, stranger, reach(daughter))
    with pytest.raises(UnknownRelation):
        invite(household, mother, reach(stranger), "neighbour")
    with pytest.raises(NameNeeded):
        found(stranger, name=" \x00 ")


def test_who_i_belong_to_costs_the_same_however_many_there_are(two, django_assert_num_queries):
    mother, daughter = two
    make_household(mother, *(make_person(f"孩子{n}") for n in range(9)))
    for n in range(4):
        make_household(mother, daughter, kind=Kind.CLAN if n % 2 else Kind.FAMILY)

    with django_assert_num_queries(3):
        groups = queries.households_of(mother, at=timezone.now())

    assert [len(g.members) for g in groups] == [10, 2, 2, 2, 2]


# The database alone.


def membership(household, person, **changes):
    row = {"kind": Kind.HOUSEHOLD, "since": TODAY}
    return Membership(household_id=household, person_id=person, **row | changes)


def test_the_database_alone_refuses_a_second_household(two):
    mother, daughter = two
    make_household(mother)
    with pytest.raises(IntegrityError, match="households_one_household_at_a_time"):
        membership(make_household(daughter), mother).save()


def test_the_database_alone_refuses_a_household_that_poses_as_a_clan(two):
    mother, daughter = two
    household = make_household(daughter)
    with pytest.raises(IntegrityError, match="households_membership_of_its_kind"):
        membership(household, mother, kind=Kind.CLAN).save()


def test_the_database_alone_refuses_a_second_head_and_a_second_membership(two):
    mother, daughter = two
    clan = make_household(mother, kind=Kind.CLAN)
    with pytest.raises(IntegrityError, match="households_one_head"), transaction.atomic():
        membership(clan, daughter, kind=Kind.CLAN, is_head=True).save()
    with pytest.raises(IntegrityError, match="households_member_once"):
        membership(clan, mother, kind=Kind.CLAN).save()


def test_the_database_alone_refuses_leaving_before_joining(two):
    mother, daughter = two
    with pytest.raises(IntegrityError, match="households_leaves_after_joining"):
        membership(make_household(mother), daughter, until=TODAY - DAY).save()


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("households_invitation_to_one_address", {}),
        ("households_invitation_to_one_address", {"phone": "+86154", "email": "a@example.org"}),
        ("households_invitation_answered_in_full", {"phone": "+86154", "answer": "REFUSED"}),
    ],
)
def test_the_database_alone_refuses_an_invitation_that_is_none(two, name, changes):
    mother, _ = two
    with pytest.raises(IntegrityError, match=name):
        Invitation.objects.create(
            household_id=make_household(mother), inviter_id=mother, made_at=OPENING,
            until=TODAY + DAY, **changes,
        )  # fmt: skip


# Races.


def hand_over_during_leaving():
    """The head hands over to the one who leaves at the same moment; the head afterwards."""
    head, other = make_person("户主"), make_person("成员")
    household = make_household(head, other)
    (group,) = queries.households_of(head, at=OPENING)
    to, begun, outcome = group.members[1].membership_id, threading.Event(), []

    def hand():
        begun.wait(10)
        try:
            services.hand_over(
                household_id=household, head_id=head, to_id=to, by=by(head), at=OPENING
            )
        except NotAMember:
            outcome.append("refused")
        finally:
            connection.close()

    thread = threading.Thread(target=hand)
    thread.start()
    with transaction.atomic():
        leave(household, other)
        begun.set()
        # Long enough for the other to decide, were it not waiting for the lock.
        threading.Event().wait(1)
    thread.join(20)
    (after,) = queries.households_of(head, at=OPENING)
    return [m.name for m in after.members if m.is_head], outcome


def test_a_household_is_not_handed_over_to_somebody_who_is_leaving(committed):
    assert hand_over_during_leaving() == (["户主"], ["refused"])


def test_without_the_lock_it_would_be_left_without_a_head(committed, monkeypatch):
    monkeypatch.setattr(gathering.locks, "hold", lambda what, key: None)

    assert hand_over_during_leaving() == ([], [])


def test_an_address_that_was_written_goes_after_thirty_days(db, monkeypatch):
    mother = make_person("王秀兰", account=True)
    household = found(mother)
    stranger = invite(household, mother, Addresses("+8615400009999", None))
    invite(household, mother, Addresses(None, "somebody@example.org"), at=OPENING + DAY)
    waiting = Invitation.objects.exclude(phone=None, email=None)

    for days, left in ((29, 2), (30, 1), (30, 1), (31, 0)):
        monkeypatch.setattr(timezone, "now", lambda days=days: OPENING + days * DAY)
        jobs.end_expired_mandates()
        assert waiting.count() == left, days

    closed = Invitation.objects.get(pk=stranger)
    assert (closed.answer, closed.answered_at) == (Answer.EXPIRED, OPENING + 30 * DAY)
