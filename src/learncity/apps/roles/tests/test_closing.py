"""What ends roles from outside: their organization, a review nobody answered, time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from learncity.apps.notices import queries as notices
from learncity.apps.organizations import queries as organizations
from learncity.apps.organizations import services as organization_services
from learncity.apps.organizations.factories import make_organization
from learncity.apps.organizations.types import NotYet
from learncity.apps.people.factories import make_person
from learncity.apps.privacy import services as privacy
from learncity.apps.roles import queries, reviews, services
from learncity.apps.roles.factories import make_grant
from learncity.apps.roles.models import Grant, Item
from learncity.apps.roles.types import Ending, LastOperator, ReviewClosed, Role
from learncity.kernel.acting import SYSTEM, By, Via

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CENTRE, OFFICE = "qiaotou-learning-centre", "city-learning-office"


def only_operator(until=None):
    Grant.objects.filter(role=Role.OPERATOR).update(until=timezone.now())
    person = make_person()
    return person, make_grant(person, Role.OPERATOR, OFFICE, until=until)


def test_roles_end_with_their_organization_and_people_are_told():
    make_organization("shortlived")
    person = make_person("Anna", account=True, language="en")
    grant = make_grant(person, Role.MANAGER, "shortlived")
    here = organizations.find_organization("shortlived").id

    organization_services.end_organization(
        key="shortlived", on=timezone.localdate(), successor_key=None, by=SYSTEM, at=timezone.now()
    )

    now = timezone.now()
    assert Grant.objects.get(pk=grant).ending == Ending.CLOSED
    assert queries.figures([here], at=now).held == 0
    assert queries.figures([here], at=now + 400 * DAY).unreviewed == 0
    assert "A role of yours has ended: Manager" in [m.title for m in notices.inbox(person)]


def test_an_organization_that_may_not_end_ends_no_role():
    make_organization("shortlived")
    grant = make_grant(make_person(), Role.STAFF, "shortlived")
    with pytest.raises(NotYet):
        organization_services.end_organization(
            key="shortlived", on=timezone.localdate() + DAY, successor_key=None, by=SYSTEM,
            at=timezone.now(),
        )  # fmt: skip
    assert Grant.objects.get(pk=grant).until is None


def test_one_review_that_fails_holds_up_no_other(monkeypatch):
    staff = make_grant(make_person(), Role.STAFF, CENTRE)
    at = timezone.now()
    bad = services.open_review(organization_key=OFFICE, by=SYSTEM, at=at)
    services.open_review(organization_key=CENTRE, by=SYSTEM, at=at + timedelta(minutes=1))
    close = reviews._close

    def falls(review_id, at):
        if review_id == bad:
            raise RuntimeError("this one")
        return close(review_id, at)

    monkeypatch.setattr(reviews, "_close", falls)

    with pytest.raises(RuntimeError, match="this one"):
        services.close_due_reviews(at=at + 60 * DAY)

    assert Grant.objects.get(pk=staff).ending == Ending.LAPSED


def test_operators_with_an_end_stay_when_there_is_no_other():
    at = timezone.now()
    _person, grant = only_operator(until=at + 90 * DAY)
    services.open_review(organization_key=OFFICE, by=SYSTEM, at=at)

    services.close_due_reviews(at=at + 60 * DAY)

    assert Grant.objects.get(pk=grant).until == at + 90 * DAY


def test_whoever_stands_in_for_the_last_operator_can_be_ended():
    at = timezone.now()
    person, grant = only_operator(until=at + 90 * DAY)
    by = By(person, Via.DESK)
    lent = services.let_stand_in(
        grant_id=grant, person_id=make_person(), since=at, until=at + DAY, by=by, at=at
    )

    services.end_stand_in(grant_id=lent, by=by, at=timezone.now())

    assert Grant.objects.get(pk=lent).until <= timezone.now()
    with pytest.raises(LastOperator):
        services.end(grant_id=grant, ending=Ending.TAKEN, by=SYSTEM, at=timezone.now())


def test_a_role_that_is_over_is_not_kept():
    at = timezone.now()
    grant = make_grant(make_person(), Role.STAFF, CENTRE, until=at + DAY)
    review = services.open_review(organization_key=CENTRE, by=SYSTEM, at=timezone.now())

    with pytest.raises(ReviewClosed):
        services.decide(
            review_id=review, grant_id=grant, keep=True, by=By(make_person(), Via.DESK),
            at=at + 2 * DAY,
        )  # fmt: skip
    assert Item.objects.get(grant=grant).keep is None


def test_a_role_carried_over_a_reform_goes_after_its_years_too():
    person, at = make_person(), timezone.now()
    old, new = (make_grant(person, Role.OFFICER, OFFICE, region=key) for key in ("gusu", "sip"))
    long_ago = at - timedelta(days=9 * 365)
    Grant.objects.filter(pk=old).update(
        since=long_ago, until=long_ago + DAY, ending=Ending.REFORMED, reason="Anna's district"
    )
    Grant.objects.filter(pk=new).update(follows_id=old)

    privacy.sweep(at=at)

    assert not Grant.objects.filter(pk=old).exists()
    assert Grant.objects.get(pk=new).follows_id is None
