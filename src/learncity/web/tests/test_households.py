"""Acting for another on the pages: whose things they are, who is told, and when it is over."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from learncity.apps.classes import queries as classes
from learncity.apps.classes import services as class_services
from learncity.apps.households import queries, services
from learncity.apps.households.factories import make_household, make_mandate
from learncity.apps.households.models import Household, Invitation, Mandate
from learncity.apps.households.types import Purpose
from learncity.apps.notices import queries as notices
from learncity.apps.people import queries as people
from learncity.apps.people.factories import make_person
from learncity.apps.people.models import Person
from learncity.apps.record import queries as record
from learncity.kernel.acting import By, Via

pytestmark = pytest.mark.django_db
KEY = "bookkeeping-qiaotou-wed"
ALL = tuple(Purpose)


def browser(person):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(people.find_account(person))
    return client


def page(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.content.decode()


@pytest.fixture
def mother(city):
    return make_person("Mother", language="en", account=True)


@pytest.fixture
def daughter(city):
    return make_person("Daughter", language="en", account=True)


@pytest.fixture
def acting(mother, daughter):
    """The daughter's browser, acting for her mother: ``acting(Purpose.CLASSES)``."""

    def begin(*purposes):
        client = browser(daughter)
        client.mandate = make_mandate(mother, daughter, purposes=purposes or ALL)
        answer = client.post(f"/me/mandates/{client.mandate}/act/")
        assert answer.status_code == 302
        return client

    return begin


def test_a_mandate_is_offered_accepted_used_and_ended_on_the_pages(mother, daughter):
    theirs, hers = browser(mother), browser(daughter)
    until = timezone.localdate() + timedelta(days=30)
    reach = people.addresses([daughter])[daughter]
    theirs.post(
        "/me/mandates/new/",
        {"address": reach.phone, "purposes": ["CLASSES"], "last": until.isoformat()},
    )
    (mandate,) = Mandate.objects.filter(principal_id=mother)
    assert "Daughter" not in page(theirs, "/me/mandates/").replace("A daughter", "")
    assert "Mother" in page(hers, "/me/mandates/")
    assert hers.post(f"/me/mandates/{mandate.id}/act/").status_code == 404

    hers.post(f"/me/mandates/{mandate.id}/", {"answer": "accept"})
    assert "Daughter" in page(theirs, "/me/mandates/")
    assert hers.post(f"/me/mandates/{mandate.id}/act/").url == "/me/classes/"
    assert "You act for Mother" in page(hers, "/help/")
    answer = hers.post(f"/classes/{KEY}/apply/")

    receipt = answer.url.strip("/").rpartition("/")[2]
    assert classes.find_enrolment(receipt, person_id=mother)
    assert classes.find_enrolment(receipt, person_id=daughter) is None
    assert receipt in page(hers, "/me/classes/")
    assert "Daughter" in page(theirs, "/me/acts/")
    hers.post("/me/acting/end/")
    assert "You act for" not in page(hers, "/help/")
    assert receipt not in page(hers, "/me/classes/")
    hers.post(f"/me/mandates/{mandate.id}/", {"answer": "end"})
    assert hers.post(f"/me/mandates/{mandate.id}/act/").status_code == 404


@pytest.mark.parametrize("how", ["ended", "suspended", "over", "purpose"])
def test_a_delegate_whose_mandate_is_over_is_refused_at_once(acting, mother, daughter, how):
    client, at = acting(), timezone.now()
    rows = Mandate.objects.filter(pk=client.mandate)
    if how == "ended":
        by = By(mother, Via.WEB)
        services.end_mandate(mandate_id=client.mandate, person_id=mother, by=by, at=at)
    if how == "suspended":
        rows.update(suspended_at=at)
    if how == "over":
        today = timezone.localdate()
        rows.update(since=today - timedelta(days=9), until=today)
    if how == "purpose":
        rows.update(purposes=[Purpose.MESSAGES])

    answer = client.post(f"/classes/{KEY}/apply/")

    assert answer.status_code == 403
    # Nothing was done for the one, and nothing for the other.
    assert classes.my_classes(mother, at=at) == classes.my_classes(daughter, at=at) == []
    if how != "purpose":
        assert "You no longer act for them" in answer.content.decode()
        assert "You act for" not in page(client, "/me/")


