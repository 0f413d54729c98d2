"""Giving, ending, lending and reviewing roles, and what the database refuses alone."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from learncity.apps.notices import queries as notices
from learncity.apps.organizations.factories import make_organization
from learncity.apps.organizations.types import HasEnded, OrganizationNotFound
from learncity.apps.people.factories import make_person
from learncity.apps.places import queries as places
from learncity.apps.roles import queries, services
from learncity.apps.roles.models import Grant, Item, Review
from learncity.apps.roles.types import (
    Act,
    AlreadyHeld,
    CannotStandIn,
    Ending,
    GrantNotFound,
    HoldsTheOffice,
    LastOperator,
    NoTime,
    OwnRole,
    RegionNeeded,
    ReviewClosed,
    ReviewNotFound,
    Role,
)
from learncity.kernel import audit, formats
from learncity.kernel.acting import SYSTEM, By, Via
from learncity.kernel.dated import begin_of, day_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CENTRE, OFFICE = "qiaotou-learning-centre", "city-learning-office"


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def person(db):
    return make_person("Anna", account=True, language="en")


def give(person, role=Role.STAFF, key=CENTRE, **said):
    at = timezone.now()
    known = {"since": at, "by": SYSTEM, "at": at}
    return services.give(person_id=person, role=role, organization_key=key, **(known | said))


def may(person, act=Act.RUN_CLASSES):
    return queries.actor(person).may(act)


def by(person):
    return By(person, Via.DESK)


def test_a_role_is_given_told_and_noted(person):
    chief = make_person()
    grant = queries.find_grant(give(person, by=by(chief), reason="New at the desk"))

    assert may(person)
    assert (grant.given_by, grant.reason) == (chief, "New at the desk")
    (told,) = notices.inbox(person)
    assert told.title == "You have a role: Staff"
    assert audit.latest(1)[0].action == "roles.given"


def test_the_same_again_is_the_same_and_told_once(person):
    assert give(person) == give(person)
    assert len(notices.inbox(person)) == 1


def test_a_role_begins_and_ends_on_its_days(person, at):
    give(person, since=at + DAY)
    assert not may(person)
    give(person, role=Role.READER, until=at + DAY)
    assert may(person, Act.SEE_FIGURES)
    assert not may(person)
    Grant.objects.filter(role=Role.READER, person_id=person).update(since=at - DAY, until=at)
    assert not may(person, Act.SEE_FIGURES)


def test_what_cannot_be_given(person, at):
    make_organization("ended")
    from learncity.apps.organizations.models import Organization

    Organization.objects.filter(key="ended").update(ended_at=at)
    gusu = places.ids_by_key(["gusu"])["gusu"]
    for refusal, said in (
        (OrganizationNotFound, {"key": "none"}),
        (HasEnded, {"key": "ended"}),
        (OwnRole, {"by": by(person)}),
        (RegionNeeded, {"role": Role.OFFICER}),
        (RegionNeeded, {"place_id": gusu}),
        (NoTime, {"until": at - DAY}),
        (NoTime, {"since": at + DAY, "until": at + DAY}),
    ):
        with pytest.raises(refusal):
            give(person, **said)
    assert not Grant.objects.filter(person_id=person).exists()


def test_a_longer_role_is_not_lost_in_a_shorter_one(person, at):
    give(person, until=at + 10 * DAY)
    for said in ({}, {"until": at + 20 * DAY}, {"since": at + 5 * DAY, "until": None}):
        with pytest.raises(AlreadyHeld):
            give(person, **said)
    assert give(person, since=at + DAY, until=at + 2 * DAY) == give(person, until=at + 10 * DAY)


def test_it_is_of_oneself_by_whichever_record(person, at):
    from learncity.apps.people import services as people_services
    from learncity.apps.people.types import MergeReason

    twin, grant = make_person(), give(person)
    people_services.merge(
        keep=person, other=twin, reason=MergeReason.PERSON_SAYS, by=SYSTEM, at=timezone.now()
    )
    with pytest.raises(OwnRole):
        give(twin, by=by(person))
    with pytest.raises(OwnRole):
        services.end(grant_id=grant, ending=Ending.TAKEN, by=by(twin), at=at)
    with pytest.raises(OwnRole):
        services.let_stand_in(
            grant_id=grant, person_id=twin, since=at, until=at + DAY, by=by(person), at=at
        )


def test_the_office_of_officers_and_operators_does_not_end(at):
    from learncity.apps.organizations import services as organizations

    def end(key):
        organizations.end_organization(
            key=key, on=at.date(), successor_key=None, by=SYSTEM, at=timezone.now()
        )

    with pytest.raises(HoldsTheOffice):
        end(OFFICE)
    assert queries.operators(at=timezone.now())
    end("wenqu-library")


def test_an_officer_has_a_region_and_may_hold_two(person):
    keys = places.ids_by_key(["gusu", "sip"])
    for place in keys.values():
        give(person, Role.OFFICER, OFFICE, place_id=place)

    actor = queries.actor(person)
    assert actor.regions(Act.KEEP_PEOPLE) == set(keys.values())
    assert not actor.everywhere(Act.KEEP_PEOPLE)
    assert not actor.may(Act.DRAW_MAP)


def test_ended_it_gives_nothing_and_the_person_is_told(person, at):
    grant = give(person)
    services.end(grant_id=grant, ending=Ending.TAKEN, by=SYSTEM, at=timezone.now())
    services.end(grant_id=grant, ending=Ending.TAKEN, by=SYSTEM, at=timezone.now() + DAY)

    assert not may(person)
    assert next(m.title for m in notices.inbox(person)) == "A role of yours has ended: Staff"
    assert len(notices.inbox(person)) == 2
    over = queries.grants(None, at=timezone.now(), over=True)
    assert over[0].id == grant
    assert over[0].ending == Ending.TAKEN


def test_one_that_was_to_come_never_begins(person, at):
    grant = give(person, since=at + DAY)
    services.end(grant_id=grant, ending=Ending.TAKEN, by=SYSTEM, at=at)

    row = Grant.objects.get(pk=grant)
    assert row.until == row.since
    assert give(person, since=at + DAY) != grant


def test_nobody_takes_their_own_but_may_lay_it_down(person, at):
    grant = give(person)
    with pytest.raises(OwnRole):
        services.end(grant_id=grant, ending=Ending.TAKEN, by=by(person), at=at)
    with pytest.raises(GrantNotFound):
        services.end(grant_id=grant, ending=Ending.LAID_DOWN, by=by(make_person()), at=at)
    services.end(grant_id=grant, ending=Ending.LAID_DOWN, by=by(person), at=timezone.now())
    assert not may(person)


def test_the_last_operator_stays(at, person):
    (only,) = Grant.objects.filter(role=Role.OPERATOR)
    for ending, who in ((Ending.TAKEN, SYSTEM), (Ending.LAID_DOWN, by(only.person_id))):
        with pytest.raises(LastOperator):
            services.end(grant_id=only.id, ending=ending, by=who, at=at)
    # Neither one to come, nor one who ends, nor a stand-in keeps the city's keys.
    give(person, Role.OPERATOR, OFFICE, since=at + DAY)
    give(make_person(), Role.OPERATOR, OFFICE, until=at + DAY)
    services.let_stand_in(
        grant_id=only.id, person_id=make_person(), since=at, until=at + DAY,
        by=by(only.person_id), at=at,
    )  # fmt: skip
    with pytest.raises(LastOperator):
        services.end(grant_id=only.id, ending=Ending.TAKEN, by=SYSTEM, at=at)
    give(make_person(), Role.OPERATOR, OFFICE)
    services.end(grant_id=only.id, ending=Ending.TAKEN, by=SYSTEM, at=timezone.now())
    assert not queries.actor(only.person_id).is_operator


class TestStandIns:
    def lend(self, grant, holder, other, at, **said):
        known = {"since": at, "until": at + 10 * DAY, "by": by(holder), "at": at}
        return services.let_stand_in(grant_id=grant, person_id=other, **(known | said))

    def test_they_may_what_the_role_may_until_it_ends(self, person, at):
        other, grant = make_person(account=True), give(person)
        assert self.lend(grant, person, other, at) == self.lend(grant, person, other, at)
        assert may(other)
        assert [g.person_id for g in queries.stand_ins_of(person, at=timezone.now())] == [other]

        services.end(grant_id=grant, ending=Ending.TAKEN, by=SYSTEM, at=timezone.now())
        assert not may(other)

    def test_they_read_for_whom_and_until_when(self, at):
        holder, other = make_person("Mei", account=True), make_person(account=True, language="en")
        grant = give(holder)
        until = begin_of(day_of(at) + timedelta(days=11))
        self.lend(grant, holder, other, at, until=until)
        told = notices.inbox(other)[0]
        assert "Mei" in told.title
        with translation.override("en"):
            assert formats.day(day_of(at) + timedelta(days=10)) in told.body

    def test_the_holder_ends_it(self, person, at):
        other, grant = make_person(), give(person)
        lent = self.lend(grant, person, other, at)
        with pytest.raises(GrantNotFound):
            services.end_stand_in(grant_id=grant, by=by(person), at=at)
        with pytest.raises(GrantNotFound):
            services.end_stand_in(grant_id=lent, by=by(other), at=at)
        services.end_stand_in(grant_id=lent, by=by(person), at=timezone.now())
        assert not may(other)
        assert may(person)

    def test_they_give_no_roles(self, person, at):
        other = make_person()
        self.lend(give(person, Role.MANAGER), person, other, at)
        assert may(other)
        assert not may(other, Act.GIVE_ROLES)

    def test_an_officers_region_is_lent_with_it(self, person, at):
        gusu, other = places.ids_by_key(["gusu"])["gusu"], make_person()
        self.lend(give(person, Role.OFFICER, OFFICE, place_id=gusu), person, other, at)
        assert queries.actor(other).regions(Act.KEEP_PEOPLE) == {gusu}

    def test_what_cannot_be_lent(self, person, at, settings):
        other, third, grant = make_person(), make_person(), give(person)
        lent = self.lend(grant, person, other, at)
        too_long = at + timedelta(days=settings.STAND_IN_DAYS + 1)
        for refusal, said in (
            (CannotStandIn, (lent, other, third, at, {})),
            (GrantNotFound, (grant, other, third, at, {})),
            (OwnRole, (grant, person, person, at, {})),
            (NoTime, (grant, person, third, at, {"until": too_long})),
            (NoTime, (grant, person, third, at, {"until": at})),
        ):
            *said, more = said
            with pytest.raises(refusal):
                self.lend(*said, **more)


class TestReviews:
    def begin(self, key=CENTRE):
        return services.open_review(organization_key=key, by=SYSTEM, at=timezone.now())

    def decide(self, review, grant, keep, who=None):
        services.decide(
            review_id=review, grant_id=grant, keep=keep, by=by(who or make_person()),
            at=timezone.now(),
        )  # fmt: skip

    def test_each_role_is_kept_or_ended(self, person):
        stays, goes = give(person), give(make_person(), Role.READER)
        review = self.begin()
        assert self.begin() == review
        assert queries.find_review(review).total == 3  # with the demo's own

        asked = queries.figures(None, at=timezone.now()).unreviewed
        self.decide(review, stays, True)
        self.decide(review, stays, True)
        assert queries.figures(None, at=timezone.now()).unreviewed == asked - 1
        self.decide(review, goes, False)
        assert may(person)
        assert queries.find_grant(stays).confirmed_at
        assert queries.find_grant(goes).ending == Ending.NOT_KEPT
        with pytest.raises(ReviewClosed):
            self.decide(review, goes, True)

    def test_the_last_decision_closes_it(self):
        review = self.begin()
        (item,) = queries.items(review)
        self.decide(review, item.grant.id, True)
        assert queries.find_review(review).closed_at
        assert self.begin() != review

    def test_nobody_keeps_their_own(self, person):
        grant = give(person, Role.MANAGER)
        review = self.begin()
        with pytest.raises(OwnRole):
            self.decide(review, grant, True, who=person)
        with pytest.raises(ReviewNotFound):
            self.decide(review, give(make_person()), True)

    def test_who_is_not_kept_in_time_loses_it(self, person):
        give(person)
        review = queries.find_review(self.begin())
        assert services.close_due_reviews(at=review.due - DAY) == 0
        assert services.close_due_reviews(at=review.due) == 2
        assert services.close_due_reviews(at=review.due) == 0
        (grant,) = Grant.objects.filter(person_id=person)
        assert (grant.until, grant.ending) == (review.due, Ending.LAPSED)
        assert queries.find_review(review.id).closed_at == review.due

    def test_the_last_operator_does_not_lapse(self):
        review = queries.find_review(self.begin(OFFICE))
        services.close_due_reviews(at=review.due)
        (only,) = Grant.objects.filter(role=Role.OPERATOR)
        assert only.until is None

    def test_what_ended_meanwhile_keeps_none_open(self):
        older, newer = (make_person() for _ in range(2))
        Grant.objects.filter(role=Role.OPERATOR).update(until=timezone.now())
        first = give(older, Role.OPERATOR, CENTRE)
        give(newer, Role.OPERATOR, CENTRE)
        review = queries.find_review(self.begin())
        services.end(grant_id=first, ending=Ending.TAKEN, by=SYSTEM, at=timezone.now())

        services.close_due_reviews(at=review.due)
        assert queries.find_review(review.id).closed_at
        assert queries.operators(at=review.due) == [newer]

    def test_a_managers_review_leaves_the_office_alone(self):
        services.open_review(
            organization_key=OFFICE, by=SYSTEM, at=timezone.now(), with_office=False
        )
        assert not Item.objects.filter(grant__role=Role.OPERATOR).exists()

    def test_they_begin_when_a_role_is_old(self, settings):
        at = timezone.now()
        assert services.open_due_reviews(at=at) == 0
        Grant.objects.filter(organization__key=CENTRE).update(
            since=at - timedelta(days=settings.ROLE_REVIEW_DAYS + 1)
        )
        assert services.open_due_reviews(at=at) == 1
        assert services.open_due_reviews(at=at) == 0
        # Nobody manages the centre, so the city's operators are asked.
        (operator,) = queries.operators(at=timezone.now())
        assert next(m.url for m in notices.inbox(operator)).startswith("/desk/roles/reviews/")


def test_merging_records_gives_nobody_a_role(person):
    from learncity.apps.people import services as people_services
    from learncity.apps.people.types import MergeReason

    other = make_person()
    give(other, Role.OPERATOR, OFFICE)
    people_services.merge(
        keep=person, other=other, reason=MergeReason.PERSON_SAYS, by=SYSTEM, at=timezone.now()
    )
    assert not queries.actor(person).held


def row(person, **said):
    from learncity.apps.organizations import queries as organizations

    owner = organizations.ids_by_key([CENTRE])[CENTRE]
    known = {"person_id": person, "role": "STAFF", "organization_id": owner}
    return Grant.objects.create(**(known | said))


@transaction.atomic
def at_once(wrong):
    """Keys that are looked at when the transaction ends are looked at now."""
    wrong()
    connection.check_constraints()


def test_the_database_alone_refuses(person, at):
    gusu, other = places.ids_by_key(["gusu"])["gusu"], make_person()
    held = row(person)
    lent = row(other, stands_in_for=held, until=at + DAY)
    review = Review.objects.create(organization_id=held.organization_id, opened_at=at, due=at + DAY)
    Item.objects.create(review=review, grant=held, person_id=person)

    def item(**said):
        new = row(make_person(), role="READER")
        Item.objects.create(**({"review": review, "grant": new, "person_id": person} | said))

    for name, wrong in (
        ("roles_held_once_at_a_time", lambda: row(person)),
        ("roles_in_order", lambda: row(other, role="READER", since=at, until=at - DAY)),
        ("roles_officer_of_a_region", lambda: row(other, role="OFFICER")),
        ("roles_officer_of_a_region", lambda: row(other, role="MANAGER", place_id=gusu)),
        ("roles_stand_in_for_a_time", lambda: row(make_person(), stands_in_for=held)),
        ("roles_nobody_gives_to_themselves", lambda: row(other, role="READER", given_by_id=other)),
        ("roles_stand_in", lambda: row(make_person(), stands_in_for=lent, until=at + DAY)),
        ("roles_stand_in", lambda: row(person, stands_in_for=held, until=at + DAY)),
        (
            "roles_stand_in_has_the_role",
            lambda: row(make_person(), role="MANAGER", stands_in_for=held, until=at + DAY),
        ),
        (
            "roles_one_open_review",
            lambda: Review.objects.create(
                organization_id=held.organization_id, opened_at=at, due=at + DAY
            ),
        ),
        (
            "roles_review_has_time",
            lambda: Review.objects.create(
                organization_id=make_organization().id, opened_at=at, due=at
            ),
        ),
        ("roles_reviewed_once", lambda: item(grant=held)),
        (
            "roles_nobody_keeps_their_own",
            lambda: item(keep=True, decided_at=at, decided_by_id=person),
        ),
        ("roles_decided_in_full", lambda: item(keep=True)),
    ):
        with pytest.raises(IntegrityError) as refused:
            at_once(wrong)
        assert refused.value.__cause__.diag.constraint_name == name
