"""The office keeps the register, staff vouch and note, a person objects, a stranger checks."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from learncity.apps.assertions import queries as assertions
from learncity.apps.assertions import services
from learncity.apps.notices import queries as notices
from learncity.apps.organizations import queries
from learncity.apps.organizations import services as organization_services
from learncity.apps.organizations.factories import make_organization
from learncity.apps.people import queries as people
from learncity.apps.people.factories import make_person
from learncity.apps.roles.factories import make_grant
from learncity.apps.roles.types import Role
from learncity.kernel import audit
from learncity.kernel.acting import SYSTEM
from learncity.web import pagecache

CENTRE = "qiaotou-learning-centre"
REGISTER = "/operate/organizations/"
PHONE = "+8615400000001"  # of demo-worker

# Session, account with person, roles and unread messages are four of them.
COST = {
    REGISTER: 16,
    "/operate/organizations/suzhou-union-federation/": 12,
    "/operate/coverage/": 7,
    "/operate/committees/suzhou-study-association-board/": 8,
    "/desk/agreements/": 8,
    "/desk/agreements/workers-study-2026/": 8,
}


@pytest.fixture
def office(signed_in):
    return signed_in("demo-operator")


def count(client, path):
    client.get(path)
    pagecache.forget()
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


@pytest.mark.parametrize(("path", "most"), COST.items())
def test_a_page_of_partners_costs_few_queries(office, path, most):
    assert count(office, path) == most


def vouch(person, by=CENTRE, key="volunteer", value=8):
    return services.vouch(
        organization_key=by, person_id=person, key=key, value=value, since=None, until=None,
        evidence="Roster", code_until=date(2099, 1, 1), by=SYSTEM, at=timezone.now(),
    )  # fmt: skip


def test_a_longer_list_of_assertions_costs_no_more(signed_in):
    client, path = signed_in("demo-provider"), f"/desk/organizations/{CENTRE}/assertions/"
    vouch(make_person())
    before = count(client, path)
    for _ in range(10):
        vouch(make_person())
    assert count(client, path) == before


def test_more_that_is_said_of_me_costs_no_more(signed_in, account_of):
    client, me = signed_in("demo-worker"), account_of("demo-worker").person_id
    vouch(me)
    before = count(client, "/me/assertions/")
    for value in range(10):
        vouch(me, value=100 + value)
    assert count(client, "/me/assertions/") == before


# The office.


def test_the_register_is_sifted_and_exported_alike(office):
    page = office.get(f"{REGISTER}?kind=INDUSTRY_UNION").content.decode()
    assert "electronics-industry-union" in page
    assert CENTRE not in page
    answer = office.get("/operate/organizations.csv?kind=INDUSTRY_UNION")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["courier-industry-union", "electronics-industry-union"]


def new(office, **said):
    form = {"key": "new-union", "kind": "UNION", "name_2": "New union", "place": "gusu"}
    return office.post("/operate/new-organization/", form | said)


def test_an_organization_is_entered_changed_and_ended(office):
    answer = new(office)
    assert answer.status_code == 302
    assert answer.url == "/operate/organizations/new-union/"
    assert office.get(answer.url).status_code == 200

    def act(name, **said):
        return office.post(f"{answer.url}{name}/", said).status_code

    assert act("parent", parent="suzhou-union-federation") == 302
    assert act("cover", place="sujin") == 302
    assert act("office", name_0="大厅", address_0="路 1 号") == 302
    assert act("committee", committee="new-board", name_2="Board", is_public="on") == 302
    found = queries.find_organization("new-union")
    kin = queries.kin(found.id, on=timezone.localdate())
    assert kin.parent.key == "suzhou-union-federation"
    assert len(kin.place_ids) == 1
    (office_,) = queries.offices(found.id)
    page = office.get("/providers/new-union/").content.decode()
    assert "大厅" in page
    tomorrow = timezone.localdate()
    assert act("close", office=str(office_.id), until=tomorrow.isoformat()) == 302
    yesterday = timezone.localdate() - timedelta(days=1)
    assert act("end", last=yesterday.isoformat(), successor="gusu-district-union") == 302
    assert queries.find_organization("new-union") is None
    assert office.get(answer.url).status_code == 200
    assert [e.action for e in audit.latest(1)] == ["organizations.ended"]


def test_a_refusal_is_said_above_what_was_typed(office):
    answer = new(office, key=CENTRE, name_2="Typed before")
    assert answer.status_code == 422
    assert "Typed before" in answer.content.decode()
    answer = new(office, register="CN_USCC", registration="91110000600037342L")
    assert answer.status_code == 422
    assert queries.find_registered("new-union") is None


def test_an_officer_sees_elections_due_in_their_region_alone(client, office):
    at, url = timezone.now(), "/operate/organizations/"
    make_organization("elsewhere", place="sip")
    organization_services.found_committee(
        key="elsewhere-board", organization_key="elsewhere", name={"en": "Board"},
        is_public=False, by=SYSTEM, at=at,
    )  # fmt: skip
    organization_services.begin_term(
        key="elsewhere-board", since=date(2019, 1, 1), until=date(2020, 1, 1), by=SYSTEM, at=at
    )
    person = make_person("Officer", account=True)
    make_grant(person, Role.OFFICER, "city-learning-office", region="gusu")
    assert "elsewhere-board" in office.get(url).content.decode()

    client.force_login(people.find_account(person))

    assert "elsewhere-board" not in client.get(url).content.decode()


def test_a_committee_is_elected_and_its_members_come_and_go(office):
    url = "/operate/committees/pingjiang-study-association-board/"
    assert (
        "tag you"
        in office.get("/operate/organizations/pingjiang-study-association/").content.decode()
    )
    office.post(f"{url}term/", {"since": "2026-05-01", "until": "2031-05-01"})
    assert queries.overdue_committees(on=date(2026, 11, 22)) == []
    second = {"name": "Second", "post": "CHAIR", "since": "2026-06-01"}
    assert office.post(f"{url}member/", second).status_code == 422
    chair = queries.find_committee("pingjiang-study-association-board").in_office(
        date(2026, 11, 22)
    )[0]
    office.post(f"{url}leave/", {"member": str(chair.id), "until": "2026-05-31"})
    assert office.post(f"{url}member/", second).status_code == 302


def test_the_figure_is_shown_and_exported_by_date(office):
    page = office.get("/operate/coverage/?kind=ASSOCIATION&level=SUBDISTRICT&on=2014-06-01")
    assert "5.2" in page.content.decode()  # 1 of 19 places
    answer = office.get("/operate/coverage/?kind=ASSOCIATION&on=2026-11-22&as=csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]
    assert len(rows) == 19
    assert sum(bool(row[2]) for row in rows) == 5
    assert answer.headers["Content-Disposition"].endswith('coverage-2026-11-22.csv"')


# Agreements.

DEAL = "/desk/agreements/workers-study-2026/"


def test_a_party_notes_what_it_did_and_takes_it_back(signed_in):
    client = signed_in("demo-provider")
    form = {"number": "3", "on": "2026-10-01", "amount": "64", "evidence": "Room book"}
    assert client.post(f"{DEAL}deed/", form).status_code == 302
    promise = queries.find_agreement("workers-study-2026").promises[2]
    assert promise.is_kept
    mine = next(d for d in promise.deeds if d.noted_by)
    assert "Room book" in client.get(DEAL).content.decode()
    assert client.post(f"{DEAL}take-back/", {"deed": str(mine.id)}).status_code == 302
    assert not queries.find_agreement("workers-study-2026").promises[2].is_kept
    assert client.get(f"{DEAL}promise/").status_code == 404  # the office writes promises down


def test_the_office_enters_an_agreement_and_money_as_people_write_it(office):
    form = {"key": "deal", "subject_2": "Deal", "since": "2026-01-01",
            "parties": [CENTRE, "lamp-oil-foundation"]}  # fmt: skip
    assert office.post("/operate/new-agreement/", form).url == "/desk/agreements/deal/"
    said = {"party": CENTRE, "text_2": "Gives", "amount": "12.50", "unit": "CNY"}
    assert office.post("/desk/agreements/deal/promise/", said).status_code == 302
    assert queries.find_agreement("deal").promises[0].amount == 1250
    answer = office.get("/desk/agreements/?as=csv").content.decode("utf-8-sig")
    assert "Deal" in answer


# Assertions.

NEW = f"/desk/organizations/{CENTRE}/assertions/new/"
SAID = {"who": PHONE, "key": "volunteer", "value": "32", "evidence": "Roster of October",
        "code_until": "2099-01-01"}  # fmt: skip


def test_staff_see_a_masked_name_before_they_vouch(signed_in, account_of):
    me = account_of("demo-worker").person_id
    client = signed_in("demo-provider")
    page = client.post(NEW, SAID)
    assert page.status_code == 200
    assert "刘*军" in page.content.decode()
    assert "刘建军" not in page.content.decode()
    assert assertions.of_person(me) == []

    assert client.post(NEW, SAID | {"sure": "1"}).status_code == 302
    (said,) = assertions.of_person(me)
    assert said.value == 32
    listed = client.get(f"/desk/organizations/{CENTRE}/assertions/").content.decode()
    assert "刘建军" in listed
    assert audit.latest(1)[0].action == "assertions.looked_at"


@pytest.mark.parametrize("who", ["+8615400099999", "K7M2-9QXR-4T", "x"])
def test_a_number_nobody_has_is_refused_with_what_to_do(signed_in, who):
    assert signed_in("demo-provider").post(NEW, SAID | {"who": who}).status_code == 422


def test_a_desk_cannot_try_numbers_without_end(signed_in, settings):
    client = signed_in("demo-provider")
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "find_person": "2/h/key"}
    found = [client.post(NEW, SAID).status_code for _ in range(3)]
    assert found == [200, 200, 429]


def test_a_person_sees_objects_and_is_answered(signed_in, account_of):
    me = account_of("demo-worker").person_id
    said = vouch(me)
    client = signed_in("demo-worker")
    assert said.code in client.get("/me/assertions/").content.decode()
    answer = client.post(f"/me/assertions/{said.id}/", {"text": "Only six hours"})
    assert answer.status_code == 302
    staff = account_of("demo-provider").person_id
    assert any(said.code in m.body for m in notices.inbox(staff))

    desk = signed_in("demo-provider")
    page = f"/desk/organizations/{CENTRE}/assertions/{said.id}/"
    assert "Only six hours" in desk.get(page).content.decode()
    assert desk.post(f"{page}answer/", {"because": "Eight, by the roster"}).status_code == 302
    assert (
        "Eight, by the roster" in signed_in("demo-worker").get("/me/assertions/").content.decode()
    )
    signed_in("demo-provider").post(f"{page}withdraw/", {"because": "Counted again"})
    assert assertions.of_person(me)[0].withdrawn_because == "Counted again"


def test_what_one_says_oneself_is_shown_as_such_and_can_be_taken_back(signed_in, account_of):
    client, me = signed_in("demo-worker"), account_of("demo-worker").person_id
    form = {"key": "shifts", "pattern": "NIGHT", "days": ["1", "2"]}
    assert client.post("/me/assertions/new/", form).status_code == 302
    (own,) = assertions.of_person(me)
    assert own.value == {"pattern": "NIGHT", "days": [1, 2]}
    assert "仅您本人说的" in client.get("/me/assertions/").content.decode()
    assert client.post("/me/assertions/new/", {"key": "shifts"}).status_code == 422
    assert client.post("/me/assertions/new/", {"key": "graduated"}).status_code == 422
    assert client.post(f"/me/assertions/{own.id}/", {"text": "New job"}).status_code == 302
    assert assertions.of_person(me)[0].withdrawn_at is not None


def test_a_stranger_with_a_code_learns_no_more_than_needed(client, account_of, settings):
    said = vouch(account_of("demo-worker").person_id)
    answer = client.get(f"/verify/{said.code}/")
    page = answer.content.decode()
    assert "刘*军" in page
    assert "刘建军" not in page
    assert "Roster" not in page
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert client.get(f"/verify/?code={said.code.lower()}").url == f"/verify/{said.code}/"
    assert client.get("/verify/AAAA-AAAA-AA/").status_code == 404

    services.withdraw(
        assertion_id=said.id, organization_key=CENTRE, person_id=None, because="Mistake",
        by=SYSTEM, at=timezone.now(),
    )  # fmt: skip
    assert "刘*军" not in client.get(f"/verify/{said.code}/").content.decode()
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "verify_code": "1/m/ip"}
    found = [client.get(f"/verify/{said.code}/").status_code for _ in range(2)]
    assert 429 in found
