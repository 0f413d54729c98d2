"""Two records that both sign in are joined by two of the office, or not at all."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from learncity.apps.notices import queries as notices
from learncity.apps.people import merges, personal, queries, services
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import NO_PASSWORD, Account, Merge, MergeProposal
from learncity.apps.people.types import (
    AlreadyMerged,
    MergeReason,
    MergeValue,
    Outcome,
    OwnProposal,
    OwnRecord,
    ProposalOver,
    ProposalValue,
)
from learncity.kernel import outbox
from learncity.kernel.acting import COMMAND, By, Via
from learncity.kernel.ids import uuid7
from learncity.kernel.models import AuditEntry

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
WHY = MergeReason.SAME_DOCUMENT
ONE, TWO = By(uuid7(), Via.DESK), By(uuid7(), Via.DESK)
TIME = timedelta(days=settings.MERGE_PROPOSAL_DAYS)


def pair():
    return make_person(account=True), make_person(account=True)


def merge(keep, other, by=ONE, at=AT):
    return services.merge(keep=keep, other=other, reason=WHY, by=by, at=at)


def answer(keep, other, *, by=TWO, yes=True, at=AT):
    return services.answer_merge(keep=keep, other=other, is_confirmed=yes, by=by, at=at)


def done():
    return list(
        AuditEntry.objects.filter(action__startswith="people.merge")
        .order_by("id")
        .values_list("action", flat=True)
    )


@pytest.mark.django_db
def test_one_officer_alone_joins_no_two_that_sign_in():
    keep, other = pair()

    asked = merge(keep, other)
    assert isinstance(asked, ProposalValue)
    assert merge(other, keep, by=TWO) == asked  # the same again, whichever is kept
    with pytest.raises(OwnProposal):
        answer(keep, other, by=ONE)
    assert not Merge.objects.exists()
    assert queries.proposals(at=AT) == [asked]

    assert answer(keep, other).outcome == Outcome.CONFIRMED
    assert queries.same_person([other]) == {other: keep}
    assert queries.proposals(at=AT) == []
    with pytest.raises(ProposalOver):
        answer(keep, other)
    assert done() == ["people.merge_proposed", "people.merged", "people.merged"]
    said = AuditEntry.objects.get(action="people.merged", subject=f"person {keep}")
    assert (said.actor_id, said.detail["proposed_by"]) == (TWO.person_id, str(ONE.person_id))


@pytest.mark.django_db
def test_both_are_told_when_it_is_done_and_not_before():
    keep, other = pair()
    merge(keep, other)
    while outbox.dispatch(at=datetime.now(UTC)):
        pass
    assert notices.inbox(keep) == notices.inbox(other) == []
    answer(keep, other)
    while outbox.dispatch(at=datetime.now(UTC)):
        pass
    assert len(notices.inbox(keep)) == 2  # one of each, read as one


@pytest.mark.django_db
def test_where_one_at_most_signs_in_one_officer_is_enough():
    for keep, other in (
        (make_person(), make_person(account=True)),
        (make_person(account=True), make_person()),
        (make_person(), make_person()),
    ):
        assert isinstance(merge(keep, other), MergeValue)
    # And for whoever runs the machine.
    assert isinstance(merge(*pair(), by=COMMAND), MergeValue)


@pytest.mark.django_db
def test_an_account_of_a_merged_record_or_on_its_way_counts():
    keep, other = pair()
    bare = make_person()
    assert isinstance(merge(bare, other), MergeValue)
    assert isinstance(merge(keep, bare), ProposalValue)

    begun = make_person()
    Account.objects.create(person_id=begun, email="b@example.org", password=NO_PASSWORD)
    assert isinstance(merge(keep, begun), ProposalValue)


@pytest.mark.django_db
def test_a_second_record_of_the_proposer_confirms_nothing():
    keep, other = pair()
    clerk, again = make_person(), make_person()
    services.merge(keep=clerk, other=again, reason=WHY, by=TWO, at=AT)
    merge(keep, other, by=By(clerk, Via.DESK))
    with pytest.raises(OwnProposal):
        answer(keep, other, by=By(again, Via.DESK))
    with pytest.raises(OwnProposal):
        answer(keep, other, by=COMMAND)
    with pytest.raises(OwnRecord):
        answer(keep, other, by=By(other, Via.DESK))


@pytest.mark.django_db
def test_what_is_refused_or_taken_back_merges_nothing_and_may_be_proposed_anew():
    keep, other = pair()
    for by in (TWO, ONE):
        merge(keep, other)
        assert answer(keep, other, by=by, yes=False).outcome == Outcome.REFUSED
        with pytest.raises(ProposalOver):
            answer(keep, other)
    assert not Merge.objects.exists()
    assert done() == ["people.merge_proposed", "people.merge_refused"] * 2


@pytest.mark.django_db
def test_nobody_answers_what_has_lapsed():
    keep, other = pair()
    merge(keep, other)
    late = AT + TIME
    assert queries.proposals(at=late - timedelta(seconds=1)) != []
    assert queries.proposals(at=late) == []
    assert queries.proposal_of(other, keep, at=late) is None
    with pytest.raises(ProposalOver):
        answer(keep, other, at=late)
    merge(other, keep, at=late)
    answer(other, keep, at=late)
    assert sorted(MergeProposal.objects.values_list("outcome", flat=True)) == [
        Outcome.CONFIRMED, Outcome.LAPSED,
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_proposal_about_a_record_that_was_merged_elsewhere_is_not_confirmed():
    keep, other = pair()
    merge(keep, other)
    merge(make_person(), other)
    with pytest.raises(AlreadyMerged):
        answer(keep, other)
    assert MergeProposal.objects.get().outcome is None


@pytest.mark.django_db
def test_proposals_go_when_they_are_old_and_when_somebody_is_erased():
    (keep, other), more = pair(), pair()
    merge(keep, other)
    merge(*more)
    answer(*more, yes=False)
    assert personal._answered(AT) == 0
    assert personal._answered(AT + timedelta(seconds=1)) == 1
    assert personal._answered(AT + TIME + timedelta(seconds=1)) == 1
    merge(keep, other)
    services.forget(person_id=other, at=AT)
    assert not MergeProposal.objects.exists()


# The database alone.


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"outcome": "CONFIRMED", "answered_by_id": ONE.person_id, "answered_at": AT},
         "people_confirmed_by_somebody_else"),
        ({"outcome": "CONFIRMED", "answered_at": AT}, "people_proposal_answered_in_full"),
        ({"answered_at": AT}, "people_proposal_answered_in_full"),
        ({"answered_by_id": TWO.person_id}, "people_proposal_answered_in_full"),
        ({"until": AT}, "people_proposal_has_time"),
    ],
)  # fmt: skip
def test_the_database_alone_refuses_a_proposal_that_cannot_be(said, rule):
    keep, other = pair()
    whole = {
        "kept_id": keep, "other_id": other, "reason": WHY, "at": AT, "by_id": ONE.person_id,
        "until": AT + TIME,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        MergeProposal.objects.create(**whole | said)


@pytest.mark.django_db
def test_the_database_alone_refuses_a_proposal_of_ones_own_or_twice():
    keep, other = pair()
    whole = {"reason": WHY, "at": AT, "by_id": ONE.person_id, "until": AT + TIME}
    MergeProposal.objects.create(kept_id=keep, other_id=other, **whole)
    for said, rule in (
        ({"kept_id": other, "other_id": keep}, "people_proposed_once"),
        ({"kept_id": keep, "other_id": keep}, "people_proposal_of_two"),
        ({"kept_id": keep, "other_id": make_person(), "by_id": keep},
         "people_proposed_by_somebody_else"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            MergeProposal.objects.create(**whole | said)


# A race, with the control that shows that it is one.


def race(keep, other):
    start, outcomes = threading.Barrier(2), []

    def run(by):
        start.wait()
        try:
            answer(keep, other, by=by)
            outcomes.append("MERGED")
        except ProposalOver:
            outcomes.append("TOLD")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(By(uuid7(), Via.DESK),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_of_two_who_confirm_at_once_one_merges(committed):
    for _ in range(5):
        keep, other = pair()
        merge(keep, other)
        assert race(keep, other) == ["MERGED", "TOLD"]
        assert Merge.objects.filter(kept=keep, other=other).count() == 1


def test_control_without_the_lock_both_believe_that_they_did_it(committed, monkeypatch):
    """If this fails, the race above was never a race and proves nothing."""
    everybody = threading.Barrier(2, timeout=60)
    monkeypatch.setattr(merges, "_lock", lambda ids: None)

    keep, other = pair()
    merge(keep, other)
    saved = MergeProposal.save

    def save(proposal, **said):
        everybody.wait()
        saved(proposal, **said)

    monkeypatch.setattr(MergeProposal, "save", save)
    assert race(keep, other) == ["MERGED", "MERGED"]
    assert Merge.objects.filter(kept=keep, other=other).count() == 1