# What stays one's own, whatever one may do for another.
OWN = (
    "/me/record/", "/me/household/", "/me/household/new/", "/me/mandates/", "/me/mandates/new/",
    "/me/acts/", "/me/security/", "/me/security/app/", "/me/numbers/",
)  # fmt: skip
FOR = {
    Purpose.CLASSES: ["/me/", "/me/classes/", f"/classes/{KEY}/apply/"],
    Purpose.MESSAGES: ["/me/messages/"],
    Purpose.PROFILE: ["/me/profile/"],
}


@pytest.mark.parametrize("purpose", ALL)
def test_a_purpose_opens_its_pages_and_no_other(acting, purpose):
    client = acting(purpose)

    for other, paths in FOR.items():
        for path in paths:
            page(client, path, 200 if other == purpose else 403)
    for path in OWN:
        assert "Not while you act for somebody" in page(client, path, 403)


def test_no_form_of_ones_own_works_while_acting(acting, mother, daughter):
    client = acting()

    for path in (
        "/me/tokens/", f"/me/mandates/{client.mandate}/", "/me/mandates/new/", "/me/numbers/",
        "/me/security/sessions/end/", "/me/security/recovery/",
    ):  # fmt: skip
        assert client.post(path, {"answer": "end"}).status_code == 403
    assert client.post("/sign-out/").status_code == 302
    assert queries.may_act(daughter, mother, Purpose.CLASSES, timezone.now())


def test_a_page_of_the_desk_is_ones_own_desk_while_acting(acting):
    assert acting().get("/desk/").status_code == 403


def test_the_principal_s_messages_stay_unread_and_the_look_is_seen(acting, mother, daughter):
    client = acting()
    client.post(f"/classes/{KEY}/apply/")
    unread = notices.unread(mother)
    message = notices.inbox(mother)[0]

    assert message.title in page(client, "/me/messages/")
    page(client, f"/me/messages/{message.id}/")

    assert notices.unread(mother) == unread
    assert "Read messages" in page(browser(mother), "/me/acts/")
    assert notices.inbox(daughter) == []


def test_the_profile_shows_no_address_and_no_key_of_the_principal(acting, mother):
    client = acting()
    shown = page(client, "/me/profile/")

    assert people.addresses([mother])[mother].phone not in shown
    for kept_back in ("/me/tokens/", "/me/numbers/", 'name="hometown"', 'name="groups"'):
        assert kept_back not in shown
    Person.objects.filter(pk=mother).update(hometown="Lâm Đồng")
    said = {"name": "Mother Wang", "language": "vi", "home": "", "hometown": "elsewhere"}
    answer = client.post("/me/profile/", said)
    assert people.persons([mother])[mother].name == "Mother Wang"
    assert Person.objects.get(pk=mother).hometown == "Lâm Đồng"
    assert "lang" not in answer.cookies


def test_the_record_says_that_somebody_acted(acting, mother):
    acting().post(f"/classes/{KEY}/apply/")

    assert "by somebody who acts for you" in page(browser(mother), "/me/record/")


def test_this_was_not_me(acting, mother, daughter, signed_in):
    client, theirs = acting(), browser(mother)
    client.post(f"/classes/{KEY}/apply/")
    (act,) = queries.acts_for(mother)
    path = f"/me/acts/{act.id}/dispute/"
    assert path in page(theirs, "/me/acts/")
    assert "Daughter" in page(theirs, path)
    page(browser(daughter), path, 404)

    theirs.post(path, {"words": "I did not ask for it"})

    assert client.post("/me/acting/end/").status_code == 403  # over already; and it says so
    assert f"/me/places/{act.reference}/" in page(theirs, "/me/acts/")
    theirs.post(f"/me/places/{act.reference}/withdraw/")
    assert classes.find_enrolment(act.reference, person_id=mother)[1].state == "WITHDRAWN"

    office = signed_in("demo-operator")
    (found,) = queries.disputes(at=timezone.now())
    assert "Mother" in page(office, "/operate/disputes/")
    assert "I did not ask for it" in page(office, f"/operate/disputes/{found.id}/")
    wrong = office.post(f"/operate/disputes/{found.id}/", {"decision": "upheld"})
    assert wrong.status_code == 422
    office.post(f"/operate/disputes/{found.id}/", {"decision": "upheld", "note": "Not agreed"})

    assert queries.disputes(at=timezone.now()) == []
    assert "Not agreed" in notices.inbox(daughter)[0].body
    assert Mandate.objects.get(pk=client.mandate).end == "UPHELD"
    assert theirs.get(path).status_code == 302


