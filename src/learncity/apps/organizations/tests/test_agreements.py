"""Two parties agree, each promises, and what was done is counted and never rewritten."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from learncity.apps.organizations import queries, services
from learncity.apps.organizations.factories import make_organization
from learncity.apps.organizations.models import Agreement, Deed, Organization, Party, Promise
from learncity.apps.organizations.types import (
    AgreementNotFound,
    AgreementState,
    AmountMissing,
    EndsBeforeBegin,
    EvidenceMissing,
    KeyTaken,
    NotAParty,
    NotYet,
    OrganizationNotFound,
    TooFewParties,
    Unit,
)
from learncity.kernel.acting import SYSTEM

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
TODAY = date(2026, 11, 22)
ACT = {"by": SYSTEM, "at": AT}
pytestmark = pytest.mark.django_db


def agree(key="deal", parties=None, since=date(2026, 1, 1), until=date(2027, 1, 1)):
    services.make_agreement(
        key=key, subject={"en": "Deal"}, party_keys=parties or ["deal-a", "deal-b"],
        since=since, until=until, **ACT,
    )  # fmt: skip
    return key


@pytest.fixture
def deal(db):
    make_organization("deal-a")
    make_organization("deal-b")
    return agree()


def promise(deal, amount=10, unit=Unit.CLASSES, due=None, by="deal-a", text="Opens classes"):
    return services.promise(
        key=deal, by_key=by, text={"en": text}, amount=amount, unit=unit, due=due, **ACT
    )


def done(deal, number, amount=None, on=date(2026, 6, 1), evidence="Timetable", link=""):
    return services.note_deed(
        key=deal, number=number, on=on, amount=amount, evidence=evidence, link=link, **ACT
    )


def only(deal):
    (found,) = queries.find_agreement(deal).promises
    return found


def test_an_agreement_has_two_living_parties_and_a_day(deal):
    for refusal, said in (
        (TooFewParties, {"parties": ["deal-a", "deal-a"]}),
        (OrganizationNotFound, {"parties": ["deal-a", "none"]}),
        (EndsBeforeBegin, {"until": date(2026, 1, 1)}),
        (KeyTaken, {"key": deal}),
    ):
        with pytest.raises(refusal):
            agree(**{"key": "other", **said})


def test_the_database_alone_refuses_a_lonely_party(deal):
    agreement = Agreement.objects.create(key="lonely", since=TODAY)
    Party.objects.create(agreement=agreement, organization=make_organization())
    with (
        pytest.raises(IntegrityError, match="organizations_two_parties"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    Party.objects.create(agreement=agreement, organization=make_organization())


def test_the_database_alone_refuses_that_a_party_leaves_one_behind(deal):
    party = Party.objects.get(agreement__key=deal, organization__key="deal-a")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="organizations_two_parties"), transaction.atomic():
        Party.objects.filter(pk=party.pk).update(ended_at=AT)


def test_the_state_follows_the_day(deal):
    found = queries.find_agreement(deal)
    assert found.state(date(2025, 12, 31)) == AgreementState.COMING
    assert found.state(date(2026, 1, 1)) == AgreementState.IN_FORCE
    assert found.state(date(2026, 12, 31)) == AgreementState.IN_FORCE
    assert found.state(date(2027, 1, 1)) == AgreementState.OVER


def test_only_a_party_promises(deal):
    with pytest.raises(NotAParty):
        promise(deal, by=make_organization().key)
    agreement, other = Agreement.objects.get(key=deal), agree("other")
    foreign = Party.objects.filter(agreement__key=other).first()
    with pytest.raises(IntegrityError, match="organizations_promise_by_a_party"):
        Promise.objects.create(agreement=agreement, party=foreign, number=9, text={"en": "x"})


def test_a_promise_is_numbered_once_and_the_same_again_is_the_same(deal):
    assert promise(deal) == 1
    assert promise(deal) == 1
    assert promise(deal, amount=11) == 2
    for amount, unit in ((None, Unit.HOURS), (5, None), (0, Unit.HOURS)):
        with pytest.raises(AmountMissing):
            promise(deal, amount=amount, unit=unit)
    for _ in range(2):
        services.take_out(key=deal, number=1, **ACT)
    assert [p.number for p in queries.find_agreement(deal).promises] == [2]
    assert promise(deal) == 3  # a number is never used again


def test_what_was_done_is_counted_to_the_last(deal):
    number = promise(deal, amount=10, due=date(2026, 10, 1))
    done(deal, number, 9)
    done(deal, number, 9)  # told twice, done once
    assert only(deal).done == 9
    assert not only(deal).is_kept
    assert not only(deal).is_late(date(2026, 10, 1))  # its day is still in time
    assert only(deal).is_late(date(2026, 10, 2))
    last = done(deal, number, 1, on=date(2026, 9, 1))
    assert only(deal).is_kept
    for _ in range(2):
        services.take_back(key=deal, deed_id=last, **ACT)
    assert only(deal).done == 9


def test_a_promise_without_a_number_is_kept_by_one_deed(deal):
    number = promise(deal, amount=None, unit=None)
    assert not only(deal).is_kept
    done(deal, number)
    assert only(deal).is_kept


def test_what_was_done_is_past_seen_and_counted(deal):
    number = promise(deal)
    for refusal, said in (
        (NotYet, {"on": date(2026, 11, 23)}),
        (EvidenceMissing, {"evidence": "  "}),
        (EvidenceMissing, {"link": "javascript:alert(1)"}),
        (AmountMissing, {"amount": None}),
        (AmountMissing, {"amount": 0}),
    ):
        with pytest.raises(refusal):
            done(deal, number, **{"amount": 1, **said})
    with pytest.raises(AgreementNotFound):
        done(deal, 99, 1)


def test_the_database_alone_refuses_to_rewrite_what_was_done(deal):
    pk = done(deal, promise(deal), 1)
    for change in ({"amount": 9}, {"evidence": "Other"}, {"on": TODAY}):
        with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
            Deed.objects.filter(pk=pk).update(**change)
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        Deed.objects.filter(pk=pk).delete()
    Deed.objects.filter(pk=pk).update(taken_back_at=AT)
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        Deed.objects.filter(pk=pk).update(taken_back_at=None)


def test_the_figures_count_what_is_in_force(deal):
    before = queries.agreement_figures(on=TODAY)
    agree("over", since=date(2020, 1, 1), until=date(2021, 1, 1))
    promise("over")
    number = promise(deal, due=date(2026, 2, 1))
    after = queries.agreement_figures(on=TODAY)
    assert (after.agreements, after.promises) == (before.agreements, before.promises + 1)
    assert after.late == before.late + 1
    done(deal, number, 10)
    assert queries.agreement_figures(on=TODAY).kept == before.kept + 1


def test_agreements_cost_four_queries_however_many(django_assert_num_queries):
    with django_assert_num_queries(4):
        assert len(queries.agreements()) == 3
    union = Organization.objects.get(key="suzhou-union-federation")
    (found,) = queries.agreements(organization_ids=[union.id])
    assert found.key == "workers-study-2026"
    assert [p.is_kept for p in found.promises] == [False, True, False]
    assert [p.is_late(TODAY) for p in found.promises] == [False, False, True]
