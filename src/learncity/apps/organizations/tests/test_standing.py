"""Who may publish: asked, accredited from a day on, suspended, and on what it rests."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from learncity.apps.organizations import queries, services
from learncity.apps.organizations.factories import make_organization
from learncity.apps.organizations.models import Accreditation, Suspension
from learncity.apps.organizations.types import OrganizationKind, StandingIsSo, WordsMissing
from learncity.apps.places import queries as places
from learncity.kernel.acting import SYSTEM

pytestmark = pytest.mark.usefixtures("city")
AT = datetime(2027, 3, 1, 4, tzinfo=UTC)
ACT = {"by": SYSTEM, "at": AT}
TODAY = date(2027, 3, 1)


@pytest.fixture
def new():
    """An organization of the register, as the office founds it."""
    return services.found_organization(
        key="new-school", kind=OrganizationKind.SCHOOL, name={"en": "New"}, about={},
        place_id=places.ids_by_key(["gusu"])["gusu"], phone="", since=None, register=None,
        registration="", **ACT,
    )  # fmt: skip


def test_who_is_new_asks_and_publishes_from_the_day_it_is_accredited(new):
    assert not queries.may_publish(new.id, on=TODAY)
    services.ask_accreditation(key=new.key, words="We teach welding.", **ACT)
    with pytest.raises(StandingIsSo):
        services.ask_accreditation(key=new.key, words="Again", **ACT)
    assert [a.organization.key for a in queries.to_accredit()] == [new.key]

    said = {"since": date(2027, 3, 10), "until": date(2028, 3, 10)}
    with pytest.raises(WordsMissing):
        services.accredit(key=new.key, reason="Good", evidence=" ", **said, **ACT)
    services.accredit(key=new.key, reason="Good", evidence="Visit of 1 March", **said, **ACT)

    days = (date(2027, 3, 9), date(2027, 3, 10), date(2028, 3, 9), date(2028, 3, 10))
    assert [queries.may_publish(new.id, on=day) for day in days] == [False, True, True, False]
    assert queries.to_accredit() == []


def test_a_refusal_has_a_reason_and_one_may_ask_again(new):
    services.ask_accreditation(key=new.key, words="", **ACT)
    services.refuse_accreditation(key=new.key, reason="No teachers yet", **ACT)
    with pytest.raises(StandingIsSo):
        services.refuse_accreditation(key=new.key, reason="Again", **ACT)
    services.ask_accreditation(key=new.key, words="Now there are", **ACT)
    assert queries.standing(new.id, on=TODAY).is_asked


def test_suspended_it_may_not_publish_until_that_is_lifted():
    o = make_organization("fire-doors")
    services.suspend(key=o.key, reason="Fire doors", evidence="", **ACT)
    with pytest.raises(StandingIsSo):
        services.suspend(key=o.key, reason="Again", evidence="", **ACT)
    assert not queries.may_publish(o.id, on=TODAY)
    assert queries.suspended([o.id]) == {o.id}
    services.lift_suspension(key=o.key, reason="Mended", **ACT)
    assert queries.may_publish(o.id, on=TODAY)


def test_the_database_alone_refuses_two_at_a_time_and_none_without_words():
    o = make_organization("two-at-a-time")
    given = {"organization": o, "state": "GIVEN", "asked_at": AT, "decided_at": AT}
    words = {"reason": "x", "evidence": "x"}
    for more in (words, {"reason": "", "evidence": "x", "since": date(1990, 1, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Accreditation.objects.create(**given, **more)
    Suspension.objects.create(organization=o, reason="x", since=AT)
    with pytest.raises(IntegrityError, match="suspended_once"), transaction.atomic():
        Suspension.objects.create(organization=o, reason="x", since=AT)
    with pytest.raises(IntegrityError, match="with_a_reason"), transaction.atomic():
        Suspension.objects.update(until=AT)