def test_the_office_registers_a_guardian_for_a_child_without_a_phone(signed_in, mother):
    office = signed_in("demo-operator")
    born = timezone.localdate().year - 9
    said = {
        "kind": "GUARDIAN", "name": "Child", "born": born, "purposes": ["CLASSES"],
        "delegate": people.addresses([mother])[mother].phone, "last": f"{born + 17}-05-05",
    }  # fmt: skip
    assert office.post("/operate/mandates/new/", said).status_code == 422

    answer = office.post("/operate/mandates/new/", said | {"paper": "household register"})

    assert answer.status_code == 302
    client = browser(mother)
    (mandate,) = queries.mandates(mother, at=timezone.now())
    client.post(f"/me/mandates/{mandate.id}/act/")
    client.post(f"/classes/{KEY}/apply/")
    (fact, *_) = [f for f in record.facts_of(mandate.principal.id) if f.mandated]
    assert fact.kind == "classes.place_taken"


def test_the_office_is_told_that_nobody_signs_in_with_an_address(signed_in, mother):
    said = {
        "kind": "DELEGATE", "principal": people.addresses([mother])[mother].phone,
        "delegate": "+8615499999999", "purposes": ["CLASSES"], "paper": "x",
        "last": (timezone.localdate() + timedelta(days=9)).isoformat(),
    }  # fmt: skip
    answer = signed_in("demo-operator").post("/operate/mandates/new/", said)

    assert answer.status_code == 422
    assert not Mandate.objects.filter(principal_id=mother).exists()


def test_a_household_is_started_joined_handed_over_and_left(mother, daughter):
    theirs, hers = browser(mother), browser(daughter)
    assert theirs.post("/me/household/new/", {"kind": "HOUSEHOLD"}).status_code == 422
    theirs.post("/me/household/new/", {"kind": "HOUSEHOLD", "name": "Wang"})
    (household,) = Household.objects.filter(name="Wang")
    phone = people.addresses([daughter])[daughter].phone
    path = f"/me/household/{household.id}"
    assert theirs.post(f"{path}/invite/", {"address": "12"}).status_code == 422
    theirs.post(f"{path}/invite/", {"address": phone, "relation": "child"})
    (invitation,) = Invitation.objects.filter(household=household)
    assert "Wang" in page(hers, "/me/household/")

    hers.post(f"/me/invitations/{invitation.id}/", {"answer": "accept"})

    assert "Daughter" in page(theirs, "/me/household/")
    assert theirs.post(f"{path}/leave/").status_code == 422
    (group,) = queries.households_of(mother, at=timezone.now())
    theirs.post(f"{path}/head/", {"member": group.members[1].membership_id})
    theirs.post(f"{path}/leave/")
    assert "Mother" not in page(hers, "/me/household/").replace("of Mother", "")
    page(theirs, f"{path}/leave/", 404)


def test_a_household_is_there_for_its_members_alone(mother, daughter):
    household = make_household(mother)

    for what in ("invite", "leave", "head"):
        page(browser(mother), f"/me/household/{household}/{what}/")
        page(browser(daughter), f"/me/household/{household}/{what}/", 404)


def test_acting_costs_one_query_more(acting, mother):
    client = acting()
    plain = browser(mother)

    def cost(who, path):
        page(who, path)
        with CaptureQueriesContext(connection) as asked:
            page(who, path)
        return len(asked)

    assert cost(client, "/me/classes/") == cost(plain, "/me/classes/") + 1


def test_a_place_of_the_delegate_s_own_is_not_found_while_acting(acting, daughter):
    client = acting()
    mine = class_services.apply(
        class_key=KEY, person_id=daughter, by=By(daughter, Via.WEB), at=timezone.now()
    )

    page(client, f"/me/places/{mine.receipt}/", 404)
    client.post("/me/acting/end/")
    page(client, f"/me/places/{mine.receipt}/")
