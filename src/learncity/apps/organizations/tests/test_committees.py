"""A committee has one chair and one term at a time, and is seen when its election is due."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from learncity.apps.organizations import queries, services
from learncity.apps.organizations.factories import make_organization
from learncity.apps.organizations.models import Committee, Member, TermOfOffice
from learncity.apps.organizations.types import (
    CommitteeNotFound,
    DatesOverlap,
    EndsBeforeBegin,
    KeyTaken,
    NobodyNamed,
    Post,
    SecondChair,
)
from learncity.apps.people.factories import make_person
from learncity.kernel.acting import SYSTEM

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
TODAY = date(2026, 11, 22)
ACT = {"by": SYSTEM, "at": AT}
pytestmark = pytest.mark.django_db


@pytest.fixture
def board(db):
    return make_board()


def make_board(key="board"):
    services.found_committee(
        key=key, organization_key=make_organization().key, name={"en": "Board"},
        is_public=True, **ACT,
    )  # fmt: skip
    return key


def seat(key, name="", post=Post.CHAIR, since=date(2024, 1, 1), until=None, person=None):
    return services.take_office(
        key=key, name=name, person_id=person, post=post, since=since, until=until, **ACT
    )


def test_a_chair_follows_a_chair(board):
    first = seat(board, "Gu Nian")
    assert seat(board, "Gu Nian") == first
    with pytest.raises(SecondChair):
        seat(board, "Lu Fan", since=date(2025, 1, 1))
    for _ in range(2):
        services.leave(key=board, member_id=first, until=date(2025, 1, 1), **ACT)
    seat(board, "Lu Fan", since=date(2025, 1, 1))

    found = queries.find_committee(board)
    assert [m.name for m in found.in_office(date(2024, 12, 31))] == ["Gu Nian"]
    assert [m.name for m in found.in_office(date(2025, 1, 1))] == ["Lu Fan"]


def test_a_member_is_a_person_or_a_name(board):
    person = make_person("王灯")
    for name, who in (("", None), ("Wang", person)):
        with pytest.raises(NobodyNamed):
            seat(board, name, person=who)
    seat(board, person=person, post=Post.SECRETARY)
    with pytest.raises(DatesOverlap):
        seat(board, person=person, post=Post.MEMBER, since=date(2025, 5, 1))
    assert [m.name for m in queries.find_committee(board).in_office(TODAY)] == ["王灯"]


def test_the_database_alone_refuses_a_second_chair_the_same_twice_and_nobody(board):
    committee, person = Committee.objects.get(key=board), make_person()
    said = {"committee": committee, "since": date(2024, 1, 1)}
    Member.objects.create(person_id=person, post="CHAIR", **said)
    for constraint, more in (
        ("organizations_one_chair_at_a_time", {"name": "Lu", "post": "CHAIR"}),
        ("organizations_in_a_committee_once", {"person_id": person, "post": "MEMBER"}),
        ("organizations_member_is_somebody", {"post": "MEMBER"}),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Member.objects.create(**said, **more)


def test_a_term_that_ended_without_the_next_is_overdue_from_its_last_moment(board):
    services.begin_term(key=board, since=date(2021, 5, 1), until=date(2026, 5, 1), **ACT)
    services.begin_term(key=board, since=date(2021, 5, 1), until=date(2026, 5, 1), **ACT)
    found = queries.find_committee(board)
    assert found.overdue_since(date(2026, 4, 30)) is None
    assert found.overdue_since(date(2026, 5, 1)) == date(2026, 5, 1)
    assert board in [c.key for c in queries.overdue_committees(on=TODAY)]

    services.begin_term(key=board, since=date(2026, 6, 1), until=date(2031, 6, 1), **ACT)
    assert queries.find_committee(board).overdue_since(TODAY) is None
    assert board not in [c.key for c in queries.overdue_committees(on=TODAY)]
    with pytest.raises(DatesOverlap):
        services.begin_term(key=board, since=date(2030, 1, 1), until=date(2035, 1, 1), **ACT)
    with pytest.raises(EndsBeforeBegin):
        services.begin_term(key=board, since=TODAY, until=TODAY, **ACT)


def test_the_database_alone_refuses_two_terms_at_a_time(board):
    committee = Committee.objects.get(key=board)
    TermOfOffice.objects.create(committee=committee, since=date(2021, 1, 1), until=TODAY)
    with pytest.raises(IntegrityError, match="organizations_one_term_at_a_time"):
        TermOfOffice.objects.create(
            committee=committee, since=date(2026, 1, 1), until=date(2031, 1, 1)
        )


def test_a_key_names_one_committee(board):
    with pytest.raises(KeyTaken):
        make_board(board)
    with pytest.raises(CommitteeNotFound):
        seat("none", "Somebody")


def test_an_organizations_committees_cost_four_queries(django_assert_num_queries):
    pk = queries.ids_by_key(["suzhou-study-association"])["suzhou-study-association"]
    with django_assert_num_queries(4):
        (found,) = queries.committees_of(pk, public=True)
    assert [m.post for m in found.in_office(TODAY)][:2] == [Post.CHAIR, Post.VICE_CHAIR]
